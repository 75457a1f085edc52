/** What a QR code or an opened address says (spec §5.2, §5.3, §5.10, §6.3, §10). */
import { b64u, sha256, unb64u, type Bytes } from "./bytes";

export type Link = { kind: "activate" | "login" | "transfer"; secret: Bytes };
export type ReadLink = Link | { kind: "foreign" } | { kind: "none" };

const PATHS: Readonly<Record<string, Link["kind"]>> = { "/a": "activate", "/l": "login", "/t": "transfer" };

function readSecret(fragment: string): Bytes | null {
  try {
    const secret = unb64u(fragment);
    return secret.length === 16 ? secret : null;
  } catch {
    return null;
  }
}

/** Path and fragment of this app's own address. */
export function readPath(path: string, fragment: string): Link | null {
  const kind = PATHS[path];
  const secret = kind ? readSecret(fragment.replace(/^#/, "")) : null;
  return kind && secret ? { kind, secret } : null;
}

/** The text of a QR code: ours, another server's (`foreign`), or something else. */
export function readLink(text: string, iss: string): ReadLink {
  const match = /^(https?:\/\/[^/#?]+)(\/[alt])#([A-Za-z0-9_-]{22})$/.exec(text);
  if (!match) return { kind: "none" };
  const link = readPath(match[2] as string, match[3] as string);
  if (!link) return { kind: "none" };
  return match[1] === iss ? link : { kind: "foreign" };
}

/** SHA-256 of a login secret: what leaves the phone in its place. */
export async function secretHash(secret: Bytes): Promise<string> {
  return b64u(await sha256(secret));
}

export type ReadSessionId = { fault: "length" | "characters" } | { fault: null; id: string };

/** A Session ID in its one form. Case, spaces and hyphens are ignored; O reads as 0, I and L as 1. */
export function readSessionId(typed: string): ReadSessionId {
  const id = typed
    .normalize("NFKC")
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/[\s\-‐-―−ー]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  if (!/^[0-9A-HJKMNP-TV-Z]*$/.test(id)) return { fault: "characters" };
  return id.length === 8 ? { fault: null, id } : { fault: "length" };
}

/** Two groups of four, as the portal shows it. */
export function showSessionId(id: string): string {
  return `${id.slice(0, 4)} ${id.slice(4)}`;
}
