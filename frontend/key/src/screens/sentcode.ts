/** The pages on which a code that was sent is typed: the activation code (8 digits) and the proof before a new number (6). */
import type { Activation, Sent, Target } from "../app/activation";
import { readDigits } from "../core/codes";
import { t } from "../texts";
import { clock } from "../texts/times";
import { codeInput, type Digits } from "../ui/codefield";
import { fill, h } from "../ui/dom";
import { button, everySecond, explained, field, heading, more } from "../ui/parts";
import { iconButton, onLeave } from "../ui/shell";
import { activationRefused } from "./activationRefused";
import type { Context } from "./context";
import { choosePin } from "./pin";
import { errorWords, refusedAs, work } from "./problem";

export type CodePage = {
  title: string;
  lead: string;
  label: string;
  step: string;
  digits: Digits;
  sent: Sent;
  check: (code: string) => Promise<void>;
  again: () => Promise<Sent>;
  then: () => void;
  /** Takes over a refusal that ends the road; true where it did. */
  refused?: (error: unknown) => boolean;
};

export function codePage(ctx: Context, page: CodePage): void {
  let { sent } = page;
  const refused = page.refused ?? ((error: unknown): boolean => activationRefused(ctx, error));
  const place = h("div", {});
  const status = h("p", { class: "small soft", role: "status" });
  const until = h("p", { class: "until" });
  const code = field({
    label: page.label,
    hint: until,
    hintAfter: true,
    input: codeInput(page.digits, { autocomplete: "one-time-code" }),
  });
  const next = button("solid", t("next"), null, { form: "sent" });
  const resend = button("quiet", t("sent.again"), () => void again(), { kind: "btn--s btn--flush" });

  const caught = (error: unknown): boolean => {
    if (!refusedAs(error, "sentCodeWrong")) return refused(error);
    code.input.value = "";
    code.error(errorWords(ctx, error));
    code.input.focus();
    return true;
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const read = readDigits(code.input.value, page.digits);
    code.error(read.fault ? explained(t("digits.what", { n: page.digits }), t("digits.rest")) : null);
    if (read.fault !== null) return code.input.focus();
    if (await work(ctx, { button: next, saying: t("busy.check"), place, caught }, () => page.check(read.digits)))
      page.then();
  };
  const again = async (): Promise<void> => {
    if (sent.again > ctx.app.time()) {
      fill(status, t("sent.wait", { time: clock(sent.again, true) }));
      return;
    }
    const answer = await work(
      ctx,
      { button: resend, saying: t("busy.send"), place, caught: refused },
      page.again,
    );
    if (!answer) return;
    sent = answer.value;
    fill(status, t("sent.resent", { time: clock(ctx.app.time(), true) }));
    code.input.focus();
  };
  ctx.show({
    title: page.title,
    step: page.step,
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(page.title, page.lead),
      place,
      h("form", { id: "sent", novalidate: true, onsubmit: (event) => void send(event) }, code.root),
      h("div", {}, resend, status),
      more(
        t("sent.late"),
        h("ul", {}, h("li", {}, t("sent.late.1")), h("li", {}, t("sent.late.2")), h("li", {}, t("sent.late.3"))),
      ),
    ],
    foot: [next],
  });
  everySecond(onLeave, () => {
    const left = sent.expires - ctx.app.time();
    fill(until, left > 0 ? t("sent.until", { time: clock(sent.expires, true) }) : t("sent.over"));
  });
}

export function smsCode(ctx: Context, activation: Activation, target: Target, sent: Sent): void {
  codePage(ctx, {
    title: t("smscode.title"),
    lead: t("smscode.lead", { to: sent.to }),
    label: t("field.activation"),
    step: t("step", { n: 3, of: 4 }),
    digits: 8,
    sent,
    check: (code) => activation.prove(code),
    again: () => activation.send(target),
    then: () => ctx.nav.go(() => choosePin(ctx, activation)),
  });
}

export function proofCode(ctx: Context, activation: Activation, contact: string, target: Target, sent: Sent): void {
  let next: Sent;
  let proved = false;
  codePage(ctx, {
    title: t("proofcode.title"),
    lead: t("proofcode.lead", { to: sent.to }),
    label: t("field.proof"),
    step: t("step", { n: 2, of: 4 }),
    digits: 6,
    sent,
    check: async (code) => {
      // Proved once is enough: after a lost connection only the sending is left to do.
      if (!proved) await activation.proof(code);
      proved = true;
      next = await activation.send(target);
    },
    again: () => activation.sendProof(contact),
    then: () => ctx.nav.replace(() => smsCode(ctx, activation, target, next)),
  });
}
