/** Follows a state at the server: an event stream, else a long poll. Neither counts as activity of a person. */

const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
const STREAM_FAILURES = 3;

export interface Following {
  stop(): void;
}

export interface Listener {
  state(value: string): void;
  /** The connection dropped (true) or is back (false). */
  lost(lost: boolean): void;
}

export function follow(events: string, poll: string, listener: Listener): Following {
  let stopped = false;
  let source: EventSource | undefined;
  let failures = 0;
  let polling = false;

  const heard = (value: unknown): void => {
    if (stopped) return;
    failures = 0;
    listener.lost(false);
    if (typeof value === "string") listener.state(value);
  };

  const ask = async (): Promise<void> => {
    polling = true;
    let tries = 0;
    let known = ""; // the first answer comes at once, so that a page never stands there with an old state
    while (!stopped) {
      try {
        const answer = await fetch(`${poll}?wait=${known ? 20 : 0}&known=${encodeURIComponent(known)}`, { headers: { Accept: "application/json" }, cache: "no-store" });
        if (answer.ok) {
          tries = 0;
          const state = stateIn(await answer.json());
          if (typeof state === "string") known = state;
          heard(state);
          continue;
        }
        if (answer.status < 500 && answer.status !== 429) return heard("gone");
      } catch {
        // offline, or the server restarts: told below, and tried again
      }
      listener.lost(true);
      await pause(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] ?? 15000);
      await visible();
      tries += 1;
    }
  };

  if (typeof EventSource === "function") {
    source = new EventSource(events);
    source.addEventListener("state", (event) => {
      try {
        heard(stateIn(JSON.parse((event as MessageEvent<string>).data)));
      } catch {
        // not ours: the next one tells
      }
    });
    source.addEventListener("error", () => {
      if (stopped || polling) return;
      failures += 1;
      if (source?.readyState !== EventSource.CLOSED && failures < STREAM_FAILURES) return listener.lost(true);
      source?.close();
      void ask();
    });
  } else {
    void ask();
  }

  return {
    stop(): void {
      stopped = true;
      source?.close();
    },
  };
}

function stateIn(value: unknown): unknown {
  return typeof value === "object" && value !== null ? (value as { state?: unknown }).state : undefined;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves when the page is in front: a page nobody sees makes no needless requests. */
export function visible(): Promise<void> {
  if (document.visibilityState !== "hidden") return Promise.resolve();
  return new Promise((resolve) => {
    const look = (): void => {
      if (document.visibilityState === "hidden") return;
      document.removeEventListener("visibilitychange", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
  });
}
