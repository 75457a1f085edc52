/** After an activation: the fingerprint and notifications are offered once, then the outcome is shown (B03, F06, F07, H03). */
import type { Activation } from "../app/activation";
import { canOffer, turnOn } from "../app/biometric";
import { isInstalled } from "../app/platform";
import { pushState, turnOnPush } from "../app/push";
import { rich, t } from "../texts";
import { fill, h } from "../ui/dom";
import { icon } from "../ui/icons";
import { banner, button, heading, steps } from "../ui/parts";
import type { Context } from "./context";
import { home } from "./home";
import { waitingBanner } from "./news";
import { work } from "./problem";
import { bio } from "./words";

export function afterActivation(ctx: Context, activation: Activation): void {
  void ctx.persist();
  ctx.trial = true;
  ctx.watch.wake();
  void offers(ctx, activation);
}

async function offers(ctx: Context, activation: Activation): Promise<void> {
  const finger = activation.fresh && !ctx.app.slot && (await canOffer());
  const push = !(await ctx.app.store.get("notifyAsked")) && (await pushState(ctx.app)) === "off";
  const outcome = (): void => {
    activation.forget();
    ctx.nav.root(() => activated(ctx, activation));
  };
  const consent = push ? () => ctx.nav.root(() => notifications(ctx, outcome)) : outcome;
  if (finger) ctx.nav.root(() => fingerprint(ctx, activation, consent));
  else consent();
}

function fingerprint(ctx: Context, activation: Activation, then: () => void): void {
  const place = h("div", {});
  const words = { bio: bio(ctx) };
  const accept = button("solid", t("finger.on", words), () => void run());
  const run = async (): Promise<void> => {
    const answer = await work(ctx, { button: accept, saying: t("busy.phone"), place, caught: turnedDown }, async () => {
      if (!activation.opening) return true;
      return turnOn(ctx.app, activation.opening, activation.ready?.username ?? "Key");
    });
    if (answer?.value) then();
    else if (answer) turnedDown();
  };
  const turnedDown = (): boolean => {
    const said = h("div", { role: "alert" }, banner("", "info", h("p", { class: "small" }, t("finger.none", words))));
    fill(place, said);
    return true;
  };
  ctx.show({
    title: t("finger.title", words),
    spacing: "stack--5",
    main: [
      heading(t("finger.title", words), t("finger.lead", words)),
      place,
      h("p", { class: "small soft" }, t("finger.note")),
    ],
    foot: [accept, button("line", t("notnow"), then, { kind: "btn--wide btn--mid" })],
  });
}

function notifications(ctx: Context, then: () => void): void {
  const place = h("div", {});
  const accept = button("solid", t("notify.allow"), () => void run());
  const run = async (): Promise<void> => {
    const answer = await work(ctx, { button: accept, saying: t("busy.phone"), place }, () => turnOnPush(ctx.app));
    if (answer) then();
  };
  const later = async (): Promise<void> => {
    await ctx.app.store.put("notifyAsked", true);
    then();
  };
  ctx.show({
    title: t("notify.ask"),
    spacing: "stack--5",
    main: [
      heading(t("notify.ask"), t("notify.ask.lead")),
      place,
      h("p", { class: "small soft" }, t("notify.ask.note")),
    ],
    foot: [accept, button("line", t("notnow"), () => void later(), { kind: "btn--wide btn--mid" })],
  });
}

function activated(ctx: Context, activation: Activation): void {
  const username = activation.ready?.username ?? "";
  ctx.show({
    title: t("activated.title", { username }),
    who: username,
    spacing: "stack--5",
    main: [
      waitingBanner(ctx),
      h("p", { class: "is-ok line" }, icon("okc"), h("b", {}, t("activated.tag"))),
      heading(t("activated.title", { username }), t("activated.lead")),
      h("h2", {}, t("activated.test")),
      steps(t("activated.test.1"), t("activated.test.2"), t("activated.test.3")),
      ctx.persisted() === false ? banner("warn", "warn", h("p", { class: "small" }, t("storage.refused"))) : null,
      !isInstalled() ? h("p", { class: "small soft" }, rich("activated.install")) : null,
    ],
    foot: [button("solid", t("done"), () => ctx.nav.root(() => home(ctx)))],
  });
}
