import { Failed, type PageCode } from "./api/problem";
import type { MadePasskey, PasskeyChallenge, PasskeyMaking, ShownPasskey } from "./api/types";
import { m } from "./paraglide/messages";

/** Whether passkeys are good on this page: `elsewhere` if at another address, `no-browser` if this browser has none. */
export type PasskeyPlace = "here" | "elsewhere" | "no-browser" | "none";

/** Whether passkeys made for an address are good on this page. */
export function passkeyPlace(
  passkeys: string | null,
  page: string = location.origin,
  able: boolean = typeof PublicKeyCredential !== "undefined",
): PasskeyPlace {
  if (passkeys === null) {
    return "none";
  }
  if (passkeys !== page) {
    return "elsewhere";
  }
  return able ? "here" : "no-browser";
}

/** Bytes from base64url without padding. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
}

/** Bytes as base64url without padding. */
export function textOf(bytes: ArrayBuffer): string {
  const chars = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(chars).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** What became of a passkey's dialog that gave nothing. Browsers do not say whether somebody closed it or waited too long. */
export function passkeyCode(thrown: unknown): PageCode | "passkey-known" {
  switch (thrown instanceof DOMException ? thrown.name : "") {
    case "NotAllowedError":
    case "AbortError":
      return "passkey-cancelled";
    case "InvalidStateError":
      return "passkey-known";
    default:
      return "passkey-failed";
  }
}

async function dialog(asks: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  let given: Credential | null;
  try {
    given = await asks();
  } catch (thrown) {
    throw new Failed({ code: passkeyCode(thrown), retryAfterS: null });
  }
  if (!(given instanceof PublicKeyCredential)) {
    throw new Failed({ code: "passkey-failed", retryAfterS: null });
  }
  return given;
}

/** Lets the browser make a passkey. */
export async function makePasskey(making: PasskeyMaking): Promise<MadePasskey> {
  const made = await dialog(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: bytesOf(making.challenge),
        rp: { id: making.host, name: m.app_name() },
        user: { id: bytesOf(making.user), name: making.name, displayName: making.name },
        pubKeyCredParams: making.algorithms.map((alg) => ({ type: "public-key", alg })),
        excludeCredentials: making.known.map((id) => ({ type: "public-key", id: bytesOf(id) })),
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
        attestation: "none",
        timeout: making.time_ms,
      },
    }),
  );
  const response = made.response as AuthenticatorAttestationResponse;
  return { client_data: textOf(response.clientDataJSON), attestation: textOf(response.attestationObject) };
}

/** Lets the browser sign with a passkey that somebody chooses. */
export async function showPasskey(given: PasskeyChallenge): Promise<ShownPasskey> {
  const shown = await dialog(() =>
    navigator.credentials.get({
      publicKey: { challenge: bytesOf(given.challenge), rpId: given.host, userVerification: "required", timeout: given.time_ms },
    }),
  );
  const response = shown.response as AuthenticatorAssertionResponse;
  return {
    id: textOf(shown.rawId),
    client_data: textOf(response.clientDataJSON),
    authenticator_data: textOf(response.authenticatorData),
    signature: textOf(response.signature),
    user: response.userHandle === null ? null : textOf(response.userHandle),
  };
}
