/** Two minutes before a session ends the page says so; where activity puts the end off, one press stays, and keeps what was typed (WCAG 2.2.1). */

const NOTICE_MS = 120_000;
const GRACE_MS = 5_000;

export function announceIdle(root: ParentNode): void {
  const notice = root.querySelector<HTMLElement>("[data-idle]");
  if (!notice) return;
  const life = Number(notice.dataset["idle"]) * 1000;
  const after = notice.dataset["after"] ?? "/";
  const timers: number[] = [];

  const count = (): void => {
    timers.splice(0).forEach((timer) => {
      clearTimeout(timer);
    });
    notice.hidden = true;
    timers.push(setTimeout(() => (notice.hidden = false), Math.max(0, life - NOTICE_MS)));
    timers.push(setTimeout(() => location.replace(after), life + GRACE_MS));
  };

  notice.querySelector<HTMLAnchorElement>("[data-stay]")?.addEventListener("click", (event) => {
    event.preventDefault();
    void stays(after).then((live) => {
      if (live) count();
      else location.assign(after);
    });
  });
  if (life > 0) count();
}

/** Asks for the page once more: that is activity of a person, and shows whether the session is still there. */
async function stays(path: string): Promise<boolean> {
  try {
    const answer = await fetch(path, { cache: "no-store", redirect: "error" });
    return answer.ok;
  } catch {
    return false;
  }
}
