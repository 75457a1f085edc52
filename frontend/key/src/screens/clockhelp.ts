/** The phone's clock against the server's: by how much it is off, and where that is mended (U02, L06). */
import { t, type TextKey } from "../texts";
import { fill, h } from "../ui/dom";
import { banner, button, heading, steps } from "../ui/parts";
import { iconButton } from "../ui/shell";
import type { Context } from "./context";
import { work } from "./problem";

export function clockHelp(ctx: Context): void {
  const place = h("div", {});
  const says = h("div", { role: "status" });
  const draw = (): void => {
    const seconds = Math.abs(ctx.app.offset);
    const minutes = Math.max(1, Math.round(seconds / 60));
    const key: TextKey = seconds <= 60 ? "clockhelp.right" : ctx.app.offset > 0 ? "clockhelp.slow" : "clockhelp.fast";
    const right = seconds <= 60;
    fill(says, banner(right ? "ok" : "warn", right ? "okc" : "clock", h("p", {}, t(key, { n: minutes }))));
  };
  const ask = button("solid", t("clockhelp.do"), () => void run());
  const run = async (): Promise<void> => {
    if (await work(ctx, { button: ask, saying: t("busy.check"), place }, () => ctx.app.compareClocks())) draw();
  };
  ctx.show({
    title: t("clockhelp.title"),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(t("clockhelp.title"), t("clockhelp.lead")),
      place,
      says,
      h("h2", {}, t("clockhelp.mend")),
      steps(...([1, 2, 3] as const).map((n) => t(`clockhelp.${ctx.os}.${n}` as TextKey))),
    ],
    foot: [ask],
  });
  draw();
  void run();
}
