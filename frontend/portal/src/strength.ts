/** How hard a new password is to guess, by word lists and patterns (zxcvbn-ts). A file of its own: it is fetched when somebody chooses one. */

import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import * as common from "@zxcvbn-ts/language-common";

const LONGEST = 100;
const judge = new ZxcvbnFactory({
  dictionary: { ...common.dictionary },
  graphs: common.adjacencyGraphs,
});

/** 0 (guessed at once) to 4; `common` when the whole of it is a password that many people use. Nothing leaves the page. */
export function strength(password: string, own: string[]): { score: number; common: boolean } {
  const found = judge.check(password.slice(0, LONGEST), own);
  return { score: found.score, common: found.score < 3 };
}
