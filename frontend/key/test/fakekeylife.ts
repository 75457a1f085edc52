/** The part of the fake server that gives new secrets: a new PIN, a transfer, a recovery (spec §5.8–§5.11), and the test of notifications. */
import { b64u, random, sha256, unb64u } from "../src/core/bytes";
import type { JsonObject } from "../src/core/jcs";
import { hmacOf, userKey, verify, type PublicKey } from "../src/core/keys";
import { ISS, Refuse, name, type Device, type FakeServer, type Phone } from "./fakeserver";

type Renewal = {
  id: string;
  kind: "pin" | "transfer" | "recovery";
  state: string;
  claim: string;
  phone: Phone | null;
  key: PublicKey | null;
  to: string;
  secretHash: string;
  code: string;
  wrong: number;
  devices: { old: Device; id: string; secret: Uint8Array<ArrayBuffer> }[];
  nonce: string;
  lost: Device | null;
  called: string;
};

export class FakeKeyLife {
  readonly renewals: Renewal[] = [];

  constructor(private readonly server: FakeServer) {
    server.more = (path, body) => this.handle(path, body);
  }

  private begin(kind: Renewal["kind"], state: string, claim: unknown, more: Partial<Renewal>): Renewal {
    const known = this.renewals.find((one) => one.claim === claim && one.kind === kind);
    if (known) return known;
    const empty = { phone: null, key: null, to: "", secretHash: "", code: "482915", wrong: 0, devices: [], lost: null, called: "" };
    const renewal = { ...empty, id: name("r"), kind, state, claim: String(claim), nonce: b64u(random(16)), ...more };
    this.renewals.push(renewal);
    return renewal;
  }

  private shown({ id, state }: Renewal): JsonObject {
    return { renewal: id, state, expires: this.server.time() + 300 };
  }

  private find(id: unknown): Renewal {
    const found = this.renewals.find((one) => one.id === id);
    if (!found || found.state === "void") throw new Refuse(410, 4402);
    return found;
  }

  private async signedBy(renewal: Renewal, body: JsonObject): Promise<JsonObject> {
    const signed = body.signed as JsonObject;
    for (const key of [renewal.key, renewal.phone?.key])
      if (key && (await verify(key, signed, String(body.signature)))) return signed;
    throw new Refuse(401, 4101);
  }

  private async proven(body: JsonObject, purpose: string): Promise<{ phone: Phone; signed: JsonObject }> {
    const { phone, signed } = await this.server.phone(body, "prove");
    if (signed.purpose !== purpose) throw new Refuse(403, 3206);
    await this.server.hmac(phone, body, "proof");
    return { phone, signed };
  }

  private async handle(path: string, body: JsonObject): Promise<JsonObject> {
    const signed = (body.signed ?? {}) as JsonObject;
    switch (path) {
      case "/v1/pin/change": {
        const { phone } = await this.proven(body, "change_pin");
        return this.shown(this.begin("pin", "proven", body.claim, { phone, key: phone.key, to: phone.id }));
      }
      case "/v1/transfer/offer": {
        const { phone } = await this.proven(body, "transfer");
        return this.shown(this.begin("transfer", "offered", body.claim, { phone, secretHash: String(signed.secret_hash) }));
      }
      case "/v1/transfer/scan": {
        const hash = b64u(await sha256(unb64u(String(signed.secret))));
        const found = this.renewals.find((one) => one.secretHash === hash && one.state === "offered");
        if (!found) throw new Refuse(410, 4408);
        Object.assign(found, { state: "scanned", key: signed.key, claim: body.claim, called: signed.name });
        await this.signedBy(found, body);
        return { ...this.shown(found), code: found.code };
      }
      case "/v1/transfer/approve": {
        const found = this.find(signed.renewal);
        const { phone } = await this.server.phone(body, "transfer_approve");
        if (signed.code !== found.code) throw new Refuse(422, 4407, { left: 3 - ++found.wrong });
        await this.server.hmac(phone, body, "proof");
        found.state = "proven";
        return { approved: true };
      }
      case "/v1/renewal": {
        const found = this.find(signed.renewal);
        await this.signedBy(found, body);
        const ready = found.state === "proven" ? { users: [], guidelines: await this.server.guidelines() } : {};
        return { ...this.shown(found), name: found.called, ...ready };
      }
      case "/v1/renewal/complete":
        return this.complete(body);
      case "/v1/renewal/confirm":
        return this.confirm(body);
      case "/v1/renewal/cancel": {
        const found = this.renewals.find((one) => one.id === signed.renewal);
        if (found) await this.signedBy(found, body);
        if (found?.state === "done") throw new Refuse(409, 4405);
        if (found) found.state = "void";
        return { ended: true };
      }
      case "/v1/push/test":
        await this.server.phone(body, "push_test");
        return { id: `test-${name("t")}` };
      default:
        return this.recovery(path, body);
    }
  }

