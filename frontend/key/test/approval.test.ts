import { beforeEach, describe, expect, it } from "vitest";
import { checkPin, decide, onOwnPage, pending, scanLogin } from "../src/app/approval";
import { byPin, keyOf } from "../src/app/unlock";
import { b64u, sha256 } from "../src/core/bytes";
import { readChallenge, response, stepOf, totp } from "../src/core/codes";
import { NoAnswer, Unrecognised } from "../src/net/refusal";
import { FakeServer } from "./fakeserver";
import { activated, type Handset } from "./phone";

let server: FakeServer;
let phone: Handset;
beforeEach(async () => {
  server = await FakeServer.make();
  phone = await activated(server);
});

describe("pending", () => {
  it("shows verified details with their tags", async () => {
    await server.login("mtanaka01");
    const { attempts } = await pending(phone.app);
    expect(attempts[0]).toMatchObject({
      username: "mtanaka01",
      place: "Osaka, Japan",
      placeNew: false,
      browserNew: true,
      confirm: true,
    });
  });

  it("counts what is not said to be known as new", async () => {
    const attempt = await server.login("mtanaka01");
    delete (attempt.details as Record<string, unknown>).network_new;
    expect((await pending(phone.app)).attempts[0]?.networkNew).toBe(true);
  });

  it("passes over what is for another device or another action", async () => {
    await server.login("mtanaka01", { action: "transfer" });
    const other = await server.login("mtanaka01");
    expect((await pending(phone.app)).attempts.map((one) => one.attempt)).toEqual([other.details.attempt]);
  });

  it("says what a change is, and calls one it does not know a change to the account", async () => {
    await server.login("mtanaka01", { action: "confirm", operation: "password" });
    await server.login("mtanaka01", { action: "confirm", operation: "later" });
    await server.login("mtanaka01", { action: "recover" });
    const { attempts } = await pending(phone.app);
    expect(attempts.map((one) => one.asked).sort()).toEqual(["confirm.other", "confirm.password", "recover"]);
    await decide(phone.app, attempts[0]!, "approve", "482915", await byPin(phone.app, "K7w!x2"));
    expect(server.attempts.filter((one) => one.state === "approved")).toHaveLength(1);
  });

  it("shows nothing that no accepted key signed", async () => {
    await server.login("mtanaka01");
    await server.rotate(false);
    await server.rotate(false);
    await expect(pending(phone.app)).rejects.toBeInstanceOf(Unrecognised);
    expect(phone.app.recognised).toBe(false);
  });

  it("learns a new key by way of the chain, and keeps it", async () => {
    await server.login("mtanaka01");
    await server.rotate();
    await server.rotate();
    expect((await pending(phone.app)).attempts).toHaveLength(1);
    expect(phone.app.serverKeys.map((entry) => entry.kid)).toEqual((await server.keys()).map((entry) => entry.kid));
    expect((await phone.app.store.get("serverKeys"))?.map((entry) => entry.kid)).toEqual(["s3", "s4"]);
  });
});

describe("decisions", () => {
  it("approve with typed digits", async () => {
    const attempt = await server.login("mtanaka01");
    const [details] = (await pending(phone.app)).attempts;
    const result = await decide(phone.app, details!, "approve", "482915", await byPin(phone.app, "K7w!x2"));
    expect(result.result).toBe("approved");
    expect(attempt.state).toBe("approved");
  });

  it("approve with the scanned code, whose secret stays on the phone", async () => {
    const attempt = await server.login("mtanaka01");
    const { details, hash } = await scanLogin(phone.app, attempt.secret);
    expect(hash).toBe(b64u(await sha256(attempt.secret)));
    await decide(phone.app, details, "approve", hash, await byPin(phone.app, "K7w!x2"));
    expect(attempt.state).toBe("approved");
    expect(JSON.stringify(server.log)).not.toContain(b64u(attempt.secret));
  });

  it("a wrong code tells the tries left, a wrong PIN too, and in this order", async () => {
    await server.login("mtanaka01");
    const [details] = (await pending(phone.app)).attempts;
    await expect(
      decide(phone.app, details!, "approve", "000000", await byPin(phone.app, "wrong1")),
    ).rejects.toMatchObject({ refusal: { number: 4303, left: 2 } });
    await expect(
      decide(phone.app, details!, "approve", "482915", await byPin(phone.app, "wrong1")),
    ).rejects.toMatchObject({ refusal: { number: 4304, left: 9 } });
  });

  it("tells a page of the institution's from a program that shows the code itself", async () => {
    await server.login("mtanaka01");
    await server.login("mtanaka01", { client: "staff" });
    await server.login("mtanaka01", { client: "terminal" });
    const { attempts } = await pending(phone.app);
    expect(attempts.filter(onOwnPage).map((one) => one.client).sort()).toEqual(["portal", "staff"]);
    expect(attempts).toHaveLength(3);
  });

  it("deny and not me take no PIN and say for how long it is quiet", async () => {
    await server.login("mtanaka01");
    const [details] = (await pending(phone.app)).attempts;
    const denied = await decide(phone.app, details!, "deny", "", null);
    expect(denied.result).toBe("denied");
    expect(denied.quietUntil).toBeGreaterThan(0);
    const body = server.log.filter((entry) => entry.path === "/v1/decide").pop()!.body;
    expect(body.hmac).toBeUndefined();
    expect((body.signed as { uv: string }).uv).toBe("none");
    expect((await decide(phone.app, details!, "not_me", "", null)).result).toBe("not_me");
  });

  it("an unknown or foreign QR gets one answer", async () => {
    await expect(scanLogin(phone.app, new Uint8Array(16))).rejects.toMatchObject({ refusal: { number: 4202 } });
  });
});

