/** New secrets that a lost connection left unconfirmed: finish with the PIN they were made with, or give them up (spec §5.8). */
import { finish, giveUp } from "../app/renewal";
import { pinFault } from "../core/pin";
import { t } from "../texts";
import { fill, h } from "../ui/dom";
import { banner, button, heading } from "../ui/parts";
import type { Context } from "./context";
import { ended, renewalRefused } from "./ended";
import { home } from "./home";
import { errorWords, refusedAs, work } from "./problem";
import { ownPin, pinWords } from "./unlock";

export function unfinished(ctx: Context): void {
  const place = h("div", {});
  const pin = ownPin(t("unfinished.hint"));
  const done = button("solid", t("unfinished.do"), null, { form: "unfinished" });
  const caught = (error: unknown): boolean => {
    pin.input.value = "";
    if (!refusedAs(error, "pinWrong")) return renewalRefused(ctx, error);
    pin.error(errorWords(ctx, error));
    pin.input.focus();
    return true;
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { value } = pin.input;
    const fault = pinFault(value);
    pin.error(fault ? pinWords(fault) : null);
    if (fault) return pin.input.focus();
    const worked = await work(ctx, { button: done, saying: t("busy.activate"), place, caught }, () =>
      finish(ctx.app, value),
    );
    if (worked) ended(ctx, t("unfinished.done"), t("unfinished.done.lead"));
  };
  const leave = button("line", t("unfinished.giveup"), () => void drop(), { kind: "btn--wide btn--mid" });
  const drop = async (): Promise<void> => {
    const given = await work(ctx, { button: leave, saying: t("busy.send"), place }, () => giveUp(ctx.app));
    if (given?.value) ctx.nav.root(() => home(ctx));
    else if (given) fill(place, h("div", { role: "alert" }, banner("warn", "warn", h("p", { class: "small" }, t("unfinished.holds")))));
  };
  ctx.show({
    title: t("unfinished.title"),
    spacing: "stack--5",
    main: [
      heading(t("unfinished.title"), t("unfinished.lead")),
      place,
      h("form", { id: "unfinished", novalidate: true, onsubmit: (event) => void send(event) }, pin.root),
    ],
    foot: [done, leave],
  });
}
