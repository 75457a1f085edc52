/** Argon2id in plain script: about ten times slower, loaded only where WebAssembly is off or its code is refused. */

// The library makes two BigInt constants on loading that Argon2 never uses; Safari 13 has no BigInt at all.
const scope = globalThis as { BigInt?: unknown };
if (typeof scope.BigInt === "undefined") scope.BigInt = Number;

export async function argon2idPlain(
  password: Uint8Array,
  salt: Uint8Array,
  options: { m: number; t: number; p: number; dkLen: number },
): Promise<Uint8Array> {
  const { argon2idAsync } = await import("@noble/hashes/argon2.js");
  return argon2idAsync(password, salt, { ...options, version: 0x13 });
}
