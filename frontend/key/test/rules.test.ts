/** Small rules: numbers, platform, events, the biometric slot, plain Argon2. */
import { describe, expect, it } from "vitest";
import { fromAgent, osOf } from "../src/app/platform";
import { plain, stretch } from "../src/core/argon2";
import { b64u, random, unb64u, utf8 } from "../src/core/bytes";
import { makeOuterKey, openSlot, sealSlot, tie, untie } from "../src/core/seal";
import { fingerprint } from "../src/core/server";
import { EventNames } from "../src/net/events";
import { numberFault } from "../src/screens/numbers";

describe("a phone number (F04)", () => {
  const japan = { region: "JP", code: "81" };
  it("is explained where it cannot be right", () => {
    expect(numberFault(japan, "")).toBe("empty");
    expect(numberFault(japan, "+819012345678")).toBe("plus");
    expect(numberFault(japan, "90 1234 5678")).toBe("characters");
    expect(numberFault(japan, "09012345678")).toBe("trunk");
    expect(numberFault({ region: "US", code: "1" }, "12125550100")).toBe("one");
    expect(numberFault(japan, "123")).toBe("length");
  });
  it("passes where only the server can tell more", () => {
    expect(numberFault(japan, "9012345678")).toBeNull();
    expect(numberFault(japan, "９０１２３４５６７８")).toBeNull();
    expect(numberFault({ region: "IT", code: "39" }, "0612345678")).toBeNull();
  });
});

describe("the platform (I02)", () => {
  const iphone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1";
  const reduced =
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36";
  const nougat =
    "Mozilla/5.0 (Linux; Android 7.1.1; SM-J510FN Build/NMF26X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/70.0 Mobile Safari/537.36";
  it("is said as the browser says it, and left open where it does not", () => {
    expect(fromAgent(iphone, osOf(iphone, 5))).toEqual({ version: "17.1", model: "iPhone" });
    expect(fromAgent(reduced, osOf(reduced, 5))).toEqual({ version: "", model: "" });
    expect(fromAgent(nougat, osOf(nougat, 5))).toEqual({ version: "7.1.1", model: "SM-J510FN" });
    expect(osOf("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15", 5)).toBe("ios");
    expect(osOf("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15", 0)).toBe("other");
  });
});

describe("events", () => {
  it("are read across pieces, and comments are none", () => {
    const names: string[] = [];
    const events = new EventNames((name) => names.push(name));
    for (const piece of [
      ": hello\n\n",
      "eve",
      "nt: pend",
      "ing\ndata: {}\n",
      "\n",
      "data: x\n\n",
      "event: pending\r\n\r\n",
    ])
      events.feed(piece);
    expect(names).toEqual(["pending", "pending"]);
  });
});

describe("what lies on the phone", () => {
  const place = { iss: "https://key.example.com", user: "u", device: "d" };
  it("is tied to user and device", async () => {
    const outer = await makeOuterKey();
    expect(outer.extractable).toBe(false);
    const blob = random(32);
    const sealed = await tie(outer, blob, place);
    expect(await untie(outer, sealed, place)).toEqual(blob);
    await expect(untie(outer, sealed, { ...place, device: "e" })).rejects.toThrow();
  });
  it("the slot opens only with its PRF output and phone", async () => {
    const [prf, a] = [random(32), random(32)];
    const slot = await sealSlot(prf, "phone", a);
    expect(await openSlot(prf, "phone", slot)).toEqual(a);
    await expect(openSlot(random(32), "phone", slot)).rejects.toThrow();
    await expect(openSlot(prf, "other", slot)).rejects.toThrow();
  });
});

describe("Argon2 without WebAssembly", () => {
  it("gives the same", async () => {
    const salt = unb64u("-6euRUArHjPb-LbbC_8s-w");
    const slow = await plain();
    expect(b64u(await slow(utf8("8301"), salt))).toBe(b64u(await stretch("8301", salt)));
  });
});

describe("a key's fingerprint", () => {
  it("has eight groups and depends on both coordinates", async () => {
    const one = await fingerprint({ x: "a", y: "b" });
    expect(one).toMatch(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
    expect(await fingerprint({ x: "a", y: "c" })).not.toBe(one);
  });
});
