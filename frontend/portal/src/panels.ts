/** The QR code and the challenge: asked for when their row is opened, and put into elements the page already has. */

import { countDown } from "./time";

interface Panel {
  way: "qr" | "challenge";
  state: "fresh" | "ended" | "spent";
  until: number;
  valid: string;
  size?: number;
  path?: string;
  href?: string;
  groups?: string[];
  spoken?: string;
}

interface Refused {
  refusal?: { what?: string; why?: string; do?: string };
}

export function openPanels(root: ParentNode): void {
  for (const row of root.querySelectorAll<HTMLDetailsElement>("details[data-way]")) {
    const form = row.querySelector<HTMLFormElement>("form[data-ask]");
    if (!form) continue;
    let ending = arm(row);
    let asking = false;
    const ask = async (): Promise<void> => {
      if (asking) return;
      asking = true;
      row.setAttribute("aria-busy", "true");
      const panel = await fetchPanel(row, form);
      if (panel) {
        ending();
        show(row, panel);
        ending = arm(row);
      }
      row.removeAttribute("aria-busy");
      asking = false;
    };
    row.addEventListener("toggle", () => {
      if (row.open && row.dataset["state"] === "none") void ask();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void ask();
    });
  }
}

async function fetchPanel(row: HTMLElement, form: HTMLFormElement): Promise<Panel | undefined> {
  const body = new URLSearchParams({ way: row.dataset["way"] ?? "", csrf: new FormData(form).get("csrf") as string });
  try {
    const answer = await fetch("/login/panel", { method: "POST", body, headers: { Accept: "application/json" } });
    const value: unknown = await answer.json();
    if (answer.ok) return value as Panel;
    if (answer.status === 410 || answer.status === 403) location.replace("/login/wait");
    problem(row, (value as Refused).refusal);
  } catch {
    // The page itself can ask for the panel: the ordinary form does it, and the browser tells what is wrong if it cannot.
    const button = form.querySelector("button");
    const way = document.createElement("input");
    way.type = "hidden";
    way.name = button?.name ?? "do";
    way.value = button?.value ?? "";
    form.append(way);
    form.submit();
  }
  return undefined;
}

function problem(row: HTMLElement, refusal: Refused["refusal"]): void {
  const place = row.querySelector<HTMLElement>("[data-problem]");
  const parts = place?.querySelectorAll<HTMLElement>("b, span > span");
  if (!place || !parts) return;
  place.hidden = !refusal;
  if (!refusal) return;
  const [what, rest] = [parts[0], parts[1]];
  if (what) what.textContent = refusal.what ?? "";
  if (rest) rest.textContent = `${refusal.why ?? ""} ${refusal.do ?? ""}`;
}

function show(row: HTMLElement, panel: Panel): void {
  row.dataset["state"] = panel.state;
  problem(row, undefined);
  toggle(row, "[data-fresh]", panel.state === "fresh");
  toggle(row, "[data-ask]", panel.state !== "fresh");
  toggle(row, "[data-ended]", panel.state === "ended");
  toggle(row, "[data-spent]", panel.state === "spent");
  const valid = row.querySelector<HTMLElement>("[data-valid]");
  if (valid) {
    valid.textContent = panel.valid;
    valid.dataset["until"] = String(panel.until);
  }
  if (panel.state !== "fresh") return;
  if (panel.way === "qr") showQr(row, panel);
  else showDigits(row, panel);
}

function showQr(row: HTMLElement, panel: Panel): void {
  const size = panel.size ?? 0;
  const code = row.querySelector<HTMLElement>("[data-qr]");
  code?.querySelector("svg")?.setAttribute("viewBox", `0 0 ${size} ${size}`);
  code?.querySelector("path")?.setAttribute("d", panel.path ?? "");
  const link = row.querySelector<HTMLAnchorElement>("a[data-open]");
  if (link && /^https?:/.test(panel.href ?? "")) link.href = panel.href ?? "";
  if (code) code.dataset["qr"] = panel.href ?? "";
}

function showDigits(row: HTMLElement, panel: Panel): void {
  const digits = row.querySelector<HTMLElement>("[data-digits]");
  const spoken = row.querySelector<HTMLElement>("[data-spoken]");
  if (spoken) spoken.textContent = panel.spoken ?? "";
  if (!digits) return;
  digits.textContent = "";
  (panel.groups ?? []).forEach((group, index) => {
    if (index) digits.append(document.createElement("i"));
    digits.append(group);
  });
  const field = row.querySelector<HTMLInputElement>("input[data-code]");
  if (field) {
    field.value = "";
    field.removeAttribute("aria-invalid");
    field.focus();
  }
}

/** Ends the panel when its time is over; answers what calls that off. */
function arm(row: HTMLElement): () => void {
  const until = Number(row.querySelector<HTMLElement>("[data-valid]")?.dataset["until"] ?? 0);
  if (row.dataset["state"] !== "fresh" || !until) return () => undefined;
  return countDown(until, (left) => {
    if (left > 0) return;
    row.dataset["state"] = "ended";
    toggle(row, "[data-fresh]", false);
    toggle(row, "[data-ask]", true);
    toggle(row, "[data-ended]", true);
    row.querySelector<HTMLElement>("[data-qr]")?.setAttribute("data-qr", "");
  });
}

function toggle(row: HTMLElement, selector: string, shown: boolean): void {
  const part = row.querySelector<HTMLElement>(selector);
  if (part) part.hidden = !shown;
}
