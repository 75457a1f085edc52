/** The PIN at activation: made for the first user (K01–K04), asked for every further one (G03, J01). */
import type { Activation } from "../app/activation";
import type { Opening } from "../app/unlock";
import { GuidelineCheck, isMixed, PIN_MIN, pinFault, type Finding, type Guidelines } from "../core/pin";
import { gap, t, template, type TextKey } from "../texts";
import { fill, h } from "../ui/dom";
import { icon, type IconName } from "../ui/icons";
import { button, explained, heading, pinField, type Field } from "../ui/parts";
import { iconButton, onLeave } from "../ui/shell";
import { activationRefused } from "./activationRefused";
import type { Context } from "./context";
import { afterActivation } from "./done";
import { alertIn, errorWords, problemPage, refusedAs, work } from "./problem";
import { biometricButton, ownPin, pinWords } from "./unlock";

type Rule = { root: HTMLElement; set: (state: "ok" | "bad" | "open") => void };
const STATES: Record<"ok" | "bad" | "open", [IconName, string]> = {
  ok: ["okc", "is-ok"],
  bad: ["stop", "is-bad"],
  open: ["ring", ""],
};

function rule(key: TextKey): Rule {
  const mark = h("span", {});
  const spoken = h("span", { class: "away" });
  const root = h("li", {}, mark, h("span", {}, t(key), spoken));
  const set = (state: "ok" | "bad" | "open"): void => {
    const [name, kind] = STATES[state];
    fill(mark, icon(name, true));
    fill(spoken, state === "open" ? null : ` ${t(state === "ok" ? "rule.met" : "rule.broken")}`);
    root.className = kind;
  };
  set("open");
  return { root, set };
}

/** The first of what was found, in the words of its kind. */
export function findingWords(found: Finding): Node[] {
  const [before, after] = template("pin.found.rest").split("{part}") as [string, string];
  const what = t(`pin.found.${found.kind}` as TextKey);
  const tail = [document.createTextNode(before), h("b", { class: "mono" }, found.part), document.createTextNode(after)];
  return [...explained(what, t("pin.found.why")), document.createTextNode(gap()), ...tail];
}

function tip(): HTMLElement {
  const words = t("pin.tip.sentence")
    .split(" ")
    .flatMap((word) => [h("b", {}, word.charAt(0)), document.createTextNode(`${word.slice(1)} `)]);
  return h(
    "details",
    { class: "panel more more--tip" },
    h("summary", {}, t("pin.tip.title")),
    h("p", { class: "small" }, t("pin.tip.how")),
    h("p", { class: "tip" }, h("span", { lang: "en" }, words), h("span", { class: "mono" }, t("pin.tip.pin"))),
  );
}

function guidelines(): HTMLElement {
  const items = (keys: TextKey[]): HTMLElement[] => keys.map((key) => h("li", {}, t(key)));
  return h(
    "details",
    { class: "more small" },
    h("summary", {}, t("pin.guide.title")),
    h("p", {}, h("b", {}, t("pin.guide.checked"))),
    h("ul", {}, items(["pin.guide.checked.1", "pin.guide.checked.2", "pin.guide.checked.3"])),
    h("p", {}, h("b", {}, t("pin.guide.avoid"))),
    h("ul", {}, items(["pin.guide.avoid.1", "pin.guide.avoid.2", "pin.guide.avoid.3"])),
    h("p", {}, t("pin.guide.better")),
  );
}

/** Checks while the person types: form at once, records shortly after the last key. */
class Live {
  readonly form: Rule;
  readonly records = rule("rule.records");
  readonly names = rule("rule.names");
  readonly mixed = rule("rule.mixed");
  private readonly check: GuidelineCheck;
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    list: Guidelines,
    private readonly pin: Field,
    private readonly least: number,
  ) {
    this.form = rule(least > PIN_MIN ? "rule.form.six" : "rule.form");
    this.check = new GuidelineCheck(list);
    onLeave(() => {
      clearTimeout(this.timer);
      this.turn += 1;
      this.check.forget();
    });
  }

  typed(): void {
    const { value } = this.pin.input;
    this.pin.error(pinFault(value) === "characters" ? pinWords("characters") : null);
    this.form.set(value && !pinFault(value, this.least) ? "ok" : "open");
    this.mixed.set(isMixed(value) ? "ok" : "open");
    this.records.set("open");
    this.names.set("open");
    clearTimeout(this.timer);
    this.turn += 1;
    if (!pinFault(value, this.least)) this.timer = setTimeout(() => void this.compare(), 350);
  }

  /** Compares with the records; true where nothing is forbidden. */
  async compare(): Promise<boolean> {
    const turn = (this.turn += 1);
    clearTimeout(this.timer);
    const found = await this.check.find(this.pin.input.value);
    if (turn !== this.turn) return false;
    const isName = (one: Finding): boolean => ["name", "city", "username"].includes(one.kind);
    this.records.set(found.some((one) => !isName(one)) ? "bad" : "ok");
    this.names.set(found.some(isName) ? "bad" : "ok");
    this.pin.error(found[0] ? findingWords(found[0]) : null);
    return !found.length;
  }
}

/** What a new PIN is made for: an activation, a change of the PIN, a transfer. */
export type NewPin = {
  guidelines: Guidelines;
  title: string;
  lead: string;
  step: string;
  label: string;
  saying: string;
  /** Uses the PIN. */
  take: (pin: string) => Promise<void>;
  caught: (error: unknown) => boolean;
  /** After `take`, whether it ended well or not. */
  settled: (done: boolean) => void;
};

