/** The code field: one real input that groups digits while they are typed and keeps the caret where it was. */
import { plainDigits } from "../core/codes";
import { h, type Attributes } from "./dom";
import { groups } from "./parts";

export type Digits = 6 | 8 | 10;

/** Groups what has been typed so far: "148302" of ten is "148 302". */
export function grouped(digits: string, length: Digits): string {
  return groups(digits.padEnd(length, " ").slice(0, length))
    .map((part) => part.trim())
    .filter(Boolean)
    .join(" ");
}

/** The value and caret after an edit. The caret keeps the number of digits before it. */
export function regroup(value: string, caret: number, length: Digits): { value: string; caret: number } {
  const only = (part: string): string => plainDigits(part).replace(/[^0-9]/g, "");
  const digits = only(value).slice(0, length);
  const before = Math.min(only(value.slice(0, caret)).length, digits.length);
  const shown = grouped(digits, length);
  let at = 0;
  for (let seen = 0; at < shown.length && seen < before; at += 1) if (shown.charAt(at) !== " ") seen += 1;
  // Behind a full group the caret stands after the gap, where the next digit goes.
  if (shown.charAt(at) === " " && caret >= value.length) at += 1;
  return { value: shown, caret: at };
}

export function codeInput(length: Digits, attributes: Attributes = {}): HTMLInputElement {
  const gaps = length === 10 ? 2 : 1;
  const input = h("input", {
    class: `code code--${length}`,
    type: "text",
    inputmode: "numeric",
    autocomplete: "off",
    maxlength: length + gaps * 2 + 2,
    ...attributes,
  });
  let composing = false;
  const tidy = (): void => {
    if (composing) return;
    const { value, caret } = regroup(input.value, input.selectionStart ?? input.value.length, length);
    if (input.value === value) return;
    input.value = value;
    input.setSelectionRange(caret, caret);
  };
  // A Japanese keyboard composes full-width digits first: touching the value before that is over would lose them.
  input.addEventListener("compositionstart", () => (composing = true));
  input.addEventListener("compositionend", () => {
    composing = false;
    tidy();
    input.dispatchEvent(new Event("input"));
  });
  input.addEventListener("input", tidy);
  return input;
}
