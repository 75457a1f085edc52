/**
 * A server for tests of the app alone: it keeps to protocol/spec.md for one made-up institution, in memory.
 * What it decides is simple on purpose; what it verifies (signatures, HMAC, order of checks) is as the page says.
 */
import { b64u, random, sha256, utf8, type Bytes } from "../src/core/bytes";
import { checkDigit, response, stepOf, totp } from "../src/core/codes";
import { type JsonObject } from "../src/core/jcs";
import {
  hmacOf,
  makeSigningKey,
  publicKeyOf,
  sign,
  userKey,
  verify,
  type Label,
  type PublicKey,
} from "../src/core/keys";
import { contextOf, type ServerKey } from "../src/core/server";

export const ISS = "https://key.example.com";
export const PORTAL = "login.example.com";

type Person = { id: string; username: string; displayName: string; password: string; session: string; secret: Bytes };
export type Device = { id: string; user: string; phone: string; secret: Bytes; active: boolean; recovery: JsonObject | null };
type Enrolment = {
  id: string;
  claim: string;
  person: Person;
  nonce: string;
  proved: boolean;
  number: boolean;
  answer: JsonObject | null;
};
type Attempt = {
  details: JsonObject;
  code: string;
  secret: Bytes;
  state: "open" | "approved" | "denied" | "not_me" | "failed";
  wrong: number;
  /** Of a call: whether its words were asked for, and were right. */
  words: "unseen" | "shown" | "matched" | "differed";
};
export type Phone = { id: string; key: PublicKey; wrongPins: number; ended: boolean };

export class Refuse extends Error {
  constructor(
    readonly status: number,
    readonly number: number,
    readonly extra: JsonObject = {},
  ) {
    super(String(number));
  }
}

export const name = (start: string): string =>
  (
    start +
    b64u(random(24))
      .toLowerCase()
      .replace(/[^0-9a-z]/g, "0")
  )
    .slice(0, 26)
    .padEnd(26, "0");

export class FakeServer {
  readonly people: Person[] = [];
  readonly phones = new Map<string, Phone>();
  readonly devices: Device[] = [];
  readonly attempts: Attempt[] = [];
  /** Answers that stand among the notices, signed by `notice` or made up by a test. */
  readonly notices: JsonObject[] = [];
  readonly log: { path: string; body: JsonObject }[] = [];
  readonly proved: string[] = [];
  forbidden: { kind: number; text: string }[] = [];
  sentCode = "48219037";
  proofCode = "730115";
  now = () => Date.now();
  /** How far the server's clock is ahead of the phone's, in seconds. */
  ahead = 0;
  contacts = [
    { id: "c1".padEnd(26, "0"), kind: "sms", masked: "+81 •• •••• 4210", default: true },
    { id: "c2".padEnd(26, "0"), kind: "mail", masked: "m••••@example.com", default: false },
  ];
  vapid = "";
  /** Members of the answer with a call's words, for tests of what the app refuses. */
  otherWords: JsonObject = {};
  /** Runs before each request; may throw to break the connection. */
  before: (path: string) => void = () => undefined;
  after: (path: string) => void = () => undefined;
  /** What this file knows nothing of. */
  more: (path: string, body: JsonObject) => Promise<JsonObject> = () => Promise.reject(new Refuse(404, 5005));
  readonly chain: JsonObject[] = [];
  private readonly enrolments: Enrolment[] = [];
  private readonly nonces = new Set<string>();
  private pairs: { kid: string; pair: CryptoKeyPair }[] = [];

  static async make(): Promise<FakeServer> {
    const server = new FakeServer();
    for (const kid of ["s1", "s2"]) server.pairs.push({ kid, pair: await makeSigningKey() });
    server.person("mtanaka01", "Misaki Tanaka");
    return server;
  }

  person(username: string, displayName: string): Person {
    const person = {
      id: name("u"),
      username,
      displayName,
      password: "Demo-2026!",
      session: "7KQ4X9TM",
      secret: random(16),
    };
    this.people.push(person);
    return person;
  }

  async keys(): Promise<ServerKey[]> {
    return Promise.all(this.pairs.map(async ({ kid, pair }) => ({ kid, key: await publicKeyOf(pair) })));
  }

