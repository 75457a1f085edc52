/** JCS (RFC 8785), with the protocol's own limits: numbers are safe integers, strings are well-formed (spec §1). */
import canonicalize from "canonicalize";
import { utf8, type Bytes } from "./bytes";

export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };
export type JsonObject = { [member: string]: Json };

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?:^|[^\uD800-\uDBFF])[\uDC00-\uDFFF]/;

function checkText(text: string): void {
  if (LONE_SURROGATE.test(text)) throw new TypeError("lone surrogate");
}

function check(value: Json): void {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError("not an integer within 2^53");
  } else if (typeof value === "string") {
    checkText(value);
  } else if (Array.isArray(value)) {
    value.forEach(check);
  } else if (value !== null && typeof value === "object") {
    for (const member of Object.keys(value)) {
      checkText(member);
      check(value[member] as Json);
    }
  } else if (typeof value !== "boolean" && value !== null) {
    throw new TypeError("not JSON");
  }
}

export function jcsText(value: Json): string {
  check(value);
  return canonicalize(value) as string;
}

/** The bytes that are signed. Throws TypeError for what the protocol has no form for. */
export function jcs(value: Json): Bytes {
  return utf8(jcsText(value));
}
