/** Two minutes before a session ends for lack of activity the page says so, with one press to stay (WCAG 2.2.1). */

const NOTICE_MS = 120_000;
const GRACE_MS = 5_000;

export function announceIdle(root: ParentNode): void {
  const notice = root.querySelector<HTMLElement>("[data-idle]");
  if (!notice) return;
  const life = Number(notice.dataset["idle"]) * 1000;
  if (!(life > NOTICE_MS)) return;
  setTimeout(() => {
    notice.hidden = false;
  }, life - NOTICE_MS);
  setTimeout(() => location.replace(notice.dataset["after"] ?? "/"), life + GRACE_MS);
}
