/** The demonstration's page: the outbox, what has been tried, the token in the drawer, and the phone's camera pointed at the computer. */

import { copyText } from "./clipboard";
import { pause, visible } from "./live";
import { filled } from "./time";

const EVERY_MS = 1500;

interface Message {
  id: string | number;
  channel: "sms" | "mail" | "push";
  to: string;
  subject: string;
  text: string;
  code: string;
  lang: string;
  at: number;
}

const outbox = document.querySelector<HTMLElement>("[data-outbox]");
const tried = document.querySelectorAll<HTMLElement>("[data-progress]");
const clock = document.querySelector<HTMLElement>("[data-clock]");
const seen = new Set<string>();

function element<K extends keyof HTMLElementTagNameMap>(name: K, className = "", text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function icon(name: string): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon icon--s");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** 14:32:08 in the zone of the portal's pages, so that both sides tell one time. */
function clockTime(at: number): string {
  return new Date((at + Number(clock?.dataset["clock"] ?? 0)) * 1000).toISOString().slice(11, 19);
}

function article(message: Message, words: DOMStringMap): HTMLElement {
  const made = element("article", "msg");
  const head = element("p", "msg__head");
  const symbol = { sms: "sms", mail: "mail", push: "bell" }[message.channel] ?? "info";
  head.append(icon(symbol), element("b", "", words[message.channel] ?? message.channel), element("span", "num", clockTime(message.at)));
  made.append(head, element("p", "meta", filled(words["to"] ?? "{to}", { to: message.to })));
  if (message.subject) {
    const subject = element("p");
    subject.lang = message.lang;
    subject.append(element("b", "", message.subject));
    made.append(subject);
  }
  const text = element("p", "msg__text", message.channel === "push" ? (words["pushText"] ?? "") : message.text.trim());
  if (message.channel !== "push") text.lang = message.lang;
  made.append(text);
  if (message.code) made.append(copyButton(message.code, words));
  return made;
}

function copyButton(code: string, words: DOMStringMap): HTMLElement {
  const row = element("div", "btns btns--tight");
  const button = element("button", "btn btn--line btn--s", words["copy"] ?? "");
  button.type = "button";
  button.addEventListener("click", () => {
    void copyText(code).then((done) => {
      if (done) button.textContent = words["copied"] ?? "";
    });
  });
  row.append(button);
  return row;
}

function showMessages(messages: Message[]): void {
  if (!outbox) return;
  const first = outbox.firstChild;
  for (const message of messages) {
    const id = String(message.id);
    if (seen.has(id)) continue;
    seen.add(id);
    outbox.insertBefore(article(message, outbox.dataset), first);
  }
  const empty = outbox.querySelector<HTMLElement>("[data-empty]");
  if (empty) empty.hidden = seen.size > 0;
}

function showProgress(list: HTMLElement, done: Record<string, boolean>): void {
  let next = list.dataset["progress"] === "in-order";
  for (const step of list.querySelectorAll<HTMLElement>("[data-step]")) {
    const ticked = done[step.dataset["step"] ?? ""] === true;
    step.classList.toggle("is-done", ticked);
    if (!ticked && next) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
    next = next && ticked;
    const word = step.querySelector("[data-word]");
    if (word) word.textContent = ticked ? ` (${list.dataset["done"] ?? ""})` : "";
  }
}

async function json(path: string): Promise<unknown> {
  const answer = await fetch(path, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function keepUp(): Promise<void> {
  for (;;) {
    try {
      const [sent, done] = await Promise.all([json("/demo/outbox"), json("/demo/progress")]);
      showMessages((sent as { messages: Message[] }).messages);
      for (const list of tried) showProgress(list, done as Record<string, boolean>);
    } catch {
      // the server restarts after "Start over": the next round finds it
    }
    await pause(EVERY_MS);
    await visible();
  }
}

/** The portal in its frame says which QR code it shows; the phone's camera would read the same from the screen and open its address. */
function pointCamera(): void {
  const portal = document.querySelector<HTMLIFrameElement>("[data-portal]");
  const phone = document.querySelector<HTMLIFrameElement>("[data-key]");
  const button = document.querySelector<HTMLButtonElement>("[data-camera]");
  if (!portal || !phone || !button) return;
  const key = phone.dataset["key"] ?? "";
  let shown = "";
  addEventListener("message", (event: MessageEvent<unknown>) => {
    if (event.source !== portal.contentWindow || event.origin !== portal.dataset["portal"]) return;
    const { type, text } = (event.data ?? {}) as { type?: unknown; text?: unknown };
    if (type !== "watchword-qr" || typeof text !== "string") return;
    shown = text.startsWith(`${key}/`) ? text : "";
    button.hidden = !shown;
  });
  button.addEventListener("click", () => {
    if (!shown) return;
    phone.src = "about:blank"; // the address may differ from the last one by its fragment only: a camera opens it afresh
    setTimeout(() => {
      phone.src = shown;
    }, 50);
  });
}

/** The portal's frame takes over the language of this page, once: afterwards it may be switched by itself. Key takes it from its address. */
function passLanguage(): void {
  const portal = document.querySelector<HTMLIFrameElement>("[data-portal]");
  // The page's load comes after that of its frames, so the frame's own script is there to hear it.
  addEventListener("load", () => {
    portal?.contentWindow?.postMessage({ type: "watchword-lang", lang: document.documentElement.lang }, portal.dataset["portal"] ?? "");
  });
}

function runClock(): void {
  setInterval(() => {
    if (clock) clock.textContent = clockTime(Date.now() / 1000).slice(0, 5);
  }, 5000);
}

/** "Meet an attacker": the server runs the attack from outside and tells in sentences what came of it. */
function meetAttacker(): void {
  const box = document.querySelector<HTMLElement>("[data-attack]");
  const said = box?.querySelector<HTMLElement>("[data-said]");
  if (!box || !said) return;
  box.hidden = false;
  const buttons = [...box.querySelectorAll<HTMLButtonElement>("[data-kind]")];
  const tell = (lines: string[]): void => said.replaceChildren(...lines.map((line) => element("li", "", line)));
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const one of buttons) one.disabled = true;
      tell([box.dataset["running"] ?? ""]);
      const body = new URLSearchParams({ kind: button.dataset["kind"] ?? "" });
      void fetch("/demo/attack", { method: "POST", body, headers: { Accept: "application/json" } })
        .then(async (answer) => {
          if (!answer.ok) throw new Error(String(answer.status));
          tell(((await answer.json()) as { lines: string[] }).lines);
        })
        .catch(() => tell([box.dataset["failed"] ?? ""]))
        .finally(() => {
          for (const one of buttons) one.disabled = false;
          button.focus();
        });
    });
  }
}

/** The token: the server's emulator has its key, and shows the response once the PIN fits. */
function useToken(): void {
  const form = document.querySelector<HTMLFormElement>("[data-token]");
  const answer = form?.querySelector<HTMLElement>("[data-answer]");
  if (!form || !answer) return;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    const body = new URLSearchParams({ pin: String(fields.get("pin") ?? ""), challenge: String(fields.get("challenge") ?? "") });
    void fetch("/demo/token", { method: "POST", body, headers: { Accept: "application/json" } })
      .then(async (got) => {
        if (!got.ok) throw new Error(String(got.status));
        const { response, said } = (await got.json()) as { response: string; said: string };
        if (!response) {
          answer.replaceChildren(element("p", "small", said));
          return;
        }
        const digits = element("p", "digits digits--s", response.replace(/(\d{4})(?=\d)/g, "$1 "));
        answer.replaceChildren(element("p", "small", form.dataset["label"] ?? ""), digits);
      })
      .catch(() => answer.replaceChildren(element("p", "small", form.dataset["failed"] ?? "")))
      .finally(() => answer.scrollIntoView({ block: "nearest" }));
  });
}

useToken();
meetAttacker();
pointCamera();
passLanguage();
runClock();
void keepUp();
