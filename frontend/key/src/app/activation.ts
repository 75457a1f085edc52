/** One activation, from its first request to the confirmed device (spec §5). Holds what must survive a lost connection. */
import { b64u, random, unb64u, type Bytes } from "../core/bytes";
import { stretch } from "../core/argon2";
import type { JsonObject } from "../core/jcs";
import { makeSigningKey, publicKeyOf, userKey } from "../core/keys";
import type { Guidelines } from "../core/pin";
import { camouflage, makeOuterKey, tie, untie } from "../core/seal";
import { NoAnswer, REFUSED, Refused } from "../net/refusal";
import { post } from "../net/wire";
import type { Phone, User } from "../store/store";
import type { App } from "./app";
import type { Platform } from "./platform";
import { opened, seal, signedPost } from "./requests";
import { close, keyOf, type Opening } from "./unlock";

export type Contact = { id: string; kind: "sms" | "mail"; masked: string; default?: boolean };
export type Target = { contact: string } | { number: { country: string; national: string } };
export type Sent = { to: string; digits: number; expires: number; again: number };
export type Ready = {
  enrolment: string;
  user: string;
  username: string;
  display_name: string;
  nonce: string;
  expires: number;
  guidelines: Guidelines;
};

export class Activation {
  contacts: Contact[] = [];
  ready: Ready | null = null;
  /** Whether this makes the phone anew: its first user, or after its end. Then a PIN is made, not asked. */
  fresh: boolean;
  private enrolment = "";
  private claim = "";
  private claimed = "";
  private draft: Phone | null = null;
  private wrapped: User | null = null;
  /** A, kept from the wrapping to the offer of the biometric slot. */
  opening: Opening | null = null;

  constructor(
    private readonly app: App,
    private readonly platform: () => Promise<Platform>,
    private readonly phoneName: (displayName: string, platform: Platform) => string,
  ) {
    this.fresh = app.active.length === 0;
  }

  /** A claim stays only for the same words after a lost connection; otherwise the server would answer for the earlier ones. */
  private async begin(path: string, words: string, body: JsonObject): Promise<JsonObject> {
    await this.app.configure();
    if (this.claimed !== words) this.claim = b64u(random(16));
    this.claimed = words;
    try {
      const platform = { ...(await this.platform()) } as JsonObject;
      const answer = await post(this.app.wire, path, () => ({ ...body, platform, claim: this.claim }));
      this.claimed = "";
      this.enrolment = String(answer.enrolment);
      return answer;
    } catch (error) {
      if (!(error instanceof NoAnswer)) this.claimed = "";
      throw error;
    }
  }

  /** Goes on from a recovery whose PIN is forgotten: *Ready*, under the recovery's claim (spec §5.11). */
  resume(claim: string, ready: Ready): void {
    this.claim = claim;
    this.enrolment = ready.enrolment;
    this.ready = ready;
  }

  private step(path: string, body: JsonObject): Promise<JsonObject> {
    return post(this.app.wire, path, () => ({ enrolment: this.enrolment, claim: this.claim, ...body }));
  }

  async start(username: string, password: string): Promise<void> {
    const answer = await this.begin("/v1/activation/start", `start ${username}`, { username, password });
    this.contacts = answer.contacts as unknown as Contact[];
  }

  async send(target: Target): Promise<Sent> {
    return (await this.step("/v1/activation/send", target)) as unknown as Sent;
  }

  async sendProof(contact: string): Promise<Sent> {
    return (await this.step("/v1/activation/proof/send", { contact })) as unknown as Sent;
  }

  async proof(code: string): Promise<void> {
    await this.step("/v1/activation/proof", { code });
  }

  async prove(code: string): Promise<void> {
    this.ready = (await this.step("/v1/activation/prove", { code })) as unknown as Ready;
  }

  async scan(secret: string): Promise<void> {
    this.ready = (await this.begin("/v1/activation/scan", `scan ${secret}`, { secret })) as unknown as Ready;
  }

  async session(username: string, sessionId: string): Promise<void> {
    const body = { username, session_id: sessionId };
    this.ready = (await this.begin(
      "/v1/activation/session",
      `session ${username} ${sessionId}`,
      body,
    )) as unknown as Ready;
  }

  /** The phone that will sign: the kept one, or a new one that is stored together with its first user. */
  private async signer(): Promise<Phone> {
    if (!this.fresh && this.app.phone) return this.app.phone;
    this.draft ??= {
      id: "",
      salt: random(16),
      signing: await makeSigningKey(),
      outer: await makeOuterKey(),
      ended: false,
    };
    return this.draft;
  }

