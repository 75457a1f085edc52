/** What a withdrawal moves, and to whom (spec §6.10). What cannot be shown whole is not shown at all. */
import type { JsonObject } from "../core/jcs";

/** `amount` as a person reads it, always with its cents. */
export type Money = { amount: string; currency: string; payeeName: string; payeeAccount: string };

const MOST = 10 ** 14;
const LONGEST_NAME = 120;
const ACCOUNT = /^[A-Za-z0-9](?:[A-Za-z0-9 ./-]{0,62}[A-Za-z0-9])?$/;
/** Controls, characters that turn the direction of text, and every blank but the plain one. */
const HOSTILE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

export function moneyOf(details: JsonObject): Money | null {
  const { amount, currency, payee_name: payeeName, payee_account: payeeAccount } = details;
  if (typeof amount !== "number" || !Number.isSafeInteger(amount) || amount < 1 || amount > MOST) return null;
  if (currency !== "USD" || typeof payeeName !== "string" || typeof payeeAccount !== "string") return null;
  const length = [...payeeName].length;
  if (!length || length > LONGEST_NAME || HOSTILE.test(payeeName) || payeeName !== payeeName.trim()) return null;
  if (!ACCOUNT.test(payeeAccount)) return null;
  const cents = String(amount % 100).padStart(2, "0");
  const whole = String((amount - (amount % 100)) / 100).replace(/\B(?=(\d{3})+$)/g, ",");
  return { amount: `${whole}.${cents}`, currency, payeeName, payeeAccount };
}
