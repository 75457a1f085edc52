/** The in-app scanner (C02, G04): reads logins and activations, and the code of a login that is already on the screen. */
import type { Activation } from "../app/activation";
import { b64u } from "../core/bytes";
import { readLink, type Link } from "../core/links";
import { t, type TextKey } from "../texts";
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
import { receive } from "./receive";

export type ScanFor = {
  /** An activation that has begun: its QR code goes on at once. */
  activation?: Activation;
  /** Asked from the approval: the login's own code, read back by the caller. */
  confirm?: (link: Link) => void;
  /** A tab of its own. */
  tab?: boolean;
};

type Kind = "tab" | "activation" | "confirm";
type Fault = "none" | "foreign" | "wrong.activation" | "wrong.confirm" | "nothing";

const TITLES = { tab: "scan.title", activation: "scan.activation", confirm: "scan.confirm" } as const;

function kindOf(purpose: ScanFor): Kind {
  return purpose.activation ? "activation" : purpose.confirm ? "confirm" : "tab";
}

/** What was read, or why it is of no use here. */
export function judge(text: string, iss: string, kind: Kind): Link | Fault {
  const link = readLink(text, iss);
  if (link.kind === "none" || link.kind === "foreign") return link.kind;
  if (kind === "activation" && link.kind !== "activate") return "wrong.activation";
  return kind === "confirm" && link.kind !== "login" ? "wrong.confirm" : link;
}

/** The picture, the cover while the camera is off, and the buttons under it. */
class Viewfinder {
  readonly place = h("div", {});
  readonly video = h("video", { class: "cam__video", playsinline: true, muted: true, "aria-label": t("scan.video") });
  readonly cover = h("div", { class: "cam__cover" }, icon("scan"), h("p", { class: "small" }, t("scan.cover")));
  readonly controls = h("div", { class: "btns" });
  readonly start = button("solid", t("scan.start"), () => void this.open());
  left = false;
  private camera: Running | null = null;

  constructor(private readonly found: (text: string) => void) {
    this.video.muted = true;
    const hidden = (): void => {
      if (document.visibilityState === "hidden") this.close();
    };
    document.addEventListener("visibilitychange", hidden);
    onLeave(() => {
      this.left = true;
      this.camera?.stop();
      document.removeEventListener("visibilitychange", hidden);
    });
  }

  close(): void {
    this.camera?.stop();
    this.camera = null;
    this.cover.hidden = false;
    fill(this.controls, this.start);
  }

  async open(): Promise<void> {
    fill(this.place);
    try {
      const running = await startCamera(this.video, this.found);
      if (this.left) return running.stop();
      this.camera = running;
      this.cover.hidden = true;
      const flip = (): void => void running.flip().catch((fault: CameraFault) => this.faulty(fault));
      fill(
        this.controls,
        running.lenses > 1 ? button("line", [icon("flip", true), t("scan.flip")], flip, { kind: "btn--s" }) : null,
      );
    } catch (fault) {
      if (!this.left) this.faulty(fault as CameraFault);
    }
  }

  private faulty(fault: CameraFault): void {
    this.close();
    this.say(`camera.${fault}`);
  }

  say(base: `scan.${Fault}` | `camera.${CameraFault}`): void {
    const words = explained(t(`${base}.what` as TextKey), t(`${base}.rest` as TextKey));
    fill(this.place, h("div", { role: "alert" }, banner("warn", "warn", h("p", { class: "small" }, words))));
  }
}

function help(finder: Viewfinder, found: (text: string) => void): HTMLElement {
  const picture = h("input", { class: "away", type: "file", accept: "image/*", id: "picture" });
  picture.addEventListener("change", () => {
    const file = picture.files?.[0];
    picture.value = "";
    if (!file) return;
    void readPicture(file).then((text) => {
      if (text) found(text);
      else if (!finder.left) finder.say("scan.nothing");
    });
  });
  const hints = (["scan.help.1", "scan.help.2", "scan.help.3", "scan.help.4"] as const).map((key) =>
    h("li", {}, t(key)),
  );
  const choose = h("label", { class: "btn btn--quiet btn--s btn--flush", for: "picture" }, t("scan.picture"));
  return more(t("scan.help"), h("ul", {}, hints), h("p", {}, picture, choose));
}

export function scanner(ctx: Context, purpose: ScanFor): void {
  const kind = kindOf(purpose);
  let settled = false;
  const found = (text: string): void => {
    if (settled || finder.left) return;
    const judged = judge(text, ctx.app.iss, kind);
    if (typeof judged === "string") return finder.say(`scan.${judged}`);
    settled = true;
    finder.close();
    void use(judged);
  };
  const finder = new Viewfinder(found);
  const use = async (link: Link): Promise<void> => {
    if (purpose.confirm) return purpose.confirm(link);
    if (link.kind === "transfer") return ctx.nav.go(() => receive(ctx, link.secret));
    if (link.kind === "login") return ctx.nav.go(() => openedLogin(ctx, link.secret));
    const activation = purpose.activation ?? newActivation(ctx);
    const caught = (error: unknown): boolean => activationRefused(ctx, error);
    const { start, place } = finder;
    const read = await work(ctx, { button: start, saying: t("busy.check"), place, caught }, () =>
      activation.scan(b64u(link.secret)),
    );
    if (read) ctx.nav.go(() => choosePin(ctx, activation));
    else settled = false;
  };
  ctx.show({
    title: t(TITLES[kind]),
    ...(purpose.tab ? { tab: "scan" as const } : { end: iconButton("back", t("back"), () => ctx.nav.back()) }),
    main: [
      heading(t(TITLES[kind]), t(`${TITLES[kind]}.lead`)),
      finder.place,
      h("div", { class: "cam" }, finder.video, finder.cover),
      finder.controls,
      help(finder, found),
    ],
  });
  fill(finder.controls, finder.start);
  void cameraAllowed().then((allowed) => {
    if (allowed && !finder.left) void finder.open();
  });
}
