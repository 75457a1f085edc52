/** "This isn't me": one page that says what will happen, then one press. */
import { decide, type Details } from "../app/approval";
import { rich, t, type TextKey } from "../texts";
import { h } from "../ui/dom";
import { icon, type IconName } from "../ui/icons";
import { banner, button, heading } from "../ui/parts";
import { iconButton } from "../ui/shell";
import type { Context } from "./context";
import { refusedAs, work } from "./problem";
import { over, stopped } from "./results";

const HAPPENS: [IconName, "notme.1" | "notme.2" | "notme.3" | "notme.4"][] = [
  ["x", "notme.1"],
  ["bell", "notme.2"],
  ["passkey", "notme.3"],
  ["mail", "notme.4"],
];

export function supportPhone(ctx: Context): string {
  // A number is read in one line.
  return (ctx.app.config?.brand.support_phone ?? "").replace(/ /g, "\u00a0");
}

export function notMe(ctx: Context, details: Details): void {
  const place = h("div", {});
  const stop = button("danger", t("notme.do"), () => void run());
  const caught = (error: unknown): boolean => {
    if (!refusedAs(error, "over", "notForYou")) return false;
    ctx.watch.settle(details.attempt);
    ctx.nav.root(() => over(ctx, error, true));
    return true;
  };
  const run = async (): Promise<void> => {
    const done = await work(ctx, { button: stop, saying: t("busy.send"), place, caught }, () =>
      decide(ctx.app, details, "not_me", "", null),
    );
    if (!done) return;
    ctx.watch.settle(details.attempt);
    void ctx.watch.refresh();
    ctx.nav.root(() => stopped(ctx, details, done.value));
  };
  const phone = supportPhone(ctx);
  ctx.show({
    title: t("notme.page"),
    who: details.username,
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(t("notme.title"), t(`notme.lead.${details.action}` as TextKey)),
      place,
      h(
        "ul",
        { class: "happens" },
        HAPPENS.map(([name, key]) => h("li", {}, icon(name), h("span", {}, rich(key)))),
      ),
      banner("warn", "warn", h("p", { class: "small" }, rich(phone ? "notme.call" : "notme.hangup", { phone }))),
    ],
    foot: [stop, button("quiet", t("notme.back"), () => ctx.nav.back(), { kind: "btn--wide btn--s" })],
  });
}
