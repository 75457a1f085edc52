/** Who is on the telephone (spec §6.9): the words that a member of staff must say, and whether they were said. */
import type { Json } from "../core/jcs";
import { NoAnswer, Unrecognised } from "../net/refusal";
import type { App } from "./app";
import { userOf, type Details } from "./approval";
import { opened, signedPost } from "./requests";

export type Checked = { result: "matched" | "not_me"; quietUntil: number };

/** Whether an attempt asks who is on the telephone: it logs nobody in and changes nothing. */
export function onTelephone(details: Details): boolean {
  return details.action === "caller";
}

function fieldsOf(app: App, details: Details): { attempt: string; nonce: string; user: string; device: string } {
  const { attempt, nonce, user, device } = details;
  if (!userOf(app, details)) throw new NoAnswer("trouble");
  return { attempt, nonce, user, device };
}

/** The words, as the server signed them for this very attempt. Nothing keeps them but the caller. */
export async function callWords(app: App, details: Details): Promise<{ words: string[]; lang: string }> {
  const fields = fieldsOf(app, details);
  const answer = await signedPost(app, "/v1/caller/words", { type: "caller_words", fields });
  const signed = await opened(app, answer, "caller_words");
  if (signed.attempt !== details.attempt || signed.nonce !== details.nonce) throw new Unrecognised();
  const words = Array.isArray(signed.words) ? signed.words.filter((word: Json) => typeof word === "string" && word) : [];
  if (words.length !== 3) throw new NoAnswer("trouble");
  return { words: words as string[], lang: signed.lang === "ja" ? "ja" : "en" };
}

export async function callChecked(app: App, details: Details, match: boolean): Promise<Checked> {
  const fields = { ...fieldsOf(app, details), match };
  const answer = await signedPost(app, "/v1/caller/checked", { type: "caller_checked", fields });
  const quiet = answer.quiet_until;
  return { result: answer.result as Checked["result"], quietUntil: typeof quiet === "number" ? quiet : 0 };
}
