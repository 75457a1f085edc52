import { beforeEach, describe, expect, it } from "vitest";
import { Activation } from "../src/app/activation";
import { decide, pending } from "../src/app/approval";
import { byPin } from "../src/app/unlock";
import { b64u } from "../src/core/bytes";
import type { JsonObject } from "../src/core/jcs";
import { GuidelineCheck } from "../src/core/pin";
import { NoAnswer, Refused } from "../src/net/refusal";
import { FakeServer } from "./fakeserver";
import { activated, activation, handset } from "./phone";

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.make();
});

const last = (path: string): JsonObject => server.log.filter((entry) => entry.path === path).pop()!.body;

describe("activation by SMS", () => {
  it("goes from password to an active device", async () => {
    const { app } = await handset(server);
    const flow = activation(app);
    await flow.start("mtanaka01", "Demo-2026!");
    expect(flow.contacts[0]?.default).toBe(true);
    expect((await flow.send({ contact: server.contacts[0]!.id })).digits).toBe(8);
    await flow.prove("48219037");
    const user = await flow.complete(await flow.open("K7w!x2"));
    expect(user.state).toBe("active");
    expect(app.active.map((one) => one.username)).toEqual(["mtanaka01"]);
    expect(server.devices[0]?.active).toBe(true);
  });

  it("asks for a proof before a new number", async () => {
    const { app } = await handset(server);
    const flow = activation(app);
    await flow.start("mtanaka01", "Demo-2026!");
    const target = { number: { country: "JP", national: "9012345678" } };
    await expect(flow.send(target)).rejects.toMatchObject({ refusal: { number: 3110 } });
    await flow.sendProof(server.contacts[1]!.id);
    await expect(flow.proof("000000")).rejects.toMatchObject({ refusal: { number: 3204 } });
    await flow.proof("730115");
    expect((await flow.send(target)).to).toContain("5678");
  });

  it("never sends the PIN, and sends blob and salt as they lie on the phone", async () => {
    await activated(server, "K7w!x2");
    expect(JSON.stringify(server.log)).not.toContain("K7w!x2");
    expect(Object.keys(server.devices[0]!.recovery!)).toEqual(["salt", "blob"]);
    expect(JSON.stringify(server.log)).not.toContain(b64u(server.devices[0]!.secret));
  });

  it("begins a new claim after a refusal, and keeps it after a lost connection", async () => {
    const { app } = await handset(server);
    const flow = activation(app);
    await expect(flow.start("mtanaka01", "wrong")).rejects.toBeInstanceOf(Refused);
    const first = last("/v1/activation/start").claim;
    let broken = true;
    server.after = (path) => {
      if (broken && path === "/v1/activation/start") throw new TypeError("lost");
    };
    await expect(flow.start("mtanaka01", "Demo-2026!")).rejects.toBeInstanceOf(NoAnswer);
    const second = last("/v1/activation/start").claim;
    broken = false;
    await flow.start("mtanaka01", "Demo-2026!");
    expect(second).not.toBe(first);
    expect(last("/v1/activation/start").claim).toBe(second);
  });
});

describe("activation by QR and by Session ID", () => {
  it("by QR", async () => {
    const { app } = await handset(server);
    const flow = activation(app);
    await flow.scan(b64u(server.people[0]!.secret));
    expect(flow.ready?.username).toBe("mtanaka01");
    await flow.complete(await flow.open("abcd"));
    expect(app.active).toHaveLength(1);
  });

  it("a used or old code is refused with its number", async () => {
    const { app } = await handset(server);
    await expect(activation(app).scan("AAAAAAAAAAAAAAAAAAAAAA")).rejects.toMatchObject({ refusal: { number: 3201 } });
  });
});

