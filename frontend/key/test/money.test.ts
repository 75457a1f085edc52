import { beforeEach, describe, expect, it } from "vitest";
import { decide, pending, type Details } from "../src/app/approval";
import { byPin } from "../src/app/unlock";
import type { JsonObject } from "../src/core/jcs";
import { FakeServer } from "./fakeserver";
import { activated, type Handset } from "./phone";

let server: FakeServer;
let phone: Handset;
beforeEach(async () => {
  server = await FakeServer.make();
  phone = await activated(server);
});

const MOVES = { amount: 1_234_550, currency: "USD", payee_name: "Kita Estate K.K.", payee_account: "JP12 3456" };
const asks = (more: JsonObject = {}) =>
  server.login("mtanaka01", { action: "withdraw", operation: "", client: "trader", client_name: "Trader", ...MOVES, ...more });
const waiting = async (): Promise<Details[]> => (await pending(phone.app)).attempts;

describe("money (§6.10)", () => {
  it("shows amount and payee, and signs them with the context", async () => {
    const attempt = await asks();
    const [details] = await waiting();
    expect(details).toMatchObject({
      asked: "withdraw",
      money: { amount: "12,345.50", currency: "USD", payeeName: "Kita Estate K.K.", payeeAccount: "JP12 3456" },
    });
    await decide(phone.app, details!, "approve", "482915", await byPin(phone.app, "K7w!x2"));
    expect(attempt.state).toBe("approved");
  });

  it("is not shown where something of it cannot be", async () => {
    await asks({ amount: 0 });
    await asks({ amount: "5" });
    await asks({ currency: "EUR" });
    await asks({ payee_name: "abc\u202egnp" });
    await asks({ payee_account: "" });
    await asks({ operation: "contacts" });
    expect(await waiting()).toEqual([]);
  });
});
