/** The server's keys as this phone keeps them, to be compared by those who want to (spec §9). */
import { fingerprint } from "../core/server";
import { t } from "../texts";
import { fill, h } from "../ui/dom";
import { banner, button, heading } from "../ui/parts";
import { iconButton } from "../ui/shell";
import type { Context } from "./context";
import { work } from "./problem";

export function serverKeys(ctx: Context): void {
  const place = h("div", {});
  const list = h("dl", { class: "keylist" });
  const draw = async (): Promise<void> => {
    const prints = await Promise.all(ctx.app.serverKeys.map((entry) => fingerprint(entry.key)));
    fill(
      list,
      ctx.app.serverKeys.map((entry, i) =>
        h(
          "div",
          {},
          h("dt", {}, t(i ? "server.next" : "server.current"), " · ", h("span", { class: "mono" }, entry.kid)),
          h("dd", { class: "mono" }, prints[i]),
        ),
      ),
    );
  };
  const again = button("line", t("server.check"), () => void run(), { kind: "btn--wide btn--mid" });
  const run = async (): Promise<void> => {
    if (!(await work(ctx, { button: again, saying: t("busy.check"), place }, () => ctx.app.configure(true)))) return;
    fill(place, h("div", { role: "status" }, banner("ok", "okc", h("p", { class: "small" }, t("server.known")))));
    await draw();
  };
  ctx.show({
    title: t("server.title"),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    main: [
      heading(t("server.title"), t("server.lead")),
      place,
      ctx.app.recognised
        ? null
        : banner("bad", "stop", h("p", { class: "small" }, t("error.server.what"), " ", t("error.server.rest"))),
      h("p", { class: "small" }, t("server.address"), " ", h("span", { class: "address" }, ctx.app.iss)),
      ctx.app.serverKeys.length ? list : h("p", { class: "soft" }, t("server.none")),
    ],
    foot: [again],
  });
  void draw();
}
