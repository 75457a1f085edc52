/** Signed requests of this phone (spec §2): envelope, clock, and what certain refusals change on the phone. */
import { b64u, random } from "../core/bytes";
import type { Json, JsonObject } from "../core/jcs";
import { hmacOf, sign } from "../core/keys";
import { openAnswer } from "../core/server";
import { Refused, Unrecognised } from "../net/refusal";
import { post } from "../net/wire";
import type { Phone } from "../store/store";
import type { App } from "./app";

export type Envelope = {
  type: string;
  fields: JsonObject;
  /** Adds a random nonce, another one for every repeat (§6.1, §6.3, §6.5, §6.6). */
  nonce?: boolean;
  /** The key of the `hmac` member. */
  hmac?: CryptoKey;
  /** Members that stand beside `signed`. */
  beside?: () => Promise<JsonObject>;
  /** The phone that signs, where it is not yet the kept one. */
  phone?: Phone;
};

export async function seal(app: App, envelope: Envelope): Promise<JsonObject> {
  const phone = envelope.phone ?? app.phone;
  if (!phone) throw new Error("no phone key");
  const signed: JsonObject = {
    v: 1,
    type: envelope.type,
    iss: app.iss,
    phone: phone.id,
    ...envelope.fields,
    time: app.time(),
  };
  if (envelope.nonce) signed.nonce = b64u(random(16));
  return {
    signed,
    signature: await sign(phone.signing.privateKey, signed),
    ...(envelope.hmac ? { hmac: await hmacOf(envelope.hmac, signed) } : {}),
    ...(envelope.beside ? await envelope.beside() : {}),
  };
}

async function note(app: App, error: unknown): Promise<void> {
  if (!(error instanceof Refused)) return;
  if (error.is("pinsSpent")) await app.end();
  if (error.is("signature") && !app.unknownPhone) {
    app.unknownPhone = true;
    app.changed();
  }
}

/** Runs a request; on 4102 keeps the difference of the clocks and runs it once more. */
export async function withClock<T>(app: App, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    const time = error instanceof Refused && error.is("clock") ? error.refusal.time : undefined;
    if (typeof time !== "number") throw error;
    await app.setOffset(time);
    return await request();
  }
}

export async function signedPost(app: App, path: string, envelope: Envelope): Promise<JsonObject> {
  try {
    const answer = await withClock(app, () => post(app.wire, path, () => seal(app, envelope)));
    if (app.unknownPhone && !envelope.phone) {
      app.unknownPhone = false;
      app.changed();
    }
    return answer;
  } catch (error) {
    // What happens to a phone that is not the kept one, or is lost, says nothing about this one.
    if (!envelope.phone) await note(app, error);
    throw error;
  }
}

/** The content of a signed answer. A key not yet known is looked up once, by way of the chain; else throws Unrecognised. */
export async function opened(app: App, answer: Json, type: string): Promise<JsonObject> {
  const first = await openAnswer(app.serverKeys, answer, type, app.iss);
  if (first) return first;
  const kid = (answer as JsonObject | null)?.kid;
  if (!app.serverKeys.some((entry) => entry.kid === kid)) {
    await app.configure(true);
    const second = await openAnswer(app.serverKeys, answer, type, app.iss);
    if (second) return second;
  }
  throw new Unrecognised();
}
