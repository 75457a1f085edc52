/** The frame of every screen: header, main part, and either the decision in reach of the thumb or the tabs. */
import { t, type TextKey } from "../texts";
import { clear, h, type Child } from "./dom";
import { icon, mark, seam, type IconName } from "./icons";

export type Tab = "codes" | "scan" | "challenge" | "more";

export type View = {
  title: string;
  /** Beside the name of the app: whom the screen is about, or which step it is. */
  who?: string;
  step?: string;
  /** The one control on the right of the header. */
  end?: Node;
  tab?: Tab;
  tight?: boolean;
  spacing?: "" | "stack--2" | "stack--5";
  main: Child[];
  foot?: Child[];
};

const TABS: [Tab, IconName, TextKey][] = [
  ["codes", "code", "tab.codes"],
  ["scan", "scan", "tab.scan"],
  ["challenge", "reply", "tab.challenge"],
  ["more", "more", "tab.more"],
];

let cleanups: (() => void)[] = [];

/** Runs when the present screen is left: timers, cameras, keys in memory. */
export function onLeave(cleanup: () => void): void {
  cleanups.push(cleanup);
}

export function leave(): void {
  const run = cleanups;
  cleanups = [];
  run.forEach((cleanup) => cleanup());
}

let openTab: (tab: Tab) => void = () => undefined;
export function onTab(listener: (tab: Tab) => void): void {
  openTab = listener;
}

export function iconButton(name: IconName, label: string, action: () => void): HTMLButtonElement {
  return h("button", { class: "iconbtn", type: "button", "aria-label": label, onclick: action }, icon(name));
}

function header(view: View): HTMLElement {
  const beside = view.who
    ? h("small", { class: "mono" }, h("bdi", {}, view.who))
    : view.step
      ? h("small", {}, view.step)
      : null;
  return h(
    "header",
    {},
    h(
      "div",
      { class: "key__top" },
      h("span", { class: "brand" }, mark(), h("span", {}, "Key", beside ? " " : null, beside)),
      view.end ?? null,
    ),
    h("div", { class: "seam" }, seam()),
  );
}

function tabs(current: Tab): HTMLElement {
  return h(
    "nav",
    { class: "tabs", "aria-label": t("tab.label") },
    TABS.map(([tab, name, label]) => {
      const open = (event: Event): void => {
        event.preventDefault();
        openTab(tab);
      };
      return h(
        "a",
        { href: "/", onclick: open, "aria-current": tab === current ? "page" : null },
        icon(name),
        t(label),
      );
    }),
  );
}

/** The main part gets the focus this way: the skip link's own fragment would be taken for a secret's place. */
function skip(main: HTMLElement): HTMLElement {
  const go = (event: Event): void => {
    event.preventDefault();
    main.focus();
  };
  return h("a", { class: "skip", href: "#main", onclick: go }, t("skip"));
}

export function show(view: View, focus: boolean): void {
  const kind = `key__body${view.tight ? " key__body--tight" : ""} stack ${view.spacing ?? ""}`.trim();
  const main = h("main", { class: kind, id: "main", tabindex: -1 }, view.main);
  // It scrolls by itself: without a control inside that brings the keyboard there, it is a stop of its own.
  if (!main.querySelector("a[href], button, input, select, summary")) main.tabIndex = 0;
  clear(document.body);
  document.body.className = "key";
  document.body.append(skip(main), header(view), main);
  if (view.foot) document.body.append(h("footer", { class: "key__thumb stack stack--2" }, view.foot));
  else if (view.tab) document.body.append(tabs(view.tab));
  document.title = `${view.title} · Watchword Key`;
  window.scrollTo(0, 0);
  if (focus) {
    const heading = main.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }
}
