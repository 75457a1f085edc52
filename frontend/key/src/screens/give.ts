/** Transfer, on the phone that has Key (L05, spec §5.10): the PIN, a QR, the six digits of the new phone. */
import { Offer } from "../app/keylife";
import type { RenewalState } from "../app/renewal";
import { readDigits } from "../core/codes";
import { NoAnswer } from "../net/refusal";
import { rich, t } from "../texts";
import { codeInput } from "../ui/codefield";
import { fill, h } from "../ui/dom";
import { banner, button, explained, field, heading, steps } from "../ui/parts";
import { onLeave } from "../ui/shell";
import type { Context } from "./context";
import { ended, renewalRefused } from "./ended";
import { home } from "./home";
import { alertIn, errorWords, refusedAs, work } from "./problem";
import { pinStep } from "./pinstep";

const PAUSE = 2_000;
const OVER: RenewalState[] = ["void", "expired", "done"];

export function give(ctx: Context): void {
  pinStep<Offer>(ctx, {
    title: t("give.title"),
    lead: t("give.lead"),
    label: t("give.show"),
    saying: t("busy.check"),
    back: true,
    biometric: true,
    above: steps(t("give.1"), t("give.2"), t("give.3")),
    take: async (open) => {
      const opening = await open();
      return opening && Offer.make(ctx.app, opening);
    },
    taken: (offer) => ctx.nav.replace(() => void shown(ctx, offer)),
  });
}

/** Asks again and again how far it is, until the screen is left or one of these states is reached. */
export function follow(
  look: () => Promise<RenewalState>,
  wait: (milliseconds: number) => Promise<void>,
  until: RenewalState[],
  reached: (state: RenewalState) => void,
): void {
  let left = false;
  onLeave(() => (left = true));
  const turn = async (): Promise<void> => {
    while (!left) {
      const state = await look().catch(() => null);
      if (left) return;
      if (state && until.includes(state)) return reached(state);
      await wait(PAUSE);
    }
  };
  void turn();
}

async function shown(ctx: Context, offer: Offer): Promise<void> {
  const picture = h("div", { class: "qr" });
  let going = false;
  const stop = button("line", t("give.stop"), () => {
    void offer.renewal.cancel().catch(() => undefined);
    ctx.nav.root(() => home(ctx));
  }, { kind: "btn--wide btn--mid" });
  ctx.show({
    title: t("give.scan"),
    spacing: "stack--5",
    main: [
      heading(t("give.scan"), t("give.scan.lead")),
      picture,
      h("p", { class: "status", role: "status" }, h("span", { class: "pulse" }), h("span", {}, t("give.waiting"))),
      banner("warn", "warn", h("p", { class: "small" }, t("give.only"))),
    ],
    foot: [stop],
  });
  onLeave(() => {
    if (!going) offer.forget();
  });
  const { wire } = ctx.app;
  follow(() => offer.renewal.look(), (time) => wire.wait(time), ["scanned", ...OVER], (state) => {
    going = state === "scanned";
    if (going) ctx.nav.replace(() => digits(ctx, offer));
    else stopped(ctx);
  });
  try {
    const { drawQr } = await import("../ui/qrdraw");
    fill(picture, drawQr(offer.link, t("give.qr")));
    picture.setAttribute("data-qr", offer.link);
  } catch {
    // The script that draws comes by the network at its first use.
    alertIn(ctx, picture, new NoAnswer("lost"));
  }
}

function digits(ctx: Context, offer: Offer): void {
  const place = h("div", {});
  const code = field({ label: t("give.code"), hint: t("give.code.hint"), input: codeInput(6, {}) });
  const next = button("solid", t("give.approve"), null, { form: "digits" });
  let approved = false;
  onLeave(() => offer.forget());
  const stop = (): void => {
    void offer.renewal.cancel().catch(() => undefined);
    ctx.nav.root(() => home(ctx));
  };
  const caught = (error: unknown): boolean => {
    code.input.value = "";
    if (!refusedAs(error, "transferCode")) return renewalRefused(ctx, error);
    code.error(errorWords(ctx, error));
    code.input.focus();
    return true;
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const read = readDigits(code.input.value, 6);
    code.error(read.fault ? explained(t("digits.what", { n: 6 }), t("digits.rest")) : null);
    if (read.fault !== null) return code.input.focus();
    const done = await work(ctx, { button: next, saying: t("busy.send"), place, caught }, () => offer.approve(read.digits));
    if (!done) return;
    approved = true;
    ctx.nav.replace(() => moving(ctx, offer));
  };
  ctx.show({
    title: t("give.code.title"),
    spacing: "stack--5",
    main: [
      heading(t("give.code.title"), rich("give.code.lead", { name: offer.renewal.name })),
      place,
      h("form", { id: "digits", novalidate: true, onsubmit: (event) => void send(event) }, code.root),
      banner("warn", "warn", h("p", { class: "small" }, t("give.only"))),
    ],
    foot: [next, button("line", t("give.stop"), stop, { kind: "btn--wide btn--mid" })],
  });
  follow(() => offer.renewal.look(), (time) => ctx.app.wire.wait(time), OVER, () => {
    if (!approved) stopped(ctx);
  });
}

function moving(ctx: Context, offer: Offer): void {
  ctx.show({
    title: t("give.moving"),
    spacing: "stack--5",
    main: [
      heading(t("give.moving"), t("give.moving.lead")),
      h("p", { class: "status", role: "status" }, h("span", { class: "pulse" }), h("span", {}, t("give.waiting.pin"))),
    ],
  });
  follow(() => offer.renewal.look(), (time) => ctx.app.wire.wait(time), OVER, (state) => {
    if (state !== "done") return stopped(ctx);
    void ctx.app.leave().then(() => ended(ctx, t("give.done"), t("give.done.lead")));
  });
}

function stopped(ctx: Context): void {
  ctx.nav.root(() =>
    ctx.show({
      title: t("give.over"),
      main: [heading(t("give.over"), t("give.over.lead"))],
      foot: [button("solid", t("toCodes"), () => ctx.nav.root(() => home(ctx)))],
    }),
  );
}
