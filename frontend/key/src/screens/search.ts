/** Finding one of many users (J02): every word typed must stand in the username or the name. */
import type { User } from "../store/store";
import { t } from "../texts";
import { h, id } from "../ui/dom";
import { icon } from "../ui/icons";

/** Fewer are found by looking. */
export const SEARCH_FROM = 6;

const fold = (text: string): string => text.normalize("NFKC").toLowerCase();

export function matcher(typed: string): (user: User) => boolean {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  return (user) => {
    const text = fold(`${user.username} ${user.displayName}`);
    return words.every((word) => text.includes(word));
  };
}

export function searchBox(count: number, found: (find: (user: User) => boolean) => void): HTMLElement {
  const key = id();
  const attributes = { class: "input", id: key, type: "search", placeholder: t("codes.find", { n: count }) };
  const input = h("input", { ...attributes, autocomplete: "off", autocapitalize: "none" });
  input.addEventListener("input", () => found(matcher(input.value)));
  const label = h("label", { class: "away", for: key }, t("codes.findLabel"));
  return h("div", { class: "search" }, icon("search", true), label, input);
}
