/** Transfer, on the new phone (L05, spec §5.10): it shows six digits, waits for the old phone, and makes its PIN. */
import { take } from "../app/keylife";
import { finish, type Renewal } from "../app/renewal";
import type { Bytes } from "../core/bytes";
import { t } from "../texts";
import { h } from "../ui/dom";
import { banner, button, digitsShown, heading } from "../ui/parts";
import { iconButton } from "../ui/shell";
import type { Context } from "./context";
import { ended, renewalRefused } from "./ended";
import { follow } from "./give";
import { home } from "./home";
import { phoneName } from "./method";
import { newPin } from "./pin";
import { work } from "./problem";
import { unfinished } from "./unfinished";

export function receive(ctx: Context, secret: Bytes): void {
  if (ctx.app.active.length) return hasUsers(ctx);
  const place = h("div", {});
  const caught = (error: unknown): boolean => renewalRefused(ctx, error);
  const run = async (): Promise<void> => {
    const taken = await work(ctx, { button: next, saying: t("busy.check"), place, caught }, async () => {
      const platform = await ctx.platform();
      return take(ctx.app, secret, phoneName("", platform), platform);
    });
    if (taken) ctx.nav.replace(() => code(ctx, taken.value));
  };
  const next = button("solid", t("next"), () => void run());
  ctx.show({
    title: t("receive.title"),
    step: t("step", { n: 1, of: 2 }),
    end: iconButton("x", t("close"), () => ctx.nav.root(() => home(ctx))),
    spacing: "stack--5",
    main: [
      heading(t("receive.title"), t("receive.lead")),
      place,
      ctx.os === "ios" && !ctx.installed
        ? banner("warn", "install", h("p", { class: "small" }, t("receive.apple")))
        : null,
    ],
    foot: [next],
  });
}

function hasUsers(ctx: Context): void {
  ctx.show({
    title: t("receive.users"),
    main: [heading(t("receive.users"), t("receive.users.lead"))],
    foot: [button("solid", t("toCodes"), () => ctx.nav.root(() => home(ctx)))],
  });
}

function code(ctx: Context, renewal: Renewal): void {
  ctx.show({
    title: t("receive.code"),
    spacing: "stack--5",
    main: [
      heading(t("receive.code"), t("receive.code.lead")),
      h(
        "div",
        { class: "answer" },
        h("p", { class: "slip__label" }, t("give.code")),
        h("p", {}, digitsShown(renewal.code, t("give.code"), "digits--xxl")),
      ),
      h("p", { class: "status", role: "status" }, h("span", { class: "pulse" }), h("span", {}, t("receive.waiting"))),
    ],
    foot: [
      button(
        "line",
        t("give.stop"),
        () => {
          void renewal.cancel().catch(() => undefined);
          ctx.nav.root(() => home(ctx));
        },
        { kind: "btn--wide btn--mid" },
      ),
    ],
  });
  follow(
    () => renewal.look(),
    (time) => ctx.app.wire.wait(time),
    ["proven", "void", "expired"],
    (state) => {
      if (state === "proven" && renewal.guidelines) ctx.nav.replace(() => made(ctx, renewal));
      else over(ctx);
    },
  );
}

function over(ctx: Context): void {
  ctx.nav.root(() =>
    ctx.show({
      title: t("receive.over"),
      main: [heading(t("receive.over"), t("receive.over.lead"))],
      foot: [button("solid", t("toStart"), () => ctx.nav.root(() => home(ctx)))],
    }),
  );
}

function made(ctx: Context, renewal: Renewal): void {
  newPin(ctx, {
    guidelines: renewal.guidelines!,
    title: t("receive.pin"),
    lead: t("receive.pin.lead"),
    step: t("step", { n: 2, of: 2 }),
    label: t("receive.do"),
    saying: t("busy.activate"),
    take: async (pin) => {
      await renewal.receive(pin);
      await finish(ctx.app, pin);
    },
    caught: (error) => !!ctx.app.waiting || renewalRefused(ctx, error),
    settled: (done) => {
      if (done) ended(ctx, t("receive.done"), t("receive.done.lead", { n: ctx.app.users.length }), t("receive.notify"));
      else if (ctx.app.waiting) ctx.nav.root(() => unfinished(ctx));
    },
  });
}
