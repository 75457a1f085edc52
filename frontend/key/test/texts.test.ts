import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "../src/texts/en.json";
import ja from "../src/texts/ja.json";
import { preferred } from "../src/texts";

const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string).sort();
const source = readdirSync(join(import.meta.dirname, "../src"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
  .join("\n");

describe("the catalogues", () => {
  it("have the same keys", () => {
    expect(Object.keys(ja).sort()).toEqual(Object.keys(en).sort());
  });

  it("have no empty text", () => {
    for (const [key, text] of [...Object.entries(en), ...Object.entries(ja)]) expect(text.trim(), key).not.toBe("");
  });

  it("fill the same places", () => {
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
      const [own, other] = [new Set(places(en[key])), new Set(places(ja[key]))];
      // "1 second ago" needs no number where the language says it in words.
      own.delete("n");
      other.delete("n");
      expect(other, key).toEqual(own);
    }
  });

  it("have Japanese in Japanese, but for names and signs", () => {
    const same = (Object.keys(en) as (keyof typeof en)[]).filter((key) => en[key] === ja[key]);
    expect(same.sort()).toEqual(["pin.tip.pin", "pin.tip.sentence", "tab.label"]);
  });

  it("keep to the voice", () => {
    for (const [key, text] of Object.entries(en)) {
      expect(text, key).not.toMatch(
        /!(?! and #)|\b(invalid|oops|please wait|failed|token|OTP|credential|MFA|authenticator|secure)\b/i,
      );
    }
    for (const [key, text] of Object.entries(ja)) {
      if (key !== "pin.characters.rest") expect(text, key).not.toMatch(/！|間違って|無効な/);
    }
  });

  it("are used: no text waits for nobody", () => {
    const unused = Object.keys(en).filter((key) => {
      if (source.includes(`"${key}"`)) return false;
      // Keys that are put together: every prefix that stands in a template is taken as used.
      const parts = key.split(".");
      return (
        !parts.some((_, i) => i > 0 && source.includes(`\`${parts.slice(0, i).join(".")}.\${`)) &&
        !key.endsWith(".one") &&
        !key.startsWith("install.steps.") &&
        !key.startsWith("notify.") &&
        !key.startsWith("scan.")
      );
    });
    expect(unused).toEqual([]);
  });
});

describe("the first language", () => {
  it("is the browser's first that we have", () => {
    expect(preferred(["ja-JP", "en"])).toBe("ja");
    expect(preferred(["de-CH", "ja", "en"])).toBe("ja");
    expect(preferred(["fr"])).toBe("en");
    expect(preferred([])).toBe("en");
  });
});
