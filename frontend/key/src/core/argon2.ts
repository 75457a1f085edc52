/** Argon2id (RFC 9106) with the protocol's parameters: WebAssembly where the phone has it, plain script where not. */
import { utf8, type Bytes } from "./bytes";
import { readPin } from "./pin";

export const ARGON2 = { m: 19456, t: 2, p: 1 } as const;
const LENGTH = 32;

type Hash = (password: Bytes, salt: Bytes) => Promise<Bytes>;

async function compiled(): Promise<Hash> {
  const { argon2id } = await import("hash-wasm");
  return async (password, salt) =>
    (await argon2id({
      password,
      salt,
      memorySize: ARGON2.m,
      iterations: ARGON2.t,
      parallelism: ARGON2.p,
      hashLength: LENGTH,
      outputType: "binary",
    })) as Bytes;
}

/** Used where WebAssembly is off (lockdown mode) or its code is refused. */
export async function plain(): Promise<Hash> {
  const { argon2idPlain } = await import("./argon2plain");
  return async (password, salt) => (await argon2idPlain(password, salt, { ...ARGON2, dkLen: LENGTH })) as Bytes;
}

let chosen: Hash | undefined;

async function hash(password: Bytes, salt: Bytes): Promise<Bytes> {
  if (!chosen) {
    try {
      const fast = await compiled();
      const result = await fast(password, salt);
      chosen = fast;
      return result;
    } catch {
      chosen = await plain();
    }
  }
  return chosen(password, salt);
}

/**
 * A = Argon2id(PIN, the phone's salt): 32 bytes that open every user of this phone. Callers overwrite it after use.
 * Throws RangeError for what is not a PIN.
 */
export async function stretch(typed: string, salt: Bytes): Promise<Bytes> {
  const pin = readPin(typed);
  if (pin === null) throw new RangeError("not a PIN");
  return hash(utf8(pin), salt);
}
