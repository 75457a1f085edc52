/** The step that every change of Key begins with: what it does, the PIN of this phone, one button; a wrong PIN is told under its field. */
import type { Opening } from "../app/unlock";
import { h, type Child } from "../ui/dom";
import { button, heading, type Field } from "../ui/parts";
import { iconButton } from "../ui/shell";
import { t } from "../texts";
import type { Context } from "./context";
import { renewalRefused } from "./ended";
import { errorWords, refusedAs, work } from "./problem";
import { biometricButton, fromField, ownPin } from "./unlock";

/** The PIN typed, or the fingerprint where the step takes one; null where there is a reason not to go on, which is shown. */
export type Open = () => Promise<Opening | null>;

export type PinStep<T> = {
  title: string;
  lead: string;
  label: string;
  saying: string;
  /** Where the person is: "1 of 2". */
  step?: string;
  hint?: string;
  above?: Child;
  below?: Child;
  back?: boolean;
  biometric?: boolean;
  /** Further buttons; `place` is where they show what went wrong. */
  more?: (place: HTMLElement) => Child[];
  take: (open: Open, pin: Field) => Promise<T | null>;
  /** Called with what `take` gave, unless the screen was left or it went wrong. */
  taken: (value: T) => void;
};

export function pinStep<T>(ctx: Context, asked: PinStep<T>): void {
  const place = h("div", {});
  const pin = ownPin(asked.hint);
  const next = button("solid", asked.label, null, { form: "pin" });
  const caught = (error: unknown): boolean => {
    pin.input.value = "";
    if (!refusedAs(error, "pinWrong")) return renewalRefused(ctx, error);
    pin.error(errorWords(ctx, error));
    pin.input.focus();
    return true;
  };
  const run = async (open: Open): Promise<void> => {
    const done = await work(ctx, { button: next, saying: asked.saying, place, caught }, () => asked.take(open, pin));
    if (done && done.value !== null) asked.taken(done.value);
  };
  ctx.show({
    title: asked.title,
    ...(asked.step ? { step: asked.step } : {}),
    ...(asked.back ? { end: iconButton("back", t("back"), () => ctx.nav.back()) } : {}),
    spacing: "stack--5",
    main: [
      heading(asked.title, asked.lead),
      asked.above,
      place,
      h(
        "form",
        {
          id: "pin",
          novalidate: true,
          onsubmit: (event) => (event.preventDefault(), void run(() => fromField(ctx, pin))),
        },
        pin.root,
      ),
      asked.below,
    ],
    foot: [
      next,
      asked.biometric
        ? biometricButton(
            ctx,
            (opening) => void run(() => Promise.resolve(opening)),
            () => pin.input.focus(),
          )
        : null,
      ...(asked.more?.(place) ?? []),
    ],
  });
}