  private async recovery(path: string, body: JsonObject): Promise<JsonObject> {
    const { server } = this;
    const signed = (body.signed ?? {}) as JsonObject;
    switch (path) {
      case "/v1/recovery/start": {
        const person = server.people.find((one) => one.username === body.username && one.password === body.password);
        if (!person) throw new Refuse(401, 1101);
        const lost = server.devices.find((one) => one.user === person.id && one.active);
        if (!lost) throw new Refuse(403, 4401);
        const phone = server.phones.get(lost.phone)!;
        const { id } = this.begin("recovery", "started", body.claim, { lost, phone });
        return { renewal: id, phones: [{ device: lost.id, name: "Pixel 8", to: "+81 •• •••• 4210" }], expires: server.time() + 600 };
      }
      case "/v1/recovery/send":
        return { to: "+81 •• •••• 4210", digits: 8, expires: server.time() + 600, again: server.time() + 60 };
      case "/v1/recovery/prove": {
        const found = this.find(body.renewal);
        if (body.code !== server.sentCode) throw new Refuse(422, 3204);
        found.state = "opened";
        const lost = found.lost!;
        const { id, username, displayName } = server.of(lost);
        const names = { user: id, username, display_name: displayName, device: lost.id, phone: lost.phone };
        return { renewal: found.id, ...names, ...lost.recovery, nonce: found.nonce, expires: server.time() + 600 };
      }
      case "/v1/recovery/unlock": {
        const found = this.find(signed.renewal);
        if (!(await verify(signed.key as unknown as PublicKey, signed, String(body.signature)))) throw new Refuse(401, 4101);
        if (signed.nonce !== found.nonce) throw new Refuse(422, 4301);
        await server.hmac(server.phones.get(found.lost!.phone)!, body, "proof");
        Object.assign(found, { state: "proven", key: signed.key, to: String(signed.phone) });
        return this.shown(found);
      }
      case "/v1/recovery/decline": {
        const found = this.find(body.renewal);
        found.lost!.active = false;
        return server.declined(server.of(found.lost!), found.id, body);
      }
      default:
        throw new Refuse(404, 5005);
    }
  }

  private async complete(body: JsonObject): Promise<JsonObject> {
    const { server } = this;
    const signed = body.signed as JsonObject;
    const found = this.find(signed.renewal);
    await this.signedBy(found, body);
    if (found.claim !== body.claim) throw new Refuse(410, 4402);
    if (["offered", "scanned"].includes(found.state)) throw new Refuse(409, 4403);
    found.to ||= name("p");
    if (found.state === "proven") {
      const old = server.devices.filter((one) => (found.lost ? one === found.lost : one.phone === found.phone!.id && one.active));
      found.devices = old.map((one) => ({ old: one, id: found.kind === "pin" ? one.id : name("d"), secret: random(32) }));
      found.state = "issued";
    }
    const users = found.devices.map(({ old, id, secret }) => {
      const person = server.of(old);
      return { user: person.id, username: person.username, display_name: person.displayName, device: id, secret: b64u(secret) };
    });
    return server.answer({ v: 1, type: "renewed", iss: ISS, renewal: found.id, phone: found.to, users, time: server.time() });
  }

  private async confirm(body: JsonObject): Promise<JsonObject> {
    const { server } = this;
    const found = this.find((body.signed as JsonObject).renewal);
    const signed = await this.signedBy(found, body);
    if (found.state === "done") return { active: true };
    const users = signed.users as { device: string; blob: string }[];
    for (const [at, { device }] of users.entries()) {
      const made = found.devices.find((one) => one.id === device)!;
      const key = await userKey(made.secret, "hmac", { iss: ISS, user: made.old.user, phone: found.to });
      if ((await hmacOf(key, signed)) !== (body.hmacs as string[])[at]) throw new Refuse(401, 4304, { left: 9 });
    }
    server.phones.set(found.to, server.phones.get(found.to) ?? { id: found.to, key: found.key!, wrongPins: 0, ended: false });
    for (const { old, id, secret } of found.devices) {
      const recovery = { salt: signed.salt as string, blob: users.find((one) => one.device === id)!.blob };
      old.active = false;
      if (old.id === id) Object.assign(old, { secret, recovery, active: true });
      else server.devices.push({ id, user: old.user, phone: found.to, secret, active: true, recovery });
    }
    found.state = "done";
    return { active: true };
  }
}
