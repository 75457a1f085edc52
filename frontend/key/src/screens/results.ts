/** What came of a decision, and what follows from it. */
import type { Decided, Details } from "../app/approval";
import { onTelephone } from "../app/call";
import { gap, rich, t } from "../texts";
import { clock } from "../texts/times";
import { h } from "../ui/dom";
import { icon } from "../ui/icons";
import { banner, button, heading, row, steps } from "../ui/parts";
import type { Context } from "./context";
import { askTitle } from "./facts";
import { home } from "./home";
import { amountOf } from "./money";
import { notMe, supportPhone } from "./notme";
import { explain } from "./problem";

function done(ctx: Context): HTMLButtonElement {
  return button("solid", t("done"), () => ctx.nav.root(() => home(ctx)));
}

/** What came of a call: the result in words, and the way to take it back. */
function ofCall(ctx: Context, details: Details, kind: "approved" | "denied", quietUntil = 0): void {
  const title = t(`call.${kind}.title`);
  ctx.show({
    title,
    who: details.username,
    spacing: "stack--5",
    main: [
      kind === "approved" ? h("p", { class: "is-ok line" }, icon("okc"), h("b", {}, t("call.approved.tag"))) : null,
      heading(title, rich(`call.${kind}.lead`, { agent: details.agent })),
      quietUntil ? banner("", "bell", h("p", { class: "small" }, rich("call.quiet", { time: clock(quietUntil) }))) : null,
      kind === "approved"
        ? row("stop", t("notme.row"), t("call.after"), () => ctx.nav.go(() => notMe(ctx, details)), true)
        : null,
    ],
    foot: [done(ctx)],
  });
}

export function approved(ctx: Context, details: Details): void {
  if (onTelephone(details)) return ofCall(ctx, details, "approved");
  const login = details.asked === "login";
  const title = t(login ? "approved.title" : "ask.approved");
  const { clientName: client, place } = details;
  ctx.show({
    title,
    who: details.username,
    spacing: "stack--5",
    main: [
      h("p", { class: "is-ok line" }, icon("okc"), h("b", {}, t("approved.tag"))),
      heading(
        title,
        login
          ? rich(place ? "approved.lead.at" : "approved.lead", { client, place })
          : details.money
            ? rich("money.approved.lead", { amount: amountOf(details.money), payee: details.money.payeeName })
            : rich("ask.approved.lead", { what: askTitle(details), client }),
      ),
      row("stop", t("notme.row"), t(login ? "approved.notme" : details.money ? "money.after" : "ask.notme"), () => ctx.nav.go(() => notMe(ctx, details)), true),
    ],
    foot: [done(ctx)],
  });
}

export function denied(ctx: Context, details: Details, result: Decided): void {
  if (onTelephone(details)) return ofCall(ctx, details, "denied", result.quietUntil);
  ctx.show({
    title: t(details.asked === "login" ? "denied.title" : "ask.denied"),
    who: details.username,
    spacing: "stack--5",
    main: [
      details.asked === "login"
        ? heading(t("denied.title"), t("denied.lead"))
        : heading(t("ask.denied"), details.money ? t("money.denied.lead") : rich("ask.denied.lead", { what: askTitle(details) })),
      result.quietUntil
        ? banner("", "bell", h("p", { class: "small" }, rich("denied.quiet", { time: clock(result.quietUntil) })))
        : null,
      row("stop", t("notme.row"), t(details.asked === "login" ? "denied.notme" : "notme.row.below"), () => ctx.nav.go(() => notMe(ctx, details)), true),
    ],
    foot: [done(ctx)],
  });
}

export function stopped(ctx: Context, details: Details, result: Decided): void {
  const phone = supportPhone(ctx);
  const call = onTelephone(details);
  const title = t(call ? "call.stopped.title" : "stopped.title");
  ctx.show({
    title,
    who: details.username,
    spacing: "stack--5",
    main: [
      heading(title, t(call ? "call.stopped.lead" : "stopped.lead")),
      steps(
        t(call ? "call.stopped.1" : "stopped.1"),
        result.quietUntil ? t("stopped.2.until", { time: clock(result.quietUntil) }) : t("stopped.2"),
        t(call ? "call.stopped.3" : "stopped.3"),
      ),
      phone ? banner("", "info", h("p", { class: "small" }, rich("stopped.call", { phone }))) : null,
    ],
    foot: [done(ctx)],
  });
}

/** The login ended before the decision (4201, 4202, its own time, or three wrong codes). */
export function over(ctx: Context, error: unknown, wasNotMe = false): void {
  const { what, rest, reference } = error
    ? explain(ctx, error)
    : { what: t("over.title"), rest: [t("over.lead")], reference: "" };
  const phone = supportPhone(ctx);
  ctx.show({
    title: what,
    spacing: "stack--5",
    main: [
      heading(what, rest.filter(Boolean).join(gap())),
      wasNotMe
        ? banner("warn", "warn", h("p", { class: "small" }, rich(phone ? "over.notme.call" : "over.notme", { phone })))
        : null,
      reference ? h("p", { class: "meta" }, reference) : null,
    ],
    foot: [button("solid", t("toCodes"), () => ctx.nav.root(() => home(ctx)))],
  });
}
