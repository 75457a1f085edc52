/** Calm banners for what only the owner is told: why logging in is paused, and until when (spec §6.8). */
import type { Notice } from "../app/notices";
import { gap, rich, t, type TextKey } from "../texts";
import { clock, dateAndClock } from "../texts/times";
import { fill, h } from "../ui/dom";
import { banner } from "../ui/parts";
import { onLeave } from "../ui/shell";
import type { Context } from "./context";

const TITLES: Record<Notice["kind"], TextKey> = {
  locked: "notice.locked",
  closed: "notice.closed",
  suspicion: "notice.suspicion",
  network: "notice.network",
};
const DOS: Record<Notice["kind"], TextKey> = {
  locked: "notice.locked.do",
  closed: "notice.closed.do",
  suspicion: "notice.suspicion.do",
  network: "notice.network.do",
};

function shown(notice: Notice): HTMLElement {
  const from = notice.where ? rich("notice.from", { where: notice.where, time: dateAndClock(notice.at) }) : null;
  return banner(
    notice.kind === "locked" || notice.kind === "closed" ? "" : "warn",
    notice.kind === "locked" || notice.kind === "closed" ? "info" : "warn",
    h("p", {}, rich(TITLES[notice.kind], { username: notice.username, time: clock(notice.until) })),
    h("p", { class: "small" }, t(DOS[notice.kind], { time: clock(notice.until) }), from ? [gap(), ...from] : null),
  );
}

/** Where they stand; it follows the watch as long as the screen is there. */
export function noticeBanners(ctx: Context): HTMLElement {
  const place = h("div", { class: "stack", role: "status" });
  const draw = (): void => {
    const { told } = ctx.watch;
    place.hidden = !told.length;
    fill(place, told.map(shown));
  };
  draw();
  onLeave(ctx.watch.listen(draw));
  return place;
}