  /** Rotates: the next key becomes the current one, and a new next one is signed by it. */
  async rotate(honest = true): Promise<void> {
    const [, next] = this.pairs as [unknown, { kid: string; pair: CryptoKeyPair }];
    const fresh = { kid: `s${this.chain.length + 3}`, pair: await makeSigningKey() };
    const signer = honest ? next.pair : await makeSigningKey();
    const signed: JsonObject = {
      v: 1,
      type: "successor",
      iss: ISS,
      kid: fresh.kid,
      key: { ...(await publicKeyOf(fresh.pair)) },
      from: next.kid,
      time: this.time(),
    };
    this.chain.push({ signed, signature: await sign(signer.privateKey, signed), kid: next.kid });
    this.pairs = [next, fresh];
  }

  time(): number {
    return Math.floor(this.now() / 1000) + this.ahead;
  }

  async answer(signed: JsonObject): Promise<JsonObject> {
    const current = this.pairs[0]!;
    return { signed, signature: await sign(current.pair.privateKey, signed), kid: current.kid };
  }

  /** A notice for one of the people, signed as the server signs it. */
  async notice(username: string, more: JsonObject = {}): Promise<JsonObject> {
    const person = this.people.find((one) => one.username === username)!;
    const params = { reason: "passwords", address: "198.51.100.9", place: "Osaka, Japan", network: "", browser: "", system: "" };
    const made = await this.answer({
      v: 1,
      type: "notice",
      iss: ISS,
      id: "n".repeat(26),
      user: person.id,
      username,
      kind: "locked",
      params,
      at: this.time() - 60,
      until: this.time() + 840,
      ...more,
    });
    this.notices.push(made);
    return made;
  }

  async login(username: string, more: JsonObject = {}): Promise<Attempt> {
    const person = this.people.find((one) => one.username === username)!;
    const device = this.devices.find((one) => one.user === person.id && one.active)!;
    const details: JsonObject = {
      v: 1,
      type: "login",
      iss: ISS,
      attempt: name("t"),
      nonce: b64u(random(16)),
      user: person.id,
      username,
      device: device.id,
      action: "login",
      operation: "",
      client: "portal",
      client_name: "Watchword Portal",
      portal: PORTAL,
      place: "Osaka, Japan",
      place_new: false,
      network: "Kita Fiber",
      network_new: false,
      address: "203.0.113.24",
      browser: "Firefox",
      system: "Windows",
      browser_new: true,
      started: this.time() - 20,
      expires: this.time() + 160,
      confirm: true,
      confirm_reason: "browser",
      ...more,
    };
    const attempt: Attempt = { details, code: "482915", secret: random(16), state: "open", wrong: 0, words: "unseen" };
    this.attempts.push(attempt);
    return attempt;
  }

  /** A member of staff asks who is on the telephone. */
  call(username: string, operation = "called_us", more: JsonObject = {}): Promise<Attempt> {
    const nowhere = { place: "", place_new: true, network: "", network_new: true, address: "", browser: "", system: "" };
    const asks = { action: "caller", operation, client: "staff", client_name: "Watchword", agent: "Aoi Sato" };
    return this.login(username, { ...nowhere, ...asks, confirm_reason: "policy", ...more });
  }

  private async callOf(body: JsonObject, type: string): Promise<{ attempt: Attempt; signed: JsonObject }> {
    const { signed } = await this.phone(body, type);
    const attempt = this.attempts.find((one) => one.details.attempt === signed.attempt && one.details.action === "caller");
    if (!attempt) throw new Refuse(404, 4202);
    if (signed.nonce !== attempt.details.nonce) throw new Refuse(422, 4301);
    if (attempt.state !== "open") throw new Refuse(410, 4201);
    return { attempt, signed };
  }

  private async words(body: JsonObject): Promise<JsonObject> {
    const { attempt } = await this.callOf(body, "caller_words");
    if (attempt.words === "unseen") attempt.words = "shown";
    const { attempt: id, nonce } = attempt.details as { attempt: string; nonce: string };
    const words = ["lemon", "harbour", "tiger"];
    return this.answer({ v: 1, type: "caller_words", iss: ISS, attempt: id, nonce, lang: "en", words, ...this.otherWords });
  }

  private async checked(body: JsonObject): Promise<JsonObject> {
    const { attempt, signed } = await this.callOf(body, "caller_checked");
    if (attempt.words === "unseen") throw new Refuse(422, 4301);
    attempt.words = signed.match === true ? "matched" : "differed";
    if (signed.match === true) return { result: "matched", quiet_until: 0 };
    attempt.state = "not_me";
    return { result: "not_me", quiet_until: this.time() + 900 };
  }

