/** Opened from the phone's own camera (spec §10, C02, G05): `/a#…` activates, `/l#…` leads to a login. */
import { b64u, type Bytes } from "../core/bytes";
import { scanLogin } from "../app/approval";
import { Refused } from "../net/refusal";
import { rich, t } from "../texts";
import { h } from "../ui/dom";
import { banner, button, heading, steps } from "../ui/parts";
import { iconButton, onLeave } from "../ui/shell";
import { activationRefused } from "./activationRefused";
import { approve } from "./approve";
import type { Context } from "./context";
import { home } from "./home";
import { installHelp } from "./install";
import { method, newActivation } from "./method";
import { choosePin } from "./pin";
import { again, problemPage, work } from "./problem";
import { scanner } from "./scan";

export function openedActivation(ctx: Context, secret: Bytes): void {
  const apple = ctx.os === "ios" && !ctx.installed;
  const activation = newActivation(ctx);
  const place = h("div", {});
  const run = async (): Promise<void> => {
    const caught = (error: unknown): boolean => activationRefused(ctx, error);
    if (
      await work(ctx, { button: next, saying: t("busy.check"), place, caught }, () => activation.scan(b64u(secret)))
    ) {
      ctx.nav.go(() => choosePin(ctx, activation));
    }
  };
  const next = button(
    apple ? "line" : "solid",
    t(apple ? "welcome.here" : "next"),
    () => void run(),
    apple ? { kind: "btn--wide btn--mid" } : {},
  );
  const install = button(
    apple ? "solid" : "quiet",
    t("install.how"),
    () => ctx.nav.go(() => installHelp(ctx)),
    apple ? {} : { kind: "btn--wide btn--s" },
  );
  ctx.show({
    title: t("opened.a.title"),
    step: t("step", { n: 1, of: 2 }),
    end: iconButton("x", t("close"), () => ctx.nav.root(() => home(ctx))),
    spacing: "stack--5",
    main: [
      heading(t("opened.a.title"), t(activation.fresh ? "opened.a.lead" : "opened.a.lead.add")),
      place,
      apple
        ? banner(
            "warn",
            "install",
            h("p", { class: "small" }, rich("welcome.apple")),
            h("p", { class: "small" }, t("opened.a.again")),
          )
        : null,
      apple ? null : steps(t(activation.fresh ? "opened.a.1" : "opened.a.1.add"), t("opened.a.2")),
      !apple && !ctx.installed ? banner("", "info", h("p", { class: "small" }, rich("opened.a.browser"))) : null,
    ],
    foot: apple ? [install, next] : [next, ctx.installed ? null : install],
  });
}

/** The details of a scanned login, then its approval. The secret stays on the phone. */
export function openedLogin(ctx: Context, secret: Bytes): void {
  if (!ctx.app.active.length) return withoutKeys(ctx);
  ctx.show({
    title: t("opened.l.title"),
    end: iconButton("x", t("close"), () => ctx.nav.root(() => home(ctx))),
    main: [
      h("h1", {}, t("opened.l.title")),
      h("p", { class: "status", role: "status" }, h("span", { class: "pulse" }), h("span", {}, t("opened.l.fetch"))),
    ],
  });
  let left = false;
  onLeave(() => (left = true));
  const screen = (): void => openedLogin(ctx, secret);
  const next = (then: () => void): void => {
    if (!left) ctx.nav.replace(then);
  };
  void scanLogin(ctx.app, secret).then(
    ({ details, hash }) => next(() => approve(ctx, details, hash)),
    // A refusal stays what it is: only another code helps. A lost connection is worth another try with this one.
    (error: unknown) =>
      next(() =>
        error instanceof Refused
          ? problemPage(ctx, error, { label: t("scan.title"), act: () => ctx.nav.replace(() => scanner(ctx, {})) })
          : problemPage(
              ctx,
              error,
              again(() => ctx.nav.replace(screen)),
            ),
      ),
  );
}

/** A login's code on a phone without keys: it says what it is for, and nothing is used up. */
function withoutKeys(ctx: Context): void {
  const apple = ctx.os === "ios" && !ctx.installed;
  ctx.show({
    title: t("nokeys.title"),
    end: iconButton("x", t("close"), () => ctx.nav.root(() => home(ctx))),
    spacing: "stack--5",
    main: [
      heading(t("nokeys.title"), t("nokeys.lead")),
      h("p", {}, t("nokeys.unused")),
      apple ? banner("warn", "install", h("p", { class: "small" }, t("nokeys.apple"))) : null,
    ],
    foot: [
      button("solid", t("welcome.start"), () => ctx.nav.go(() => method(ctx))),
      button("line", t("nokeys.scan"), () => ctx.nav.go(() => scanner(ctx, {})), { kind: "btn--wide btn--mid" }),
    ],
  });
}
