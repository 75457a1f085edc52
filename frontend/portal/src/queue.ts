/** The staff console's queue: says that it changed, and how much waits now. It asks passively, so nobody stays signed in by it. */

import { pause, visible } from "./live";

const WAIT_SECONDS = 20;
const RETRY_MS = 5000;

export function watchQueue(root: Document): void {
  const notice = root.querySelector<HTMLElement>("[data-queue]");
  if (notice) void watch(root, notice);
}

async function watch(root: Document, notice: HTMLElement): Promise<void> {
  const mark = notice.dataset["mark"] ?? "";
  for (;;) {
    await visible();
    let found: { waiting?: unknown; mark?: unknown } | undefined;
    try {
      const answer = await fetch(`${notice.dataset["queue"] ?? ""}?wait=${WAIT_SECONDS}&mark=${encodeURIComponent(mark)}`, {
        headers: { Accept: "application/json" },
        cache: "no-store",
      });
      if (answer.status === 401 || answer.status === 403) return;
      if (answer.ok) found = (await answer.json()) as { waiting?: unknown; mark?: unknown };
    } catch {
      // offline, or the server restarts: asked again below
    }
    if (found && typeof found.waiting === "number") {
      const text = `(${found.waiting})`;
      for (const count of root.querySelectorAll<HTMLElement>("[data-waiting-count]")) count.textContent = text;
      if (found.mark !== mark) {
        notice.hidden = false;
        return;
      }
    } else await pause(RETRY_MS);
  }
}
