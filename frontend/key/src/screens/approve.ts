/** The approval (spec §6): facts first, then "this isn't me", then the confirmation code, then the decision. */
import { decide, onOwnPage, scanLogin, type Decided, type Details } from "../app/approval";
import { byBiometric } from "../app/biometric";
import { onTelephone } from "../app/call";
import { close, type Opening } from "../app/unlock";
import { readDigits } from "../core/codes";
import { gap, rich, t, type TextKey } from "../texts";
import { clock, remaining } from "../texts/times";
import { codeInput } from "../ui/codefield";
import { fill, h } from "../ui/dom";
import { icon } from "../ui/icons";
import { banner, button, everySecond, field, heading, row, type Field } from "../ui/parts";
import { iconButton, onLeave } from "../ui/shell";
import { callFacts, callHead, callWarning, checkRow, wordsFirst } from "./call";
import type { Context } from "./context";
import { askTitle, facts } from "./facts";
import { home } from "./home";
import { amountOf, moneyHead } from "./money";
import { notMe } from "./notme";
import { again, errorWords, problemPage, refusedAs, work } from "./problem";
import { approved, denied, over } from "./results";
import { scanner } from "./scan";
import { biometricButton, fromField, ownPin } from "./unlock";
import { bio } from "./words";

/** The confirmation that stands ready: a scanned code's hash, or "" while digits are to be typed. */
type State = { scanned: string; typed: string; wrong: unknown };
const states = new Map<string, State>();

export function approve(ctx: Context, details: Details, scanned = ""): void {
  ctx.trial = false;
  const state = states.get(details.attempt) ?? { scanned, typed: "", wrong: null };
  states.set(details.attempt, state);
  const place = h("div", {});
  const call = onTelephone(details);
  const shown = call ? { root: callFacts(details), tick: () => undefined } : facts(details, ctx.app.time());
  const accept = button("solid", "", () => void press());
  const refuse = button("line", t("approve.deny"), () => void deny(), { kind: "btn--wide btn--mid" });
  const until = h("p", { class: "until" });
  const instead = button(
    "quiet",
    t("unlock.pin", { bio: bio(ctx) }),
    () => ctx.nav.go(() => pinStep(ctx, details, state)),
    { kind: "btn--s btn--flush" },
  );
  const code = details.confirm && !state.scanned ? codeSlip(ctx, details, state, () => drawAccept()) : null;

  const ready = (): boolean =>
    !(call && wordsFirst(details)) &&
    (!details.confirm || !!state.scanned || readDigits(state.typed, 6).fault === null);
  const needs = (): string => (call ? t(wordsFirst(details) ? "call.needs.words" : "call.needs") : t("approve.needs"));
  const drawAccept = (): void => {
    const label = !ready() ? needs() : ctx.app.slot ? t("approve.bio", { bio: bio(ctx) }) : t("approve.pin");
    accept.disabled = !ready();
    instead.hidden = !ready() || !ctx.app.slot;
    fill(accept, ctx.app.slot ? icon("finger") : null, h("span", {}, label));
  };
  const failed = (error: unknown): boolean => afterRefusal(ctx, details, state, error);
  const deny = async (): Promise<void> => {
    const done = await work(ctx, { button: refuse, saying: t("busy.send"), place, caught: failed }, () =>
      decide(ctx.app, details, "deny", "", null),
    );
    if (done) finish(ctx, details, done.value);
  };
  const press = async (): Promise<void> => {
    const opening = ctx.app.slot
      ? await work(ctx, { button: accept, saying: t("busy.phone"), place }, () => byBiometric(ctx.app))
      : { value: null };
    if (!opening) return;
    if (!opening.value) return ctx.nav.go(() => pinStep(ctx, details, state));
    const verified = opening.value;
    const done = await work(ctx, { button: accept, saying: t("busy.send"), place, caught: failed }, () =>
      send(ctx, details, state, verified),
    );
    if (done) finish(ctx, details, done.value);
  };

  ctx.show({
    title: askTitle(details),
    who: details.username,
    end: iconButton("x", t("approve.later"), () => ctx.nav.root(() => home(ctx))),
    tight: true,
    main: [
      head(details),
      place,
      shown.root,
      ...(call ? [callWarning(ctx, details), checkRow(ctx, details)] : []),
      notMeRow(ctx, details),
      alarm(details) ? banner("warn", "warn", h("p", { class: "small" }, t("approve.hangup"))) : null,
      code?.root,
      state.scanned && details.confirm
        ? h("p", { class: "is-ok line small" }, icon("check", true), t("approve.scanned"))
        : null,
      until,
      instead,
    ],
    foot: [accept, refuse],
  });
  drawAccept();
  code?.complain();
  everySecond(onLeave, () => {
    const now = ctx.app.time();
    shown.tick(now);
    if (details.expires <= now) return ctx.nav.replace(() => over(ctx, null));
    fill(until, rich("approve.until", { time: clock(details.expires, true), left: remaining(details.expires - now) }));
  });
}

