/** Every request the app makes keeps to the published schemas (protocol/schemas). */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { beforeAll, describe, expect, it } from "vitest";
import { checkPin, decide, pending, registerPush, scanLogin } from "../src/app/approval";
import { callChecked, callWords } from "../src/app/call";
import { seal } from "../src/app/requests";
import { changePin, Offer, Recovery, take, testPush } from "../src/app/keylife";
import { finish } from "../src/app/renewal";
import { byPin } from "../src/app/unlock";
import { b64u, type Bytes } from "../src/core/bytes";
import { readLink } from "../src/core/links";
import { FakeKeyLife } from "./fakekeylife";
import { FakeServer, ISS } from "./fakeserver";
import { activated, activation, handset, PLATFORM, type Handset } from "./phone";

const FOLDER = join(import.meta.dirname, "../../../protocol/schemas");
const ajv = new Ajv2020({ strict: false });
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
for (const name of files) ajv.addSchema(JSON.parse(readFileSync(join(FOLDER, name), "utf8")), name);

function keeps(name: string, body: unknown): void {
  const valid = ajv.validate(name, body);
  expect(ajv.errors ?? [], `${name}: ${ajv.errorsText()}`).toEqual([]);
  expect(valid).toBe(true);
}

let server: FakeServer;
let phone: Handset;
beforeAll(async () => {
  server = await FakeServer.make();
  phone = await activated(server);
  server.person("kitahama", "Kitahama Advisers").session = "00001111";
  const bySms = activation((await handset(server)).app);
  await bySms.start("mtanaka01", "Demo-2026!");
  await bySms.send({ contact: server.contacts[0]!.id });
  await bySms.sendProof(server.contacts[1]!.id);
  await bySms.proof("730115");
  await bySms.send({ number: { country: "JP", national: "9012345678" } });
  await bySms.prove("48219037");
  await activation((await handset(server)).app).scan(b64u(server.people[0]!.secret));
  const second = activation(phone.app);
  await second.session("kitahama", "00001111");
  await second.complete(await second.open("K7w!x2"));
  const attempt = await server.login("mtanaka01");
  await pending(phone.app);
  const { details, hash } = await scanLogin(phone.app, attempt.secret);
  await decide(phone.app, details, "approve", hash, await byPin(phone.app, "K7w!x2"));
  await server.login("mtanaka01");
  const [next] = (await pending(phone.app)).attempts;
  await decide(phone.app, next!, "deny", "", null);
  await decide(phone.app, next!, "not_me", "", null);
  for (const match of [true, false]) {
    await server.call("mtanaka01");
    const [call] = (await pending(phone.app)).attempts;
    await callWords(phone.app, call!);
    await callChecked(phone.app, call!, match);
    server.attempts.pop();
  }
  await checkPin(phone.app, phone.app.active[0]!, await byPin(phone.app, "K7w!x2"));
  await registerPush(phone.app, "https://push.example.com/1", b64u(new Uint8Array(65)), b64u(new Uint8Array(16)));
  await registerPush(phone.app, "", "", "");
  await keyLife();
});

/** A new PIN, a transfer that is stopped and one that is not, a recovery with its PIN and one without. */
async function keyLife(): Promise<void> {
  new FakeKeyLife(server);
  const { app } = phone;
  await testPush(app);
  const change = await changePin(app, await byPin(app, "K7w!x2"));
  await change.receive("N4w!p1");
  await finish(app, "N4w!p1");
  await (await Offer.make(app, await byPin(app, "N4w!p1"))).renewal.cancel();
  const offer = await Offer.make(app, await byPin(app, "N4w!p1"));
  const fresh = await handset(server);
  const taken = await take(fresh.app, (readLink(offer.link, ISS) as { secret: Bytes }).secret, "New", PLATFORM);
  await offer.approve(taken.code);
  await taken.look();
  await taken.receive("N4w!p1");
  await finish(fresh.app, "N4w!p1");
  for (const forgotten of [false, true]) {
    const { app: bare } = await handset(server);
    const recovery = new Recovery(bare, () => Promise.resolve(PLATFORM), (name) => name);
    await recovery.start("mtanaka01", "Demo-2026!");
    await recovery.send(recovery.lost[0]!.device);
    await recovery.prove("48219037");
    if (forgotten) {
      await recovery.decline(activation(bare));
    } else {
      await (await recovery.unlock("N4w!p1")).receive("N4w!p1");
      await finish(bare, "N4w!p1");
    }
  }
}

describe("requests", () => {
  const requests = files.filter((name) => name.endsWith(".request.json"));
  for (const name of requests) {
    const path = `/v1/${name.replace(".request.json", "").replace(/^(activation|renewal|transfer|recovery|pin|push|caller)-/, "$1/").replace("proof-send", "proof/send")}`;
    it(path, async () => {
      const bodies =
        path === "/v1/events"
          ? [await seal(phone.app, { type: "events", fields: {}, nonce: true })]
          : server.log.filter((entry) => entry.path === path).map((entry) => entry.body);
      expect(bodies.length, "the app makes this request").toBeGreaterThan(0);
      for (const body of bodies) keeps(name, body);
    });
  }
});
