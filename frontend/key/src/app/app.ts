/** The app's state: what the store holds, read once, and the few ways in which it changes. */
import { acceptKeys, type ServerKey } from "../core/server";
import type { JsonObject } from "../core/jcs";
import { NoAnswer, Unrecognised } from "../net/refusal";
import { get, type Wire } from "../net/wire";
import type { Config, Country, Phone, Slot, Store, User, Waiting } from "../store/store";

export type Environment = {
  store: Store;
  wire: Wire;
  /** The issuer: this app's own origin. Everything derived and signed names it. */
  iss: string;
  /** Milliseconds since 1970, the phone's own clock. */
  now: () => number;
};

export class App {
  phone: Phone | null = null;
  users: User[] = [];
  config: Config | null = null;
  serverKeys: ServerKey[] = [];
  offset = 0;
  slot: Slot | null = null;
  /** New secrets that wait to be confirmed. Until then it is not known which set holds, so none is used. */
  waiting: Waiting | null = null;
  /** False while the server shows keys that none of the kept ones vouches for: then no attempt is shown (spec §9). */
  recognised = true;
  /** True when the server answered that it knows no such phone (4101). */
  unknownPhone = false;
  private readonly listeners = new Set<() => void>();
  private configAt = 0;

  private constructor(private readonly environment: Environment) {}

  static async load(environment: Environment): Promise<App> {
    const app = new App(environment);
    const { store } = environment;
    app.phone = (await store.get("phone")) ?? null;
    app.users = await store.users();
    app.config = (await store.get("config")) ?? null;
    app.serverKeys = (await store.get("serverKeys")) ?? [];
    app.offset = (await store.get("offset")) ?? 0;
    app.slot = (await store.get("slot")) ?? null;
    app.waiting = (await store.get("waiting")) ?? null;
    return app;
  }

  get store(): Store {
    return this.environment.store;
  }
  get wire(): Wire {
    return this.environment.wire;
  }
  get iss(): string {
    return this.environment.iss;
  }

  now(): number {
    return this.environment.now();
  }

  /** The server's time as far as the phone knows it, in seconds. Codes never use it (spec §2). */
  time(): number {
    return Math.floor(this.now() / 1000) + this.offset;
  }

  /** Users that can be opened: their secret is on the phone and the server has not ended them. */
  get active(): User[] {
    return this.phone && !this.phone.ended && !this.waiting ? this.users.filter((user) => user.state === "active") : [];
  }

  get portal(): string {
    return this.config?.portal ?? "";
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  changed(): void {
    this.listeners.forEach((listener) => listener());
  }

  async setWaiting(waiting: Waiting): Promise<void> {
    await this.store.put("waiting", waiting);
    this.waiting = waiting;
    this.changed();
  }

  async dropWaiting(): Promise<void> {
    await this.store.remove("waiting");
    this.waiting = null;
    this.changed();
  }

  /** The waiting set is the one in use from now on. */
  async takeWaiting(): Promise<void> {
    if (this.waiting) await this.store.renew(this.waiting);
    this.unknownPhone = false;
    await this.reload();
  }

  /** Key has moved away. */
  async leave(): Promise<void> {
    await this.store.leave();
    this.unknownPhone = false;
    await this.reload();
  }

  async reload(): Promise<void> {
    this.phone = (await this.store.get("phone")) ?? null;
    this.users = await this.store.users();
    this.slot = (await this.store.get("slot")) ?? null;
    this.waiting = (await this.store.get("waiting")) ?? null;
    this.changed();
  }

  async setOffset(serverTime: number): Promise<void> {
    this.offset = serverTime - Math.floor(this.now() / 1000);
    await this.store.put("offset", this.offset);
    this.changed();
  }

  /** Ten wrong PINs: the server ended this phone. Nothing is deleted; a new activation replaces it. */
  async end(): Promise<void> {
    if (!this.phone) return;
    this.phone = { ...this.phone, ended: true };
    await this.store.put("phone", this.phone);
    this.changed();
  }

  async setUser(user: User): Promise<void> {
    await this.store.putUser(user);
    this.users = await this.store.users();
    this.changed();
  }

  async forgetUser(id: string): Promise<void> {
    await this.store.removeUser(id);
    this.users = await this.store.users();
    this.changed();
  }

  /** Asks the server for its time, and keeps the difference. */
  async compareClocks(): Promise<void> {
    const answer = await get(this.wire, "/v1/config");
    if (answer.iss !== this.iss || typeof answer.time !== "number") throw new NoAnswer("trouble");
    await this.setOffset(answer.time);
  }

  /** Configuration and server keys, at most once in five minutes unless `fresh`. Rejects like a request does. */
  async configure(fresh = false): Promise<Config> {
    if (!fresh && this.config && this.recognised && this.now() - this.configAt < 300_000) return this.config;
    const answer = await get(this.wire, "/v1/config");
    if (answer.iss !== this.iss || answer.protocol !== 1) throw new NoAnswer("trouble");
    const keys = await acceptKeys(this.serverKeys, answer.keys, answer.chain, this.iss);
    if (!keys) {
      this.recognised = false;
      this.changed();
      throw new Unrecognised();
    }
    this.recognised = true;
    this.serverKeys = keys;
    this.config = readConfig(answer);
    this.configAt = this.now();
    await this.store.put("serverKeys", keys);
    await this.store.put("config", this.config);
    this.changed();
    return this.config;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function readConfig(answer: JsonObject): Config {
  const brand = (answer.brand ?? {}) as JsonObject;
  const countries = Array.isArray(answer.countries) ? (answer.countries as unknown as Country[]) : [];
  const pin = (answer.pin ?? {}) as JsonObject;
  return {
    iss: text(answer.iss),
    pinMin: pin.min === 6 ? 6 : 4,
    brand: { name: text(brand.name) || "Watchword", support_phone: text(brand.support_phone) },
    portal: text(answer.portal),
    vapid: text(answer.vapid),
    countries: countries.filter((country) => /^[A-Z]{2}$/.test(country?.region) && /^\d{1,4}$/.test(country?.code)),
  };
}
