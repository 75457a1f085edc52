/** What waits for this phone, and the decisions it signs (spec §6). */
import type { Json, JsonObject } from "../core/jcs";
import { secretHash } from "../core/links";
import { contextOf } from "../core/server";
import { NoAnswer, Unrecognised } from "../net/refusal";
import type { User, UserState } from "../store/store";
import type { App } from "./app";
import { moneyOf, type Money } from "./money";
import { noticesOf, type Notice } from "./notices";
import { opened, signedPost, withClock, seal } from "./requests";
import { keyOf, type Opening } from "./unlock";
import { stream } from "../net/wire";

export type ConfirmReason = "" | "browser" | "network" | "denial" | "several" | "policy" | "suspicion";

/** The changes that Key can name (spec §6.2); it calls any other "a change to your account". */
const OPERATIONS = [
  "password",
  "contacts",
  "devices",
  "sessions",
  "questions",
  "notices",
  "networks",
  "account",
  "staff",
  "staff_request",
  "staff_approval",
] as const;
/** Who called whom: a call of any other kind is not shown (spec §6.9). */
const CALLS = ["called_us", "we_called"] as const;
export type Asked = "login" | "recover" | "withdraw" | `caller.${(typeof CALLS)[number]}` | `confirm.${(typeof OPERATIONS)[number] | "other"}`;

/** What a person is about to approve, or null for an action that is not to be shown. */
export function askedOf(action: string, operation: string): Asked | null {
  if (action === "login" || action === "recover") return action;
  if (action === "withdraw") return operation === "" ? action : null;
  if (action === "caller") {
    const call = CALLS.find((known) => known === operation);
    return call ? `caller.${call}` : null;
  }
  if (action !== "confirm") return null;
  return `confirm.${OPERATIONS.find((known) => known === operation) ?? "other"}`;
}

export type Details = {
  attempt: string;
  nonce: string;
  user: string;
  username: string;
  device: string;
  action: string;
  /** What is asked, in the words of the catalogue (`ask.<asked>`). */
  asked: Asked;
  client: string;
  clientName: string;
  /** Who asks, on the telephone; empty otherwise. */
  agent: string;
  /** What is moved, and to whom; null where nothing is. */
  money: Money | null;
  portal: string;
  place: string;
  placeNew: boolean;
  network: string;
  networkNew: boolean;
  address: string;
  browser: string;
  system: string;
  browserNew: boolean;
  started: number;
  expires: number;
  confirm: boolean;
  confirmReason: ConfirmReason;
  /** The hash of the details exactly as they were signed. */
  context: string;
};

const OWN_PAGES = new Set(["portal", "staff"]);

/** Whether the confirmation code stands on a page of the institution's, at `portal`; a platform shows it itself, without an address. */
export function onOwnPage(details: Details): boolean {
  return OWN_PAGES.has(details.client);
}

export type Decision = "approve" | "deny" | "not_me";
export type Decided = { result: "approved" | "denied" | "not_me"; quietUntil: number };

const str = (value: Json | undefined): string => (typeof value === "string" ? value : "");
const num = (value: Json | undefined): number => (typeof value === "number" ? value : 0);
/** What is not said to be known counts as new. */
const isNew = (value: Json | undefined): boolean => value !== false;

async function readDetails(signed: JsonObject): Promise<Details> {
  const asked = askedOf(str(signed.action), str(signed.operation));
  const money = asked === "withdraw" ? moneyOf(signed) : null;
  if (!asked || (asked === "withdraw" && !money)) throw new NoAnswer("trouble");
  return {
    asked,
    attempt: str(signed.attempt),
    nonce: str(signed.nonce),
    user: str(signed.user),
    username: str(signed.username),
    device: str(signed.device),
    action: str(signed.action),
    client: str(signed.client),
    clientName: str(signed.client_name),
    agent: str(signed.agent),
    money,
    portal: str(signed.portal),
    place: str(signed.place),
    placeNew: isNew(signed.place_new),
    network: str(signed.network),
    networkNew: isNew(signed.network_new),
    address: str(signed.address),
    browser: str(signed.browser),
    system: str(signed.system),
    browserNew: isNew(signed.browser_new),
    started: num(signed.started),
    expires: num(signed.expires),
    confirm: signed.confirm !== false,
    confirmReason: str(signed.confirm_reason) as ConfirmReason,
    context: await contextOf(signed),
  };
}

