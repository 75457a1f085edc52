/** Installing Key, by platform (G05, A11), with the warning about Apple's two storages. */
import { rich, t } from "../texts";
import { h } from "../ui/dom";
import { banner, button, heading, steps } from "../ui/parts";
import { iconButton } from "../ui/shell";
import type { Context } from "./context";
import { byOs } from "./words";

type InstallPrompt = Event & { prompt(): Promise<unknown> };

let prompt: InstallPrompt | null = null;

/** Keeps the browser's own offer to install, so that a press can make it. */
export function keepInstallPrompt(): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    prompt = event as InstallPrompt;
  });
}

export function installHelp(ctx: Context): void {
  const offered = prompt;
  const install = (): void => {
    void offered?.prompt();
    prompt = null;
  };
  ctx.show({
    title: t("install.title"),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(t("install.title"), t("install.lead")),
      ctx.os === "ios" ? banner("warn", "warn", h("p", { class: "small" }, rich("install.apple"))) : null,
      steps(...byOs(ctx, "install.steps").map((key) => h("span", {}, rich(key)))),
      h("p", { class: "small soft" }, rich("welcome.address", { host: location.host })),
    ],
    foot: [
      offered
        ? button("solid", t("install.now"), install)
        : button("line", t("back"), () => ctx.nav.back(), { kind: "btn--wide btn--mid" }),
    ],
  });
}
