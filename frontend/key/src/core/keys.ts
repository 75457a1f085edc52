/** Keys: HKDF, the four keys of a user, ES256 and HMAC (spec §1–§3). */
import { b64u, unb64u, utf8, type Bytes } from "./bytes";
import { jcs, type Json, type JsonObject } from "./jcs";

export type PublicKey = { x: string; y: string };
export type Label = "hmac" | "totp" | "ocra" | "proof";

/** Whose key it is: issuer, user and phone go into every derivation, so that no key is good anywhere else. */
export type Owner = { iss: string; user: string; phone: string };

const EC = { name: "ECDSA", namedCurve: "P-256" } as const;
const ES256 = { name: "ECDSA", hash: "SHA-256" } as const;
const HMAC = { name: "HMAC", hash: "SHA-256" } as const;

/** HKDF-SHA-256 with an empty salt, 32 bytes (RFC 5869). */
export async function hkdf(ikm: Bytes, info: string): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", ikm, "HKDF", false, ["deriveBits"]);
  const params = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: utf8(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(params, key, 256));
}

function info(label: Label, owner: Owner): string {
  return `watchword/v1|${label}|${owner.iss}|${owner.user}|${owner.phone}`;
}

/** The raw bytes of K(label); the app itself uses `userKey`, whose bytes no script can read back. */
export function userKeyBytes(secret: Bytes, label: Label, owner: Owner): Promise<Bytes> {
  return hkdf(secret, info(label, owner));
}

/** K(label) as an HMAC key that cannot be exported. */
export async function userKey(secret: Bytes, label: Label, owner: Owner): Promise<CryptoKey> {
  const raw = await userKeyBytes(secret, label, owner);
  try {
    return await hmacKey(raw);
  } finally {
    raw.fill(0);
  }
}

export function hmacKey(raw: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", raw, HMAC, false, ["sign"]);
}

export async function hmac(key: CryptoKey, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
}

/** The `hmac` member of decisions, confirmations and proofs. */
export async function hmacOf(key: CryptoKey, signed: JsonObject): Promise<string> {
  return b64u(await hmac(key, jcs(signed)));
}

/** A signing key that never leaves the browser's key store. */
export function makeSigningKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(EC, false, ["sign", "verify"]);
}

export async function publicKeyOf(pair: CryptoKeyPair): Promise<PublicKey> {
  const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { x: jwk.x as string, y: jwk.y as string };
}

export async function sign(key: CryptoKey, signed: JsonObject): Promise<string> {
  return b64u(new Uint8Array(await crypto.subtle.sign(ES256, key, jcs(signed))));
}

/** Rejects with an error when the pair is no point on P-256: WebCrypto checks the curve equation on import. */
export function importPublic(key: PublicKey): Promise<CryptoKey> {
  if (unb64u(key.x).length !== 32 || unb64u(key.y).length !== 32) throw new TypeError("coordinate length");
  return crypto.subtle.importKey("jwk", { kty: "EC", crv: "P-256", x: key.x, y: key.y, ext: true }, EC, true, [
    "verify",
  ]);
}

/** True only for a right signature over JCS(signed); every fault of form reads as false. */
export async function verify(key: PublicKey, signed: Json, signature: string): Promise<boolean> {
  try {
    const bytes = unb64u(signature);
    if (bytes.length !== 64) return false;
    return await crypto.subtle.verify(ES256, await importPublic(key), bytes, jcs(signed));
  } catch {
    return false;
  }
}
