/** The users on this phone and their state. Only what the server has ended can be taken off here (L03). */
import type { User } from "../store/store";
import { t, type TextKey } from "../texts";
import { dateAndClock } from "../texts/times";
import { h } from "../ui/dom";
import { banner, button, heading, tag } from "../ui/parts";
import { iconButton } from "../ui/shell";
import type { Context } from "./context";
import { method } from "./method";

const STATES: Record<User["state"], ["ok" | "warn" | "bad", "check" | "clock" | "stop", TextKey]> = {
  active: ["ok", "check", "user.active"],
  unconfirmed: ["warn", "clock", "user.unconfirmed"],
  inactive: ["bad", "stop", "user.inactive"],
};

function entry(ctx: Context, user: User): HTMLElement {
  const [kind, name, text] = STATES[user.state];
  const remove = async (): Promise<void> => {
    await ctx.app.forgetUser(user.user);
    ctx.nav.again(true);
  };
  return h(
    "li",
    {},
    h(
      "div",
      { class: "user" },
      h(
        "div",
        {},
        h("p", { class: "user__name" }, h("bdi", {}, user.username)),
        h(
          "p",
          { class: "meta" },
          h("bdi", {}, user.displayName),
          " · ",
          t("user.since", { time: dateAndClock(Math.floor(user.added / 1000)) }),
        ),
      ),
      tag(kind, name, t(text)),
    ),
    user.state === "active"
      ? null
      : button("quiet", t("user.remove"), () => void remove(), {
          kind: "btn--s btn--flush",
          "aria-label": `${t("user.remove")}: ${user.username}`,
        }),
  );
}

export function usersSetting(ctx: Context): void {
  ctx.show({
    title: t("more.users"),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    main: [
      heading(t("more.users"), t("users.lead")),
      ctx.app.users.length
        ? h(
            "ul",
            { class: "users", "aria-label": t("more.users") },
            ctx.app.users.map((user) => entry(ctx, user)),
          )
        : h("p", { class: "soft" }, t("more.users.none")),
      banner("", "info", h("p", { class: "small" }, t("users.note"))),
    ],
    foot: [button("line", t("codes.add"), () => ctx.nav.go(() => method(ctx)), { kind: "btn--wide btn--mid" })],
  });
}
