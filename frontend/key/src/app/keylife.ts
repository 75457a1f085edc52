/** What begins a renewal: a new PIN, a transfer from either end, a recovery; and the test of notifications (spec §5.9–§5.11, §6.7). */
import { b64u, random, sha256, unb64u, type Bytes } from "../core/bytes";
import { stretch } from "../core/argon2";
import type { JsonObject } from "../core/jcs";
import { publicKeyOf, userKey } from "../core/keys";
import { camouflage } from "../core/seal";
import { post } from "../net/wire";
import type { Phone, User } from "../store/store";
import type { Activation, Ready, Sent } from "./activation";
import type { App } from "./app";
import type { Platform } from "./platform";
import { draftPhone, Renewal } from "./renewal";
import { seal, signedPost } from "./requests";
import { close, keyOf, type Opening } from "./unlock";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** A signed word that the PIN is right, for one purpose and once (§5.7). */
async function proving(app: App, path: string, opening: Opening, purpose: string, more: JsonObject): Promise<{ renewal: string; claim: string; user: User }> {
  const user = app.active[0] as User;
  const claim = b64u(random(16));
  const given = await signedPost(app, "/v1/nonce", { type: "nonce", fields: {} });
  const answer = await signedPost(app, path, {
    type: "prove",
    fields: { user: user.user, device: user.device, purpose, nonce: text(given.nonce), uv: opening.uv, ...more },
    hmac: await keyOf(app, user, opening, "proof"),
    beside: async () => ({ claim }),
  });
  return { renewal: text(answer.renewal), claim, user };
}

/** Proves the old PIN. What comes back takes the new one, for every user of this phone. */
export async function changePin(app: App, opening: Opening): Promise<Renewal> {
  await app.configure();
  const { renewal, claim } = await proving(app, "/v1/pin/change", opening, "change_pin", {});
  const begun = new Renewal(app, "pin", renewal, claim, app.phone as Phone);
  await begun.look();
  return begun;
}

/** The old phone's end of a transfer. It holds A until the digits are typed: the PIN is asked once. */
export class Offer {
  private constructor(
    readonly renewal: Renewal,
    /** What the QR holds; stored nowhere. */
    readonly link: string,
    private readonly user: User,
    private readonly opening: Opening,
  ) {}

  static async make(app: App, opening: Opening): Promise<Offer> {
    const secret = random(16);
    const more = { secret_hash: b64u(await sha256(secret)) };
    const { renewal, claim, user } = await proving(app, "/v1/transfer/offer", opening, "transfer", more);
    const begun = new Renewal(app, "transfer", renewal, claim, app.phone as Phone);
    begun.state = "offered";
    return new Offer(begun, `${app.iss}/t#${b64u(secret)}`, user, opening);
  }

  /** The six digits that the new phone shows. */
  async approve(code: string): Promise<void> {
    const { app, id } = this.renewal;
    await signedPost(app, "/v1/transfer/approve", {
      type: "transfer_approve",
      fields: { renewal: id, user: this.user.user, device: this.user.device, code, uv: this.opening.uv },
      hmac: await keyOf(app, this.user, this.opening, "proof"),
    });
  }

  /** Overwrites A. */
  forget(): void {
    close(this.opening);
  }
}

/** The new phone's end: it has nobody yet, and a key that the server never saw. */
export async function take(app: App, secret: Bytes, name: string, platform: Platform): Promise<Renewal> {
  await app.configure();
  const [phone, claim] = [await draftPhone(), b64u(random(16))];
  const answer = await signedPost(app, "/v1/transfer/scan", {
    type: "transfer",
    phone,
    fields: { secret: b64u(secret), key: { ...(await publicKeyOf(phone.signing)) }, name, platform: { ...platform } },
    beside: async () => ({ claim }),
  });
  const begun = new Renewal(app, "transfer", text(answer.renewal), claim, phone);
  begun.state = "scanned";
  begun.code = text(answer.code);
  return begun;
}

