/** The home of the app: users with their codes, one open at a time (E01, J02). */
import type { User } from "../store/store";
import { t } from "../texts";
import { fill, h } from "../ui/dom";
import { iconButton, onLeave } from "../ui/shell";
import { card, type Card } from "./codecard";
import type { Context } from "./context";
import { method } from "./method";
import { news, waitingBanner } from "./news";
import { noticeBanners } from "./notices";
import { SEARCH_FROM, searchBox } from "./search";

function stateOf(ctx: Context): string {
  return ctx.app.users.map((user) => [user.user, user.state, user.displayName].join()).join(";");
}

export function codes(ctx: Context): void {
  let open: Card | null = null;
  const change = (card: Card | null): void => {
    if (open && open !== card) open.shut();
    open = card;
  };
  const cards = ctx.app.users.map((user) => card(ctx, user, change));
  const list = h(
    "ul",
    { class: "users", "aria-label": t("codes.users") },
    cards.map((one) => one.root),
  );
  const none = h("p", { class: "soft", role: "status" });
  const narrow = (find: (user: User) => boolean): void => {
    for (const one of cards) one.root.hidden = !find(one.user);
    fill(none, cards.every((one) => one.root.hidden) ? t("codes.nobody") : null);
  };
  const search = cards.length < SEARCH_FROM ? null : searchBox(cards.length, narrow);
  const front = h("div", { class: "stack" });
  const drawNews = (): void => {
    fill(front, news(ctx));
    front.hidden = !front.firstChild;
  };
  drawNews();
  onLeave(ctx.watch.listen(drawNews));
  const drawn = stateOf(ctx);
  onLeave(
    ctx.app.listen(() => {
      // Another state of a user redraws the list, but never while a code is open or a PIN is being typed.
      if (!open && stateOf(ctx) !== drawn) ctx.nav.again();
      else drawNews();
    }),
  );
  onLeave(() => change(null));
  const hidden = (): void => {
    if (document.visibilityState === "hidden") change(null);
  };
  document.addEventListener("visibilitychange", hidden);
  onLeave(() => document.removeEventListener("visibilitychange", hidden));

  ctx.show({
    title: t("codes.title"),
    tab: "codes",
    end: iconButton("plus", t("codes.add"), () => ctx.nav.go(() => method(ctx))),
    main: [h("h1", { class: "away" }, t("codes.title")), waitingBanner(ctx), noticeBanners(ctx), front, search, none, list],
  });
}
