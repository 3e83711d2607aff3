/** What is typed to sign in, in order. */
export const SIGN_IN_FIELDS = ["name", "password", "code"] as const;
export type SignInField = (typeof SIGN_IN_FIELDS)[number];

/** What somebody has beside their password. */
export type SignInWay = "code" | "passkey";

/** What is typed for one of the two ways. */
export function fieldsOf(way: SignInWay): readonly SignInField[] {
  return way === "code" ? SIGN_IN_FIELDS : ["name", "password"];
}

/** The first of the fields that is still empty. */
export function signInGap(typed: Record<SignInField, string>, way: SignInWay = "code"): SignInField | null {
  return fieldsOf(way).find((field) => (field === "password" ? typed[field] : typed[field].trim()) === "") ?? null;
}
