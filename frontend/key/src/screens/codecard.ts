/** One user with the code: shut until the PIN or fingerprint, shut again when hidden, left or after a while (E01). */
import { confirm } from "../app/activation";
import { byBiometric } from "../app/biometric";
import { repair } from "../app/worker";
import { close, keyOf, type Opening } from "../app/unlock";
import { STEP, stepOf, totp } from "../core/codes";
import type { User } from "../store/store";
import { rich, t } from "../texts";
import { fill, h } from "../ui/dom";
import { banner, button, digitsShown, tag } from "../ui/parts";
import { iconButton } from "../ui/shell";
import { activationRefused } from "./activationRefused";
import type { Context } from "./context";
import { method } from "./method";
import { refusedAs, work } from "./problem";
import { biometricButton, fromField, ownPin } from "./unlock";

/** An open code shuts by itself, so that a phone left on a table shows nothing for long. */
const OPEN_FOR = 120_000;

export type Card = { root: HTMLElement; shut: () => void; user: User };

export function card(ctx: Context, user: User, change: (card: Card | null) => void): Card {
  const control = h("div", {});
  const body = h("div", {});
  const root = h(
    "li",
    {},
    h(
      "div",
      { class: "user" },
      h(
        "div",
        {},
        h("p", { class: "user__name" }, h("bdi", {}, user.username)),
        h("p", { class: "meta" }, h("bdi", {}, user.displayName)),
      ),
      control,
    ),
    body,
  );
  let timers: (() => void)[] = [];
  const shut = (): void => {
    timers.forEach((stop) => stop());
    timers = [];
    turn += 1;
    fill(body);
    drawControl();
  };
  const self: Card = { root, shut, user };
  const drawControl = (): void => {
    if (user.state === "inactive") return void fill(control, tag("bad", "stop", t("user.inactive")));
    const label = user.state === "unconfirmed" ? t("user.finish") : t("codes.show");
    fill(
      control,
      h(
        "button",
        {
          class: "btn btn--line btn--s",
          type: "button",
          "aria-label": `${label}: ${user.username}`,
          onclick: () => void begin(),
        },
        label,
      ),
    );
  };
  let turn = 0;
  /** The fingerprint is asked at once; the PIN stays open beside it, for phones that never show their prompt. */
  const begin = async (): Promise<void> => {
    change(self);
    if (!ctx.app.phone) return void fill(body, lost(ctx, user));
    ask();
    if (user.state !== "active" || !ctx.app.slot) return;
    const mine = (turn += 1);
    const opening = await byBiometric(ctx.app);
    if (!opening) return;
    if (mine === turn) await show(opening);
    else close(opening);
  };
  const ask = (): void => {
    const place = h("div", {});
    const pin = ownPin();
    const submit = button("solid", user.state === "active" ? t("codes.show") : t("user.finish"), null, {});
    const send = async (event: Event): Promise<void> => {
      event.preventDefault();
      const opened = await work(
        ctx,
        { button: submit, saying: t("busy.open"), place, caught: (error) => wrongPin(error) },
        async () => {
          const opening = await fromField(ctx, pin);
          if (opening && user.state === "unconfirmed") await confirm(ctx.app, user, opening);
          return opening;
        },
      );
      if (!opened?.value) return;
      if (user.state === "active") return show(opened.value);
      close(opened.value);
      ctx.nav.again(true);
    };
    const wrongPin = (error: unknown): boolean => {
      pin.input.value = "";
      return user.state === "unconfirmed" && refusedAs(error, "enrolmentOver", "usedOrOld")
        ? activationRefused(ctx, error)
        : false;
    };
    fill(
      body,
      h(
        "form",
        { class: "stack stack--2 open", novalidate: true, onsubmit: (event) => void send(event) },
        pin.root,
        place,
        submit,
        biometricButton(
          ctx,
          (opening) => void show(opening),
          () => pin.input.focus(),
        ),
      ),
    );
    fill(
      control,
      h("button", { class: "btn btn--quiet btn--s", type: "button", onclick: () => change(null) }, t("cancel")),
    );
    if (!ctx.app.slot) pin.input.focus();
  };
  const show = async (opening: Opening): Promise<void> => {
    turn += 1;
    let key: CryptoKey;
    try {
      key = await keyOf(ctx.app, user, opening, "totp");
    } catch {
      fill(body, lost(ctx, user));
      return;
    } finally {
      close(opening);
    }
    timers = [openCode(ctx, body, key, () => change(null))];
    fill(
      control,
      h(
        "button",
        {
          class: "btn btn--quiet btn--s",
          type: "button",
          "aria-label": `${t("hide")}: ${user.username}`,
          onclick: () => change(null),
        },
        t("hide"),
      ),
    );
  };
  drawControl();
  return self;
}

/** What codes are made of is gone or unreadable, whatever the PIN (U05): an update first, then a new activation. */
function lost(ctx: Context, user: User): HTMLElement {
  const small = { kind: "btn--wide btn--s" };
  return h(
    "div",
    { role: "alert", class: "open stack stack--2" },
    banner("bad", "stop", h("p", { class: "small" }, rich("codes.lost", { username: user.username }))),
    navigator.onLine === false ? null : button("line", t("codes.update"), () => void repair(), small),
    button("line", t("unknown.activate"), () => ctx.nav.go(() => method(ctx, true)), small),
  );
}

/** Draws the code of the moment and every next one; returns the way to end that. The key lives only in here. */
function openCode(ctx: Context, body: HTMLElement, key: CryptoKey, expire: () => void): () => void {
  const shown = h("p", { class: "code-now" });
  const bar = h("progress", { class: "until__bar", max: STEP, "aria-hidden": "true" });
  const left = h("span", {});
  const copied = h("p", { class: "small is-ok", role: "status" });
  let code = "";
  let step = -1;
  let ended = false;
  const copy = (): void => {
    void navigator.clipboard?.writeText(code).then(
      () => fill(copied, t("codes.copied")),
      () => fill(copied, t("codes.notCopied")),
    );
  };
  fill(
    body,
    h("div", { class: "otp" }, shown, navigator.clipboard ? iconButton("copy", t("codes.copy"), copy) : null),
    h("div", { class: "until", "aria-live": "off" }, left, bar),
    copied,
    h("p", { class: "meta codes__note" }, t("codes.note")),
  );
  const tick = async (): Promise<void> => {
    const now = Math.floor(ctx.app.now() / 1000);
    bar.value = STEP - (now % STEP);
    fill(left, rich("codes.left", { n: STEP - (now % STEP) }));
    if (stepOf(now) === step) return;
    step = stepOf(now);
    const next = await totp(key, step);
    if (ended) return;
    code = next;
    fill(copied);
    fill(shown, digitsShown(code, t("codes.spoken")));
  };
  void tick();
  const timer = setInterval(() => void tick(), 1000);
  const end = setTimeout(expire, OPEN_FOR);
  return () => {
    ended = true;
    code = "";
    clearInterval(timer);
    clearTimeout(end);
  };
}
