/**
 * The service worker: keeps the app's own files so that it starts without a network, and shows a notification for a push.
 * It never touches `/v1`, holds no key, and learns nothing from a push but that something waits.
 */
declare const __FILES__: string[];
declare const __ON_USE__: string[];
declare const __VERSION__: string;

type Later = { waitUntil(promise: Promise<unknown>): void };
type Fetched = Later & { request: Request; respondWith(response: Promise<Response>): void };
type Noticed = Later & { notification: Notification };
type Client = { url: string; visibilityState: string; focus(): Promise<unknown>; postMessage(message: unknown): void };
type Scope = {
  addEventListener(type: string, listener: (event: never) => void): void;
  skipWaiting(): Promise<void>;
  location: Location;
  registration: { showNotification(title: string, options: NotificationOptions): Promise<void> };
  clients: {
    claim(): Promise<void>;
    matchAll(options: { type: string; includeUncontrolled: boolean }): Promise<Client[]>;
    openWindow(url: string): Promise<unknown>;
  };
};

const scope = self as unknown as Scope;
const CACHE = `key-${__VERSION__}`;
const PAGES = ["/", "/a", "/l", "/t"];
const BRAND = "/brand.css";
const files = new Set(__FILES__.concat(__ON_USE__, BRAND));

/** "/assets/argon2plain-DwTx.js" and its successor in the next version share this name. */
const nameOf = (path: string): string => path.replace(/-[\w-]{8}\.js$/, "");

/** Whether WebAssembly is there and the policy of this origin lets it run: the smallest module, eight bytes. */
function compiles(): boolean {
  try {
    return !!new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  } catch {
    return false;
  }
}

/** Files kept on use by the version before are kept by this one too: the phone needed them. */
async function used(): Promise<string[]> {
  const names = new Set<string>();
  for (const cache of await caches.keys()) {
    for (const request of await (await caches.open(cache)).keys()) names.add(nameOf(new URL(request.url).pathname));
  }
  const plain = !compiles();
  return __ON_USE__.filter((file) => names.has(nameOf(file)) || (plain && file.includes("argon2")));
}

async function install(): Promise<void> {
  const wanted = __FILES__.concat(await used(), BRAND);
  const cache = await caches.open(CACHE);
  // Past the HTTP cache: a new version must never be filled with files of the old one.
  await cache.addAll(wanted.map((file) => new Request(file, { cache: "reload" })));
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await scope.clients.claim();
}

async function answer(file: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(file);
  if (kept) return kept;
  const fetched = await fetch(request);
  if (fetched.ok && __ON_USE__.includes(file)) await cache.put(file, fetched.clone());
  return fetched;
}

/** The operator's colours belong to no version of the app: the kept ones at once, and fresh ones for the next start. */
async function brand(event: Fetched): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(BRAND);
  // Read whole before the entry is written anew: a body that still streams from it would end early, and the page go without.
  const body = await kept?.blob();
  const fresh = fetch(BRAND, { cache: "no-cache" }).then(async (fetched) => {
    if (fetched.ok) await cache.put(BRAND, fetched.clone());
    return fetched;
  });
  if (!kept) return fresh;
  event.waitUntil(fresh.catch(() => undefined));
  return new Response(body, { headers: kept.headers });
}

type Notice = { title: string; body: string; lang: string; test?: string };

/** The words the app left for notifications, in the language chosen there. */
function notice(): Promise<Notice | undefined> {
  return new Promise((resolve) => {
    const request = indexedDB.open("watchword-key");
    request.onerror = () => resolve(undefined);
    request.onupgradeneeded = () => request.transaction?.abort();
    request.onsuccess = () => {
      const db = request.result;
      const read = db.transaction("kv").objectStore("kv").get("notice");
      read.onsuccess = () => resolve(read.result as Notice | undefined);
      read.onerror = () => resolve(undefined);
      read.transaction?.addEventListener("complete", () => db.close());
    };
  });
}

type Pushed = Later & { data: { json(): unknown } | null };

/** The id of a push, "" where it cannot be read. Ids of tests begin with `test-` (spec §6.7). */
function idOf(event: Pushed): string {
  try {
    return String((event.data?.json() as { id?: unknown } | null)?.id ?? "");
  } catch {
    return "";
  }
}

async function onPush(id: string): Promise<void> {
  const open = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  const test = id.startsWith("test-");
  open.forEach((client) => client.postMessage(test ? { kind: "test", id } : { kind: "pending" }));
  // A test is always shown: whether the phone shows it is what the test asks.
  if (!test && open.some((client) => client.visibilityState === "visible")) return;
  const words = await notice();
  await scope.registration.showNotification(words?.title ?? "Watchword Key", {
    body: (test ? words?.test : words?.body) ?? "",
    lang: words?.lang ?? "",
    // One notification at a time: a second push replaces the first, because both lead to the same list.
    tag: test ? "test" : "pending",
    icon: "/icon-192.png",
    badge: "/badge-96.png",
    data: { open: test ? "/" : "/#pending" },
  });
}

async function onClick(address: string): Promise<void> {
  const open = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  const client = open[0];
  if (!client) {
    await scope.clients.openWindow(address);
    return;
  }
  await client.focus();
  if (address !== "/") client.postMessage({ kind: "open-pending" });
}

scope.addEventListener("install", (event: Later) => event.waitUntil(install()));
scope.addEventListener("activate", (event: Later) => event.waitUntil(activate()));
scope.addEventListener("message", (event: { data?: { kind?: string } }) => {
  if (event.data?.kind === "activate") void scope.skipWaiting();
});
scope.addEventListener("fetch", (event: Fetched) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== scope.location.origin) return;
  const file = event.request.mode === "navigate" && PAGES.includes(url.pathname) ? "/" : url.pathname;
  if (file === BRAND) event.respondWith(brand(event));
  else if (files.has(file)) event.respondWith(answer(file, event.request));
});
scope.addEventListener("push", (event: Pushed) => event.waitUntil(onPush(idOf(event))));
scope.addEventListener("notificationclick", (event: Noticed) => {
  event.notification.close();
  event.waitUntil(onClick(event.notification.data?.open === "/" ? "/" : "/#pending"));
});
