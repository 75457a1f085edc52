/** Opening a user: PIN or fingerprint gives A, A gives S, S gives one key for one use (spec §3). */
import type { Bytes } from "../core/bytes";
import { stretch } from "../core/argon2";
import { userKey, type Label } from "../core/keys";
import { camouflage, untie } from "../core/seal";
import type { User } from "../store/store";
import type { App } from "./app";

export type Verified = "pin" | "biometric";

/** A and how it was come by. Whoever holds it overwrites it after use (`close`). */
export type Opening = { stretched: Bytes; uv: Verified };

export async function byPin(app: App, pin: string): Promise<Opening> {
  if (!app.phone) throw new Error("no phone");
  return { stretched: await stretch(pin, app.phone.salt), uv: "pin" };
}

export function close(opening: Opening): void {
  opening.stretched.fill(0);
}

/** One derived key of a user. With a wrong PIN it is a key all the same, only not the right one. */
export async function keyOf(app: App, user: User, opening: Opening, label: Label): Promise<CryptoKey> {
  if (!app.phone) throw new Error("no phone");
  const place = { iss: app.iss, user: user.user, device: user.device };
  const blob = await untie(app.phone.outer, user.blob, place);
  const secret = await camouflage(blob, opening.stretched, place);
  try {
    return await userKey(secret, label, { iss: app.iss, user: user.user, phone: app.phone.id });
  } finally {
    secret.fill(0);
  }
}