/** Verified details that are for a user of this phone and of a kind the app can show. */
async function verified(app: App, answer: Json): Promise<Details> {
  const details = await readDetails(await opened(app, answer, "login"));
  const user = userOf(app, details);
  if (!user) throw new NoAnswer("trouble");
  return details;
}

export function userOf(app: App, details: Details): User | undefined {
  return app.users.find((user) => user.user === details.user && user.device === details.device);
}

async function updateStates(app: App, listed: Json | undefined): Promise<void> {
  if (!Array.isArray(listed)) return;
  for (const entry of listed as JsonObject[]) {
    const user = app.users.find((known) => known.user === entry.user && known.device === entry.device);
    const state: UserState = entry.state === "active" ? "active" : "inactive";
    if (!user || user.state === "unconfirmed") continue;
    const displayName = str(entry.display_name) || user.displayName;
    if (user.state !== state || user.displayName !== displayName) await app.setUser({ ...user, state, displayName });
  }
}

export type Pending = { attempts: Details[]; offlinePaused: boolean; notices: Notice[] };

/** What waits now. An attempt that no accepted key signed makes the whole answer unrecognised. */
export async function pending(app: App): Promise<Pending> {
  const answer = await signedPost(app, "/v1/pending", { type: "pending", fields: {}, nonce: true });
  await updateStates(app, answer.users);
  const attempts: Details[] = [];
  for (const one of Array.isArray(answer.attempts) ? answer.attempts : []) {
    try {
      attempts.push(await verified(app, one));
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
  }
  if (!app.recognised) throw new Unrecognised();
  attempts.sort((a, b) => b.started - a.started);
  return { attempts, offlinePaused: answer.offline_paused === true, notices: await noticesOf(app, answer.notices) };
}

/** The details of a login by its QR code. The secret stays here; its hash goes out, and later stands for the typed code. */
export async function scanLogin(
  app: App,
  secret: Uint8Array<ArrayBuffer>,
): Promise<{ details: Details; hash: string }> {
  const hash = await secretHash(secret);
  const answer = await signedPost(app, "/v1/scan", { type: "scan", fields: { secret_hash: hash }, nonce: true });
  return { details: await verified(app, answer), hash };
}

export async function decide(
  app: App,
  details: Details,
  decision: Decision,
  confirmation: string,
  opening: Opening | null,
): Promise<Decided> {
  const user = userOf(app, details);
  if (!user) throw new NoAnswer("trouble");
  const { attempt, nonce, device, action, client, context } = details;
  const hmac = decision === "approve" && opening ? await keyOf(app, user, opening, "hmac") : null;
  const answer = await signedPost(app, "/v1/decide", {
    type: "decision",
    fields: {
      attempt,
      nonce,
      user: user.user,
      device,
      action,
      client,
      context,
      confirmation,
      decision,
      uv: opening?.uv ?? "none",
    },
    ...(hmac ? { hmac } : {}),
  });
  return { result: answer.result as Decided["result"], quietUntil: num(answer.quiet_until) };
}

/** Checks the PIN with the server (§5.7, `check`); lifts a pause of the offline ways. Rejects with 4304 where it is wrong. */
export async function checkPin(app: App, user: User, opening: Opening): Promise<void> {
  const given = await signedPost(app, "/v1/nonce", { type: "nonce", fields: {} });
  const fields = { user: user.user, device: user.device, purpose: "check", nonce: str(given.nonce), uv: opening.uv };
  await signedPost(app, "/v1/prove", { type: "prove", fields, hmac: await keyOf(app, user, opening, "proof") });
}

export function openEvents(app: App, signal: AbortSignal | null): Promise<ReadableStream<Uint8Array>> {
  return withClock(app, async () =>
    stream(app.wire, "/v1/events", await seal(app, { type: "events", fields: {}, nonce: true }), signal),
  );
}

/** Tells the server where pushes go; an empty endpoint ends them (§6.6). */
export async function registerPush(app: App, endpoint: string, p256dh: string, auth: string): Promise<void> {
  await signedPost(app, "/v1/push", { type: "push", fields: { endpoint, p256dh, auth }, nonce: true });
}
