/** Requests to the server: one POST, its time limit, and the repeats that §8 allows. */
import type { Json, JsonObject } from "../core/jcs";
import { isRefusal, NoAnswer, Refused, type RefusalBody } from "./refusal";

export type Wire = {
  /** Where the server is; "" is this app's own origin. */
  base: string;
  fetch: typeof fetch;
  wait: (milliseconds: number) => Promise<void>;
  online: () => boolean;
  language: () => string;
};

/** Pauses before the repeats: four of them, 30 s in all with the last (spec §8). */
const PAUSES = [1_000, 3_000, 8_000, 16_000];
const TIME_LIMIT = 15_000;
const GATEWAY = [502, 503, 504];

type Tried = { answer: JsonObject } | { again: NoAnswer | Refused };

function headers(wire: Wire): Record<string, string> {
  return { "Content-Type": "application/json", Accept: "application/json", "Accept-Language": wire.language() };
}

/** Aborts after a while; where the platform cannot abort, the browser's own limit holds. */
async function limited(wire: Wire, path: string, init: RequestInit): Promise<Response> {
  const abort = typeof AbortController === "function" ? new AbortController() : null;
  const timer = abort && setTimeout(() => abort.abort(), TIME_LIMIT);
  try {
    return await wire.fetch(wire.base + path, { ...init, ...(abort ? { signal: abort.signal } : {}) });
  } finally {
    if (timer) clearTimeout(timer);
  }
}

async function once(wire: Wire, path: string, init: RequestInit): Promise<Tried> {
  let response: Response;
  let body: unknown;
  try {
    response = await limited(wire, path, { cache: "no-store", credentials: "omit", redirect: "error", ...init });
  } catch {
    return { again: new NoAnswer(wire.online() ? "lost" : "offline") };
  }
  try {
    body = await response.json();
  } catch {
    body = null;
  }
  if (isRefusal(body)) {
    const refused = new Refused(body.refusal, response.status);
    if (response.status === 503) return { again: refused };
    throw refused;
  }
  if (response.ok && body !== null && typeof body === "object" && !Array.isArray(body))
    return { answer: body as JsonObject };
  const trouble = new NoAnswer("trouble");
  if (GATEWAY.includes(response.status)) return { again: trouble };
  throw trouble;
}

/** Repeats `attempt` on a lost connection and on 503; every other refusal ends it at once. */
async function repeated(wire: Wire, attempt: () => Promise<Tried>): Promise<JsonObject> {
  for (let turn = 0; ; turn += 1) {
    const tried = await attempt();
    if ("answer" in tried) return tried.answer;
    const pause = PAUSES[turn];
    if (pause === undefined || !wire.online()) throw tried.again;
    const asked = tried.again instanceof Refused ? (tried.again.refusal.retry_after ?? 0) * 1_000 : 0;
    if (asked > 20_000) throw tried.again;
    await wire.wait(Math.max(pause, asked));
  }
}

/** POST of a body made anew for every repeat, because time, nonce and signature change with it. */
export function post(wire: Wire, path: string, body: () => Json | Promise<Json>): Promise<JsonObject> {
  return repeated(wire, async () =>
    once(wire, path, { method: "POST", headers: headers(wire), body: JSON.stringify(await body()) }),
  );
}

export function get(wire: Wire, path: string): Promise<JsonObject> {
  return repeated(wire, () => once(wire, path, { headers: headers(wire), cache: "no-cache" }));
}

/** Opens a stream of events. Rejects like `post` does, but never repeats: the caller decides when to come back. */
export async function stream(
  wire: Wire,
  path: string,
  body: Json,
  signal: AbortSignal | null,
): Promise<ReadableStream<Uint8Array>> {
  let response: Response;
  try {
    response = await wire.fetch(wire.base + path, {
      method: "POST",
      headers: { ...headers(wire), Accept: "text/event-stream" },
      body: JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      ...(signal ? { signal } : {}),
    });
  } catch {
    throw new NoAnswer("lost");
  }
  if (response.ok && response.body) return response.body;
  const answer: unknown = await response.json().catch(() => null);
  if (isRefusal(answer)) throw new Refused(answer.refusal as RefusalBody, response.status);
  throw new NoAnswer("trouble");
}
