/** What a person should know before anything else: a login that waits, and the state of this phone. */
import type { Details } from "../app/approval";
import { onTelephone } from "../app/call";
import { rich, t, tn, type TextKey } from "../texts";
import { ago } from "../texts/times";
import { fill, h } from "../ui/dom";
import { icon } from "../ui/icons";
import { banner, button } from "../ui/parts";
import { onLeave } from "../ui/shell";
import { clockHelp } from "./clockhelp";
import type { Context } from "./context";
import { method } from "./method";
import { openPending } from "./pending";

function waitingTitle(details: Details): TextKey {
  if (onTelephone(details)) return "waiting.call";
  return details.asked === "login" ? "waiting.one" : "waiting.other";
}

/** The banner of what waits; it follows the watch as long as the screen is there. */
export function waitingBanner(ctx: Context): HTMLElement {
  const place = h("div", { role: "status" });
  const draw = (): void => {
    const { open } = ctx.watch;
    const first = open[0];
    place.hidden = !first;
    if (!first) return void fill(place);
    const where = [
      first.username,
      onTelephone(first) ? first.agent : first.place || t("place.unknown"),
      ago(Math.max(0, ctx.app.time() - first.started)),
    ].join(" · ");
    const follow = (event: Event): void => {
      event.preventDefault();
      openPending(ctx);
    };
    const title = open.length === 1 ? t(waitingTitle(first)) : tn("waiting.many", open.length);
    fill(
      place,
      h(
        "a",
        { class: "banner banner--link", href: "/", onclick: follow },
        icon("bell"),
        h("span", {}, h("b", {}, title), h("br"), h("span", { class: "small" }, where)),
        icon("right", true),
      ),
    );
  };
  draw();
  onLeave(ctx.watch.listen(draw));
  return place;
}

/** News about this phone that a person should know before the next login; at most one, the gravest. */
export function news(ctx: Context): HTMLElement | null {
  const { app, watch } = ctx;
  const minutes = Math.round(Math.abs(app.offset) / 60);
  const says = (kind: "bad" | "warn" | "", name: "stop" | "warn" | "info" | "clock", ...content: Node[]): HTMLElement =>
    banner(kind, name, h("p", { class: "small" }, content));
  if (!app.recognised) return says("bad", "stop", ...rich("error.server.banner"));
  if (app.unknownPhone) {
    const link = button("quiet", t("unknown.activate"), () => ctx.nav.go(() => method(ctx, true)), {
      kind: "btn--s btn--flush",
    });
    return banner("bad", "stop", h("p", { class: "small" }, rich("unknown.banner")), link);
  }
  if (Math.abs(app.offset) > 60)
    return banner(
      "warn",
      "clock",
      h("p", { class: "small" }, rich(app.offset > 0 ? "clock.slow" : "clock.fast", { minutes: Math.max(1, minutes) })),
      button("quiet", t("clockhelp.how"), () => ctx.nav.go(() => clockHelp(ctx)), { kind: "btn--s btn--flush" }),
    );
  if (watch.offlinePaused) return says("warn", "warn", ...rich("paused.banner"));
  if (ctx.trial && !watch.open.length) return says("", "info", ...rich("trial.banner"));
  return null;
}
