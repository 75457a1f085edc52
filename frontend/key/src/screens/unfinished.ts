/** New secrets that a lost connection left unconfirmed: finish with the PIN they were made with, or give them up (spec §5.8). */
import { finish, giveUp } from "../app/renewal";
import { t } from "../texts";
import { fill, h } from "../ui/dom";
import { banner, button } from "../ui/parts";
import type { Context } from "./context";
import { ended } from "./ended";
import { home } from "./home";
import { pinStep } from "./pinstep";
import { work } from "./problem";
import { typedPin } from "./unlock";

export function unfinished(ctx: Context): void {
  pinStep<true>(ctx, {
    title: t("unfinished.title"),
    lead: t("unfinished.lead"),
    label: t("unfinished.do"),
    saying: t("busy.activate"),
    hint: t("unfinished.hint"),
    take: async (_, pin) => {
      const typed = typedPin(pin);
      if (typed === null) return null;
      await finish(ctx.app, typed);
      return true;
    },
    taken: () => ended(ctx, t("unfinished.done"), t("unfinished.done.lead")),
    more: (place) => [leave(ctx, place)],
  });
}

function leave(ctx: Context, place: HTMLElement): HTMLButtonElement {
  const pressed = button("line", t("unfinished.giveup"), () => void drop(), { kind: "btn--wide btn--mid" });
  const drop = async (): Promise<void> => {
    const given = await work(ctx, { button: pressed, saying: t("busy.send"), place }, () => giveUp(ctx.app));
    if (given?.value) ctx.nav.root(() => home(ctx));
    else if (given) fill(place, h("div", { role: "alert" }, banner("warn", "warn", h("p", { class: "small" }, t("unfinished.holds")))));
  };
  return pressed;
}
