/** How a user's secret lies on the phone: camouflaged by the PIN, then tied to the phone (spec §3). */
import { random, utf8, xor, type Bytes } from "./bytes";
import { hkdf } from "./keys";

export type Place = { iss: string; user: string; device: string };
export type Sealed = { iv: Bytes; data: Bytes };

const AES = "AES-GCM";

/** The outer key of the phone; it cannot be read, only used, and only here. */
export function makeOuterKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: AES, length: 256 }, false, ["encrypt", "decrypt"]);
}

/** S XOR pad. The same operation opens it: every PIN opens it to something, only the server can tell which is right. */
export async function camouflage(secret: Bytes, stretched: Bytes, place: Place): Promise<Bytes> {
  const pad = await hkdf(stretched, `watchword/v1|pad|${place.iss}|${place.user}|${place.device}`);
  try {
    return xor(secret, pad);
  } finally {
    pad.fill(0);
  }
}

function bound(place: Place): Bytes {
  return utf8(`watchword/v1|blob|${place.user}|${place.device}`);
}

export async function tie(outer: CryptoKey, blob: Bytes, place: Place): Promise<Sealed> {
  const iv = random(12);
  const params = { name: AES, iv, additionalData: bound(place) };
  return { iv, data: new Uint8Array(await crypto.subtle.encrypt(params, outer, blob)) };
}

/** Rejects where the blob was moved to another user or device, or altered. */
export async function untie(outer: CryptoKey, sealed: Sealed, place: Place): Promise<Bytes> {
  const params = { name: AES, iv: sealed.iv, additionalData: bound(place) };
  return new Uint8Array(await crypto.subtle.decrypt(params, outer, sealed.data));
}

async function slotKey(prf: Bytes, phone: string): Promise<CryptoKey> {
  const raw = await hkdf(prf, `watchword/v1|slot|${phone}`);
  try {
    return await crypto.subtle.importKey("raw", raw, AES, false, ["encrypt", "decrypt"]);
  } finally {
    raw.fill(0);
  }
}

/** The biometric slot: A under a key that only the platform authenticator can give back. */
export async function sealSlot(prf: Bytes, phone: string, stretched: Bytes): Promise<Sealed> {
  const iv = random(12);
  return {
    iv,
    data: new Uint8Array(await crypto.subtle.encrypt({ name: AES, iv }, await slotKey(prf, phone), stretched)),
  };
}

export async function openSlot(prf: Bytes, phone: string, slot: Sealed): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.decrypt({ name: AES, iv: slot.iv }, await slotKey(prf, phone), slot.data));
}
