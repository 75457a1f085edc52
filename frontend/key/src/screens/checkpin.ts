/** "Check my PIN": the phone cannot tell, the server can (§5.7); a right one lifts a pause of codes and responses. */
import { checkPin } from "../app/approval";
import { close, type Opening } from "../app/unlock";
import { t } from "../texts";
import { fill, h } from "../ui/dom";
import { banner, button, heading } from "../ui/parts";
import { iconButton } from "../ui/shell";
import type { Context } from "./context";
import { errorWords, refusedAs, work } from "./problem";
import { fromField, ownPin } from "./unlock";

export function checkMyPin(ctx: Context): void {
  const place = h("div", {});
  const pin = ownPin();
  const ask = button("solid", t("check.do"), null, { form: "check" });
  const caught = (error: unknown): boolean => {
    pin.input.value = "";
    if (!refusedAs(error, "pinWrong")) return false;
    pin.error(errorWords(ctx, error));
    pin.input.focus();
    return true;
  };
  const run = async (open: () => Promise<Opening | null>): Promise<void> => {
    const done = await work(ctx, { button: ask, saying: t("busy.check"), place, caught }, async () => {
      const opening = await open();
      if (!opening) return false;
      try {
        await checkPin(ctx.app, ctx.app.active[0]!, opening);
        return true;
      } finally {
        close(opening);
      }
    });
    if (!done?.value) return;
    pin.input.value = "";
    fill(place, h("div", { role: "status" }, banner("ok", "okc", h("p", {}, t("check.right")))));
    void ctx.watch.refresh();
  };
  ctx.show({
    title: t("more.check"),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(t("more.check"), t("check.lead")),
      place,
      h(
        "form",
        {
          id: "check",
          novalidate: true,
          onsubmit: (event) => (event.preventDefault(), void run(() => fromField(ctx, pin))),
        },
        pin.root,
      ),
    ],
    foot: [ask],
  });
}
