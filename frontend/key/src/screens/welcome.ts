/** First run: what Key is, what will happen, and where it may be installed. */
import { language, t, rich } from "../texts";
import { h } from "../ui/dom";
import { banner, button, heading, steps } from "../ui/parts";
import type { Context } from "./context";
import { installHelp } from "./install";
import { languageButton } from "./language";
import { method } from "./method";

export function welcome(ctx: Context): void {
  const apple = ctx.os === "ios" && !ctx.installed;
  const start = (): void => ctx.nav.go(() => method(ctx));
  const install = (): void => ctx.nav.go(() => installHelp(ctx));
  ctx.show({
    title: t("welcome.title"),
    end: languageButton(ctx),
    spacing: "stack--5",
    main: [
      heading(t("welcome.title"), t("welcome.lead")),
      apple ? banner("warn", "install", h("p", { class: "small" }, rich("welcome.apple"))) : null,
      steps(t("welcome.step.1"), t("welcome.step.2"), t("welcome.step.3")),
      h("p", { class: "small soft" }, t("welcome.before")),
      h("p", { class: "small soft" }, rich("welcome.address", { host: location.host })),
    ],
    foot: apple
      ? [
          button("solid", t("install.how"), install),
          button("quiet", t("welcome.here"), start, { kind: "btn--wide btn--s" }),
        ]
      : [
          button("solid", t("welcome.start"), start),
          ctx.installed ? null : button("quiet", t("install.how"), install, { kind: "btn--wide btn--s" }),
        ],
  });
  document.documentElement.lang = language();
}
