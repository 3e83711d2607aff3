/** Every code of a problem that the server answers with, beside those of a refusal. */
export const SERVER_CODES = [
  "not-signed-in", "sign-in-failed", "locked", "setup-needed", "csrf", "not-allowed", "bad-request", "not-found", "busy", "failed",
  "of-the-batch", "none-ready", "no-such-tie", "wrong-password", "too-many-passkeys", "passkey-known", "passkey-refused", "no-passkeys",
] as const;

/** What this page notices by itself: no answer came, or one that it cannot read; a passkey's dialog gave nothing. */
export const PAGE_CODES = ["network", "garbled", "passkey-cancelled", "passkey-failed"] as const;
export type PageCode = (typeof PAGE_CODES)[number];

/** Something did not work. */
export interface Problem {
  /** A code of the server or of this page. One that this page does not know is shown as such. */
  code: string;
  /** Seconds after which trying again makes sense. */
  retryAfterS: number | null;
}

/** A problem, thrown. */
export class Failed extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

/** The problem in whatever was thrown. */
export function problemOf(thrown: unknown): Problem {
  return thrown instanceof Failed ? thrown.problem : { code: "garbled", retryAfterS: null };
}

function seconds(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? Math.ceil(number) : null;
}

/** Reads the problem in an answer that is none of success. */
export async function problemIn(response: Response): Promise<Problem> {
  const retryAfter = seconds(response.headers.get("retry-after"));
  const body: unknown = await response.json().catch(() => null);
  if (typeof body === "object" && body !== null && "code" in body && typeof body.code === "string") {
    const inBody = "retry_after_s" in body ? seconds(body.retry_after_s) : null;
    return { code: body.code, retryAfterS: inBody ?? retryAfter };
  }
  // A proxy between here and the server answered, or a server that is starting.
  return { code: response.status === 502 || response.status === 503 || response.status === 504 ? "busy" : "garbled", retryAfterS: retryAfter };
}
