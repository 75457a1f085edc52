/** The biometric slot switched on (with the PIN, checked by the server) or off. */
import { canOffer, turnOff, turnOn } from "../app/biometric";
import { checkPin } from "../app/approval";
import { close } from "../app/unlock";
import { t } from "../texts";
import { fill, h } from "../ui/dom";
import { banner, button, heading } from "../ui/parts";
import { iconButton } from "../ui/shell";
import type { Context } from "./context";
import { errorWords, refusedAs, work } from "./problem";
import { fromField, ownPin } from "./unlock";
import { bio } from "./words";

export function fingerprintSetting(ctx: Context): void {
  const words = { bio: bio(ctx) };
  const end = iconButton("back", t("back"), () => ctx.nav.back());
  const title = t("more.finger", words);
  if (ctx.app.slot) {
    const off = async (): Promise<void> => {
      await turnOff(ctx.app);
      ctx.nav.again(true);
    };
    return ctx.show({
      title,
      end,
      main: [heading(title, t("finger.is.on", words))],
      foot: [button("line", t("finger.off", words), () => void off(), { kind: "btn--wide btn--mid" })],
    });
  }
  const place = h("div", {});
  const pin = ownPin();
  const accept = button("solid", t("finger.on", words), null, { form: "finger" });
  const said = (key: "finger.none" | "finger.missing"): void =>
    void fill(place, h("div", { role: "alert" }, banner("", "info", h("p", { class: "small" }, t(key, words)))));
  const caught = (error: unknown): boolean => {
    if (refusedAs(error, "pinWrong")) {
      pin.input.value = "";
      pin.error(errorWords(ctx, error));
      pin.input.focus();
      return true;
    }
    if (!(error instanceof DOMException)) return false;
    said("finger.none");
    return true;
  };
  const run = async (event: Event): Promise<void> => {
    event.preventDefault();
    const done = await work(ctx, { button: accept, saying: t("busy.phone"), place, caught }, async () => {
      const opening = await fromField(ctx, pin);
      if (!opening) return null;
      try {
        const user = ctx.app.active[0]!;
        // A slot over a wrong PIN would only ever open to wrong keys: the server says first that it is right.
        await checkPin(ctx.app, user, opening);
        return await turnOn(ctx.app, opening, user.username);
      } finally {
        close(opening);
      }
    });
    if (done?.value) ctx.nav.again(true);
    else if (done?.value === false) said("finger.none");
  };
  ctx.show({
    title,
    end,
    spacing: "stack--5",
    main: [
      heading(title, t("finger.lead", words)),
      place,
      h("form", { id: "finger", novalidate: true, onsubmit: (event) => void run(event) }, pin.root),
      h("p", { class: "small soft" }, t("finger.note")),
    ],
    foot: [accept],
  });
  void canOffer().then((can) => {
    if (!can) said("finger.missing");
  });
}
