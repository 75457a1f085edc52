/** Errors in words: what, why, what to do, and the reference a person can quote. */
import { NoPushService } from "../app/push";
import { NoAnswer, REFUSED, Refused, Unrecognised } from "../net/refusal";
import { gap, t, tn } from "../texts";
import { clock } from "../texts/times";
import { fill, h } from "../ui/dom";
import { icon } from "../ui/icons";
import { banner, button, explained, heading } from "../ui/parts";
import { onLeave } from "../ui/shell";
import type { Context } from "./context";
import { home } from "./home";
import { method } from "./method";

export type Explained = { what: string; rest: string[]; reference: string };

/** How many tries are left: told on the person's own phone, never to a browser. */
function left(error: Refused): string {
  const { left: n } = error.refusal;
  if (typeof n !== "number" || n < 1) return "";
  if (error.is("pinWrong", "proofWrong")) return tn("error.left.pin", n);
  return error.is("confirmationWrong", "transferCode") ? tn("error.left.code", n) : "";
}

/** The words for any error. The server's own where it refused; ours where nothing came back. */
export function explain(ctx: Context, error: unknown): Explained {
  const at = clock(ctx.app.time());
  if (error instanceof Refused) {
    const { what, why, do: todo, reference, number } = error.refusal;
    return {
      what,
      rest: [why, todo, left(error)],
      reference: t("error.reference", { reference: reference || String(number), time: at }),
    };
  }
  if (error instanceof Unrecognised)
    return { what: t("error.server.what"), rest: [t("error.server.rest")], reference: "" };
  if (error instanceof NoAnswer) {
    const { reason } = error;
    return { what: t(`error.${reason}.what`), rest: [t(`error.${reason}.rest`)], reference: "" };
  }
  if (error instanceof NoPushService)
    return { what: t("error.push.what"), rest: [t("error.push.rest")], reference: "" };
  return { what: t("error.phone.what"), rest: [t("error.phone.rest")], reference: "" };
}

export function errorWords(ctx: Context, error: unknown): Node[] {
  const { what, rest, reference } = explain(ctx, error);
  const nodes = explained(what, ...rest);
  if (reference) nodes.push(document.createTextNode(gap()), h("span", { class: "meta nowrap" }, reference));
  return nodes;
}

/** The error at the top of a screen: spoken at once, and focused so that it is found. */
export function alertIn(ctx: Context, place: HTMLElement, error: unknown): void {
  const box = h(
    "div",
    { class: "banner banner--bad", role: "alert", tabindex: -1 },
    icon("stop"),
    h("p", { class: "small" }, errorWords(ctx, error)),
  );
  fill(place, box);
  box.focus();
}

export type WayOn = { label: string; act: () => void };

export function again(act: () => void): WayOn {
  return { label: t("again"), act };
}

/** A screen of its own for what ends a road: the words, and the ways on. */
export function problemPage(ctx: Context, error: unknown, way?: WayOn): void {
  if (error instanceof Refused && error.is("pinsSpent") && ctx.app.phone?.ended) return phoneEnded(ctx);
  const { what, rest, reference } = explain(ctx, error);
  ctx.show({
    title: what,
    main: [
      heading(what, rest.filter(Boolean).join(gap())),
      reference ? h("p", { class: "meta" }, reference) : null,
      error instanceof Refused && error.is("signature")
        ? banner("", "info", h("p", { class: "small" }, t("unknown.keeps")))
        : null,
    ],
    foot: [
      way ? button("solid", way.label, way.act) : null,
      error instanceof Refused && error.is("signature")
        ? button("line", t("unknown.activate"), () => ctx.nav.go(() => method(ctx, true)), {
            kind: "btn--wide btn--mid",
          })
        : null,
      button(
        way ? "line" : "solid",
        t("toCodes"),
        () => ctx.nav.root(() => home(ctx)),
        way ? { kind: "btn--wide btn--mid" } : {},
      ),
    ],
  });
}

/** Ten wrong PINs: the phone's activation has ended (4305). */
export function phoneEnded(ctx: Context): void {
  ctx.show({
    title: t("ended.title"),
    main: [
      heading(t("ended.title"), t("ended.lead")),
      h("p", {}, t("ended.next")),
      banner("warn", "warn", h("p", { class: "small" }, t("ended.notyou"))),
    ],
    foot: [button("solid", t("ended.activate"), () => ctx.nav.go(() => method(ctx, true)))],
  });
}

export type Work = {
  button: HTMLButtonElement;
  /** What the button says meanwhile. */
  saying: string;
  /** Where errors and the state of a slow connection are shown. */
  place: HTMLElement;
  /** Takes an error over; true where it did. */
  caught?: (error: unknown) => boolean;
};

const SLOW = 4_000;

/** Runs what a button asks for. Gives nothing back when it went wrong (shown) or when the screen was left meanwhile. */
export async function work<T>(
  ctx: Context,
  { button: pressed, saying, place, caught }: Work,
  action: () => Promise<T>,
): Promise<{ value: T } | undefined> {
  if (pressed.getAttribute("aria-disabled") === "true") return undefined;
  let left = false;
  onLeave(() => (left = true));
  const label = Array.from(pressed.childNodes);
  pressed.setAttribute("aria-disabled", "true");
  fill(pressed, saying);
  const status = h("p", { class: "small soft", role: "status" });
  fill(place, status);
  const slow = setTimeout(() => fill(status, t("busy.slow")), SLOW);
  try {
    const value = await action();
    if (left) return undefined;
    fill(place);
    return { value };
  } catch (error) {
    if (left) return undefined;
    fill(place);
    if (caught?.(error)) return undefined;
    if (error instanceof Refused && error.is("pinsSpent") && ctx.app.phone?.ended) ctx.nav.root(() => phoneEnded(ctx));
    else alertIn(ctx, place, error);
    return undefined;
  } finally {
    clearTimeout(slow);
    pressed.removeAttribute("aria-disabled");
    fill(pressed, label);
  }
}

/** Whether a refusal is one of these numbers. */
export function refusedAs(error: unknown, ...kinds: (keyof typeof REFUSED)[]): error is Refused {
  return error instanceof Refused && error.is(...kinds);
}
