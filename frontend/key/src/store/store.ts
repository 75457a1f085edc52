/**
 * What the phone keeps, in IndexedDB: two stores, `kv` (one record per matter) and `users`.
 * Keys are CryptoKey objects that cannot be exported; the browser stores them without showing them to any script.
 */
import type { Bytes } from "../core/bytes";
import type { Sealed } from "../core/seal";
import type { ServerKey } from "../core/server";

/** The phone itself. `id` is "" until the server gave one; `ended` after ten wrong PINs (4305). */
export type Phone = { id: string; salt: Bytes; signing: CryptoKeyPair; outer: CryptoKey; ended: boolean };

export type UserState = "unconfirmed" | "active" | "inactive";

export type User = {
  user: string;
  device: string;
  username: string;
  displayName: string;
  /** Before the server heard that S is wrapped, the enrolment it belongs to; "" afterwards. */
  enrolment: string;
  state: UserState;
  blob: Sealed;
  added: number;
};

export type Country = { region: string; code: string };

export type Config = {
  iss: string;
  brand: { name: string; support_phone: string };
  portal: string;
  vapid: string;
  countries: Country[];
  /** Fewest characters of a new PIN: 4, or 6 where the institution's policy says so. */
  pinMin: number;
};

/** The biometric slot: which credential opens it, what it is asked with, and the sealed A. */
export type Slot = { credential: Bytes; salt: Bytes; sealed: Sealed };

/**
 * New secrets that the server has not confirmed (spec §5.8): beside the set in use, never in its place. `beside`: they join the
 * users of this phone instead of replacing them.
 */
export type Waiting = {
  kind: "pin" | "transfer" | "recovery";
  renewal: string;
  phone: Phone;
  users: User[];
  beside: boolean;
};

export type Matters = {
  phone: Phone;
  waiting: Waiting;
  serverKeys: ServerKey[];
  config: Config;
  offset: number;
  language: "en" | "ja";
  slot: Slot;
  push: { endpoint: string };
  /** Set when the person answered the question about notifications, so that it is asked once. */
  notifyAsked: boolean;
  /** What the service worker shows for a push, in the language of the app. */
  notice: { title: string; body: string; test: string; lang: string };
  persisted: boolean;
};

const KV = "kv";
const USERS = "users";

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("storage"));
  });
}

function settled(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("storage"));
  });
}

export class Store {
  private constructor(private readonly db: IDBDatabase) {}

  static async open(factory: IDBFactory = indexedDB, name = "watchword-key"): Promise<Store> {
    const request = factory.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(KV);
      request.result.createObjectStore(USERS, { keyPath: "user" });
    };
    const db = await done(request);
    // Another tab with a newer version must never wait for this one.
    db.onversionchange = () => db.close();
    return new Store(db);
  }

  async get<K extends keyof Matters>(matter: K): Promise<Matters[K] | undefined> {
    return (await done(this.db.transaction(KV).objectStore(KV).get(matter))) as Matters[K] | undefined;
  }

  async put<K extends keyof Matters>(matter: K, value: Matters[K]): Promise<void> {
    const transaction = this.db.transaction(KV, "readwrite");
    transaction.objectStore(KV).put(value, matter);
    await settled(transaction);
  }

  async remove(matter: keyof Matters): Promise<void> {
    const transaction = this.db.transaction(KV, "readwrite");
    transaction.objectStore(KV).delete(matter);
    await settled(transaction);
  }

  async users(): Promise<User[]> {
    const all = (await done(this.db.transaction(USERS).objectStore(USERS).getAll())) as User[];
    return all.sort((a, b) => a.added - b.added);
  }

  async putUser(user: User): Promise<void> {
    const transaction = this.db.transaction(USERS, "readwrite");
    transaction.objectStore(USERS).put(user);
    await settled(transaction);
  }

  async removeUser(user: string): Promise<void> {
    const transaction = this.db.transaction(USERS, "readwrite");
    transaction.objectStore(USERS).delete(user);
    await settled(transaction);
  }

  /**
   * Keeps an activation whole: phone and user in one transaction, so that no crash leaves one without the other.
   * `fresh` says that the phone began anew (another id and salt): what was opened by the old salt goes in the same step.
   */
  async activate(phone: Phone, user: User, fresh: boolean): Promise<void> {
    const transaction = this.db.transaction([KV, USERS], "readwrite");
    if (fresh) {
      transaction.objectStore(USERS).clear();
      transaction.objectStore(KV).delete("slot");
      transaction.objectStore(KV).delete("push");
    }
    transaction.objectStore(KV).put(phone, "phone");
    transaction.objectStore(USERS).put(user);
    await settled(transaction);
  }

  /** The waiting set takes the place of the one in use, in one transaction: no crash leaves both, or neither. */
  async renew({ phone, users, beside, kind }: Waiting): Promise<void> {
    const transaction = this.db.transaction([KV, USERS], "readwrite");
    if (!beside) {
      transaction.objectStore(USERS).clear();
      // The slot holds A of the old PIN and salt.
      transaction.objectStore(KV).delete("slot");
      if (kind !== "pin") transaction.objectStore(KV).delete("push");
    }
    transaction.objectStore(KV).put(phone, "phone");
    for (const user of users) transaction.objectStore(USERS).put(user);
    transaction.objectStore(KV).delete("waiting");
    await settled(transaction);
  }

  /** Key has moved to another phone: nothing of it stays here. */
  async leave(): Promise<void> {
    const transaction = this.db.transaction([KV, USERS], "readwrite");
    transaction.objectStore(USERS).clear();
    for (const matter of ["phone", "slot", "push", "waiting"]) transaction.objectStore(KV).delete(matter);
    await settled(transaction);
  }

  close(): void {
    this.db.close();
  }
}
