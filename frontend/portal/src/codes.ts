/** Code fields: digits of any width, spaces and hyphens are accepted; grouping is added while typing and the caret kept. */

const GROUPS: Record<number, readonly number[]> = { 6: [3, 3], 8: [4, 4], 10: [3, 3, 4] };

/** The ASCII digits in what was typed, at most `length` of them. */
export function digitsOf(typed: string, length: number): string {
  return typed
    .replace(/[０-９]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/\D/g, "")
    .slice(0, length);
}

/** Digits in the groups a person reads them in: 6 = 3+3, 8 = 4+4, 10 = 3+3+4. */
export function grouped(digits: string, length: number): string {
  const out: string[] = [];
  let at = 0;
  for (const size of GROUPS[length] ?? [length]) {
    if (at < digits.length) out.push(digits.slice(at, at + size));
    at += size;
  }
  return out.join(" ");
}

/** Where the caret stands once the text is grouped: after as many digits as before. */
export function caretAfter(text: string, digits: number): number {
  let seen = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (seen === digits) return at;
    if (text.charAt(at) !== " ") seen += 1;
  }
  return text.length;
}

export function groupCodes(root: ParentNode): void {
  for (const field of root.querySelectorAll<HTMLInputElement>("input[data-code]")) {
    const length = Number(field.dataset["code"]);
    const tidy = (): void => {
      const caret = field.selectionStart ?? field.value.length;
      const before = digitsOf(field.value.slice(0, caret), length).length;
      const text = grouped(digitsOf(field.value, length), length);
      if (text === field.value) return;
      field.value = text;
      if (document.activeElement === field) {
        const at = caretAfter(text, before);
        field.setSelectionRange(at, at);
      }
    };
    field.addEventListener("input", (event) => {
      if (!(event as InputEvent).isComposing) tidy();
    });
    field.addEventListener("compositionend", tidy);
    field.addEventListener("change", tidy);
  }
}
