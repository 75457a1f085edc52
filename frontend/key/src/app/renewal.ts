/** New secrets for the users of a phone: fetched, kept beside the old ones, confirmed, and only then in their place (spec §5.8). */
import { b64u, random, unb64u } from "../core/bytes";
import { stretch } from "../core/argon2";
import type { JsonObject } from "../core/jcs";
import { hmacOf, makeSigningKey, publicKeyOf, sign, userKey } from "../core/keys";
import type { Guidelines } from "../core/pin";
import { camouflage, makeOuterKey, tie, untie } from "../core/seal";
import { NoAnswer, Refused } from "../net/refusal";
import { post } from "../net/wire";
import type { Phone, User, Waiting } from "../store/store";
import type { App } from "./app";
import { opened, signedPost, withClock } from "./requests";

export type RenewalState =
  | "offered"
  | "scanned"
  | "started"
  | "opened"
  | "proven"
  | "issued"
  | "done"
  | "declined"
  | "void"
  | "expired";

/** A phone that is not kept yet: its keys are made, its id comes with its first user. */
export async function draftPhone(): Promise<Phone> {
  return { id: "", salt: random(16), signing: await makeSigningKey(), outer: await makeOuterKey(), ended: false };
}

export class Renewal {
  state: RenewalState = "proven";
  /** At a transfer: the six digits this phone shows, and the name of the one that scanned. */
  code = "";
  name = "";
  usernames: string[] = [];
  guidelines: Guidelines | null = null;

  constructor(
    readonly app: App,
    readonly kind: Waiting["kind"],
    readonly id: string,
    readonly claim: string,
    /** The phone that signs: the kept one, or a draft. */
    readonly phone: Phone,
  ) {}

  async look(): Promise<RenewalState> {
    const answer = await signedPost(this.app, "/v1/renewal", {
      type: "renewal",
      phone: this.phone,
      fields: { renewal: this.id },
    });
    this.state = answer.state as RenewalState;
    this.name = String(answer.name ?? "");
    if (answer.guidelines) {
      this.guidelines = answer.guidelines as unknown as Guidelines;
      this.usernames = ((answer.users ?? []) as { username: string }[]).map((user) => user.username);
    }
    return this.state;
  }

  /** Fetches the secrets, wraps them under this PIN and stores them beside those in use; then `finish` ends it. */
  async receive(pin: string): Promise<void> {
    const { app, phone } = this;
    const answer = await signedPost(app, "/v1/renewal/complete", {
      type: "renew",
      phone,
      fields: { renewal: this.id, key: { ...(await publicKeyOf(phone.signing)) } },
      beside: async () => ({ claim: this.claim }),
    });
    const renewed = await opened(app, answer, "renewed");
    const id = String(renewed.phone);
    if (renewed.renewal !== this.id || !id || (phone.id && phone.id !== id)) throw new NoAnswer("trouble");
    // Beside other users the phone's own salt stays, because one PIN opens them all; otherwise both are new.
    const beside = this.kind === "recovery" && app.users.length > 0 && phone === app.phone;
    const kept: Phone = { ...phone, id, salt: beside ? phone.salt : random(16), ended: false };
    const stretched = await stretch(pin, kept.salt);
    try {
      const users: User[] = [];
      for (const line of renewed.users as JsonObject[]) users.push(await this.wrap(kept, line, stretched));
      await app.setWaiting({ kind: this.kind, renewal: this.id, phone: kept, users, beside });
    } finally {
      stretched.fill(0);
    }
  }

  private async wrap(phone: Phone, line: JsonObject, stretched: Uint8Array<ArrayBuffer>): Promise<User> {
    const place = { iss: this.app.iss, user: String(line.user), device: String(line.device) };
    const secret = unb64u(String(line.secret));
    if (secret.length !== 32) throw new NoAnswer("trouble");
    const blob = await camouflage(secret, stretched, place);
    secret.fill(0);
    const before = this.app.users.find((user) => user.user === place.user);
    return {
      user: place.user,
      device: place.device,
      username: String(line.username),
      displayName: String(line.display_name),
      enrolment: "",
      state: "active",
      blob: await tie(phone.outer, blob, place),
      added: before?.added ?? this.app.now(),
    };
  }

  /** Ends it on either phone; what was before stays. */
  async cancel(): Promise<void> {
    await signedPost(this.app, "/v1/renewal/cancel", {
      type: "cancel",
      phone: this.phone,
      fields: { renewal: this.id },
    });
  }
}

/** What a confirmation signs, and the HMACs that stand beside it, one under each user's new secret (spec §5.8). */
export async function keptRequest(app: App, waiting: Waiting, stretched: Uint8Array<ArrayBuffer>): Promise<JsonObject> {
  const { phone } = waiting;
  const keys: CryptoKey[] = [];
  const users: JsonObject[] = [];
  for (const user of waiting.users) {
    const place = { iss: app.iss, user: user.user, device: user.device };
    const blob = await untie(phone.outer, user.blob, place);
    const secret = await camouflage(blob, stretched, place);
    keys.push(await userKey(secret, "hmac", { iss: app.iss, user: user.user, phone: phone.id }));
    secret.fill(0);
    users.push({ device: user.device, blob: b64u(blob) });
  }
  const head: JsonObject = { v: 1, type: "kept", iss: app.iss, renewal: waiting.renewal, phone: phone.id };
  const signed: JsonObject = { ...head, salt: b64u(phone.salt), users, uv: "pin", time: app.time() };
  return {
    signed,
    signature: await sign(phone.signing.privateKey, signed),
    hmacs: await Promise.all(keys.map((key) => hmacOf(key, signed))),
  };
}

/** Has the server confirm the waiting set, then lets it take the place of the one before. `pin` is the new one. */
export async function finish(app: App, pin: string): Promise<void> {
  const { waiting } = app;
  if (!waiting) return;
  const stretched = await stretch(pin, waiting.phone.salt);
  try {
    await withClock(app, () =>
      post(app.wire, "/v1/renewal/confirm", () => keptRequest(app, waiting, stretched)),
    );
  } catch (error) {
    if (error instanceof Refused && error.is("renewalOver", "renewalChanged")) await app.dropWaiting();
    throw error;
  } finally {
    stretched.fill(0);
  }
  await app.takeWaiting();
}

/** Gives the waiting set up. False where the server says that it holds already: then only `finish` is left. */
export async function giveUp(app: App): Promise<boolean> {
  const { waiting } = app;
  if (!waiting) return true;
  try {
    await signedPost(app, "/v1/renewal/cancel", {
      type: "cancel",
      phone: waiting.phone,
      fields: { renewal: waiting.renewal },
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.is("renewalDone")) return false;
    if (!error.is("renewalOver")) throw error;
  }
  await app.dropWaiting();
  return true;
}
