import { beforeEach, describe, expect, it } from "vitest";
import { decide, pending, type Details } from "../src/app/approval";
import { callChecked, callWords, onTelephone } from "../src/app/call";
import { byPin } from "../src/app/unlock";
import { Unrecognised } from "../src/net/refusal";
import { FakeServer } from "./fakeserver";
import { activated, type Handset } from "./phone";

let server: FakeServer;
let phone: Handset;
beforeEach(async () => {
  server = await FakeServer.make();
  phone = await activated(server);
});

const waiting = async (): Promise<Details> => (await pending(phone.app)).attempts[0]!;

describe("a call (§6.9)", () => {
  it("names who asks and who called whom", async () => {
    await server.call("mtanaka01");
    const details = await waiting();
    expect(details).toMatchObject({ asked: "caller.called_us", agent: "Aoi Sato", clientName: "Watchword", confirm: true });
    expect(onTelephone(details)).toBe(true);
  });

  it("is not shown where the app cannot say who called whom", async () => {
    await server.call("mtanaka01", "transferred");
    await server.call("mtanaka01", "");
    expect((await pending(phone.app)).attempts).toEqual([]);
  });

  it("is confirmed with the digits that are heard, under its own action", async () => {
    const attempt = await server.call("mtanaka01");
    await decide(phone.app, await waiting(), "approve", "482915", await byPin(phone.app, "K7w!x2"));
    expect(attempt.state).toBe("approved");
    const body = server.log.filter((entry) => entry.path === "/v1/decide").pop()!.body;
    expect((body.signed as { action: string }).action).toBe("caller");
  });

  it("has words that the server signed for this attempt, and tells whether they were said", async () => {
    const attempt = await server.call("mtanaka01", "we_called");
    const details = await waiting();
    expect(await callWords(phone.app, details)).toEqual({ words: ["lemon", "harbour", "tiger"], lang: "en" });
    expect((await callChecked(phone.app, details, true)).result).toBe("matched");
    expect(attempt.words).toBe("matched");
    const answer = await callChecked(phone.app, details, false);
    expect(answer.result).toBe("not_me");
    expect(answer.quietUntil).toBeGreaterThan(server.time());
    expect(attempt.state).toBe("not_me");
    await expect(callWords(phone.app, details)).rejects.toMatchObject({ refusal: { number: 4201 } });
  });

  it("takes no words of another attempt, an older answer or another kind", async () => {
    await server.call("mtanaka01");
    const details = await waiting();
    for (const other of [{ attempt: "x".repeat(26) }, { nonce: "AAAAAAAAAAAAAAAAAAAAAA" }, { type: "login" }]) {
      server.otherWords = other;
      await expect(callWords(phone.app, details)).rejects.toBeInstanceOf(Unrecognised);
    }
    server.otherWords = { words: ["lemon", "", "tiger"] };
    await expect(callWords(phone.app, details)).rejects.toMatchObject({ reason: "trouble" });
    server.otherWords = {};
    await server.rotate(false);
    await server.rotate(false);
    await expect(callWords(phone.app, details)).rejects.toBeInstanceOf(Unrecognised);
  });
});
