/** What works offline: codes (RFC 6238), challenges with their check digit, responses (OCRA, RFC 6287) (spec §7). */
import { utf8, type Bytes } from "./bytes";
import { hmac } from "./keys";

export const STEP = 30;
const SUITE = "OCRA-1:HOTP-SHA256-8:QA10";
const QUESTION_BYTES = 128;
const EMPTY: Bytes = new Uint8Array(0);

/** HOTP's dynamic truncation (RFC 4226 §5.3) of an HMAC to a number of digits. */
export function truncate(mac: Bytes, digits: number): string {
  const at = (mac[mac.length - 1] as number) & 15;
  const word = new DataView(mac.buffer, mac.byteOffset + at, 4).getUint32(0) & 0x7fffffff;
  return String(word % 10 ** digits).padStart(digits, "0");
}

export function stepOf(seconds: number): number {
  return Math.floor(seconds / STEP);
}

/** A moving factor as eight bytes, big-endian. */
export function counterBytes(counter: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, Math.floor(counter / 2 ** 32));
  new DataView(bytes.buffer).setUint32(4, counter % 2 ** 32);
  return bytes;
}

/** The six digits of one step, under K(totp). */
export async function totp(key: CryptoKey, step: number): Promise<string> {
  return truncate(await hmac(key, counterBytes(step)), 6);
}

/** ISO/IEC 7064 MOD 11,10 over the digits: the one that follows them. */
export function checkDigit(digits: string): string {
  let p = 10;
  for (const digit of digits) {
    const s = (p + Number(digit)) % 10 || 10;
    p = (s * 2) % 11;
  }
  return String((11 - p) % 10);
}

export type Purpose = "login" | "confirm" | "recover" | "withdraw";
export type DigitsFault = "length" | "digits";
export type Challenge =
  { fault: DigitsFault | "check" | "purpose" } | { fault: null; purpose: Purpose; digits: string };

const PURPOSES: Readonly<Record<string, Purpose>> = { "1": "login", "2": "confirm", "3": "recover", "4": "withdraw" };

/** Digits as people type them: full-width forms, spaces and hyphens are taken out. */
export function plainDigits(typed: string): string {
  return typed.normalize("NFKC").replace(/[\s\-‐-―−ー.]/g, "");
}

/** A code of so many digits, or why it is none. */
export function readDigits(typed: string, length: number): { fault: DigitsFault } | { fault: null; digits: string } {
  const digits = plainDigits(typed);
  if (!/^[0-9]*$/.test(digits)) return { fault: "digits" };
  return digits.length === length ? { fault: null, digits } : { fault: "length" };
}

export function readChallenge(typed: string): Challenge {
  const read = readDigits(typed, 10);
  if (read.fault) return read;
  const { digits } = read;
  if (checkDigit(digits.slice(0, 9)) !== digits[9]) return { fault: "check" };
  const purpose = PURPOSES[digits.charAt(0)];
  return purpose ? { fault: null, purpose, digits } : { fault: "purpose" };
}

/**
 * What OCRA computes the HMAC of (RFC 6287 §5.1): suite, a zero byte, what a suite puts before the question (a counter), the
 * question padded with zeros to 128 bytes, and what it puts behind (PIN hash, time). Our suite has nothing on either side.
 */
export function ocraMessage(suite: string, question: Bytes, before: Bytes = EMPTY, behind: Bytes = EMPTY): Bytes {
  const head = utf8(suite + "\0");
  const message = new Uint8Array(head.length + before.length + QUESTION_BYTES + behind.length);
  message.set(head);
  message.set(before, head.length);
  message.set(question, head.length + before.length);
  message.set(behind, head.length + before.length + QUESTION_BYTES);
  return message;
}

/** The eight digits that answer a challenge, under K(ocra). The question is its ten digits in ASCII. */
export async function response(key: CryptoKey, digits: string): Promise<string> {
  return truncate(await hmac(key, ocraMessage(SUITE, utf8(digits))), 8);
}
