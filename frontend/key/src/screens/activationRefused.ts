/** Refusals that end one activation and lead to a fresh one, or to nothing more to do (G06, G07, I02). */
import { gap, t } from "../texts";
import { h } from "../ui/dom";
import { banner, button, heading } from "../ui/parts";
import type { Context } from "./context";
import { home } from "./home";
import { explain, refusedAs } from "./problem";

/** Shows the page a refusal asks for. False where the page it happened on should show it itself. */
export function activationRefused(ctx: Context, error: unknown): boolean {
  if (refusedAs(error, "usedOrOld", "enrolmentOver", "nonce", "sentCodeOver")) return over(ctx, error);
  if (refusedAs(error, "already")) return already(ctx, error);
  if (refusedAs(error, "rooted", "old", "noLock")) return unfit(ctx, error);
  return false;
}

function over(ctx: Context, error: unknown): true {
  const { what, rest, reference } = explain(ctx, error);
  ctx.nav.replace(() =>
    ctx.show({
      title: what,
      spacing: "stack--5",
      main: [heading(what, rest.filter(Boolean).join(gap())), h("p", { class: "meta" }, reference)],
      foot: [
        button("solid", t("used.again"), () => ctx.nav.back()),
        button("quiet", t("toStart"), () => ctx.nav.root(() => home(ctx)), { kind: "btn--wide btn--s" }),
      ],
    }),
  );
  return true;
}

function already(ctx: Context, error: unknown): true {
  const { what, rest } = explain(ctx, error);
  ctx.nav.replace(() =>
    ctx.show({
      title: what,
      spacing: "stack--5",
      main: [
        heading(what, rest.filter(Boolean).join(gap())),
        banner("ok", "okc", h("p", { class: "small" }, t("already.test"))),
      ],
      foot: [button("solid", t("done"), () => ctx.nav.root(() => home(ctx)))],
    }),
  );
  return true;
}

function unfit(ctx: Context, error: unknown): true {
  const { what, rest, reference } = explain(ctx, error);
  ctx.nav.replace(() =>
    ctx.show({
      title: what,
      spacing: "stack--5",
      main: [
        heading(what, rest.filter(Boolean).join(gap())),
        h("p", { class: "small soft" }, t("unfit.needs")),
        h("p", { class: "meta" }, reference),
      ],
      foot: [button("solid", t("toStart"), () => ctx.nav.root(() => home(ctx)))],
    }),
  );
  return true;
}