export function newPin(ctx: Context, made: NewPin): void {
  const place = h("div", {});
  const least = ctx.app.config?.pinMin ?? PIN_MIN;
  const six = least > PIN_MIN;
  const pin = pinField(t(six ? "pin.new.six" : "pin.new"), "new-password");
  const again = pinField(t("pin.again"), "new-password");
  const live = new Live(made.guidelines, pin, least);
  pin.input.addEventListener("input", () => live.typed());
  again.input.addEventListener("input", () => again.error(null));
  const next = button("solid", made.label, null, { form: "pin" });

  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { value } = pin.input;
    const fault = pinFault(value, least);
    if (fault) {
      pin.error(pinWords(fault, six));
      return pin.input.focus();
    }
    if (again.input.value.normalize("NFKC") !== value.normalize("NFKC")) {
      again.error(explained(t("pin.differs.what"), t("pin.differs.rest")));
      again.input.value = "";
      return again.input.focus();
    }
    let allowed = true;
    const use = async (): Promise<void> => {
      allowed = await live.compare();
      if (allowed) await made.take(value);
    };
    const done = await work(ctx, { button: next, saying: made.saying, place, caught: made.caught }, use);
    if (!allowed) pin.input.focus();
    else made.settled(!!done);
  };
  ctx.show({
    title: made.title,
    step: made.step,
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(made.title, made.lead),
      place,
      h(
        "form",
        { id: "pin", class: "stack stack--5", novalidate: true, onsubmit: (event) => void send(event) },
        h("input", {
          class: "away",
          type: "text",
          autocomplete: "username",
          value: "Watchword Key",
          tabindex: -1,
          "aria-hidden": "true",
          readonly: true,
        }),
        pin.root,
        h(
          "ul",
          { class: "check", "aria-label": t("pin.rules") },
          live.form.root,
          live.records.root,
          live.names.root,
          live.mixed.root,
        ),
        again.root,
      ),
      tip(),
      guidelines(),
    ],
    foot: [next],
  });
}

/** The PIN of a phone that is made by this activation. */
function activationPin(ctx: Context, activation: Activation): void {
  let failure: unknown = null;
  newPin(ctx, {
    guidelines: activation.ready!.guidelines,
    title: t("pin.title"),
    lead: t("pin.lead"),
    step: stepOf(activation),
    label: t("pin.activate"),
    saying: t("busy.activate"),
    take: async (pin) => void (await activation.complete(await activation.open(pin))),
    caught: (error) => ((failure = error), activation.isWrapped || activationRefused(ctx, error)),
    settled: (done) => settled(ctx, activation, done, failure),
  });
}

/** By SMS the PIN is the fourth step of four, otherwise the second of two. */
function stepOf(activation: Activation): string {
  return activation.contacts.length ? t("step", { n: 4, of: 4 }) : t("step", { n: 2, of: 2 });
}

function existingPin(ctx: Context, activation: Activation): void {
  const place = h("div", {});
  const pin = ownPin(t("add.pin.hint"));
  const next = button("solid", t("pin.activate"), null, { form: "pin" });
  let failure: unknown = null;
  const caught = (error: unknown): boolean => {
    failure = error;
    if (activation.isWrapped) return true;
    if (refusedAs(error, "proofWrong", "pinWrong")) {
      pin.input.value = "";
      pin.error(errorWords(ctx, error));
      pin.input.focus();
      return true;
    }
    if (refusedAs(error, "signature")) {
      ctx.nav.replace(() => problemPage(ctx, error));
      return true;
    }
    return activationRefused(ctx, error);
  };
  const run = async (opening: () => Promise<Opening>): Promise<void> => {
    const done = await work(ctx, { button: next, saying: t("busy.activate"), place, caught }, async () =>
      activation.complete(await opening()),
    );
    settled(ctx, activation, !!done, failure);
  };
  const send = (event: Event): void => {
    event.preventDefault();
    const { value } = pin.input;
    const fault = pinFault(value);
    pin.error(fault ? pinWords(fault) : null);
    if (fault) pin.input.focus();
    else void run(() => activation.open(value));
  };
  ctx.show({
    title: t("add.pin.title"),
    who: activation.ready!.username,
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(t("add.pin.title"), t("add.pin.lead")),
      place,
      h("form", { id: "pin", novalidate: true, onsubmit: send }, pin.root),
    ],
    foot: [
      next,
      biometricButton(
        ctx,
        (opening) => void run(() => Promise.resolve(opening)),
        () => pin.input.focus(),
      ),
    ],
  });
}

/** After the request: on to the outcome, or to the page that finishes what a lost connection left half done. */
function settled(ctx: Context, activation: Activation, done: boolean, failure: unknown): void {
  if (done) afterActivation(ctx, activation);
  else if (activation.isWrapped && failure) ctx.nav.replace(() => almost(ctx, activation, failure));
}

function almost(ctx: Context, activation: Activation, failure: unknown): void {
  const place = h("div", {});
  const finish = button("solid", t("user.finish"), () => void run());
  const run = async (): Promise<void> => {
    if (
      await work(
        ctx,
        { button: finish, saying: t("busy.activate"), place, caught: (error) => activationRefused(ctx, error) },
        () => activation.finish(),
      )
    )
      afterActivation(ctx, activation);
  };
  ctx.show({
    title: t("almost.title"),
    spacing: "stack--5",
    main: [heading(t("almost.title"), t("almost.lead")), place],
    foot: [finish],
  });
  alertIn(ctx, place, failure);
}

export function choosePin(ctx: Context, activation: Activation): void {
  if (activation.fresh) activationPin(ctx, activation);
  else existingPin(ctx, activation);
}
