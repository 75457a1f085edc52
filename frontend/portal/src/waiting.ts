/** The waiting page: goes on by itself once the phone has answered, and tells what is left of the time. */

import { follow } from "./live";
import { countDown, filled, setClock, title } from "./time";

const SPOKEN = new Set([60, 20]);

export function waitForPhone(root: Document): void {
  const section = root.querySelector<HTMLElement>("[data-wait]");
  const status = section?.querySelector<HTMLElement>("[data-status]");
  const say = status?.querySelector<HTMLElement>("[data-say]");
  if (!section || !status || !say) return;
  setClock(Number(section.dataset["now"]));
  const words = status.dataset;
  const proceed = root.querySelector<HTMLFormElement>("form[data-continue]");
  const waiting = words["waiting"] ?? "";

  const tell = (text: string): void => {
    if (say.textContent !== text) say.textContent = text;
  };
  const leave = (text: string): void => {
    tell(text);
    title(text);
    following.stop();
    location.replace(section.dataset["here"] ?? "/login/wait");
  };
  tell(waiting);
  const following = follow("/login/events", "/login/state", {
    state(value) {
      if (value === "pending") tell(waiting);
      else if (value === "changed") {
        // Another login of this person began: this page must show its confirmation code from now on.
        following.stop();
        location.replace(section.dataset["here"] ?? "/login/wait");
      } else if (value === "approved") {
        const text = words["approved"] ?? "";
        tell(text);
        title(text);
        following.stop();
        proceed?.submit();
      } else leave((value === "denied" || value === "not_me" ? words["denied"] : words["ended"]) ?? "");
    },
    lost(lost) {
      if (lost) tell(words["lost"] ?? "");
      if (proceed) proceed.hidden = !lost;
    },
  });
  // A code, a response or Cancel changes the state by itself: the event of it must not overtake the answer that carries the session.
  root.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) following.stop();
  });
  count(section, words);
}

function count(section: HTMLElement, words: DOMStringMap): void {
  const until = section.querySelector<HTMLElement>(".until[data-until]");
  const left = until?.querySelector<HTMLElement>("[data-left]");
  const bar = until?.querySelector("progress");
  const voice = section.querySelector<HTMLElement>("[data-voice]");
  if (!until || !left) return;
  const { minutes = "", seconds = "", wrap = "{left}" } = until.dataset;
  countDown(Number(until.dataset["until"]), (rest) => {
    const text = rest >= 60 ? filled(minutes, { minutes: Math.floor(rest / 60), seconds: rest % 60 }) : filled(seconds, { seconds: rest });
    left.textContent = filled(wrap, { left: text });
    if (bar) bar.value = rest;
    if (voice && SPOKEN.has(rest)) voice.textContent = filled(words["spokenLeft"] ?? "", { seconds: rest });
    if (rest === 0) silent(section, voice, words["silent"] ?? "");
  });
}

/** The phone has not answered (U04): the page says so, and "Send again" stands where it stood. */
function silent(section: HTMLElement, voice: HTMLElement | null, text: string): void {
  for (const part of section.querySelectorAll<HTMLElement>("[data-while]")) part.hidden = part.dataset["while"] !== "expired";
  if (voice) voice.textContent = text;
  title(text);
  if (document.activeElement === document.body) section.querySelector<HTMLElement>("[data-while=expired] h1")?.focus();
}