describe("the clock", () => {
  it("is put right once, kept, and the request repeated", async () => {
    phone.clock.shift = -240;
    await server.login("mtanaka01");
    expect((await pending(phone.app)).attempts).toHaveLength(1);
    expect(Math.abs(phone.app.offset - 240)).toBeLessThan(2);
    expect(Math.abs((await phone.app.store.get("offset"))! - 240)).toBeLessThan(2);
  });
});

describe("repeats", () => {
  it("four times on a lost connection, with another nonce and signature each", async () => {
    let broken = 4;
    server.after = (path) => {
      if (path === "/v1/pending" && broken-- > 0) throw new TypeError("lost");
    };
    await pending(phone.app);
    const sent = server.log.filter((entry) => entry.path === "/v1/pending").map((entry) => entry.body);
    expect(sent).toHaveLength(5);
    expect(new Set(sent.map((body) => (body.signed as { nonce: string }).nonce)).size).toBe(5);
    expect(new Set(sent.map((body) => body.signature)).size).toBe(5);
    expect(phone.waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(30_000);
  });

  it("no fifth", async () => {
    server.after = (path) => {
      if (path === "/v1/pending") throw new TypeError("lost");
    };
    await expect(pending(phone.app)).rejects.toBeInstanceOf(NoAnswer);
    expect(server.log.filter((entry) => entry.path === "/v1/pending")).toHaveLength(5);
  });

  it("a decision keeps its nonce", async () => {
    await server.login("mtanaka01", { confirm: false });
    const [details] = (await pending(phone.app)).attempts;
    let broken = 1;
    server.before = (path) => {
      if (path === "/v1/decide" && broken-- > 0) throw new TypeError("lost");
    };
    await decide(phone.app, details!, "approve", "", await byPin(phone.app, "K7w!x2"));
    expect(server.attempts[0]?.state).toBe("approved");
  });

  it("never after a refusal", async () => {
    await expect(scanLogin(phone.app, new Uint8Array(16))).rejects.toThrow();
    expect(server.log.filter((entry) => entry.path === "/v1/scan")).toHaveLength(1);
  });
});

describe("offline", () => {
  it("codes and responses are what the server expects, and a wrong PIN gives others", async () => {
    const { app } = phone;
    const user = app.active[0]!;
    const at = Math.floor(app.now() / 1000);
    const challenge = server.makeChallenge();
    expect(readChallenge(challenge).fault).toBeNull();
    const right = async () => byPin(app, "K7w!x2");
    expect(
      await server.checkCode("mtanaka01", await totp(await keyOf(app, user, await right(), "totp"), stepOf(at)), at),
    ).toBe(true);
    expect(
      await server.checkResponse(
        "mtanaka01",
        challenge,
        await response(await keyOf(app, user, await right(), "ocra"), challenge),
      ),
    ).toBe(true);
    const wrong = await byPin(app, "wrong1");
    expect(
      await server.checkResponse(
        "mtanaka01",
        challenge,
        await response(await keyOf(app, user, wrong, "ocra"), challenge),
      ),
    ).toBe(false);
  });
});

describe("check my PIN", () => {
  it("tells right from wrong by the server", async () => {
    const { app } = phone;
    await checkPin(app, app.active[0]!, await byPin(app, "K7w!x2"));
    await expect(checkPin(app, app.active[0]!, await byPin(app, "wrong1"))).rejects.toMatchObject({
      refusal: { number: 4304 },
    });
  });
});

describe("an unknown phone", () => {
  it("is told, and nothing is deleted", async () => {
    server.phones.clear();
    await expect(pending(phone.app)).rejects.toMatchObject({ refusal: { number: 4101 } });
    expect(phone.app.unknownPhone).toBe(true);
    expect(await phone.app.store.users()).toHaveLength(1);
  });
});
