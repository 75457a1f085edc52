/** Recovery after a reinstall (L01), and a new PIN where it is forgotten (L02; spec §5.11). */
import { Recovery, type Lost } from "../app/keylife";
import { finish } from "../app/renewal";
import type { Sent } from "../app/activation";
import { pinFault } from "../core/pin";
import { rich, t } from "../texts";
import { h } from "../ui/dom";
import { button, heading, pinField, row, rows } from "../ui/parts";
import { iconButton } from "../ui/shell";
import type { Context } from "./context";
import { ended, renewalRefused } from "./ended";
import { newActivation, phoneName } from "./method";
import { choosePin } from "./pin";
import { errorWords, refusedAs, work } from "./problem";
import { codePage } from "./sentcode";
import { askCredentials } from "./sms";
import { unfinished } from "./unfinished";
import { pinWords } from "./unlock";

export function recover(ctx: Context): void {
  const recovery = new Recovery(ctx.app, ctx.platform, phoneName);
  const key = {};
  const screen = (): void =>
    askCredentials(ctx, {
      key,
      title: t("recover.title"),
      lead: t("recover.lead"),
      step: t("step", { n: 1, of: 3 }),
      start: (username, password) => recovery.start(username, password),
      caught: (error) => renewalRefused(ctx, error),
      then: () => ctx.nav.go(() => which(ctx, recovery)),
    });
  screen();
}

/** Where the code goes; with several lost phones, which of them. */
function which(ctx: Context, recovery: Recovery): void {
  const place = h("div", {});
  const caught = (error: unknown): boolean => renewalRefused(ctx, error);
  const only = recovery.lost.length === 1 ? (recovery.lost[0] as Lost) : null;
  const send = async (lost: Lost, pressed: HTMLButtonElement): Promise<void> => {
    const sent = await work(ctx, { button: pressed, saying: t("busy.send"), place, caught }, () =>
      recovery.send(lost.device),
    );
    if (sent) ctx.nav.replace(() => code(ctx, recovery, lost, sent.value));
  };
  const lines = recovery.lost.map((lost) => {
    const line: HTMLButtonElement = row("phone", lost.name, lost.to, () => void send(lost, line));
    return line;
  });
  const next = only ? button("solid", t("recover.send"), () => void send(only, next as HTMLButtonElement)) : null;
  ctx.show({
    title: t("recover.which"),
    step: t("step", { n: 1, of: 3 }),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(t("recover.which"), only ? rich("recover.which.one", { name: only.name, to: only.to }) : t("recover.which.lead")),
      place,
      only ? null : rows(...lines),
      h("p", { class: "small soft" }, t("recover.first")),
    ],
    foot: [next],
  });
}

function code(ctx: Context, recovery: Recovery, lost: Lost, sent: Sent): void {
  codePage(ctx, {
    title: t("recover.code"),
    lead: t("smscode.lead", { to: sent.to }),
    label: t("recover.code.label"),
    step: t("step", { n: 2, of: 3 }),
    digits: 8,
    sent,
    check: (typed) => recovery.prove(typed),
    again: () => recovery.send(lost.device),
    then: () => ctx.nav.replace(() => recoveryPin(ctx, recovery)),
    refused: (error) => renewalRefused(ctx, error),
  });
}

function recoveryPin(ctx: Context, recovery: Recovery): void {
  const place = h("div", {});
  const pin = pinField(t("recover.pin"), "current-password", t("recover.pin.hint"));
  const next = button("solid", t("recover.do"), null, { form: "recovery" });
  let spent = false;
  const caught = (error: unknown): boolean => {
    if (ctx.app.waiting) return true;
    pin.input.value = "";
    spent = refusedAs(error, "pinsSpent");
    if (!refusedAs(error, "pinWrong", "pinsSpent")) return renewalRefused(ctx, error);
    pin.error(errorWords(ctx, error));
    pin.input.focus();
    return true;
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { value } = pin.input;
    const fault = pinFault(value);
    pin.error(fault ? pinWords(fault) : null);
    if (fault || spent) return pin.input.focus();
    const done = await work(ctx, { button: next, saying: t("busy.activate"), place, caught }, async () => {
      await (await recovery.unlock(value)).receive(value);
      await finish(ctx.app, value);
    });
    if (done) ended(ctx, t("recover.done", { username: recovery.username }), t("recover.done.lead"));
    else if (ctx.app.waiting) ctx.nav.root(() => unfinished(ctx));
  };
  ctx.show({
    title: t("recover.pin.title"),
    who: recovery.username,
    step: t("step", { n: 3, of: 3 }),
    spacing: "stack--5",
    main: [
      heading(t("recover.pin.title"), t("recover.pin.lead")),
      place,
      h("form", { id: "recovery", novalidate: true, onsubmit: (event) => void send(event) }, pin.root),
    ],
    foot: [next, button("quiet", t("recover.forgot"), () => ctx.nav.go(() => forgotten(ctx, recovery)), { kind: "btn--wide btn--s" })],
  });
}

/** The PIN is forgotten: said once what that ends, then a new one is made as at an activation. */
function forgotten(ctx: Context, recovery: Recovery): void {
  const place = h("div", {});
  const activation = newActivation(ctx);
  const caught = (error: unknown): boolean => renewalRefused(ctx, error);
  const next = button("solid", t("forgot.do"), () => void run());
  const run = async (): Promise<void> => {
    const done = await work(ctx, { button: next, saying: t("busy.send"), place, caught }, () => recovery.decline(activation));
    if (done) ctx.nav.replace(() => choosePin(ctx, activation));
  };
  ctx.show({
    title: t("recover.forgot"),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [heading(t("recover.forgot"), t("forgot.lead")), place],
    foot: [next],
  });
}