function head(details: Details): HTMLElement {
  if (onTelephone(details)) return callHead(details);
  if (details.money) return moneyHead(details, details.money);
  if (details.asked === "login") return h("h1", {}, askTitle(details));
  return heading(askTitle(details), t(details.asked === "recover" ? "ask.recover.lead" : "ask.confirm.lead"));
}

/** The red way out. On the telephone it is also the way for whoever was called, and is told that he called. */
function notMeRow(ctx: Context, details: Details): HTMLElement {
  const open = (): void => ctx.nav.go(() => notMe(ctx, details));
  if (details.asked === "caller.called_us") return row("stop", t("call.notme.you"), t("call.notme.you.below"), open, true);
  const below = onTelephone(details) ? t("call.notme.us.below") : t("notme.row.below");
  return row("stop", t("notme.row"), below, open, true);
}

/** Another place and another network and another browser at once: the pattern of a call that asks to approve. */
function alarm(details: Details): boolean {
  return !!details.place && details.placeNew && details.networkNew && details.browserNew;
}

const REASONS: Record<string, TextKey> = {
  browser: "reason.browser",
  network: "reason.network",
  denial: "reason.denial",
  several: "reason.several",
  policy: "reason.policy",
  suspicion: "reason.suspicion",
};

/** Where the digits stand: on the one page named, or in a program that has no address. */
function codeFrom(details: Details): Node[] {
  if (onOwnPage(details)) return rich("approve.code.hint", { portal: details.portal });
  return rich("approve.code.hint.program", { program: details.clientName });
}

/** The slip: digits of the login page, typed or scanned. */
function codeSlip(
  ctx: Context,
  details: Details,
  state: State,
  changed: () => void,
): { root: HTMLElement; complain: () => void } {
  const input = codeInput(6, { value: state.typed });
  const reason = REASONS[details.confirmReason];
  const call = onTelephone(details);
  const code: Field = field({
    label: t(call ? "call.code" : details.asked === "login" ? "approve.code" : "ask.code"),
    slip: true,
    hintAfter: true,
    hint: call
      ? t("call.code.hint")
      : [...codeFrom(details), reason ? [gap(), t(reason)] : null],
    input,
    ...(call ? {} : { wrap: () => besideScan(ctx, details, state, input) }),
  });
  input.addEventListener("input", () => {
    state.typed = input.value;
    if (state.wrong) {
      state.wrong = null;
      code.error(null);
    }
    changed();
  });
  const complain = (): void => {
    if (!state.wrong) return;
    code.error(errorWords(ctx, state.wrong));
    input.focus();
  };
  return { root: h("div", { class: "slip slip--in" }, code.root), complain };
}

function besideScan(ctx: Context, details: Details, state: State, input: HTMLInputElement): HTMLElement {
  const scan = button("quiet", [icon("scan", true), t("scan")], () => readCode(ctx, details, state), {
    kind: "btn--s",
    "aria-label": t("scan.long"),
  });
  return h("div", { class: "enter" }, input, scan);
}

