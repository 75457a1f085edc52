import { describe, expect, it } from "vitest";
import { bytes, creationOptions, requestOptions, text, written } from "../src/passkeys";

const view = (value: BufferSource): number[] => [...new Uint8Array(value as ArrayBuffer)];

describe("passkeys", () => {
  it("reads and writes base64url as the server does", () => {
    expect(view(bytes("-_8A"))).toEqual([251, 255, 0]);
    expect(text(new Uint8Array([251, 255, 0]).buffer)).toBe("-_8A");
    expect(text(new ArrayBuffer(0))).toBe("");
  });

  it("hands the options to the browser as bytes, and keeps the rest", () => {
    const asked = requestOptions({ challenge: "AQI", rpId: "example.org", userVerification: "required", allowCredentials: [{ type: "public-key", id: "AwQ", transports: ["usb"] }] });
    expect(view(asked.challenge)).toEqual([1, 2]);
    expect(asked.userVerification).toBe("required");
    expect(view(asked.allowCredentials?.[0]?.id ?? new ArrayBuffer(0))).toEqual([3, 4]);
    expect(asked.allowCredentials?.[0]?.transports).toEqual(["usb"]);
    const made = creationOptions({ challenge: "AQI", user: { id: "BQ", name: "anna", displayName: "Anna" }, excludeCredentials: [], attestation: "none" });
    expect(view(made.user.id)).toEqual([5]);
    expect(made.attestation).toBe("none");
  });

  it("writes an assertion in the form of the specification", () => {
    const raw = (one: number): ArrayBuffer => new Uint8Array([one]).buffer;
    const response = { clientDataJSON: raw(1), authenticatorData: raw(2), signature: raw(3), userHandle: null };
    const found = JSON.parse(written({ rawId: raw(9), type: "public-key", response } as unknown as PublicKeyCredential)) as Record<string, unknown>;
    expect(found).toEqual({
      id: "CQ",
      rawId: "CQ",
      type: "public-key",
      clientExtensionResults: {},
      response: { clientDataJSON: "AQ", authenticatorData: "Ag", signature: "Aw", userHandle: null },
    });
  });
});