  /** The portal's side of the offline ways. */
  async checkCode(username: string, code: string, at: number): Promise<boolean> {
    return (await totp(await this.key(username, "totp"), stepOf(at))) === code;
  }
  makeChallenge(): string {
    const nine = `1${Array.from(random(8), (byte) => byte % 10).join("")}`;
    return nine + checkDigit(nine);
  }
  async checkResponse(username: string, challenge: string, given: string): Promise<boolean> {
    return (await response(await this.key(username, "ocra"), challenge)) === given;
  }
  private key(username: string, label: Label): Promise<CryptoKey> {
    const person = this.people.find((one) => one.username === username)!;
    const device = this.devices.find((one) => one.user === person.id && one.active)!;
    return userKey(device.secret, label, { iss: ISS, user: person.id, phone: device.phone });
  }

  /** The app's `fetch`. */
  readonly fetch: typeof fetch = async (input, init) => {
    const path = new URL(String(input), ISS).pathname;
    const body = init?.body ? (JSON.parse(String(init.body)) as JsonObject) : {};
    this.before(path);
    this.log.push({ path, body });
    try {
      const json = await this.handle(path, body);
      this.after(path);
      return new Response(JSON.stringify(json), { status: 200, headers: { "Content-Type": "application/json" } });
    } catch (error) {
      if (!(error instanceof Refuse)) throw error;
      const texts = { what: `Refused ${error.number}.`, why: "The reason.", do: "What to do." };
      return new Response(
        JSON.stringify({
          refusal: { number: error.number, code: "test.refused", reference: "", ...texts, ...error.extra },
        }),
        { status: error.status },
      );
    }
  };

  private async handle(path: string, body: JsonObject): Promise<JsonObject> {
    switch (path) {
      case "/v1/config":
        return {
          protocol: 1,
          iss: ISS,
          brand: { name: "Watchword", support_phone: "+44 20 7946 0018" },
          portal: PORTAL,
          time: this.time(),
          keys: (await this.keys()) as unknown as JsonObject[],
          chain: this.chain,
          vapid: this.vapid,
          countries: [
            { region: "GB", code: "44" },
            { region: "IT", code: "39" },
            { region: "JP", code: "81" },
            { region: "US", code: "1" },
          ],
          pin: { min: 4, max: 6 },
          argon2: { m: 19456, t: 2, p: 1 },
        };
      case "/v1/activation/start": {
        const person = this.people.find((one) => one.username === body.username && one.password === body.password);
        if (!person) throw new Refuse(401, 1101);
        return { enrolment: this.enrol(person, body).id, contacts: this.contacts, expires: this.time() + 600 };
      }
      case "/v1/activation/send": {
        const enrolment = this.enrolment(body);
        if (body.number && !enrolment.number) throw new Refuse(403, 3110);
        return {
          to: body.number ? "+81 •• •••• 5678" : "+81 •• •••• 4210",
          digits: 8,
          expires: this.time() + 600,
          again: this.time() + 60,
        };
      }
      case "/v1/activation/proof/send":
        return { to: "m••••@example.com", digits: 6, expires: this.time() + 600, again: this.time() + 60 };
      case "/v1/activation/proof": {
        if (body.code !== this.proofCode) throw new Refuse(422, 3204);
        this.enrolment(body).number = true;
        return { proved: true };
      }
      case "/v1/activation/prove": {
        if (body.code !== this.sentCode) throw new Refuse(422, 3204);
        return this.ready(this.enrolment(body));
      }
      case "/v1/activation/scan": {
        const person = this.people.find((one) => b64u(one.secret) === body.secret);
        const again = this.enrolments.find((one) => one.claim === body.claim);
        if (!person && !again) throw new Refuse(410, 3201);
        return this.ready(again ?? this.enrol(person!, body));
      }
      case "/v1/activation/session": {
        const person = this.people.find((one) => one.username === body.username && one.session === body.session_id);
        if (!person) throw new Refuse(410, 3201);
        return this.ready(this.enrol(person, body));
      }
      case "/v1/activation/complete":
        return this.complete(body);
      case "/v1/activation/confirm":
        return this.confirm(body);
      case "/v1/nonce": {
        await this.phone(body, "nonce");
        const nonce = b64u(random(16));
        this.nonces.add(nonce);
        return { nonce, expires: this.time() + 300 };
      }
      case "/v1/prove": {
        const { phone, signed } = await this.phone(body, "prove");
        if (!this.nonces.delete(String(signed.nonce))) throw new Refuse(401, 4103);
        await this.hmac(phone, body, "proof");
        return { right: true };
      }
      case "/v1/pending": {
        const { phone } = await this.phone(body, "pending");
        const own = this.devices.filter((device) => device.phone === phone.id && device.active);
        const open = this.attempts.filter(
          (attempt) => attempt.state === "open" && own.some((device) => device.id === attempt.details.device),
        );
        return {
          time: this.time(),
          attempts: await Promise.all(open.map((attempt) => this.answer(attempt.details))),
          users: own.map((device) => ({
            user: device.user,
            device: device.id,
            username: this.of(device).username,
            display_name: this.of(device).displayName,
            state: "active",
          })),
          offline_paused: false,
          notices: this.notices,
        };
      }
      case "/v1/scan": {
        const { signed } = await this.phone(body, "scan");
        for (const attempt of this.attempts) {
          if (attempt.state === "open" && b64u(await sha256(attempt.secret)) === signed.secret_hash)
            return this.answer(attempt.details);
        }
        throw new Refuse(404, 4202);
      }
      case "/v1/caller/words":
        return this.words(body);
      case "/v1/caller/checked":
        return this.checked(body);
      case "/v1/decide":
        return this.decide(body);
      case "/v1/push":
        await this.phone(body, "push");
        return { registered: true };
      default:
        return this.more(path, body);
    }
  }