  /** A from the PIN under the salt of the phone that will be, kept or new. Throws RangeError for what is not a PIN. */
  async open(pin: string): Promise<Opening> {
    return { stretched: await stretch(pin, (await this.signer()).salt), uv: "pin" };
  }

  /** Ends with the device active, or rejects and may be called again. Takes the opening over: overwrites or keeps it. */
  async complete(opening: Opening): Promise<User> {
    if (!this.wrapped) {
      try {
        this.wrapped = await this.receive(await this.signer(), opening);
      } catch (error) {
        close(opening);
        throw error;
      }
      this.opening = opening;
    } else if (opening !== this.opening) {
      // S is wrapped already, once and under the PIN of that moment: only the word to the server is missing.
      close(opening);
    }
    const user = await confirm(this.app, this.wrapped, this.opening as Opening);
    this.app.unknownPhone = false;
    return user;
  }

  private async receive(phone: Phone, opening: Opening): Promise<User> {
    const ready = this.ready as Ready;
    const platform = await this.platform();
    const answer = await signedPost(this.app, "/v1/activation/complete", {
      type: "activate",
      phone,
      fields: {
        enrolment: ready.enrolment,
        nonce: ready.nonce,
        user: ready.user,
        key: { ...(await publicKeyOf(phone.signing)) },
        name: this.phoneName(ready.display_name, platform),
        platform: { ...platform },
      },
      beside: async () => ({
        claim: this.claim,
        ...(this.fresh ? {} : { prove: await this.addUserProof(opening, ready.nonce) }),
      }),
    });
    const activated = await opened(this.app, answer, "activated");
    if (activated.enrolment !== ready.enrolment || activated.user !== ready.user) throw new NoAnswer("trouble");
    return this.wrap({ ...phone, id: String(activated.phone) }, activated, opening);
  }

  /** A signed word that the PIN is right, under a user this phone already has (§5.7). */
  private async addUserProof(opening: Opening, nonce: string): Promise<JsonObject> {
    const user = this.app.active[0] as User;
    return seal(this.app, {
      type: "prove",
      fields: { user: user.user, device: user.device, purpose: "add_user", nonce, uv: opening.uv },
      hmac: await keyOf(this.app, user, opening, "proof"),
    });
  }

  private async wrap(phone: Phone, activated: JsonObject, opening: Opening): Promise<User> {
    const place = { iss: this.app.iss, user: String(activated.user), device: String(activated.device) };
    const secret = unb64u(String(activated.secret));
    if (secret.length !== 32) throw new NoAnswer("trouble");
    const blob = await camouflage(secret, opening.stretched, place);
    secret.fill(0);
    const user: User = {
      user: place.user,
      device: place.device,
      username: String(activated.username),
      displayName: String(activated.display_name),
      enrolment: String(activated.enrolment),
      state: "unconfirmed",
      blob: await tie(phone.outer, blob, place),
      added: this.app.now(),
    };
    await this.app.store.activate(phone, user, this.fresh);
    await this.app.reload();
    return user;
  }

  /** True from the wrapping on: the PIN stands, and only the confirmation may still be missing. */
  get isWrapped(): boolean {
    return this.wrapped !== null;
  }

  /** Says to the server what a lost connection kept from it. */
  finish(): Promise<User> {
    return this.complete(this.opening as Opening);
  }

  /** Overwrites what the offer of the fingerprint needed. */
  forget(): void {
    if (this.opening) close(this.opening);
    this.opening = null;
  }
}

/** §5.6, also for a user left unconfirmed by a lost connection: tells the server that S is wrapped. */
export async function confirm(app: App, user: User, opening: Opening): Promise<User> {
  const phone = app.phone as Phone;
  const place = { iss: app.iss, user: user.user, device: user.device };
  const blob: Bytes = await untie(phone.outer, user.blob, place);
  const secret = await camouflage(blob, opening.stretched, place);
  const key = await userKey(secret, "hmac", { iss: app.iss, user: user.user, phone: phone.id });
  secret.fill(0);
  await signedPost(app, "/v1/activation/confirm", {
    type: "confirm",
    hmac: key,
    fields: {
      enrolment: user.enrolment,
      user: user.user,
      device: user.device,
      recovery: { salt: b64u(phone.salt), blob: b64u(blob) },
      uv: opening.uv,
    },
  });
  const active: User = { ...user, enrolment: "", state: "active" };
  await app.setUser(active);
  return active;
}

/** Whether a refusal means that this activation cannot go on and must begin afresh. */
export function isOver(error: unknown): boolean {
  return (
    error instanceof Refused &&
    [REFUSED.usedOrOld, REFUSED.enrolmentOver, REFUSED.nonce].some((n) => n === error.refusal.number)
  );
}
