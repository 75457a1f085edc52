/** Key's life on the phone: what is stored when, and what a crash or a lost answer leaves (spec §5.8). */
import { beforeEach, describe, expect, it } from "vitest";
import { checkPin, decide, pending } from "../src/app/approval";
import { changePin, Offer, Recovery, take } from "../src/app/keylife";
import { finish, giveUp } from "../src/app/renewal";
import { byPin } from "../src/app/unlock";
import type { Bytes } from "../src/core/bytes";
import { readLink } from "../src/core/links";
import { FakeKeyLife } from "./fakekeylife";
import { FakeServer, ISS } from "./fakeserver";
import { activated, activation, handset, PLATFORM, type Handset } from "./phone";

const [OLD, NEW] = ["K7w!x2", "N4w!p1"];
let server: FakeServer;
let phone: Handset;
let life: FakeKeyLife;
beforeEach(async () => {
  server = await FakeServer.make();
  life = new FakeKeyLife(server);
  phone = await activated(server);
});

async function approves(hand: Handset, pin: string): Promise<boolean> {
  await server.login("mtanaka01");
  const [details] = (await pending(hand.app)).attempts;
  return (await decide(hand.app, details!, "approve", "482915", await byPin(hand.app, pin))).result === "approved";
}

const lost = (path: string) => (asked: string) => {
  if (asked === path) throw new TypeError("connection lost");
};

describe("a new PIN", () => {
  it("takes the old one's place with a new salt and a new secret", async () => {
    const before = { salt: phone.app.phone!.salt, blob: phone.app.users[0]!.blob };
    const renewal = await changePin(phone.app, await byPin(phone.app, OLD));
    await renewal.receive(NEW);
    await finish(phone.app, NEW);
    expect(phone.app.waiting).toBeNull();
    expect(phone.app.phone!.salt).not.toEqual(before.salt);
    expect(phone.app.users[0]!.blob).not.toEqual(before.blob);
    expect(await approves(phone, NEW)).toBe(true);
    await expect(checkPin(phone.app, phone.app.users[0]!, await byPin(phone.app, OLD))).rejects.toMatchObject({
      refusal: { number: 4304 },
    });
  });

  it("is refused where the old one is wrong, and nothing begins", async () => {
    await expect(changePin(phone.app, await byPin(phone.app, "wrong1"))).rejects.toMatchObject({
      refusal: { number: 4304, left: 9 },
    });
    expect(life.renewals).toEqual([]);
  });

  it("stays beside the old set until it is confirmed, also over a restart", async () => {
    const renewal = await changePin(phone.app, await byPin(phone.app, OLD));
    await renewal.receive(NEW);
    const again = await handset(server, phone.factory);
    expect(again.app.waiting?.users).toHaveLength(1);
    expect(again.app.active).toEqual([]);
    await finish(again.app, NEW);
    expect(await approves(again, NEW)).toBe(true);
  });

  it("whose confirmation reached the server and not the phone is finished later, and cannot be given up", async () => {
    const renewal = await changePin(phone.app, await byPin(phone.app, OLD));
    await renewal.receive(NEW);
    server.after = lost("/v1/renewal/confirm");
    await expect(finish(phone.app, NEW)).rejects.toMatchObject({ reason: "lost" });
    server.after = () => undefined;
    expect(await giveUp(phone.app)).toBe(false);
    expect(phone.app.waiting).not.toBeNull();
    await finish(phone.app, NEW);
    expect(await approves(phone, NEW)).toBe(true);
  });

  it("that is given up leaves the old one", async () => {
    const renewal = await changePin(phone.app, await byPin(phone.app, OLD));
    await renewal.receive(NEW);
    expect(await giveUp(phone.app)).toBe(true);
    expect(await approves(phone, OLD)).toBe(true);
  });

  it("mistyped at the finish is told, and the set stays", async () => {
    const renewal = await changePin(phone.app, await byPin(phone.app, OLD));
    await renewal.receive(NEW);
    await expect(finish(phone.app, "wrong1")).rejects.toMatchObject({ refusal: { number: 4304 } });
    expect(phone.app.waiting).not.toBeNull();
  });
});

describe("a transfer", () => {
  it("gives the new phone what the old one had; the old one keeps nothing", async () => {
    const offer = await Offer.make(phone.app, await byPin(phone.app, OLD));
    const fresh = await handset(server);
    const link = readLink(offer.link, ISS) as { kind: string; secret: Bytes };
    expect(link.kind).toBe("transfer");
    const taken = await take(fresh.app, link.secret, "New", PLATFORM);
    await expect(offer.approve("000000")).rejects.toMatchObject({ refusal: { number: 4407, left: 2 } });
    await offer.approve(taken.code);
    expect(await taken.look()).toBe("proven");
    await taken.receive(NEW);
    await finish(fresh.app, NEW);
    expect(await approves(fresh, NEW)).toBe(true);
    await phone.app.leave();
    expect(await phone.app.store.users()).toEqual([]);
    expect(await phone.app.store.get("phone")).toBeUndefined();
  });

  it("keeps its secret off the wire until it is scanned", async () => {
    const offer = await Offer.make(phone.app, await byPin(phone.app, OLD));
    expect(JSON.stringify(server.log)).not.toContain(offer.link.split("#")[1]);
  });
});

describe("a recovery", () => {
  async function opened(hand: Handset): Promise<Recovery> {
    const recovery = new Recovery(
      hand.app,
      () => Promise.resolve(PLATFORM),
      (called) => called,
    );
    await recovery.start("mtanaka01", "Demo-2026!");
    await recovery.send(recovery.lost[0]!.device);
    await recovery.prove("48219037");
    return recovery;
  }

  it("opens with the PIN of before and with no other, and ends no phone of its own by a wrong one", async () => {
    const bare = await handset(server);
    const recovery = await opened(bare);
    await expect(recovery.unlock("wrong1")).rejects.toMatchObject({ refusal: { number: 4304, left: 9 } });
    expect(bare.app.unknownPhone).toBe(false);
    await (await recovery.unlock(OLD)).receive(OLD);
    await finish(bare.app, OLD);
    expect(await approves(bare, OLD)).toBe(true);
  });

  it("declined goes on as an activation under the same claim", async () => {
    const bare = await handset(server);
    const [recovery, flow] = [await opened(bare), activation(bare.app)];
    await recovery.decline(flow);
    await flow.complete(await flow.open(NEW));
    expect(await approves(bare, NEW)).toBe(true);
  });
});
