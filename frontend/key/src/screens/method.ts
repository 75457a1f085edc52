/** The three ways to activate (F, G): one list, each with when to choose it. */
import { Activation } from "../app/activation";
import type { Platform } from "../app/platform";
import { language, t } from "../texts";
import { banner, heading, row, rows } from "../ui/parts";
import { h } from "../ui/dom";
import { iconButton } from "../ui/shell";
import type { Context } from "./context";
import { recover } from "./recover";
import { scanner } from "./scan";
import { sessionId } from "./session";
import { credentials } from "./sms";

/** "Misaki’s Pixel 8": what the person will see in the portal's list of devices. */
export function phoneName(displayName: string, platform: Platform): string {
  const model = platform.model || t(platform.os === "other" ? "phone.browser" : "phone.plain");
  if (!displayName) return model.slice(0, 60);
  // A Latin name's first word is what friends say; a Japanese one stays whole.
  const name =
    language() === "en" && /^[\u0020-\u024f]+$/.test(displayName) ? (displayName.split(" ")[0] as string) : displayName;
  return t("phone.named", { name, model }).slice(0, 60);
}

export function newActivation(ctx: Context, anew = false): Activation {
  const activation = new Activation(ctx.app, ctx.platform, phoneName);
  if (anew) activation.fresh = true;
  return activation;
}

/** `anew`: the server ended this phone or does not know it; its first user comes again, with a PIN of its own. */
export function method(ctx: Context, anew = false): void {
  const make = (): Activation => newActivation(ctx, anew);
  ctx.show({
    title: t("method.title"),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(t("method.title"), t(make().fresh ? "method.lead" : "method.lead.add")),
      rows(
        row("qr", t("method.qr"), t("method.qr.when"), () => ctx.nav.go(() => scanner(ctx, { activation: make() }))),
        row("code", t("method.session"), t("method.session.when"), () => {
          const activation = make();
          ctx.nav.go(() => sessionId(ctx, activation));
        }),
        row("sms", t("method.sms"), t("method.sms.when"), () => {
          const activation = make();
          ctx.nav.go(() => credentials(ctx, activation));
        }),
      ),
      h("h2", {}, t("method.before")),
      rows(
        ctx.app.active.length ? null : row("phone", t("receive.title"), t("receive.when"), () => ctx.nav.go(() => scanner(ctx, {}))),
        row("flip", t("recover.title"), t("recover.when"), () => ctx.nav.go(() => recover(ctx))),
      ),
      anew && ctx.app.users.length ? banner("warn", "warn", h("p", { class: "small" }, t("method.anew"))) : null,
    ],
  });
}
