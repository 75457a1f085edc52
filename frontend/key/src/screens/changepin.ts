/** Changing the PIN of this phone (K, L02): the old one proven online, then a new one for every user. */
import { changePin as begin } from "../app/keylife";
import { finish, type Renewal } from "../app/renewal";
import { close } from "../app/unlock";
import { t } from "../texts";
import { h } from "../ui/dom";
import { banner } from "../ui/parts";
import type { Context } from "./context";
import { ended, renewalRefused } from "./ended";
import { newPin } from "./pin";
import { pinStep } from "./pinstep";
import { unfinished } from "./unfinished";

export function changePin(ctx: Context): void {
  const { length } = ctx.app.users;
  pinStep<Renewal>(ctx, {
    title: t("changepin.title"),
    lead: t("changepin.lead"),
    label: t("next"),
    saying: t("busy.check"),
    step: t("step", { n: 1, of: 2 }),
    back: true,
    below: length > 1 ? banner("", "info", h("p", { class: "small" }, t("changepin.all", { n: length }))) : null,
    take: async (open) => {
      const opening = await open();
      if (!opening) return null;
      try {
        return await begin(ctx.app, opening);
      } finally {
        close(opening);
      }
    },
    taken: (renewal) => ctx.nav.replace(made(ctx, renewal)),
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
