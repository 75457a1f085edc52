/** Everything that is not daily: users, notifications, the PIN, the server, this phone, help. */
import { pushState, type PushState } from "../app/push";
import { onUpdate, updateReady } from "../app/worker";
import { t, tn, type TextKey } from "../texts";
import { fill, h } from "../ui/dom";
import { banner, button, heading, row, rows } from "../ui/parts";
import { onLeave } from "../ui/shell";
import { applyUpdate } from "../app/worker";
import { waitingBanner } from "./news";
import { checkCaller } from "./call";
import { changePin } from "./changepin";
import { clockHelp } from "./clockhelp";
import { give } from "./give";
import { checkMyPin } from "./checkpin";
import type { Context } from "./context";
import { fingerprintSetting } from "./fingersetting";
import { installHelp } from "./install";
import { languageChoice } from "./language";
import { method } from "./method";
import { notificationsSetting } from "./notifysetting";
import { serverKeys } from "./serverkeys";
import { thisPhone } from "./thisphone";
import { usersSetting } from "./userssetting";
import { bio } from "./words";

export const PUSH_WORDS: Record<PushState, TextKey> = {
  on: "notify.on",
  off: "notify.off",
  blocked: "notify.blocked",
  install: "notify.install",
  none: "notify.none",
};

export function more(ctx: Context): void {
  const { app } = ctx;
  const has = app.active.length > 0;
  const push = h("span", {}, "…");
  void pushState(app).then((state) => fill(push, t(PUSH_WORDS[state])));
  const update = h("div", {});
  const drawUpdate = (): void => {
    update.hidden = !updateReady();
    if (updateReady())
      fill(
        update,
        banner(
          "",
          "info",
          h("p", { class: "small" }, t("update.ready")),
          button("quiet", t("update.now"), applyUpdate, { kind: "btn--s btn--flush" }),
        ),
      );
  };
  drawUpdate();
  onLeave(onUpdate(drawUpdate));
  const open = (screen: (ctx: Context) => void) => (): void => ctx.nav.go(() => screen(ctx));
  ctx.show({
    title: t("more.title"),
    tab: "more",
    main: [
      heading(t("more.title")),
      waitingBanner(ctx),
      update,
      rows(
        row(
          "user",
          t("more.users"),
          app.users.length ? tn("more.users.n", app.users.length) : t("more.users.none"),
          open(usersSetting),
        ),
        row("plus", t("codes.add"), t("more.add.when"), () => ctx.nav.go(() => method(ctx))),
        has ? row("reply", t("call.title"), t("call.title.when"), open(checkCaller)) : null,
        has ? row("bell", t("more.notify"), push, open(notificationsSetting)) : null,
        has
          ? row(
              "finger",
              t("more.finger", { bio: bio(ctx) }),
              t(app.slot ? "state.on" : "state.off"),
              open(fingerprintSetting),
            )
          : null,
        has ? row("code", t("changepin.title"), t("changepin.when"), open(changePin)) : null,
        has ? row("phone", t("give.title"), t("give.when"), open(give)) : null,
        has ? row("okc", t("more.check"), t("more.check.when"), open(checkMyPin)) : null,
      ),
      h("h2", {}, t("more.language")),
      languageChoice(ctx),
      h("h2", {}, t("more.help")),
      rows(
        ctx.installed ? null : row("install", t("install.title"), t("install.when"), open(installHelp)),
        row("server", t("server.title"), t(app.recognised ? "server.ok" : "server.bad"), open(serverKeys)),
        has ? row("clock", t("clockhelp.title"), t("clockhelp.when"), open(clockHelp)) : null,
        row("phone", t("phone.title"), t("phone.when"), open(thisPhone)),
      ),
      h(
        "p",
        { class: "small soft" },
        t("about", { brand: app.config?.brand.name ?? "Watchword", version: __APP_VERSION__ }),
      ),
    ],
  });
}
