/** "This isn't me": one page that says what will happen, then one press. */
import { decide, type Decided, type Details } from "../app/approval";
import { callChecked, onTelephone } from "../app/call";
import { rich, t, type TextKey } from "../texts";
import { h } from "../ui/dom";
import { icon, type IconName } from "../ui/icons";
import { banner, button, heading } from "../ui/parts";
import { iconButton } from "../ui/shell";
import type { Context } from "./context";
import { refusedAs, work } from "./problem";
import { over, stopped } from "./results";

const CALL_HAPPENS: [IconName, "call.stop.1" | "call.stop.2" | "call.stop.3" | "call.stop.4"][] = [
  ["x", "call.stop.1"],
  ["bell", "call.stop.2"],
  ["user", "call.stop.3"],
  ["mail", "call.stop.4"],
];

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

/** `differ`: the words on the telephone were wrong, or there were none. */
export function notMe(ctx: Context, details: Details, differ = false): void {
  const call = onTelephone(details);
  const place = h("div", {});
  const stop = button("danger", t(call ? "call.stop.do" : "notme.do"), () => void run());
  const caught = (error: unknown): boolean => {
    if (!refusedAs(error, "over", "notForYou")) return false;
    ctx.watch.settle(details.attempt);
    ctx.nav.root(() => over(ctx, error, true));
    return true;
  };
  const run = async (): Promise<void> => {
    const done = await work(ctx, { button: stop, saying: t("busy.send"), place, caught }, () =>
      differ ? differed(ctx, details) : decide(ctx.app, details, "not_me", "", null),
    );
    if (!done) return;
    ctx.watch.settle(details.attempt);
    void ctx.watch.refresh();
    ctx.nav.root(() => stopped(ctx, details, done.value));
  };
  const phone = supportPhone(ctx);
  ctx.show({
    title: t(differ ? "call.differ" : "notme.page"),
    who: details.username,
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      call
        ? heading(t("call.stop.title"), t(differ ? "call.stop.lead.words" : "call.stop.lead"))
        : heading(t("notme.title"), t(`notme.lead.${details.action}` as TextKey)),
      place,
      h(
        "ul",
        { class: "happens" },
        (call ? CALL_HAPPENS : HAPPENS).map(([name, key]) => h("li", {}, icon(name), h("span", {}, rich(key)))),
      ),
      banner("warn", "warn", h("p", { class: "small" }, rich(call ? (phone ? "call.card.phone" : "call.card") : phone ? "notme.call" : "notme.hangup", { phone }))),
    ],
    foot: [stop, button("quiet", t(call ? "call.stop.back" : "notme.back"), () => ctx.nav.back(), { kind: "btn--wide btn--s" })],
  });
}

async function differed(ctx: Context, details: Details): Promise<Decided> {
  const { quietUntil } = await callChecked(ctx.app, details, false);
  return { result: "not_me", quietUntil };
}
