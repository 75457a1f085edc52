/** A console's page during a call: shown anew as soon as the phone has done something. Without this there is a button. */

import { pause, visible } from "./live";

const RETRY_MS = 3000;

export function followCall(root: ParentNode): void {
  const part = root.querySelector<HTMLElement>("[data-call]");
  if (part) void follow(part.dataset["call"] ?? "", part.dataset["mark"] ?? "");
}

async function follow(path: string, mark: string): Promise<void> {
  for (;;) {
    try {
      const url = `${path}&mark=${encodeURIComponent(mark)}&wait=20`;
      const answer = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (answer.ok) {
        const news: unknown = await answer.json();
        if ((news as { mark?: unknown }).mark === mark) continue;
        return location.reload();
      }
      if (answer.status < 500 && answer.status !== 429) return location.reload(); // signed out, or no longer ours: the page says so
    } catch {
      // offline, or the server restarts: tried again
    }
    await pause(RETRY_MS);
    await visible();
  }
}
