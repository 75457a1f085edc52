/** The service worker seen from the page: registered, updated when the person says so, repaired without touching a key. */

type TrustedTypes = {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
};

const SCRIPT = "/sw.js";

/** Under `require-trusted-types-for 'script'` the address of a worker must come from a policy; ours lets exactly one through. */
function workerAddress(): string {
  const types = (window as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (!types) return SCRIPT;
  const rules = {
    createScriptURL(url: string): string {
      if (url !== SCRIPT) throw new TypeError("not the worker of this app");
      return url;
    },
  };
  return types.createPolicy("watchword-key", rules).createScriptURL(SCRIPT);
}

let waiting: ServiceWorker | null = null;
let replaced = false;
const listeners = new Set<() => void>();

export function onUpdate(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function updateReady(): boolean {
  return waiting !== null;
}

function noteWaiting(worker: ServiceWorker | null): void {
  if (!worker || !navigator.serviceWorker.controller) return;
  waiting = worker;
  listeners.forEach((listener) => listener());
}

/** Registers the worker and listens for `pending` messages, which it sends for a push that arrives while the app is open. */
export async function registerWorker(onMessage: (kind: string, id: string) => void): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", (event: MessageEvent<{ kind?: string; id?: string }>) =>
    onMessage(event.data?.kind ?? "", event.data?.id ?? ""),
  );
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (replaced) location.reload();
  });
  try {
    const registration = await navigator.serviceWorker.register(workerAddress(), {
      scope: "/",
      updateViaCache: "none",
    });
    noteWaiting(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker?.addEventListener("statechange", () => {
        if (worker.state === "installed") noteWaiting(worker);
      });
    });
  } catch {
    // Without a worker the app needs a network to start; everything else goes on.
  }
}

export function applyUpdate(): void {
  replaced = true;
  waiting?.postMessage({ kind: "activate" });
}

/** Clears caches and the worker, never the store: users, keys and settings stay (L06). Reloads the app. */
export async function repair(): Promise<void> {
  if ("caches" in window) {
    for (const name of await caches.keys()) await caches.delete(name);
  }
  if ("serviceWorker" in navigator) {
    for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
  }
  location.replace("/");
}

/** Asks the browser to keep the store when space runs short. False where it refuses, null where it cannot be asked. */
export async function askPersistence(): Promise<boolean | null> {
  if (!navigator.storage || typeof navigator.storage.persist !== "function") return null;
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return null;
  }
}
