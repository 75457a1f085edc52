/** What only the owner of an account is told, beside what waits (spec §6.8). */
import type { Json, JsonObject } from "../core/jcs";
import type { App } from "./app";
import { opened } from "./requests";

export const KINDS = ["locked", "closed", "suspicion", "network"] as const;
export type NoticeKind = (typeof KINDS)[number];

export type Notice = {
  id: string;
  user: string;
  username: string;
  kind: NoticeKind;
  /** Where it came from, in words; empty where nothing is known. */
  where: string;
  at: number;
  until: number;
};

const str = (value: Json | undefined): string => (typeof value === "string" ? value : "");
const num = (value: Json | undefined): number => (typeof value === "number" ? value : 0);

function read(app: App, signed: JsonObject): Notice | null {
  const kind = KINDS.find((known) => known === signed.kind);
  const user = app.active.find((known) => known.user === signed.user);
  if (!kind || !user || num(signed.until) <= app.time()) return null;
  const params = (signed.params ?? {}) as JsonObject;
  const where = [params.place, params.network, params.browser, params.system].map(str).filter(Boolean).join(" · ");
  return {
    id: str(signed.id),
    user: user.user,
    username: user.username,
    kind,
    where: where || str(params.address),
    at: num(signed.at),
    until: num(signed.until),
  };
}

/** Those that verify and that the app can show. One that does not never keeps a login from being shown. */
export async function noticesOf(app: App, listed: Json | undefined): Promise<Notice[]> {
  const found: Notice[] = [];
  for (const one of Array.isArray(listed) ? listed : []) {
    try {
      const notice = read(app, await opened(app, one, "notice"));
      if (notice) found.push(notice);
    } catch {
      // Not the server's, or nothing that can be told now: passed over.
    }
  }
  return found.sort((a, b) => b.at - a.at);
}
