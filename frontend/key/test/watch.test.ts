import { beforeEach, describe, expect, it } from "vitest";
import { Watch } from "../src/app/watch";
import { FakeServer } from "./fakeserver";
import { activated, type Handset } from "./phone";

let server: FakeServer;
let phone: Handset;
beforeEach(async () => {
  server = await FakeServer.make();
  phone = await activated(server);
});

const asked = (): number => server.log.filter((entry) => entry.path === "/v1/pending").length;

describe("the watch", () => {
  it("never asks twice at a time, and once more after what was asked for meanwhile", async () => {
    const watch = new Watch(phone.app, () => true);
    await Promise.all([watch.refresh(), watch.refresh(), watch.refresh()]);
    await watch.refresh();
    expect(asked()).toBe(2);
  });

  it("without a stream it asks at intervals, and stops when the app is hidden", async () => {
    let visible = true;
    const watch = new Watch(phone.app, () => visible);
    const seen: number[] = [];
    watch.listen(() => {
      seen.push(watch.open.length);
      if (seen.length === 3) visible = false;
    });
    await server.login("mtanaka01");
    watch.wake();
    for (let turn = 0; turn < 500 && seen.length < 3; turn += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen.slice(0, 3)).toEqual([1, 1, 1]);
    expect(server.log.some((entry) => entry.path === "/v1/events")).toBe(true);
    const until = asked();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(asked() - until).toBeLessThanOrEqual(1);
  });

  it("keeps what it knew through a lost connection, and drops it when the server cannot be recognised", async () => {
    const watch = new Watch(phone.app, () => true);
    await server.login("mtanaka01");
    await watch.refresh();
    expect(watch.open).toHaveLength(1);
    server.before = (path) => {
      if (path === "/v1/pending") throw new TypeError("lost");
    };
    await watch.refresh();
    expect(watch.open).toHaveLength(1);
    expect(watch.problem).not.toBeNull();
    server.before = () => undefined;
    await server.rotate(false);
    await server.rotate(false);
    await watch.refresh();
    expect(watch.open).toHaveLength(0);
    expect(phone.app.recognised).toBe(false);
  });

  it("lets a login go when its time is over, by the server's clock", async () => {
    const watch = new Watch(phone.app, () => true);
    await server.login("mtanaka01");
    await watch.refresh();
    phone.clock.shift += 161;
    expect(watch.open).toHaveLength(0);
  });

  it("tells its owner's notices until they end, and passes over what is not the server's or not known", async () => {
    const watch = new Watch(phone.app, () => true);
    await server.notice("mtanaka01");
    await server.notice("mtanaka01", { kind: "of another version" });
    await server.notice("mtanaka01", { kind: "closed", until: server.time() - 1 });
    await server.notice("mtanaka01", { kind: "network", user: "z".repeat(26) });
    const forged = await server.notice("mtanaka01", { kind: "suspicion" });
    (forged.signed as { username: string }).username = "nobody";
    await server.login("mtanaka01");
    await watch.refresh();
    expect(watch.told.map((notice) => notice.kind)).toEqual(["locked"]);
    expect(watch.told[0]?.where).toBe("Osaka, Japan");
    expect(watch.open).toHaveLength(1);
    server.notices.length = 0;
    await watch.refresh();
    expect(watch.told).toEqual([]);
  });
});
