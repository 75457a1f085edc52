/** The facts of a login: what asks, from where, how usual each is. Strange names stay one line of plain text. */
import type { Details } from "../app/approval";
import { t } from "../texts";
import { ago, clock } from "../texts/times";
import { h, type Child } from "../ui/dom";
import { icon, type IconName } from "../ui/icons";
import { tag } from "../ui/parts";

function known(isNew: boolean): HTMLElement {
  return isNew ? tag("warn", "warn", t("fact.new")) : tag("", "check", t("fact.known"));
}

function fact(name: IconName, label: string, value: Child, extra: Child = null): HTMLElement {
  return h("div", {}, h("dt", {}, icon(name), label), h("dd", {}, value, extra));
}

/** What is about to be approved, as the title of its screen. */
export function askTitle(details: Details): string {
  return details.asked === "login" ? t("approve.title") : t(`ask.${details.asked}`);
}

const clip = (text: string): HTMLElement => h("bdi", { class: "clip" }, text);

export function browserName(details: Details): string {
  const { browser, system } = details;
  if (!browser && !system) return t("unknown");
  return browser && system ? t("browser.on", { browser, system }) : browser || system;
}

export function placeName(details: Details): string {
  return details.place ? t("place.near", { place: details.place }) : t("unknown");
}

export function facts(details: Details, now: number): { root: HTMLElement; tick: (now: number) => void } {
  const started = h("span", {});
  const tick = (at: number): void => {
    const seconds = Math.max(0, at - details.started);
    started.textContent = t("started", { time: clock(details.started, true), ago: ago(seconds) });
  };
  tick(now);
  const network = h(
    "span",
    { class: "clips" },
    clip(details.network || t("unknown")),
    details.address ? h("bdi", { class: "clip num" }, details.address) : null,
  );
  const root = h(
    "dl",
    { class: "facts", "aria-label": t("facts.label") },
    fact("screen", t(details.asked === "login" ? "fact.into" : "fact.at"), clip(details.clientName)),
    fact("pin", t("fact.place"), clip(placeName(details)), known(details.placeNew || !details.place)),
    fact("globe", t("fact.network"), network, known(details.networkNew || !details.network)),
    fact(
      "window",
      t("fact.browser"),
      clip(browserName(details)),
      known(details.browserNew || (!details.browser && !details.system)),
    ),
    fact("clock", t("fact.started"), started),
  );
  return { root, tick };
}
