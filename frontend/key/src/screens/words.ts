/** Small words that depend on the phone: what its own check is called, where settings are. */
import { t, type TextKey } from "../texts";
import type { Context } from "./context";

/** "fingerprint", or "Face ID or Touch ID" on Apple's phones. */
export function bio(ctx: Context): string {
  return t(ctx.os === "ios" ? "bio.ios" : "bio.other");
}

export function byOs(ctx: Context, base: "install.steps" | "notify.fix"): TextKey[] {
  const count = base === "install.steps" ? 3 : 4;
  return Array.from({ length: count }, (_, i) => `${base}.${ctx.os}.${i + 1}` as TextKey);
}