/** Reads the login's own QR in place of typing. A code of another login costs no try: the server says first whose it is. */
function readCode(ctx: Context, details: Details, state: State): void {
  ctx.nav.go(() =>
    scanner(ctx, {
      confirm: (link) => {
        const other = (): void =>
          ctx.nav.replace(() =>
            ctx.show({
              title: t("scan.other.title"),
              main: [heading(t("scan.other.title"), t("scan.other.lead"))],
              foot: [button("solid", t("back"), () => ctx.nav.back())],
            }),
          );
        void scanLogin(ctx.app, link.secret).then(
          (found) => {
            if (found.details.attempt !== details.attempt) return other();
            state.scanned = found.hash;
            state.typed = "";
            ctx.nav.back();
          },
          (error: unknown) =>
            refusedAs(error, "notForYou")
              ? other()
              : ctx.nav.replace(() =>
                  problemPage(
                    ctx,
                    error,
                    again(() => ctx.nav.back()),
                  ),
                ),
        );
      },
    }),
  );
}

async function send(ctx: Context, details: Details, state: State, opening: Opening): Promise<Decided> {
  const read = readDigits(state.typed, 6);
  const confirmation = state.scanned || (details.confirm && read.fault === null ? read.digits : "");
  try {
    return await decide(ctx.app, details, "approve", confirmation, opening);
  } finally {
    close(opening);
  }
}

function finish(ctx: Context, details: Details, result: Decided): void {
  states.delete(details.attempt);
  ctx.watch.settle(details.attempt);
  void ctx.watch.refresh();
  ctx.nav.root(() => (result.result === "approved" ? approved(ctx, details) : denied(ctx, details, result)));
}

/** Refusals with a page or a place of their own. */
function afterRefusal(ctx: Context, details: Details, state: State, error: unknown): boolean {
  if (refusedAs(error, "over", "notForYou")) {
    states.delete(details.attempt);
    ctx.watch.settle(details.attempt);
    ctx.nav.root(() => over(ctx, error));
    return true;
  }
  if (!refusedAs(error, "confirmationWrong")) return false;
  state.typed = "";
  state.scanned = "";
  if (error.refusal.left === 0) {
    states.delete(details.attempt);
    ctx.watch.settle(details.attempt);
    ctx.nav.root(() => over(ctx, error));
    return true;
  }
  state.wrong = error;
  ctx.nav.again(true);
  return true;
}

function pinLead(details: Details): Node[] {
  const { agent, clientName: client, place } = details;
  if (onTelephone(details)) return rich("call.pin.lead", { agent, brand: client });
  if (details.money) return rich("money.pin", { amount: amountOf(details.money), payee: details.money.payeeName });
  if (details.asked !== "login") return rich("ask.pin.lead", { what: askTitle(details), client });
  return rich(place ? "approve.pin.lead.at" : "approve.pin.lead", { client, place });
}

/** The PIN, on a page of its own that says once more what it is for. */
function pinStep(ctx: Context, details: Details, state: State): void {
  const place = h("div", {});
  const pin = ownPin();
  const accept = button("solid", t("approve.do"), null, { form: "approve" });
  const caught = (error: unknown): boolean => {
    pin.input.value = "";
    if (refusedAs(error, "pinWrong")) {
      pin.error(errorWords(ctx, error));
      pin.input.focus();
      return true;
    }
    if (refusedAs(error, "confirmationWrong") && error.refusal.left !== 0) {
      state.typed = "";
      state.scanned = "";
      state.wrong = error;
      ctx.nav.back();
      return true;
    }
    return afterRefusal(ctx, details, state, error);
  };
  const run = async (opening: () => Promise<Opening | null>): Promise<void> => {
    const done = await work(ctx, { button: accept, saying: t("busy.send"), place, caught }, async () => {
      const opened = await opening();
      return opened && send(ctx, details, state, opened);
    });
    if (done?.value) finish(ctx, details, done.value);
  };
  ctx.show({
    title: t("approve.pin.title"),
    who: details.username,
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(
        t("approve.pin.title"),
        pinLead(details),
      ),
      place,
      h(
        "form",
        {
          id: "approve",
          novalidate: true,
          onsubmit: (event) => (event.preventDefault(), void run(() => fromField(ctx, pin))),
        },
        pin.root,
      ),
    ],
    foot: [
      accept,
      biometricButton(
        ctx,
        (opening) => void run(() => Promise.resolve(opening)),
        () => pin.input.focus(),
      ),
    ],
  });
  pin.input.focus();
  everySecond(onLeave, () => {
    if (details.expires <= ctx.app.time()) ctx.nav.root(() => over(ctx, null));
  });
}
