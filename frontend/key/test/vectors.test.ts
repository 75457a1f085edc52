/** Every case of protocol/vectors, the good ones and those that must fail. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stretch } from "../src/core/argon2";
import { b64u, hex, unb64u, utf8, type Bytes } from "../src/core/bytes";
import {
  checkDigit,
  counterBytes,
  ocraMessage,
  readChallenge,
  readDigits,
  response,
  stepOf,
  totp,
  truncate,
} from "../src/core/codes";
import { jcsText, type Json, type JsonObject } from "../src/core/jcs";
import { hkdf, hmac, hmacKey, hmacOf, importPublic, makeSigningKey, publicKeyOf, userKey, userKeyBytes, verify, type Label } from "../src/core/keys";
import { readLink, readSessionId, secretHash, showSessionId } from "../src/core/links";
import { fragments, GuidelineCheck, KINDS, normalPin, pinFault, readPin, type Guidelines } from "../src/core/pin";
import { camouflage, makeOuterKey, tie } from "../src/core/seal";
import type { App } from "../src/app/app";
import { askedOf } from "../src/app/approval";
import { moneyOf } from "../src/app/money";
import { keptRequest } from "../src/app/renewal";
import { acceptKeys, contextOf, openAnswer, type ServerKey } from "../src/core/server";
import { isRefusal } from "../src/net/refusal";
import type { User } from "../src/store/store";

const FOLDER = join(import.meta.dirname, "../../../protocol/vectors");

// Vectors are data of many shapes; each runner reads its own.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Any = any;
type Case = { name: string; input: Any; expect?: Any; must_fail?: string };
type Runner = (test: Case, file: Any) => Promise<void> | void;

const owner = (input: Any) => ({ iss: input.iss, user: input.user, phone: input.phone });

const RUNNERS: Record<string, Runner> = {
  "b64u.json": ({ input, expect: want, must_fail }) => {
    if (must_fail) expect(() => unb64u(input.text)).toThrow(TypeError);
    else {
      expect(hex(unb64u(input.text))).toBe(want.hex);
      expect(b64u(unb64u(input.text))).toBe(input.text);
    }
  },
  "jcs.json": ({ input, expect: want, must_fail }) => {
    if (must_fail) expect(() => jcsText(JSON.parse(input.json) as Json)).toThrow();
    else expect(jcsText(JSON.parse(input.json) as Json)).toBe(want.canonical);
  },
  "keys.json": async ({ input, expect: want }) => {
    expect(b64u(await userKeyBytes(unb64u(input.secret), input.label as Label, owner(input)))).toBe(want.key);
  },
  "slot.json": async ({ input, expect: want }) => {
    expect(b64u(await hkdf(unb64u(input.prf), `watchword/v1|slot|${input.phone}`))).toBe(want.key);
  },
  "pin.json": ({ input, expect: want, must_fail }) => {
    expect(readPin(input.typed)).toBe(must_fail ? null : want.pin);
    expect(pinFault(input.typed)).toBe(must_fail ?? null);
  },
  "camouflage.json": async ({ input, expect: want }) => {
    const a = await stretch(input.pin, unb64u(input.salt));
    expect(b64u(a)).toBe(want.a);
    expect(b64u(await camouflage(new Uint8Array(32), a, input))).toBe(want.pad);
    const blob = await camouflage(unb64u(input.secret), a, input);
    expect(b64u(blob)).toBe(want.blob);
    expect(b64u(await camouflage(blob, a, input))).toBe(input.secret);
  },
  "guidelines.json": async ({ input, expect: want }, file) => {
    expect(normalPin(input.pin).toLowerCase()).toBe(want.folded);
    expect(fragments(input.pin).sort()).toEqual([...want.pieces].sort());
    const found = await new GuidelineCheck(file.guidelines as Guidelines).find(input.pin);
    const named = found.map(({ kind, part }) => ({ piece: part, kind: KINDS.indexOf(kind) }));
    const order = (a: Any, b: Any) => (a.piece < b.piece ? -1 : 1);
    expect(named.sort(order)).toEqual([...want.forbidden].sort(order));
  },
  "hmac.json": async ({ input, must_fail }) => {
    const key = await userKey(unb64u(input.secret), input.label as Label, owner(input));
    const own = await hmacOf(key, input.signed as JsonObject);
    if (must_fail) expect(own).not.toBe(input.hmac);
    else expect(own).toBe(input.hmac);
  },
  "es256.json": async ({ input, must_fail }) => {
    expect(await verify(input.key, input.signed as Json, input.signature)).toBe(!must_fail);
  },
  "answer.json": async ({ input, must_fail }) => {
    const signed = await openAnswer(input.kept as ServerKey[], input.answer, input.type, input.iss);
    if (must_fail) expect(signed).toBeNull();
    else expect(signed).toEqual(input.answer.signed);
  },
  "chain.json": async ({ input, expect: want, must_fail }) => {
    const kept = await acceptKeys(input.kept as ServerKey[], input.config.keys, input.config.chain, input.iss);
    if (must_fail) expect(kept).toBeNull();
    else expect(kept).toEqual(want.kept);
  },
  "asked.json": ({ input, expect: want, must_fail }) => {
    expect(askedOf(input.action, input.operation)).toBe(must_fail ? null : want.asked);
  },
  "money.json": ({ input, expect: want, must_fail }) => {
    const shown = moneyOf(input.details);
    if (must_fail) return expect(shown).toBeNull();
    const { currency, payee_name: payeeName, payee_account: payeeAccount } = want;
    expect(shown).toEqual({ amount: want.amount, currency, payeeName, payeeAccount });
  },
  "context.json": async ({ input, expect: want }) => {
    expect(await contextOf(input.details as Json)).toBe(want.context);
  },
  "decision.json": async ({ input, expect: want }) => {
    const { attempt, nonce, user, device, action, client } = input.details;
    const { phone, confirmation, decision, uv, time } = input;
    const context = await contextOf(input.details as Json);
    const head = { v: 1, type: "decision", iss: input.details.iss, phone };
    const signed = { ...head, attempt, nonce, user, device, action, client, context, confirmation, decision, uv, time };
    expect(signed).toEqual(want.signed);
    expect(jcsText(signed)).toBe(want.canonical);
    expect(await verify(input.key, signed, want.signature)).toBe(true);
    if (want.hmac) {
      const key = await userKey(unb64u(input.secret), "hmac", { iss: input.details.iss, user, phone });
      expect(await hmacOf(key, signed)).toBe(want.hmac);
    }
  },
  "kept.json": async ({ input, expect: want }) => {
    const stretched = await stretch(input.pin, unb64u(input.salt));
    const phone = { id: input.phone, salt: unb64u(input.salt), signing: await makeSigningKey(), outer: await makeOuterKey(), ended: false };
    const users: User[] = [];
    for (const { user, device, secret } of input.users) {
      const place = { iss: input.iss, user, device };
      const blob = await tie(phone.outer, await camouflage(unb64u(secret), stretched, place), place);
      users.push({ user, device, username: "", displayName: "", enrolment: "", state: "active", blob, added: 0 });
    }
    const app = { iss: input.iss, time: () => input.time } as App;
    const made = await keptRequest(app, { kind: "pin", renewal: input.renewal, phone, users, beside: false }, stretched);
    expect(made.signed).toEqual(want.signed);
    expect(jcsText(made.signed as Json)).toBe(want.canonical);
    expect(made.hmacs).toEqual(want.hmacs);
    expect(await verify(await publicKeyOf(phone.signing), made.signed as Json, String(made.signature))).toBe(true);
  },
  "confirmation.json": ({ input, expect: want, must_fail }) => {
    const read = readDigits(input.typed, 6);
    if (must_fail) expect(read.fault).toBe(must_fail);
    else expect(read).toEqual({ fault: null, digits: want.confirmation });
  },
  "challenge.json": ({ input, expect: want, must_fail }) => {
    const read = readChallenge(input.typed);
    if (must_fail) expect(read.fault).toBe(must_fail);
    else expect(read).toEqual({ fault: null, digits: want.challenge, purpose: want.purpose });
  },
  "check_digit.json": ({ input, expect: want }) => {
    expect(checkDigit(input.digits)).toBe(want.check);
  },
  "response.json": async ({ input, expect: want }) => {
    expect(await response(await hmacKey(unb64u(input.key) as Bytes), input.challenge)).toBe(want.response);
  },
  "totp.json": async ({ input, expect: want }) => {
    expect(stepOf(input.time)).toBe(want.step);
    expect(await totp(await hmacKey(unb64u(input.key) as Bytes), stepOf(input.time))).toBe(want.code);
  },
  "links.json": async ({ input, expect: want, must_fail }) => {
    const link = readLink(input.scanned, input.iss);
    if (must_fail) {
      expect(["foreign", "none"]).toContain(link.kind);
      return;
    }
    if (link.kind === "none" || link.kind === "foreign") throw new Error("not read");
    expect(link.kind).toBe(want.kind === "activation" ? "activate" : want.kind);
    expect(b64u(link.secret)).toBe(want.secret);
    expect(await secretHash(link.secret)).toBe(want.secret_hash);
  },
  "session_id.json": ({ input, expect: want, must_fail }) => {
    const read = readSessionId(input.typed);
    expect(read.fault).toBe(must_fail ?? null);
    if (read.fault === null) {
      expect(read.id).toBe(want.session_id);
      expect(showSessionId(read.id)).toBe(want.shown);
    }
  },
  "refusal.json": ({ input, expect: want, must_fail }) => {
    let body: unknown = null;
    try {
      body = JSON.parse(input.body);
    } catch {
      // A gateway's page: no JSON at all.
    }
    expect(isRefusal(body)).toBe(!must_fail);
    if (isRefusal(body)) {
      const { refusal } = body;
      for (const [member, value] of Object.entries(want)) expect((refusal as Any)[member] ?? null).toEqual(value);
    }
  },
};

const unhex = (text: string): Bytes => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const macKey = (raw: Bytes, hash: string) =>
  crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: hash.replace("SHA", "SHA-") }, false, ["sign"]);

/** Published vectors: other hashes and suites than ours, through the same truncation and the same layout of the message. */
const PUBLISHED: Record<string, Runner> = {
  "rfc4226.json": async ({ input, expect: want }) => {
    const mac = await hmac(await macKey(unhex(input.key_hex), input.hash), counterBytes(input.counter));
    expect(truncate(mac, input.digits)).toBe(want.code);
  },
  "rfc6238.json": async ({ input, expect: want }) => {
    const mac = await hmac(await macKey(unhex(input.key_hex), input.hash), counterBytes(stepOf(input.time)));
    expect(truncate(mac, input.digits)).toBe(want.code);
  },
  "rfc6287.json": async ({ input, expect: want }) => {
    const [, hash, digits, kind] = /HOTP-(SHA\d+)-(\d):.*?Q([NA])/.exec(input.suite) as unknown as [
      string,
      string,
      string,
      string,
    ];
    // §5.1: a numeric question is written in hexadecimal, filled with a zero digit to whole bytes.
    const hexed = BigInt(kind === "N" ? input.question : 0).toString(16);
    const question = kind === "N" ? unhex(hexed + "0".repeat(hexed.length % 2)) : utf8(input.question);
    const before = input.counter === undefined ? undefined : counterBytes(input.counter);
    const behind = input.pin_hash_hex
      ? unhex(input.pin_hash_hex)
      : input.time_steps === undefined
        ? undefined
        : counterBytes(input.time_steps);
    const mac = await hmac(
      await macKey(unhex(input.key_hex), hash),
      ocraMessage(input.suite, question, before, behind),
    );
    expect(truncate(mac, Number(digits))).toBe(want.response);
  },
  "rfc5869.json": async ({ input, expect: want }) => {
    // The app's HKDF has an empty salt, text as info and 32 bytes of output; where the case has them too, it is run as it is.
    const key = await crypto.subtle.importKey("raw", unhex(input.ikm_hex), "HKDF", false, ["deriveBits"]);
    const params = { name: "HKDF", hash: "SHA-256", salt: unhex(input.salt_hex), info: unhex(input.info_hex) };
    expect(hex(new Uint8Array(await crypto.subtle.deriveBits(params, key, input.length * 8)))).toBe(want.okm_hex);
    if (!input.salt_hex && !input.info_hex)
      expect(hex(await hkdf(unhex(input.ikm_hex), ""))).toBe(want.okm_hex.slice(0, 64));
  },
  "rfc6979.json": async ({ input }) => {
    const key = await importPublic({ x: b64u(unhex(input.x_hex)), y: b64u(unhex(input.y_hex)) });
    expect(
      await crypto.subtle.verify(
        { name: "ECDSA", hash: "SHA-256" },
        key,
        unhex(input.signature_hex),
        utf8(input.message),
      ),
    ).toBe(true);
  },
  "rfc8785.json": ({ input, expect: want }) => {
    expect(jcsText(JSON.parse(input.json) as Json)).toBe(want.canonical);
  },
};
Object.assign(RUNNERS, PUBLISHED);

const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

describe("protocol vectors", () => {
  it("have a runner each, so that no new file goes unnoticed", () => {
    expect(files.sort()).toEqual(Object.keys(RUNNERS).sort());
  });
  for (const name of files) {
    const file = JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as Any;
    describe(name, () => {
      for (const test of file.cases as Case[]) it(test.name, () => RUNNERS[name]?.(test, file));
    });
  }
});
