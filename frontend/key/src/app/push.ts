/** Notifications by Web Push (spec §6.6, B03): asked for once, told honestly, ended on request. */
import { b64u, unb64u } from "../core/bytes";
import type { App } from "./app";
import { registerPush } from "./approval";
import { isInstalled, osOf } from "./platform";

/** `install`: this system gives notifications to installed apps only. `none`: no push here, or the server has none. */
export type PushState = "on" | "off" | "blocked" | "install" | "none";

export async function pushState(app: App): Promise<PushState> {
  if (!("Notification" in window) || !("PushManager" in window) || !("serviceWorker" in navigator)) {
    return osOf(navigator.userAgent, navigator.maxTouchPoints ?? 0) === "ios" && !isInstalled() ? "install" : "none";
  }
  if (!app.config?.vapid) return "none";
  if (Notification.permission === "denied") return "blocked";
  const kept = await app.store.get("push");
  return Notification.permission === "granted" && kept?.endpoint ? "on" : "off";
}

/** The browser's push service did not take the phone: a private window, no network to it, or none at all. */
export class NoPushService extends Error {
  override readonly name = "NoPushService";
}

async function subscription(app: App): Promise<PushSubscription> {
  const worker = await navigator.serviceWorker.ready;
  const existing = await worker.pushManager.getSubscription();
  if (existing) return existing;
  try {
    return await worker.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: unb64u(app.config?.vapid ?? ""),
    });
  } catch {
    throw new NoPushService();
  }
}

function keyOf(subscribed: PushSubscription, name: PushEncryptionKeyName): string {
  const raw = subscribed.getKey(name);
  return raw ? b64u(new Uint8Array(raw)) : "";
}

/** Registers this phone. Returns the state reached; rejects where the push service or the server does not answer. */
export async function turnOnPush(app: App): Promise<PushState> {
  const permission = await Notification.requestPermission();
  await app.store.put("notifyAsked", true);
  if (permission !== "granted") return permission === "denied" ? "blocked" : "off";
  const subscribed = await subscription(app);
  await registerPush(app, subscribed.endpoint, keyOf(subscribed, "p256dh"), keyOf(subscribed, "auth"));
  await app.store.put("push", { endpoint: subscribed.endpoint });
  return "on";
}

export async function turnOffPush(app: App): Promise<void> {
  await registerPush(app, "", "", "");
  const worker = await navigator.serviceWorker.ready;
  await (await worker.pushManager.getSubscription())?.unsubscribe();
  await app.store.remove("push");
}

/** Push services replace addresses now and then: at every start the kept one is compared, and told anew where it changed. */
export async function renewPush(app: App): Promise<void> {
  if (!app.active.length || (await pushState(app)) !== "on") return;
  const subscribed = await subscription(app);
  const kept = await app.store.get("push");
  if (kept?.endpoint === subscribed.endpoint) return;
  await registerPush(app, subscribed.endpoint, keyOf(subscribed, "p256dh"), keyOf(subscribed, "auth"));
  await app.store.put("push", { endpoint: subscribed.endpoint });
}
