/** The parts screens are made of. */
import { gap, t } from "../texts";
import { fill, h, id, type Attributes, type Child } from "./dom";
import { icon, type IconName } from "./icons";

export function heading(text: Child, below?: Child): HTMLElement {
  return h("div", {}, h("h1", {}, text), below ? h("p", { class: "soft" }, below) : null);
}

export type Look = "solid" | "line" | "quiet" | "danger";
const LOOKS: Record<Look, string> = {
  solid: "btn--solid",
  line: "btn--line",
  quiet: "btn--quiet",
  danger: "btn--line btn--danger",
};

export function button(
  look: Look,
  label: Child,
  action: (() => void) | null,
  more: Attributes & { kind?: string } = {},
): HTMLButtonElement {
  const { kind = "btn--wide", ...attributes } = more;
  return h(
    "button",
    {
      class: `btn ${LOOKS[look]} ${kind}`,
      type: action ? "button" : "submit",
      ...(action ? { onclick: action } : {}),
      ...attributes,
    },
    label,
  );
}

export function banner(kind: "" | "warn" | "bad" | "ok", name: IconName, ...children: Child[]): HTMLElement {
  return h("div", { class: `banner${kind ? ` banner--${kind}` : ""}` }, icon(name), h("div", {}, children));
}

export function tag(kind: "" | "ok" | "warn" | "bad" | "accent", name: IconName, text: string): HTMLElement {
  return h("span", { class: `tag${kind ? ` tag--${kind}` : ""}` }, icon(name), text);
}

/** A row that leads somewhere: name, when to choose it, an arrow. */
export function row(name: IconName, title: Child, below: Child, action: () => void, danger = false): HTMLButtonElement {
  return h(
    "button",
    { class: danger ? "notme notme--btn" : "row", type: "button", onclick: action },
    icon(name),
    danger
      ? h("span", {}, title, below ? h("small", {}, below) : null)
      : h("span", {}, h("b", {}, title), below ? h("span", { class: "way__when" }, below) : null),
    icon("right", true),
  );
}

export function rows(...children: Child[]): HTMLElement {
  return h("div", { class: "rows" }, children);
}

/** Digits in groups with the label that reads them singly. 6 = 3+3, 8 = 4+4, 10 = 3+3+4. */
export function groups(digits: string): string[] {
  const cuts = digits.length === 6 ? [3, 3] : digits.length === 8 ? [4, 4] : [3, 3, 4];
  let at = 0;
  return cuts.map((length) => digits.slice(at, (at += length)));
}

export function digitsShown(digits: string, label: string, kind = ""): HTMLElement {
  const parts = groups(digits);
  const spoken = parts.map((part) => part.split("").join(" ")).join(", ");
  const children: Child[] = [];
  parts.forEach((part, i) => children.push(i ? h("i", {}) : null, part));
  return h(
    "span",
    { class: `digits ${kind}`.trim(), role: "img", "aria-label": `${label} ${spoken}`.trim() },
    children,
  );
}

export type Field = {
  root: HTMLElement;
  input: HTMLInputElement;
  /** Shows an error under the field, or takes it away. */
  error(content: Child | null): void;
  hint(content: Child): void;
};

export function errorLine(content: Child, place?: string): HTMLElement {
  return h("p", { class: "error", ...(place ? { id: place } : {}) }, icon("stop", true), h("span", {}, content));
}

type FieldOptions = {
  label: Child;
  hint?: Child;
  input: HTMLInputElement;
  /** Stands around or beside the input. */
  wrap?: (input: HTMLInputElement) => HTMLElement;
  slip?: boolean;
  hintAfter?: boolean;
};

export function field(options: FieldOptions): Field {
  const { input } = options;
  const key = input.id || id();
  input.id = key;
  const hint = h("p", { class: "hint", id: `${key}-h` }, options.hint ?? null);
  const place = h("div", { "aria-live": "polite" });
  const describe = (wrong: boolean): void => {
    const parts = [hint.firstChild ? `${key}-h` : "", wrong ? `${key}-e` : ""].filter(Boolean).join(" ");
    if (parts) input.setAttribute("aria-describedby", parts);
    else input.removeAttribute("aria-describedby");
    hint.hidden = !hint.firstChild;
  };
  const body = options.wrap ? options.wrap(input) : input;
  const label = h("label", { for: key, class: options.slip ? "slip__label" : null }, options.label);
  const root = h("div", { class: "field" }, label, options.hintAfter ? [body, place, hint] : [hint, body, place]);
  describe(false);
  return {
    root,
    input,
    error(content) {
      fill(place, content ? errorLine(content, `${key}-e`) : null);
      if (content) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      describe(!!content);
    },
    hint(content) {
      fill(hint, content);
      describe(input.hasAttribute("aria-invalid"));
    },
  };
}

/** A field whose content can be shown and hidden. */
export function secretField(label: Child, attributes: Attributes, hint?: Child): Field {
  const input = h("input", {
    class: "input",
    type: "password",
    autocapitalize: "none",
    autocorrect: "off",
    spellcheck: "false",
    ...attributes,
  });
  return field({
    label,
    hint,
    input,
    wrap: () => {
      const toggle = h("button", { class: "btn", type: "button", "aria-pressed": "false" }, t("show"));
      toggle.addEventListener("click", () => {
        const shown = input.type === "password";
        input.type = shown ? "text" : "password";
        toggle.setAttribute("aria-pressed", String(shown));
        fill(toggle, t(shown ? "hide" : "show"));
      });
      return h("div", { class: "input--joined" }, input, toggle);
    },
  });
}

export function pinField(label: Child, purpose: "current-password" | "new-password", hint?: Child): Field {
  return secretField(
    label,
    { class: "input input--pin", autocomplete: purpose, maxlength: 12, enterkeyhint: "done" },
    hint,
  );
}

/** What, why and what to do: the form of every error. */
export function explained(what: string, ...rest: string[]): Node[] {
  return [
    h("b", {}, what),
    document.createTextNode(
      rest
        .filter(Boolean)
        .map((sentence) => gap() + sentence)
        .join(""),
    ),
  ];
}

export function more(title: Child, ...children: Child[]): HTMLElement {
  return h("details", { class: "more small" }, h("summary", {}, title), children);
}

export function steps(...items: Child[]): HTMLElement {
  return h(
    "ol",
    { class: "steps" },
    items.filter(Boolean).map((item) => h("li", {}, item)),
  );
}

/** Calls back every second until the screen is left; returns the way to end it earlier. */
export function everySecond(leave: (cleanup: () => void) => void, tick: () => void): () => void {
  const timer = setInterval(tick, 1000);
  const stop = (): void => clearInterval(timer);
  leave(stop);
  tick();
  return stop;
}
