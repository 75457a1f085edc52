/** An app without its screens, on a private store and the fake server. */
import { IDBFactory } from "fake-indexeddb";
import { Activation } from "../src/app/activation";
import { App } from "../src/app/app";
import type { Platform } from "../src/app/platform";
import { Store } from "../src/store/store";
import { ISS, type FakeServer } from "./fakeserver";

export const PLATFORM: Platform = { os: "android", version: "14.0", model: "Pixel 8", lock: true, rooted: null };

export type Handset = { app: App; clock: { shift: number }; waits: number[]; factory: IDBFactory };

export async function handset(server: FakeServer, factory = new IDBFactory()): Promise<Handset> {
  const clock = { shift: 0 };
  const waits: number[] = [];
  const store = await Store.open(factory as unknown as globalThis.IDBFactory);
  const app = await App.load({
    store,
    wire: {
      base: "",
      fetch: server.fetch,
      wait: (milliseconds) => {
        waits.push(milliseconds);
        return Promise.resolve();
      },
      online: () => true,
      language: () => "en",
    },
    iss: ISS,
    now: () => Date.now() + clock.shift * 1000,
  });
  return { app, clock, waits, factory };
}

export function activation(app: App): Activation {
  return new Activation(
    app,
    () => Promise.resolve(PLATFORM),
    (name) => `${name}’s Pixel 8`,
  );
}

/** A phone on which one user is active. */
export async function activated(server: FakeServer, pin = "K7w!x2"): Promise<Handset> {
  const made = await handset(server);
  const flow = activation(made.app);
  await flow.session("mtanaka01", "7KQ4X9TM");
  await flow.complete(await flow.open(pin));
  flow.forget();
  return made;
}
