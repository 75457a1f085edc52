/** The biometric way in: a platform authenticator's PRF key opens the slot that holds A (spec §3; WebAuthn 3 §10.1.4). */
import { random, utf8, type Bytes } from "../core/bytes";
import { openSlot, sealSlot } from "../core/seal";
import type { App } from "./app";
import type { Opening } from "./unlock";

type PrfResults = { prf?: { enabled?: boolean; results?: { first?: ArrayBuffer | ArrayBufferView } } };

/** Whether asking is worth a question to the person. False where it cannot be told. */
export async function canOffer(): Promise<boolean> {
  if (typeof PublicKeyCredential === "undefined" || !navigator.credentials) return false;
  try {
    return await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
  } catch {
    return false;
  }
}

function prfOf(credential: PublicKeyCredential): Bytes | null {
  const first = (credential.getClientExtensionResults() as PrfResults).prf?.results?.first;
  if (!first) return null;
  const view = ArrayBuffer.isView(first)
    ? new Uint8Array(first.buffer, first.byteOffset, first.byteLength)
    : new Uint8Array(first);
  return new Uint8Array(view) as Bytes;
}

function prf(salt: Bytes): AuthenticationExtensionsClientInputs {
  return { prf: { eval: { first: salt } } } as AuthenticationExtensionsClientInputs;
}

async function ask(credential: Bytes, salt: Bytes): Promise<Bytes | null> {
  const answer = (await navigator.credentials.get({
    publicKey: {
      challenge: random(32),
      rpId: location.hostname,
      userVerification: "required",
      timeout: 60_000,
      allowCredentials: [{ type: "public-key", id: credential, transports: ["internal"] }],
      extensions: prf(salt),
    },
  })) as PublicKeyCredential | null;
  return answer && prfOf(answer);
}

/**
 * Makes the credential and seals A under its PRF output.
 * Returns false where the platform has no PRF; rejects where the person turned it down.
 */
export async function turnOn(app: App, opening: Opening, name: string): Promise<boolean> {
  if (!app.phone) return false;
  const salt = random(32);
  const made = (await navigator.credentials.create({
    publicKey: {
      challenge: random(32),
      rp: { id: location.hostname, name: "Watchword Key" },
      user: { id: utf8(app.phone.id), name, displayName: name },
      pubKeyCredParams: [
        { type: "public-key", alg: -7 },
        { type: "public-key", alg: -257 },
      ],
      authenticatorSelection: {
        authenticatorAttachment: "platform",
        userVerification: "required",
        residentKey: "discouraged",
      },
      timeout: 60_000,
      extensions: prf(salt),
    },
  })) as PublicKeyCredential | null;
  if (!made || (made.getClientExtensionResults() as PrfResults).prf?.enabled === false) return false;
  const credential = new Uint8Array(made.rawId);
  const output = prfOf(made) ?? (await ask(credential, salt));
  if (!output) return false;
  try {
    const slot = { credential, salt, sealed: await sealSlot(output, app.phone.id, opening.stretched) };
    await app.store.put("slot", slot);
    app.slot = slot;
  } finally {
    output.fill(0);
  }
  app.changed();
  return true;
}

export async function turnOff(app: App): Promise<void> {
  await app.store.remove("slot");
  app.slot = null;
  app.changed();
}

/** A from the slot, or null where the person turned to the PIN or the platform gave nothing. */
export async function byBiometric(app: App): Promise<Opening | null> {
  const { slot, phone } = app;
  if (!slot || !phone) return null;
  try {
    const output = await ask(slot.credential, slot.salt);
    if (!output) return null;
    try {
      return { stretched: await openSlot(output, phone.id, slot.sealed), uv: "biometric" };
    } finally {
      output.fill(0);
    }
  } catch {
    return null;
  }
}
