/** What waits, as a list where there is more than one (spec §6.1). */
import type { Details } from "../app/approval";
import { onTelephone } from "../app/call";
import { t } from "../texts";
import { ago } from "../texts/times";
import { fill, h } from "../ui/dom";
import { icon } from "../ui/icons";
import { banner, button, heading, row, rows } from "../ui/parts";
import { iconButton, onLeave } from "../ui/shell";
import { approve } from "./approve";
import type { Context } from "./context";
import { askTitle } from "./facts";
import { home } from "./home";
import { amountOf } from "./money";
import { noticeBanners } from "./notices";
import { errorWords } from "./problem";

/** One waiting login is opened at once; several are listed. */
export function openPending(ctx: Context): void {
  const { open } = ctx.watch;
  const only = open.length === 1 ? open[0] : undefined;
  if (only) ctx.nav.go(() => approve(ctx, only));
  else ctx.nav.go(() => pendingList(ctx));
}

function line(ctx: Context, details: Details): HTMLElement {
  const where = details.place ? t("place.near", { place: details.place }) : t("place.unknown");
  if (onTelephone(details))
    return row("user", [h("bdi", {}, details.agent), " · ", h("bdi", {}, details.username)], askTitle(details), () =>
      ctx.nav.go(() => approve(ctx, details)),
    );
  const asks = details.money ? `${askTitle(details)} · ${amountOf(details.money)}` : askTitle(details);
  const when = ago(Math.max(0, ctx.app.time() - details.started));
  return row(
    "screen",
    [h("bdi", {}, details.username), " · ", h("bdi", {}, details.clientName)],
    details.asked === "login" ? `${where} · ${when}` : `${asks} · ${where} · ${when}`,
    () => ctx.nav.go(() => approve(ctx, details)),
  );
}

/** `arrive`: opened by a notification; the first single login that is found opens by itself. */
export function pendingList(ctx: Context, arrive = false): void {
  const body = h("div", { class: "stack", role: "status" });
  let arriving = arrive;
  const draw = (): void => {
    const { open, problem } = ctx.watch;
    if (arriving && open.length === 1) {
      arriving = false;
      const only = open[0] as Details;
      return ctx.nav.replace(() => approve(ctx, only));
    }
    if (open.length) {
      const several = open.length > 1 ? banner("warn", "warn", h("p", { class: "small" }, t("pending.several"))) : null;
      fill(body, several, rows(open.map((details) => line(ctx, details))));
    } else if (problem) {
      fill(
        body,
        h("div", { class: "banner banner--bad" }, icon("stop"), h("p", { class: "small" }, errorWords(ctx, problem))),
      );
    } else {
      fill(body, h("div", { class: "empty" }, icon("bell"), h("p", {}, t("pending.none"))));
    }
  };
  ctx.show({
    title: t("pending.title"),
    end: iconButton("x", t("close"), () => ctx.nav.root(() => home(ctx))),
    main: [heading(t("pending.title")), noticeBanners(ctx), body],
    foot: [button("line", t("pending.look"), () => void ctx.watch.refresh(), { kind: "btn--wide btn--mid" })],
  });
  onLeave(ctx.watch.listen(draw));
  draw();
  void ctx.watch.refresh();
}
