/** Hears of what waits: a stream of events while the app is open, else asking again, always after coming back to it (spec §6.5). */
import { NoAnswer } from "../net/refusal";
import { readEvents } from "../net/events";
import type { App } from "./app";
import { openEvents, pending, type Details } from "./approval";
import type { Notice } from "./notices";

const POLL = 10_000;
/** The server writes a line every 20 s; silence longer than this means that the connection is gone. */
const SILENCE = 50_000;

export class Watch {
  attempts: Details[] = [];
  offlinePaused = false;
  notices: Notice[] = [];
  /** Why nothing could be heard at the last try; null when all is well. */
  problem: unknown = null;
  private readonly listeners = new Set<() => void>();
  private running = false;
  private asking: Promise<void> | null = null;
  private askAgain = false;
  private stop: (() => void) | null = null;

  constructor(
    private readonly app: App,
    private readonly visible: () => boolean,
  ) {}

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What still waits, by the server's clock. */
  get open(): Details[] {
    return this.attempts.filter((details) => details.expires > this.app.time());
  }

  /** Notices that have not ended, by the server's clock. */
  get told(): Notice[] {
    return this.notices.filter((notice) => notice.until > this.app.time());
  }

  /** Drops an attempt at once, before the server says so too. */
  settle(attempt: string): void {
    this.attempts = this.attempts.filter((details) => details.attempt !== attempt);
    this.tell();
  }

  /** Asks what waits. Calls during a request lead to one more after it, never to two at a time. */
  refresh(): Promise<void> {
    if (!this.app.active.length) return Promise.resolve();
    if (this.asking) {
      this.askAgain = true;
      return this.asking;
    }
    this.asking = this.ask().finally(() => {
      this.asking = null;
      if (this.askAgain) {
        this.askAgain = false;
        void this.refresh();
      }
    });
    return this.asking;
  }

  private async ask(): Promise<void> {
    try {
      const answer = await pending(this.app);
      this.attempts = answer.attempts;
      this.offlinePaused = answer.offlinePaused;
      this.notices = answer.notices;
      this.problem = null;
    } catch (error) {
      this.problem = error;
      if (!(error instanceof NoAnswer)) this.attempts = [];
    }
    this.tell();
  }

  private tell(): void {
    this.listeners.forEach((listener) => listener());
  }

  /** Begins to listen, or goes on; safe to call at every return to the app. */
  wake(): void {
    if (!this.visible()) {
      this.stop?.();
      return;
    }
    void this.refresh();
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      while (this.visible() && this.app.active.length) {
        const began = this.app.now();
        await this.hear();
        // A stream that ends at once, or none at all: ask at intervals until one holds.
        if (this.app.now() - began < POLL) {
          await this.app.wire.wait(POLL);
          if (this.visible()) await this.refresh();
        }
      }
    } finally {
      this.running = false;
    }
  }

  private async hear(): Promise<void> {
    const abort = typeof AbortController === "function" ? new AbortController() : null;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const alive = () => {
      clearTimeout(silence);
      silence = setTimeout(() => abort?.abort(), SILENCE);
    };
    this.stop = () => abort?.abort();
    try {
      const body = await openEvents(this.app, abort?.signal ?? null);
      alive();
      void this.refresh();
      await readEvents(body, (name) => void (name === "pending" && this.refresh()), alive);
    } catch {
      // The loop above decides when to try again.
    } finally {
      clearTimeout(silence);
      this.stop = null;
    }
  }
}
