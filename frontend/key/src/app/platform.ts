/** What the browser tells of the phone (I01, I02): stated as told; "" and `null` for what it does not, or no web page can, tell. */

export type Platform = {
  os: "ios" | "android" | "other";
  version: string;
  model: string;
  lock: boolean | null;
  rooted: null;
};

type Hints = { platformVersion?: string; model?: string };
type HintedNavigator = Navigator & { userAgentData?: { getHighEntropyValues(names: string[]): Promise<Hints> } };

export function osOf(agent: string, touchPoints: number): Platform["os"] {
  if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1)) return "ios";
  return /Android/.test(agent) ? "android" : "other";
}

/** Version and model from the user agent alone. Android's reduced form ("Android 10; K") says nothing and reads as "". */
export function fromAgent(agent: string, os: Platform["os"]): { version: string; model: string } {
  if (os === "ios") {
    const version = /OS (\d+)_(\d+)/.exec(agent);
    const model = /iPhone|iPad|iPod/.exec(agent);
    return { version: version ? `${version[1]}.${version[2]}` : "", model: model ? model[0] : "iPad" };
  }
  if (os === "android") {
    const match = /Android (\d+(?:\.\d+)*)(?:; ([^;)]+))?/.exec(agent);
    if (!match || match[2]?.trim() === "K") return { version: "", model: "" };
    const model = match[2]?.replace(/ Build\/.*$/, "").trim() ?? "";
    return { version: match[1] as string, model };
  }
  return { version: "", model: "" };
}

/** "14.0.0" reads as "14.0"; an empty hint is none. */
function hintedVersion(text: string | undefined): string {
  const match = /^(\d+)(?:\.(\d+))?/.exec(text ?? "");
  return match ? `${match[1]}${match[2] ? `.${match[2]}` : ""}` : "";
}

export async function readPlatform(navigator: Navigator, hasVerifier: () => Promise<boolean>): Promise<Platform> {
  const os = osOf(navigator.userAgent, navigator.maxTouchPoints ?? 0);
  let { version, model } = fromAgent(navigator.userAgent, os);
  const data = (navigator as HintedNavigator).userAgentData;
  if (os === "android" && data) {
    try {
      const hints = await data.getHighEntropyValues(["platformVersion", "model"]);
      version = hintedVersion(hints.platformVersion) || version;
      model = hints.model || model;
    } catch {
      // The browser withholds them: what the user agent said stands.
    }
  }
  // A platform verifier exists only behind a screen lock; its absence proves nothing.
  const lock = (await hasVerifier()) ? true : null;
  return { os, version: version.slice(0, 32), model: model.slice(0, 64), lock, rooted: null };
}

/** Installed, or opened in a browser tab? */
export function isInstalled(): boolean {
  const apple = navigator as Navigator & { standalone?: boolean };
  return apple.standalone === true || matchMedia("(display-mode: standalone)").matches;
}