export type Lost = { device: string; name: string; to: string };
type Opened = { user: string; username: string; display_name: string; device: string; phone: string; salt: string; blob: string; nonce: string };

/** A recovery, step by step (spec §5.11). */
export class Recovery {
  lost: Lost[] = [];
  username = "";
  opened: Opened | null = null;
  private id = "";
  private draft: Phone | null = null;
  private readonly claim = b64u(random(16));

  constructor(
    private readonly app: App,
    private readonly platform: () => Promise<Platform>,
    private readonly phoneName: (displayName: string, platform: Platform) => string,
  ) {}

  private step(path: string, body: JsonObject): Promise<JsonObject> {
    return post(this.app.wire, path, () => ({ renewal: this.id, claim: this.claim, ...body }));
  }

  async start(username: string, password: string): Promise<void> {
    await this.app.configure();
    const platform = { ...(await this.platform()) } as JsonObject;
    const body = { username, password, platform, claim: this.claim };
    const answer = await post(this.app.wire, "/v1/recovery/start", () => body);
    this.id = text(answer.renewal);
    this.username = username;
    this.lost = answer.phones as unknown as Lost[];
  }

  async send(device: string): Promise<Sent> {
    return (await this.step("/v1/recovery/send", { device })) as unknown as Sent;
  }

  async prove(code: string): Promise<void> {
    this.opened = (await this.step("/v1/recovery/prove", { code })) as unknown as Opened;
    this.username = this.opened.username;
  }

  /** The recovery PIN, judged by the server alone: 4304 where it is wrong. */
  async unlock(pin: string): Promise<Renewal> {
    const { app } = this;
    const lost = this.opened as Opened;
    const proof = await this.lostKey(pin, lost);
    const phone = app.active.length && app.phone ? app.phone : (this.draft ??= await draftPhone());
    const platform = await this.platform();
    const here = phone === app.phone ? await stretch(pin, phone.salt) : null;
    try {
      const answer = await signedPost(app, "/v1/recovery/unlock", {
        type: "recover",
        phone,
        fields: {
          renewal: this.id,
          nonce: lost.nonce,
          user: lost.user,
          device: lost.device,
          key: { ...(await publicKeyOf(phone.signing)) },
          name: this.phoneName(lost.display_name, platform),
          platform: { ...platform },
          uv: "pin",
        },
        hmac: proof,
        beside: async () => ({ claim: this.claim, ...(here ? { prove: await this.beside(here, lost.nonce) } : {}) }),
      });
      return new Renewal(app, "recovery", text(answer.renewal), this.claim, phone);
    } finally {
      here?.fill(0);
    }
  }

  /** K(proof) of the secret that this PIN opens on the lost phone. With a wrong PIN it is a key all the same. */
  private async lostKey(pin: string, lost: Opened): Promise<CryptoKey> {
    const place = { iss: this.app.iss, user: lost.user, device: lost.device };
    const stretched = await stretch(pin, unb64u(lost.salt));
    const secret = await camouflage(unb64u(lost.blob), stretched, place);
    stretched.fill(0);
    try {
      return await userKey(secret, "proof", { iss: this.app.iss, user: lost.user, phone: lost.phone });
    } finally {
      secret.fill(0);
    }
  }

  private async beside(stretched: Bytes, nonce: string): Promise<JsonObject> {
    const user = this.app.active[0] as User;
    return seal(this.app, {
      type: "prove",
      fields: { user: user.user, device: user.device, purpose: "add_user", nonce, uv: "pin" },
      hmac: await keyOf(this.app, user, { stretched, uv: "pin" }, "proof"),
    });
  }

  /** The PIN is forgotten: an activation takes over, and ends with a new one. */
  async decline(activation: Activation): Promise<void> {
    activation.resume(this.claim, (await this.step("/v1/recovery/decline", {})) as unknown as Ready);
  }
}

/** Has a test notification sent; the id that it will carry. */
export async function testPush(app: App): Promise<string> {
  return text((await signedPost(app, "/v1/push/test", { type: "push_test", fields: {}, nonce: true })).id);
}
