/** The server's keys: which are accepted, and how a new one comes to be (spec §2, §9). */
import { b64u, hex, sha256 } from "./bytes";
import { jcs, type Json, type JsonObject } from "./jcs";
import { importPublic, verify, type PublicKey } from "./keys";

export type ServerKey = { kid: string; key: PublicKey };
export type SignedAnswer = { signed: JsonObject; signature: string; kid: string };

function same(a: PublicKey, b: PublicKey): boolean {
  return a.x === b.x && a.y === b.y;
}

function isKey(value: unknown): value is ServerKey {
  const entry = value as ServerKey | null;
  return (
    !!entry &&
    typeof entry.kid === "string" &&
    !!entry.key &&
    typeof entry.key.x === "string" &&
    typeof entry.key.y === "string"
  );
}

/** Reads one statement of the chain; null where it is not of the form. */
function successor(value: unknown, iss: string): (SignedAnswer & { next: ServerKey }) | null {
  const statement = value as SignedAnswer | null;
  const signed = statement?.signed;
  if (!statement || !signed || typeof statement.signature !== "string") return null;
  if (signed.v !== 1 || signed.type !== "successor" || signed.iss !== iss || signed.from !== statement.kid) return null;
  const next = { kid: signed.kid, key: signed.key };
  return isKey(next) ? { ...statement, next } : null;
}

async function isPoint(key: PublicKey): Promise<boolean> {
  try {
    await importPublic(key);
    return true;
  } catch {
    return false;
  }
}

/**
 * The keys to keep from now on, or null where the list names a key that none of the accepted ones vouches for.
 * `kept` is empty only at the first contact, where the list is taken as it is.
 */
export async function acceptKeys(
  kept: ServerKey[],
  keys: unknown,
  chain: unknown,
  iss: string,
): Promise<ServerKey[] | null> {
  if (!Array.isArray(keys) || keys.length !== 2 || !keys.every(isKey)) return null;
  const listed = keys as [ServerKey, ServerKey];
  if (listed[0].kid === listed[1].kid || same(listed[0].key, listed[1].key)) return null;
  if (kept.length === 0) {
    return (await Promise.all(listed.map((entry) => isPoint(entry.key)))).every(Boolean) ? listed : null;
  }
  const accepted = new Map(kept.map((entry) => [entry.kid, entry.key]));
  for (const value of Array.isArray(chain) ? chain : []) {
    const statement = successor(value, iss);
    const signer = statement && accepted.get(statement.kid);
    if (!statement || !signer || !(await verify(signer, statement.signed, statement.signature))) continue;
    const known = accepted.get(statement.next.kid);
    // Two keys under one name are a contradiction in what the server says about itself: nothing of it is taken.
    if (known && !same(known, statement.next.key)) return null;
    accepted.set(statement.next.kid, statement.next.key);
  }
  for (const entry of listed) {
    const key = accepted.get(entry.kid);
    if (!key || !same(key, entry.key)) return null;
  }
  return listed.map(({ kid, key }) => ({ kid, key: { x: key.x, y: key.y } }));
}

/** The content of a signed answer, or null where no accepted key signed it, or it is of another type or issuer. */
export async function openAnswer(
  keys: ServerKey[],
  answer: unknown,
  type: string,
  iss: string,
): Promise<JsonObject | null> {
  const { signed, signature, kid } = (answer ?? {}) as Partial<SignedAnswer>;
  const key = keys.find((entry) => entry.kid === kid)?.key;
  if (!key || !signed || typeof signature !== "string") return null;
  if (!(await verify(key, signed, signature))) return null;
  return signed.v === 1 && signed.type === type && signed.iss === iss ? signed : null;
}

/** A short print of a key for people to compare: SHA-256 over its JCS form, eight groups of four. */
export async function fingerprint(key: PublicKey): Promise<string> {
  const digest = await sha256(jcs({ x: key.x, y: key.y }));
  return (hex(digest.subarray(0, 16)).match(/.{4}/g) ?? []).join(" ");
}

/** The *context* of a decision: the hash of the details as they were read (spec §6.2). */
export async function contextOf(details: Json): Promise<string> {
  return b64u(await sha256(jcs(details)));
}
