/** Starts the app: reads the store, takes a fragment out of the address, and shows the first screen. */
import "../../../src/watchword/web/static/tokens.css";
import "./styles/key.css";
import { App } from "./app/app";
import { canOffer } from "./app/biometric";
import { isInstalled, osOf, readPlatform } from "./app/platform";
import { renewPush } from "./app/push";
import { Watch } from "./app/watch";
import { askPersistence, registerWorker } from "./app/worker";
import { readPath, type Link } from "./core/links";
import { challenge } from "./screens/challenge";
import type { Context } from "./screens/context";
import { home } from "./screens/home";
import { keepInstallPrompt } from "./screens/install";
import { keepNotice } from "./screens/language";
import { more } from "./screens/more";
import { openedActivation, openedLogin } from "./screens/opened";
import { pendingList } from "./screens/pending";
import { receive } from "./screens/receive";
import { scanner } from "./screens/scan";
import { Store } from "./store/store";
import { language, named, preferred, setLanguage, t, type Language } from "./texts";
import { Nav, type Screen } from "./ui/nav";
import { leave, onTab, show, type Tab } from "./ui/shell";
import { banner, button, heading } from "./ui/parts";
import { h } from "./ui/dom";
import { repair } from "./app/worker";
import { testArrived } from "./app/pushtest";

/** The secret leaves the address bar before anything else runs, so that neither history nor a shared screen keeps it. */
function takeAddress(): { link: Link | null; pending: boolean; lang: Language | null } {
  const link = readPath(location.pathname, location.hash);
  const lang = named(new URLSearchParams(location.search).get("lang"));
  const pending = location.hash === "#pending";
  history.replaceState(null, "", "/");
  return { link, pending, lang };
}

const visible = (): boolean => document.visibilityState !== "hidden";

async function start(): Promise<void> {
  const { link, pending, lang } = takeAddress();
  setLanguage(preferred(navigator.languages ?? [navigator.language]));
  keepInstallPrompt();
  const store = await Store.open();
  if (lang) await store.put("language", lang);
  setLanguage((await store.get("language")) ?? language());
  const app = await App.load({
    store,
    wire: {
      base: "",
      fetch: (input, init) => fetch(input, init),
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      online: () => navigator.onLine !== false,
      language,
    },
    iss: location.origin,
    now: () => Date.now(),
  });
  const watch = new Watch(app, visible);
  let focused = true;
  const nav = new Nav((screen, focus) => {
    leave();
    focused = focus;
    screen();
  }, history);
  let persisted = (await store.get("persisted")) ?? null;
  const ctx: Context = {
    app,
    watch,
    nav,
    show: (view) => show(view, focused),
    os: osOf(navigator.userAgent, navigator.maxTouchPoints ?? 0),
    platform: () => readPlatform(navigator, canOffer),
    installed: isInstalled(),
    persisted: () => persisted,
    persist: async () => {
      persisted = await askPersistence();
      if (persisted !== null) await store.put("persisted", persisted);
    },
    trial: false,
  };
  route(ctx);
  nav.start(() => home(ctx));
  if (link) nav.go(first(ctx, link));
  else if (pending) nav.go(() => pendingList(ctx, true));
  listen(ctx);
}

function first(ctx: Context, link: Link): Screen {
  if (link.kind === "transfer") return () => receive(ctx, link.secret);
  return link.kind === "activate" ? () => openedActivation(ctx, link.secret) : () => openedLogin(ctx, link.secret);
}

function route(ctx: Context): void {
  const screens: Record<Tab, Screen> = {
    codes: () => home(ctx),
    scan: () => scanner(ctx, { tab: true }),
    challenge: () => challenge(ctx),
    more: () => more(ctx),
  };
  // The challenge has no tabs of its own: it is gone to, and Close leads back.
  onTab((tab) =>
    tab === "challenge" && ctx.app.active.length ? ctx.nav.go(screens[tab]) : ctx.nav.root(screens[tab]),
  );
}

/** What wakes the app: coming back to it, the network, a push. */
function listen(ctx: Context): void {
  const { app, watch, nav } = ctx;
  let ended = app.phone?.ended ?? false;
  app.listen(() => {
    // The end of the phone is told at once, wherever one is; a new activation takes it back.
    const now = app.phone?.ended ?? false;
    if (now && !ended) nav.root(() => home(ctx));
    ended = now;
  });
  const wake = (): void => watch.wake();
  document.addEventListener("visibilitychange", wake);
  window.addEventListener("focus", wake);
  window.addEventListener("online", wake);
  const message = (kind: string, id: string): void => {
    if (kind === "test") testArrived(id);
    if (kind === "pending") void watch.refresh();
    if (kind === "open-pending") nav.go(() => pendingList(ctx, true));
  };
  // "/#pending" opened while the app is open already: a notification or a shortcut, without a new start.
  window.addEventListener("hashchange", () => {
    const asked = location.hash === "#pending";
    nav.clean();
    if (asked) nav.go(() => pendingList(ctx, true));
  });
  void registerWorker(message).then(() => renewPush(app).catch(() => undefined));
  void keepNotice(ctx);
  if (app.users.length) {
    void ctx.persist();
    void app.configure().catch(() => undefined);
  }
  wake();
}

/** The store cannot be opened: said plainly, with the one thing that may help. */
function cannotStart(): void {
  show(
    {
      title: t("start.title"),
      main: [
        heading(t("start.title"), t("start.lead")),
        banner("", "info", h("p", { class: "small" }, t("start.private"))),
      ],
      foot: [button("solid", t("repair.do"), () => void repair())],
    },
    false,
  );
}

start().catch(cannotStart);
