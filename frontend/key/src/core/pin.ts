/** The PIN: its form, and the check against fragments the guidelines forbid (spec §3, §5.4; K01–K04). */
import { unb64u, utf8, type Bytes } from "./bytes";

export const PIN_MIN = 4;
export const PIN_MAX = 6;

export type Guidelines = { salt: string; iterations: number; hashes: string[] };

/** What the fifth-to-last byte of an entry stands for, in the order of the protocol. */
export const KINDS = ["", "birth", "address", "document", "phone", "name", "city", "username"] as const;
export type Kind = Exclude<(typeof KINDS)[number], "">;

export type Finding = { kind: Kind; part: string };

/** NFKC, so that full-width digits and letters typed on a Japanese keyboard are the PIN they look like. */
export function normalPin(typed: string): string {
  return typed.normalize("NFKC");
}

/** Why a typed text has not the form of a PIN, or null where it has. `least` is the institution's own minimum for a new one. */
export function pinFault(typed: string, least = PIN_MIN): "length" | "characters" | null {
  const pin = normalPin(typed);
  if (!/^[\u0021-\u007e]*$/.test(pin)) return "characters";
  return pin.length < least || pin.length > PIN_MAX ? "length" : null;
}

/** The PIN, or null where it has not the form of one. */
export function readPin(typed: string): string | null {
  return pinFault(typed) ? null : normalPin(typed);
}

/** The substrings of a PIN that are compared: 4 to 6 of anything, 2 or 3 of letters only, and the whole. */
export function fragments(typed: string): string[] {
  const folded = normalPin(typed).toLowerCase();
  const found = new Set<string>();
  for (let from = 0; from < folded.length; from += 1) {
    for (let to = from + 2; to <= Math.min(folded.length, from + PIN_MAX); to += 1) {
      const part = folded.slice(from, to);
      if (part.length >= PIN_MIN || /^[a-z]+$/.test(part)) found.add(part);
    }
  }
  if (folded) found.add(folded);
  return Array.from(found).sort((a, b) => b.length - a.length);
}

async function digest(part: string, salt: Bytes, iterations: number): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", utf8(part), "PBKDF2", false, ["deriveBits"]);
  const params = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(params, key, 72));
}

/**
 * Checks PINs against one list. Digests of fragments are kept while the screen is open, so that typing on costs only what is
 * new; `forget` drops them.
 */
export class GuidelineCheck {
  private readonly salt: Bytes;
  private readonly entries = new Map<string, number>();
  private readonly known = new Map<string, Promise<Kind | null>>();

  constructor(private readonly list: Guidelines) {
    this.salt = unb64u(list.salt);
    for (const text of list.hashes) {
      const entry = unb64u(text);
      if (entry.length !== 9) throw new TypeError("guideline entry");
      this.entries.set(entry.subarray(0, 8).join(), entry[8] as number);
    }
  }

  private async look(part: string): Promise<Kind | null> {
    const hash = await digest(part, this.salt, this.list.iterations);
    const mask = this.entries.get(hash.subarray(0, 8).join());
    if (mask === undefined) return null;
    const kind = KINDS[mask ^ (hash[8] as number)];
    return kind ? kind : null;
  }

  /** Every forbidden fragment in the PIN, the longest first. */
  async find(typed: string): Promise<Finding[]> {
    const parts = fragments(typed);
    const kinds = await Promise.all(
      parts.map((part) => {
        let kind = this.known.get(part);
        if (!kind) this.known.set(part, (kind = this.look(part)));
        return kind;
      }),
    );
    const found: Finding[] = [];
    parts.forEach((part, i) => {
      const kind = kinds[i];
      if (kind) found.push({ kind, part });
    });
    return found;
  }

  forget(): void {
    this.known.clear();
  }
}

/** Lower case, upper case and digits together: recommended, never required (K04). */
export function isMixed(typed: string): boolean {
  const pin = normalPin(typed);
  return /[a-z]/.test(pin) && /[A-Z]/.test(pin) && /[0-9]/.test(pin);
}
