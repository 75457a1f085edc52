/** Notifications: their state, switching them, and what to do when none come (B03, B04). */
import { testPush } from "../app/keylife";
import { hasArrived, onTestArrived } from "../app/pushtest";
import { pushState, turnOffPush, turnOnPush } from "../app/push";
import { t, type TextKey } from "../texts";
import { fill, h } from "../ui/dom";
import { banner, button, heading, tag } from "../ui/parts";
import { iconButton, onLeave } from "../ui/shell";
import type { Context } from "./context";
import { installHelp } from "./install";
import { PUSH_WORDS } from "./more";
import { work } from "./problem";
import { byOs } from "./words";

export function notificationsSetting(ctx: Context): void {
  const place = h("div", {});
  const state = h("div", { role: "status" });
  const foot = h("div", {});
  let left = false;
  onLeave(() => (left = true));
  const change = (pressed: HTMLButtonElement, action: () => Promise<unknown>): void => {
    void work(ctx, { button: pressed, saying: t("busy.phone"), place }, action).then(draw);
  };
  const tried = test(ctx);
  const draw = async (): Promise<void> => {
    const now = await pushState(ctx.app);
    if (left) return;
    fill(
      state,
      tag(now === "on" ? "ok" : now === "off" ? "" : "warn", now === "on" ? "check" : "bell", t(PUSH_WORDS[now])),
      h("p", { class: "small soft" }, t(`${PUSH_WORDS[now]}.long` as "notify.on.long")),
    );
    tried.hidden = now !== "on";
    const on: HTMLButtonElement = button("solid", t("notify.allow"), () => change(on, () => turnOnPush(ctx.app)));
    const off: HTMLButtonElement = button("line", t("notify.end"), () => change(off, () => turnOffPush(ctx.app)), {
      kind: "btn--wide btn--mid",
    });
    const install = button("solid", t("install.how"), () => ctx.nav.go(() => installHelp(ctx)));
    fill(
      foot,
      now === "off"
        ? on
        : now === "on"
          ? off
          : now === "install"
            ? install
            : button("line", t("back"), () => ctx.nav.back(), { kind: "btn--wide btn--mid" }),
    );
  };
  ctx.show({
    title: t("more.notify"),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    main: [
      heading(t("more.notify"), t("notify.lead")),
      place,
      state,
      tried,
      h("h2", {}, t("notify.trouble")),
      h(
        "ul",
        { class: "plainlist" },
        byOs(ctx, "notify.fix").map((key) => h("li", {}, t(key))),
      ),
      banner("", "info", h("p", { class: "small" }, t("notify.never"))),
    ],
    foot: [foot],
  });
  void draw();
}

const PATIENCE = 30_000;

/** "Send me a test": whether it arrived is told by the worker that got it, or by the time that passed. */
function test(ctx: Context): HTMLElement {
  const place = h("div", {});
  const says = h("div", { role: "status" });
  const send = button("line", t("notify.test"), () => void run(), { kind: "btn--wide btn--mid" });
  let waiting = "";
  let late: ReturnType<typeof setTimeout> | undefined;
  const tell = (kind: "ok" | "warn" | "", name: "okc" | "warn" | "bell", key: TextKey): void => {
    fill(says, banner(kind, name, h("p", { class: "small" }, t(key))));
  };
  const look = (): void => {
    if (!waiting || !hasArrived(waiting)) return;
    waiting = "";
    clearTimeout(late);
    tell("ok", "okc", "notify.test.arrived");
  };
  onLeave(onTestArrived(look));
  onLeave(() => clearTimeout(late));
  const run = async (): Promise<void> => {
    fill(says);
    const sent = await work(ctx, { button: send, saying: t("busy.send"), place }, () => testPush(ctx.app));
    if (!sent) return;
    waiting = sent.value;
    tell("", "bell", "notify.test.sent");
    clearTimeout(late);
    late = setTimeout(() => {
      waiting = "";
      tell("warn", "warn", "notify.test.late");
    }, PATIENCE);
    look();
  };
  const root = h("div", { class: "stack" }, place, says, send);
  root.hidden = true;
  return root;
}
