/** Home and enrolment: the page tells when the phone has scanned, and when Key is active. */

import { follow } from "./live";
import { title } from "./time";

export function watchActivation(root: Document): void {
  const part = root.querySelector<HTMLElement>("[data-watch]");
  const status = part?.querySelector<HTMLElement>("[data-status]");
  const say = status?.querySelector<HTMLElement>("[data-say]");
  if (!part || !status || !say) return;
  const following = follow(part.dataset["watch"] ?? "", part.dataset["poll"] ?? "", {
    state(value) {
      if (value === "scanned") say.textContent = status.dataset["scanned"] ?? "";
      else if (value !== "waiting") {
        const text = status.dataset[value === "active" ? "active" : "over"] ?? "";
        say.textContent = text;
        title(text);
        following.stop();
        location.replace(part.dataset["here"] ?? location.pathname);
      }
    },
    lost: () => undefined,
  });
}
