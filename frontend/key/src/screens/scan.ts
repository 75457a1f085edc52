/** The in-app scanner (C02, G04): reads logins and activations, and the code of a login that is already on the screen. */
import type { Activation } from "../app/activation";
import { b64u } from "../core/bytes";
import { readLink, type Link } from "../core/links";
import { t } from "../texts";
import { cameraAllowed, readPicture, startCamera, type CameraFault, type Running } from "../ui/camera";
import { fill, h } from "../ui/dom";
import { icon } from "../ui/icons";
import { banner, button, explained, heading, more } from "../ui/parts";
import { iconButton, onLeave } from "../ui/shell";
import { activationRefused } from "./activationRefused";
import type { Context } from "./context";
import { newActivation } from "./method";
import { openedLogin } from "./opened";
import { choosePin } from "./pin";
import { work } from "./problem";

export type ScanFor = {
  /** An activation that has begun: its QR code goes on at once. */
  activation?: Activation;
  /** Asked from the approval: the login's own code, read back by the caller. */
  confirm?: (link: Link) => void;
  /** A tab of its own. */
  tab?: boolean;
};

const TITLES = { tab: "scan.title", activation: "scan.activation", confirm: "scan.confirm" } as const;

export function scanner(ctx: Context, purpose: ScanFor): void {
  const kind = purpose.activation ? "activation" : purpose.confirm ? "confirm" : "tab";
  const place = h("div", {});
  const video = h("video", { class: "cam__video", playsinline: true, muted: true, "aria-label": t("scan.video") });
  video.muted = true;
  const cover = h("div", { class: "cam__cover" }, icon("scan"), h("p", { class: "small" }, t("scan.cover")));
  const controls = h("div", { class: "btns" });
  const start = button("solid", t("scan.start"), () => void open());
  let camera: Running | null = null;
  let settled = false;
  let left = false;

  const stop = (): void => {
    camera?.stop();
    camera = null;
  };
  onLeave(() => {
    left = true;
    stop();
  });
  const hidden = (): void => {
    if (document.visibilityState === "hidden") {
      stop();
      cover.hidden = false;
      fill(controls, start);
    }
  };
  document.addEventListener("visibilitychange", hidden);
  onLeave(() => document.removeEventListener("visibilitychange", hidden));

  const found = (text: string): void => {
    if (settled || left) return;
    const link = readLink(text, ctx.app.iss);
    if (link.kind === "none" || link.kind === "foreign") {
      fill(place, h("div", { role: "alert" }, banner("warn", "warn", h("p", { class: "small" }, explained(t(`scan.${link.kind}.what`), t(`scan.${link.kind}.rest`))))));
      return;
    }
    const wrong = (kind === "activation" && link.kind === "login") || (kind === "confirm" && link.kind === "activate");
    if (wrong) {
      fill(place, h("div", { role: "alert" }, banner("warn", "warn", h("p", { class: "small" }, explained(t(`scan.wrong.${kind}.what` as "scan.wrong.confirm.what"), t(`scan.wrong.${kind}.rest` as "scan.wrong.confirm.rest"))))));
      return;
    }
    settled = true;
    stop();
    cover.hidden = false;
    void use(link);
  };

  const use = async (link: Link): Promise<void> => {
    if (purpose.confirm) return purpose.confirm(link);
    if (link.kind === "login") return ctx.nav.go(() => openedLogin(ctx, link.secret));
    const activation = purpose.activation ?? newActivation(ctx);
    const caught = (error: unknown): boolean => activationRefused(ctx, error);
    fill(controls, start);
    const read = await work(ctx, { button: start, saying: t("busy.check"), place, caught }, () => activation.scan(b64u(link.secret)));
    if (read) ctx.nav.go(() => choosePin(ctx, activation));
    else {
      settled = false;
      fill(controls, start);
    }
  };

  const flip = (): void => void camera?.flip().catch((fault: CameraFault) => faulty(fault));
  const faulty = (fault: CameraFault): void => {
    stop();
    cover.hidden = false;
    fill(place, h("div", { role: "alert" }, banner("warn", "warn", h("p", { class: "small" }, explained(t(`camera.${fault}.what`), t(`camera.${fault}.rest`))))));
    fill(controls, start);
  };
  const open = async (): Promise<void> => {
    fill(place);
    try {
      const running = await startCamera(video, found);
      if (left) return running.stop();
      camera = running;
      cover.hidden = true;
      fill(controls, running.lenses > 1 ? button("line", [icon("flip", true), t("scan.flip")], flip, { kind: "btn--s" }) : null);
    } catch (fault) {
      if (!left) faulty(fault as CameraFault);
    }
  };

  const picture = h("input", { class: "away", type: "file", accept: "image/*", id: "picture" });
  picture.addEventListener("change", () => {
    const file = picture.files?.[0];
    picture.value = "";
    if (!file) return;
    void readPicture(file).then((text) => {
      if (text) found(text);
      else if (!left) fill(place, h("div", { role: "alert" }, banner("warn", "warn", h("p", { class: "small" }, explained(t("scan.nothing.what"), t("scan.nothing.rest"))))));
    });
  });

  ctx.show({
    title: t(TITLES[kind]),
    ...(purpose.tab ? { tab: "scan" as const } : { end: iconButton("back", t("back"), () => ctx.nav.back()) }),
    main: [
      heading(t(TITLES[kind]), t(`${TITLES[kind]}.lead`)),
      place,
      h("div", { class: "cam" }, video, cover),
      controls,
      more(
        t("scan.help"),
        h("ul", {}, h("li", {}, t("scan.help.1")), h("li", {}, t("scan.help.2")), h("li", {}, t("scan.help.3")), h("li", {}, t("scan.help.4"))),
        h("p", {}, picture, h("label", { class: "btn btn--quiet btn--s btn--flush", for: "picture" }, t("scan.picture"))),
      ),
    ],
  });
  fill(controls, start);
  void cameraAllowed().then((allowed) => {
    if (allowed && !left) void open();
  });
}
