/** What the app knows of this phone: storage, clock, platform, version; and the repair that never touches keys (L06). */
import { repair } from "../app/worker";
import { t } from "../texts";
import { fill, h, type Child } from "../ui/dom";
import { banner, button, heading } from "../ui/parts";
import { iconButton } from "../ui/shell";
import type { Context } from "./context";

function line(label: string, value: Child): HTMLElement {
  return h("div", {}, h("dt", {}, label), h("dd", {}, value));
}

export function offsetWords(offset: number): string {
  const seconds = Math.abs(offset);
  if (seconds <= 5) return t("clock.right");
  const key = offset > 0 ? "slow" : "fast";
  return seconds < 60 ? t(`clock.${key}.s`, { n: seconds }) : t(`clock.${key}.m`, { n: Math.round(seconds / 60) });
}

export function thisPhone(ctx: Context): void {
  const platform = h("span", {}, "…");
  void ctx.platform().then(({ os, version, model, lock }) => {
    const name = os === "ios" ? "iOS" : os === "android" ? "Android" : t("phone.other");
    fill(
      platform,
      [model, version ? `${name} ${version}` : name].filter(Boolean).join(" · "),
      h("br"),
      t(lock ? "phone.lock.yes" : "phone.lock.unknown"),
    );
  });
  const kept = ctx.persisted();
  ctx.show({
    title: t("phone.title"),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    main: [
      heading(t("phone.title")),
      h(
        "dl",
        { class: "keylist" },
        line(t("phone.told"), platform),
        line(t("phone.clock"), offsetWords(ctx.app.offset)),
        line(
          t("phone.storage"),
          t(kept === true ? "storage.kept" : kept === false ? "storage.refused" : "storage.unknown"),
        ),
        line(t("phone.installed"), t(ctx.installed ? "phone.installed.yes" : "phone.installed.no")),
        line(t("phone.version"), h("span", { class: "mono" }, __APP_VERSION__)),
      ),
      h("h2", {}, t("repair.title")),
      h("p", { class: "small" }, t("repair.lead")),
      navigator.onLine ? null : banner("warn", "offline", h("p", { class: "small" }, t("repair.offline"))),
      button("line", t("repair.do"), () => void repair(), { kind: "btn--wide btn--mid" }),
    ],
  });
}
