/** The server's time on this page, and ends that are told as they come. */

let ahead = 0;

/** Takes the difference between the server's clock and this one from the page. */
export function setClock(serverNow: number): void {
  if (serverNow > 0) ahead = serverNow - Math.floor(Date.now() / 1000);
}

export function now(): number {
  return Math.floor(Date.now() / 1000) + ahead;
}

/** Calls back each second while anything is left, and once with 0 at the end. Answers what ends it. */
export function countDown(until: number, tick: (left: number) => void): () => void {
  const step = (): void => {
    const left = Math.max(0, until - now());
    if (left === 0) clearInterval(timer);
    tick(left);
  };
  const timer = setInterval(step, 1000);
  return () => clearInterval(timer);
}

/** "{minutes} min {seconds} s left" with its numbers. */
export function filled(pattern: string, values: Record<string, string | number>): string {
  return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Changes what the tab says, and keeps the brand at its end. */
export function title(text: string): void {
  const at = document.title.lastIndexOf(" · ");
  document.title = at < 0 ? text : text + document.title.slice(at);
}
