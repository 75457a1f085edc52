/** On the telephone (spec §6.9): what is asked and by whom, and checking the one who asks before anything is approved. */
import { callChecked, callWords, onTelephone } from "../app/call";
import type { Details } from "../app/approval";
import { rich, t } from "../texts";
import { clock, remaining } from "../texts/times";
import { fill, h, type Child } from "../ui/dom";
import { icon, type IconName } from "../ui/icons";
import { banner, button, everySecond, heading, row, rows } from "../ui/parts";
import { iconButton, onLeave } from "../ui/shell";
import { approve } from "./approve";
import type { Context } from "./context";
import { askTitle } from "./facts";
import { home } from "./home";
import { notMe, supportPhone } from "./notme";
import { alertIn, errorWords, refusedAs, work } from "./problem";
import { over } from "./results";

/** Attempts whose words were right, until they are decided. */
const matched = new Set<string>();

export function callMatched(details: Details): boolean {
  return matched.has(details.attempt);
}

/** Whoever calls proves himself first; who was called by the person may be checked, and need not be. */
export function wordsFirst(details: Details): boolean {
  return details.asked === "caller.we_called" && !callMatched(details);
}

export function callHead(details: Details): HTMLElement {
  const { clientName: brand, agent } = details;
  return heading(askTitle(details), rich("call.lead", { brand, agent }));
}

function fact(name: IconName, label: string, value: Child): HTMLElement {
  return h("div", {}, h("dt", {}, icon(name), label), h("dd", {}, value));
}

export function callFacts(details: Details): HTMLElement {
  return h(
    "dl",
    { class: "facts", "aria-label": t("facts.label") },
    fact("user", t("call.agent"), h("bdi", { class: "clip" }, details.agent || t("unknown"))),
    fact("phone", t("call.who"), t(`call.who.${details.asked === "caller.we_called" ? "us" : "you"}`)),
    fact("clock", t("fact.started"), h("span", { class: "num" }, clock(details.started, true))),
  );
}

/** What nobody of the institution ever asks, and what to do where somebody does. */
export function callWarning(ctx: Context, details: Details): HTMLElement {
  const phone = supportPhone(ctx);
  const called = details.asked === "caller.we_called" ? "us" : "you";
  return banner(
    "warn",
    "warn",
    h("p", { class: "small" }, rich(phone ? `call.warning.${called}.phone` : `call.warning.${called}`, { phone })),
  );
}

export function checkRow(ctx: Context, details: Details): HTMLElement {
  if (callMatched(details)) return h("p", { class: "is-ok line small" }, icon("check", true), t("call.matched"));
  return rows(row("reply", t("call.check"), t("call.check.below"), () => ctx.nav.go(() => checkAgent(ctx, details))));
}

/** The three words, fetched when they are wanted, gone with the screen. */
export function checkAgent(ctx: Context, details: Details): void {
  const place = h("div", {});
  const shown = h("div", { role: "status" }, h("p", { class: "soft" }, t("call.words.fetch")));
  const match = button("solid", t("call.match"), () => void right());
  const differ = button("line", t("call.differ"), () => ctx.nav.go(() => notMe(ctx, details, true)), {
    kind: "btn--wide btn--mid",
  });
  match.hidden = differ.hidden = true;
  let here = true;
  onLeave(() => (here = false));
  const caught = (error: unknown): boolean => {
    if (!refusedAs(error, "over", "notForYou")) return false;
    ctx.watch.settle(details.attempt);
    ctx.nav.root(() => over(ctx, error));
    return true;
  };
  const right = async (): Promise<void> => {
    const done = await work(ctx, { button: match, saying: t("busy.send"), place, caught }, () =>
      callChecked(ctx.app, details, true),
    );
    if (!done) return;
    matched.add(details.attempt);
    ctx.nav.back();
  };
  ctx.show({
    title: t("call.check"),
    who: details.username,
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(t("call.words.title"), rich("call.words.lead", { agent: details.agent })),
      place,
      shown,
      h("p", { class: "small soft" }, t("call.words.note")),
    ],
    foot: [match, differ],
  });
  void callWords(ctx.app, details).then(
    ({ words, lang }) => {
      if (!here) return;
      const said = words.map((word) => h("li", {}, h("bdi", {}, word)));
      fill(shown, h("ol", { class: "said", lang, "aria-label": t("call.words.label") }, said));
      match.hidden = differ.hidden = false;
    },
    (error: unknown) => {
      if (!here || caught(error)) return;
      fill(shown);
      alertIn(ctx, place, error);
    },
  );
  everySecond(onLeave, () => {
    if (details.expires <= ctx.app.time()) ctx.nav.root(() => over(ctx, null));
  });
}

/** More → "Check who is calling me": the calls of the institution that are open, or that there is none. It needs the network. */
export function checkCaller(ctx: Context): void {
  const body = h("div", { class: "stack", role: "status" }, h("p", { class: "soft" }, t("call.asking")));
  let answered = false;
  const draw = (): void => {
    if (!answered) return;
    const { problem } = ctx.watch;
    const calls = ctx.watch.open.filter(onTelephone);
    if (problem) {
      const words = h("p", { class: "small" }, errorWords(ctx, problem));
      fill(body, h("div", { class: "banner banner--bad" }, icon("stop"), words), hangUp(ctx, "call.unchecked"));
    } else if (!calls.length) fill(body, hangUp(ctx, "call.none"));
    else fill(body, rows(calls.map((details) => line(ctx, details))));
  };
  const ask = async (): Promise<void> => {
    await ctx.watch.refresh();
    answered = true;
    draw();
  };
  ctx.show({
    title: t("call.title"),
    end: iconButton("x", t("close"), () => ctx.nav.root(() => home(ctx))),
    spacing: "stack--5",
    main: [heading(t("call.title"), t("call.title.lead")), body],
    foot: [button("line", t("pending.look"), () => void ask(), { kind: "btn--wide btn--mid" })],
  });
  onLeave(ctx.watch.listen(draw));
  void ask();
}

function hangUp(ctx: Context, key: "call.none" | "call.unchecked"): HTMLElement {
  const phone = supportPhone(ctx);
  const brand = ctx.app.config?.brand.name ?? "Watchword";
  const card = h("p", { class: "small" }, rich(phone ? "call.card.phone" : "call.card", { phone }));
  return banner("warn", "warn", h("p", {}, rich(key, { brand })), card);
}

function line(ctx: Context, details: Details): HTMLElement {
  const below = `${t(`call.who.${details.asked === "caller.we_called" ? "us" : "you"}`)} · ${remaining(details.expires - ctx.app.time())}`;
  const title = [h("bdi", {}, details.agent), " · ", h("bdi", {}, details.username)];
  return row("user", title, below, () => ctx.nav.go(() => approve(ctx, details)));
}