  of(device: Device): Person {
    return this.people.find((one) => one.id === device.user)!;
  }

  private enrol(person: Person, body: JsonObject): Enrolment {
    const known = this.enrolments.find((one) => one.claim === body.claim);
    if (known) return known;
    const enrolment = {
      id: name("e"),
      claim: String(body.claim),
      person,
      nonce: b64u(random(16)),
      proved: false,
      number: false,
      answer: null,
    };
    this.enrolments.push(enrolment);
    return enrolment;
  }

  private enrolment(body: JsonObject): Enrolment {
    const found = this.enrolments.find((one) => one.id === body.enrolment && one.claim === body.claim);
    if (!found) throw new Refuse(410, 3207);
    return found;
  }

  private async ready(enrolment: Enrolment): Promise<JsonObject> {
    enrolment.proved = true;
    const { person } = enrolment;
    return {
      enrolment: enrolment.id,
      user: person.id,
      username: person.username,
      display_name: person.displayName,
      nonce: enrolment.nonce,
      expires: this.time() + 600,
      guidelines: await this.guidelines(),
    };
  }

  /** A recovery whose PIN is forgotten goes on as an enrolment of the same id and claim. */
  declined(person: Person, id: string, body: JsonObject): Promise<JsonObject> {
    const enrolment = this.enrol(person, body);
    enrolment.id = id;
    return this.ready(enrolment);
  }