describe("a lost connection", () => {
  it("after completing: the same secret comes again, and is wrapped once", async () => {
    const { app } = await handset(server);
    const flow = activation(app);
    await flow.session("mtanaka01", "7KQ4X9TM");
    let broken = true;
    server.after = (path) => {
      if (broken && path === "/v1/activation/complete") throw new TypeError("lost");
    };
    await expect(flow.complete(await flow.open("K7w!x2"))).rejects.toBeInstanceOf(NoAnswer);
    expect(app.users).toHaveLength(0);
    broken = false;
    await flow.complete(await flow.open("K7w!x2"));
    expect(server.devices).toHaveLength(1);
    expect(app.active).toHaveLength(1);
  });

  it("before confirming: the user stays unconfirmed and is finished with the PIN, also after a restart", async () => {
    const first = await handset(server);
    const flow = activation(first.app);
    await flow.session("mtanaka01", "7KQ4X9TM");
    let broken = true;
    server.before = (path) => {
      if (broken && path === "/v1/activation/confirm") throw new TypeError("lost");
    };
    await expect(flow.complete(await flow.open("K7w!x2"))).rejects.toBeInstanceOf(NoAnswer);
    expect(first.app.users[0]?.state).toBe("unconfirmed");
    expect(first.app.active).toHaveLength(0);
    broken = false;
    const again = await handset(server, first.factory);
    const { confirm } = await import("../src/app/activation");
    await confirm(again.app, again.app.users[0]!, await byPin(again.app, "K7w!x2"));
    expect(again.app.active).toHaveLength(1);
    expect(server.devices[0]?.active).toBe(true);
  });
});

describe("adding a user", () => {
  it("proves the existing PIN and keeps phone, salt and key", async () => {
    const { app } = await activated(server);
    const phone = app.phone!;
    server.person("kitahama", "Kitahama Advisers").session = "00001111";
    const flow = activation(app);
    expect(flow.fresh).toBe(false);
    await flow.session("kitahama", "00001111");
    await flow.complete(await flow.open("K7w!x2"));
    expect(app.active.map((one) => one.username)).toEqual(["mtanaka01", "kitahama"]);
    expect(server.proved).toEqual([phone.id]);
    expect(app.phone!.id).toBe(phone.id);
    expect(app.phone!.salt).toEqual(phone.salt);
  });

  it("with a wrong PIN the server refuses, nothing is stored, and the right one still works", async () => {
    const { app } = await activated(server);
    server.person("kitahama", "Kitahama Advisers").session = "00001111";
    const flow = activation(app);
    await flow.session("kitahama", "00001111");
    await expect(flow.complete(await flow.open("wrong1"))).rejects.toMatchObject({
      refusal: { number: 4304, left: 9 },
    });
    expect(app.users).toHaveLength(1);
    await flow.complete(await flow.open("K7w!x2"));
    expect(app.active).toHaveLength(2);
  });
});

describe("the end of a phone", () => {
  it("is kept, and the next activation makes the phone anew", async () => {
    const { app } = await activated(server);
    const before = app.phone!.id;
    server.phones.get(before)!.wrongPins = 9;
    await server.login("mtanaka01", { confirm: false });
    const { attempts } = await pending(app);
    await expect(decide(app, attempts[0]!, "approve", "", await byPin(app, "wrong1"))).rejects.toMatchObject({
      refusal: { number: 4305 },
    });
    expect(app.phone!.ended).toBe(true);
    expect(app.active).toHaveLength(0);
    expect(app.users).toHaveLength(1);
    const flow = new Activation(
      app,
      () => Promise.resolve({ os: "android", version: "", model: "", lock: null, rooted: null }),
      () => "phone",
    );
    expect(flow.fresh).toBe(true);
    await flow.session("mtanaka01", "7KQ4X9TM");
    await flow.complete(await flow.open("N3wPin"));
    expect(app.phone!.id).not.toBe(before);
    expect(app.phone!.ended).toBe(false);
    expect(app.active).toHaveLength(1);
  });
});

describe("the guidelines of a person", () => {
  it("come with Ready and are checked on the phone", async () => {
    server.forbidden = [
      { kind: 2, text: "5300" },
      { kind: 5, text: "mt" },
    ];
    const { app } = await handset(server);
    const flow = activation(app);
    await flow.session("mtanaka01", "7KQ4X9TM");
    const check = new GuidelineCheck(flow.ready!.guidelines);
    expect(flow.ready!.guidelines.hashes).toHaveLength(192);
    expect(await check.find("K5300")).toEqual([{ kind: "address", part: "5300" }]);
    expect(await check.find("7Mt!")).toEqual([{ kind: "name", part: "mt" }]);
    expect(await check.find("M2cnef")).toEqual([]);
  });
});
