/** Changing the PIN of this phone (K, L02): the old one proven online, then a new one for every user. */
import { changePin as begin } from "../app/keylife";
import { finish, type Renewal } from "../app/renewal";
import { close, type Opening } from "../app/unlock";
import { t } from "../texts";
import { h } from "../ui/dom";
import { banner, button, heading } from "../ui/parts";
import { iconButton } from "../ui/shell";
import type { Context } from "./context";
import { ended, renewalRefused } from "./ended";
import { newPin } from "./pin";
import { errorWords, refusedAs, work } from "./problem";
import { unfinished } from "./unfinished";
import { fromField, ownPin } from "./unlock";

export function changePin(ctx: Context): void {
  const place = h("div", {});
  const pin = ownPin();
  const next = button("solid", t("next"), null, { form: "old" });
  const caught = (error: unknown): boolean => {
    pin.input.value = "";
    if (!refusedAs(error, "pinWrong")) return renewalRefused(ctx, error);
    pin.error(errorWords(ctx, error));
    pin.input.focus();
    return true;
  };
  const run = async (open: () => Promise<Opening | null>): Promise<void> => {
    const begun = await work(ctx, { button: next, saying: t("busy.check"), place, caught }, async () => {
      const opening = await open();
      if (!opening) return null;
      try {
        return await begin(ctx.app, opening);
      } finally {
        close(opening);
      }
    });
    if (begun?.value) ctx.nav.replace(made(ctx, begun.value));
  };
  const { length } = ctx.app.users;
  ctx.show({
    title: t("changepin.title"),
    step: t("step", { n: 1, of: 2 }),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(t("changepin.title"), t("changepin.lead")),
      place,
      h(
        "form",
        {
          id: "old",
          novalidate: true,
          onsubmit: (event) => (event.preventDefault(), void run(() => fromField(ctx, pin))),
        },
        pin.root,
      ),
      length > 1 ? banner("", "info", h("p", { class: "small" }, t("changepin.all", { n: length }))) : null,
    ],
    foot: [next],
  });
}

function made(ctx: Context, renewal: Renewal): () => void {
  const finger = !!ctx.app.slot;
  return () =>
    newPin(ctx, {
      guidelines: renewal.guidelines!,
      title: t("changepin.new"),
      lead: t("changepin.new.lead"),
      step: t("step", { n: 2, of: 2 }),
      label: t("changepin.do"),
      saying: t("busy.activate"),
      take: async (pin) => {
        await renewal.receive(pin);
        await finish(ctx.app, pin);
      },
      caught: (error) => !!ctx.app.waiting || renewalRefused(ctx, error),
      settled: (done) => {
        if (done) ended(ctx, t("changepin.done"), t("changepin.done.lead"), finger ? t("changepin.finger") : null);
        else if (ctx.app.waiting) ctx.nav.root(() => unfinished(ctx));
      },
    });
}
