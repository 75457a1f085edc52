/** What can go wrong on the way: a refusal by the server, or no answer at all. */

export type RefusalBody = {
  number: number;
  code: string;
  reference: string;
  what: string;
  why: string;
  do: string;
  retry_after?: number;
  time?: number;
  left?: number;
  /** Which part of a number is not as it should be (3111). */
  fault?: string;
};

/** The numbers a phone acts on (spec §2). */
export const REFUSED = {
  rooted: 3101,
  old: 3102,
  noLock: 3103,
  hasKey: 3104,
  proofFirst: 3110,
  usedOrOld: 3201,
  already: 3202,
  sentCodeWrong: 3204,
  sentCodeOver: 3205,
  proofWrong: 3206,
  enrolmentOver: 3207,
  signature: 4101,
  clock: 4102,
  nonce: 4103,
  over: 4201,
  notForYou: 4202,
  confirmationWrong: 4303,
  pinWrong: 4304,
  pinsSpent: 4305,
  nothingToRecover: 4401,
  renewalOver: 4402,
  renewalChanged: 4404,
  renewalDone: 4405,
  transferCode: 4407,
  transferUsed: 4408,
} as const;

export class Refused extends Error {
  override readonly name = "Refused";
  constructor(
    readonly refusal: RefusalBody,
    readonly status: number,
  ) {
    super(`${refusal.number} ${refusal.code}`);
  }

  is(...kinds: (keyof typeof REFUSED)[]): boolean {
    return kinds.some((kind) => REFUSED[kind] === this.refusal.number);
  }
}

/** No answer came, or none that can be read. `cause` tells offline, a lost connection and a troubled server apart. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  constructor(readonly reason: "offline" | "lost" | "trouble") {
    super(reason);
  }
}

/** An answer whose signature no accepted server key made (spec §9). */
export class Unrecognised extends Error {
  override readonly name = "Unrecognised";
}

export function isRefusal(value: unknown): value is { refusal: RefusalBody } {
  const refusal = (value as { refusal?: Record<string, unknown> } | null)?.refusal;
  return (
    !!refusal &&
    Number.isInteger(refusal.number) &&
    ["code", "what", "why", "do"].every((name) => typeof refusal[name] === "string")
  );
}
