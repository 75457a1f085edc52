/** Words in the chosen language. A text may hold **heavy** and `mono` parts and {name} places; what fills them is never markup. */
import en from "./en.json";
import ja from "./ja.json";
import { h } from "../ui/dom";

export type TextKey = keyof typeof en;
export type Language = "en" | "ja";
export type Fill = { [name: string]: string | number };

const CATALOGUES: Record<Language, Record<TextKey, string>> = { en, ja };

let current: Language = "en";

export function language(): Language {
  return current;
}

export function setLanguage(chosen: Language): void {
  current = chosen;
  document.documentElement.lang = chosen;
}

/** The first language of the browser that we have; English where there is none. */
export function preferred(languages: readonly string[]): Language {
  for (const tag of languages) {
    if (/^ja\b/i.test(tag)) return "ja";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "en";
}

/** A language by its tag, as the page that opened the app names it (`/?lang=ja`); null for any other text. */
export function named(tag: string | null): Language | null {
  return tag === "en" || tag === "ja" ? tag : null;
}

/** What stands between two sentences: nothing in Japanese. */
export function gap(): string {
  return current === "ja" ? "" : " ";
}

export function template(key: TextKey, chosen: Language = current): string {
  return CATALOGUES[chosen][key];
}

export function t(key: TextKey, fill: Fill = {}): string {
  return template(key).replace(/\{(\w+)\}/g, (_, name: string) => String(fill[name] ?? ""));
}

/** The text for a number: `key.one` for one, `key` for any other. Japanese says the same in both. */
export function tn(key: TextKey, n: number, fill: Fill = {}): string {
  const one = `${key}.one` as TextKey;
  return t(n === 1 && one in CATALOGUES[current] ? one : key, { ...fill, n });
}

/** Nodes of a text: heavy parts, mono parts, and places isolated against the direction of what fills them. */
export function rich(key: TextKey, fill: Fill = {}): Node[] {
  const nodes: Node[] = [];
  for (const part of template(key).split(/(\*\*.+?\*\*|`.+?`)/)) {
    if (!part) continue;
    if (part.startsWith("**")) nodes.push(h("b", {}, places(part.slice(2, -2), fill)));
    else if (part.startsWith("`")) nodes.push(h("span", { class: "mono" }, places(part.slice(1, -1), fill)));
    else nodes.push(...places(part, fill));
  }
  return nodes;
}

function places(text: string, fill: Fill): Node[] {
  return text
    .split(/(\{\w+\})/)
    .filter(Boolean)
    .map((part) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      return name === undefined ? document.createTextNode(part) : h("bdi", {}, String(fill[name] ?? ""));
    });
}