  async guidelines(): Promise<JsonObject> {
    const salt = random(16);
    const iterations = 1000;
    const hashes: string[] = [];
    for (const { kind, text } of this.forbidden) {
      const key = await crypto.subtle.importKey("raw", utf8(text), "PBKDF2", false, ["deriveBits"]);
      const hash = new Uint8Array(
        await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, 72),
      );
      hash[8] = (hash[8] as number) ^ kind;
      hashes.push(b64u(hash));
    }
    while (hashes.length < 192) hashes.push(b64u(random(9)));
    return { salt: b64u(salt), iterations, hashes };
  }

  /** Signature first, then the clock. */
  async phone(body: JsonObject, type: string): Promise<{ phone: Phone; signed: JsonObject }> {
    const signed = body.signed as JsonObject;
    const phone = this.phones.get(String(signed.phone));
    if (!phone || !(await verify(phone.key, signed, String(body.signature)))) throw new Refuse(401, 4101);
    if (phone.ended) throw new Refuse(403, 4305);
    if (signed.type !== type || signed.v !== 1 || signed.iss !== ISS) throw new Refuse(422, 4301);
    if (["pending", "scan", "decision", "push", "nonce", "prove", "caller_words"].includes(type)) this.checkTime(signed);
    return { phone, signed };
  }

  private checkTime(signed: JsonObject): void {
    if (Math.abs(Number(signed.time) - this.time()) > 120) throw new Refuse(401, 4102, { time: this.time() });
  }

  async hmac(phone: Phone, body: JsonObject, label: Label): Promise<void> {
    const signed = body.signed as JsonObject;
    const device = this.devices.find((one) => one.id === signed.device && one.phone === phone.id);
    if (!device) throw new Refuse(422, 4301);
    const key = await userKey(device.secret, label, { iss: ISS, user: device.user, phone: phone.id });
    if ((await hmacOf(key, signed)) === body.hmac) {
      phone.wrongPins = 0;
      return;
    }
    phone.wrongPins += 1;
    if (phone.wrongPins >= 10) {
      phone.ended = true;
      throw new Refuse(403, 4305);
    }
    throw new Refuse(401, 4304, { left: 10 - phone.wrongPins });
  }

  private async complete(body: JsonObject): Promise<JsonObject> {
    const signed = body.signed as JsonObject;
    const enrolment = this.enrolment({ enrolment: signed.enrolment as string, claim: body.claim as string });
    if (!enrolment.proved || signed.nonce !== enrolment.nonce) throw new Refuse(410, 3207);
    const key = signed.key as unknown as PublicKey;
    if (!(await verify(key, signed, String(body.signature)))) throw new Refuse(401, 4101);
    if (signed.phone) {
      const prove = body.prove as JsonObject;
      const { phone } = await this.phone(prove, "prove");
      if ((prove.signed as JsonObject).nonce !== enrolment.nonce) throw new Refuse(401, 4103);
      await this.hmac(phone, prove, "proof");
      this.proved.push(phone.id);
    }
    if (enrolment.answer) return enrolment.answer;
    const phone = signed.phone
      ? this.phones.get(String(signed.phone))!
      : { id: name("p"), key, wrongPins: 0, ended: false };
    this.phones.set(phone.id, phone);
    const device = {
      id: name("d"),
      user: enrolment.person.id,
      phone: phone.id,
      secret: random(32),
      active: false,
      recovery: null,
    };
    this.devices.push(device);
    enrolment.answer = await this.answer({
      v: 1,
      type: "activated",
      iss: ISS,
      enrolment: enrolment.id,
      user: enrolment.person.id,
      username: enrolment.person.username,
      display_name: enrolment.person.displayName,
      device: device.id,
      phone: phone.id,
      secret: b64u(device.secret),
      time: this.time(),
    });
    return enrolment.answer;
  }

  private async confirm(body: JsonObject): Promise<JsonObject> {
    const { phone, signed } = await this.phone(body, "confirm");
    await this.hmac(phone, body, "hmac");
    const device = this.devices.find((one) => one.id === signed.device)!;
    device.active = true;
    device.recovery = signed.recovery as JsonObject;
    return { active: true, username: this.of(device).username };
  }

  private async decide(body: JsonObject): Promise<JsonObject> {
    const { phone, signed } = await this.phone(body, "decision");
    const attempt = this.attempts.find((one) => one.details.attempt === signed.attempt);
    if (!attempt) throw new Refuse(404, 4202);
    const { details } = attempt;
    for (const member of ["nonce", "user", "device", "action", "client"])
      if (signed[member] !== details[member]) throw new Refuse(422, 4301);
    if (signed.context !== (await contextOf(details))) throw new Refuse(422, 4301);
    if (signed.decision === "not_me") {
      attempt.state = "not_me";
      return { result: "not_me", quiet_until: this.time() + 900 };
    }
    if (attempt.state !== "open") throw new Refuse(410, 4201);
    if (signed.decision === "deny") {
      attempt.state = "denied";
      return { result: "denied", quiet_until: this.time() + 900 };
    }
    if (details.confirm) {
      const scanned = b64u(await sha256(attempt.secret));
      if (signed.confirmation !== attempt.code && signed.confirmation !== scanned) {
        attempt.wrong += 1;
        if (attempt.wrong >= 3) attempt.state = "failed";
        throw new Refuse(422, 4303, { left: 3 - attempt.wrong });
      }
    }
    await this.hmac(phone, body, "hmac");
    attempt.state = "approved";
    return { result: "approved", quiet_until: 0 };
  }
}
