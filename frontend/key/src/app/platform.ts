/** What the browser tells of the phone (I01, I02): stated as told, `null` for what no web page can tell. */

export type Platform = { os: "ios" | "android" | "other"; version: string | null; model: string | null; lock: boolean | null; rooted: null };

type Hints = { platformVersion?: string; model?: string };
type HintedNavigator = Navigator & { userAgentData?: { getHighEntropyValues(names: string[]): Promise<Hints> } };

export function osOf(agent: string, touchPoints: number): Platform["os"] {
  if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1)) return "ios";
  return /Android/.test(agent) ? "android" : "other";
}

/** Version and model from the user agent alone. Android's reduced form ("Android 10; K") says nothing and reads as null. */
export function fromAgent(agent: string, os: Platform["os"]): { version: string | null; model: string | null } {
  if (os === "ios") {
    const version = /OS (\d+)_(\d+)/.exec(agent);
    const model = /iPhone|iPad|iPod/.exec(agent);
    return { version: version ? `${version[1]}.${version[2]}` : null, model: model ? model[0] : "iPad" };
  }
  if (os === "android") {
    const match = /Android (\d+(?:\.\d+)*)(?:; ([^;)]+))?/.exec(agent);
    if (!match || match[2]?.trim() === "K") return { version: null, model: null };
    const model = match[2]?.replace(/ Build\/.*$/, "").trim() ?? "";
    return { version: match[1] as string, model: model || null };
  }
  return { version: null, model: null };
}

/** "14.0.0" reads as "14.0"; an empty hint is none. */
function hintedVersion(text: string | undefined): string | null {
  const match = /^(\d+)(?:\.(\d+))?/.exec(text ?? "");
  return match ? `${match[1]}${match[2] ? `.${match[2]}` : ""}` : null;
}

export async function readPlatform(navigator: Navigator, hasVerifier: () => Promise<boolean>): Promise<Platform> {
  const os = osOf(navigator.userAgent, navigator.maxTouchPoints ?? 0);
  let { version, model } = fromAgent(navigator.userAgent, os);
  const data = (navigator as HintedNavigator).userAgentData;
  if (os === "android" && data) {
    try {
      const hints = await data.getHighEntropyValues(["platformVersion", "model"]);
      version = hintedVersion(hints.platformVersion) ?? version;
      model = hints.model || model;
    } catch {
      // The browser withholds them: what the user agent said stands.
    }
  }
  // A platform verifier exists only behind a screen lock; its absence proves nothing.
  const lock = (await hasVerifier()) ? true : null;
  return { os, version, model, lock, rooted: null };
}

/** Installed, or opened in a browser tab? */
export function isInstalled(): boolean {
  const apple = navigator as Navigator & { standalone?: boolean };
  return apple.standalone === true || matchMedia("(display-mode: standalone)").matches;
}
