/** The outcome of a new PIN, a transfer, a recovery: what holds now, and one way on. */
import { gap, t } from "../texts";
import { h, type Child } from "../ui/dom";
import { icon } from "../ui/icons";
import { banner, button, heading } from "../ui/parts";
import type { Context } from "./context";
import { home } from "./home";
import { explain, refusedAs } from "./problem";

export function ended(ctx: Context, title: string, lead: string, note: Child = null): void {
  void ctx.persist();
  ctx.watch.wake();
  ctx.nav.root(() =>
    ctx.show({
      title,
      spacing: "stack--5",
      main: [
        h("p", { class: "is-ok line" }, icon("okc"), h("b", {}, t("ended.done"))),
        heading(title, lead),
        note && banner("", "info", h("p", { class: "small" }, note)),
      ],
      foot: [button("solid", t("done"), () => ctx.nav.root(() => home(ctx)))],
    }),
  );
}

/** Refusals that end a renewal: their words on a page of their own, and the way back. */
export function renewalRefused(ctx: Context, error: unknown): boolean {
  if (!refusedAs(error, "renewalOver", "renewalChanged", "transferUsed", "nothingToRecover", "nonce")) return false;
  const { what, rest, reference } = explain(ctx, error);
  ctx.nav.root(() =>
    ctx.show({
      title: what,
      spacing: "stack--5",
      main: [heading(what, rest.filter(Boolean).join(gap())), h("p", { class: "meta" }, reference)],
      foot: [button("solid", t("toStart"), () => ctx.nav.root(() => home(ctx)))],
    }),
  );
  return true;
}
