/** Every request the app makes keeps to the published schemas (protocol/schemas). */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { beforeAll, describe, expect, it } from "vitest";
import { checkPin, decide, pending, registerPush, scanLogin } from "../src/app/approval";
import { seal } from "../src/app/requests";
import { byPin } from "../src/app/unlock";
import { b64u } from "../src/core/bytes";
import { FakeServer } from "./fakeserver";
import { activated, activation, handset, type Handset } from "./phone";

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
  await checkPin(phone.app, phone.app.active[0]!, await byPin(phone.app, "K7w!x2"));
  await registerPush(phone.app, "https://push.example.com/1", b64u(new Uint8Array(65)), b64u(new Uint8Array(16)));
  await registerPush(phone.app, "", "", "");
});

describe("requests", () => {
  const requests = files.filter((name) => name.endsWith(".request.json"));
  for (const name of requests) {
    const path = `/v1/${name.replace(".request.json", "").replace("activation-", "activation/").replace("proof-send", "proof/send")}`;
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
