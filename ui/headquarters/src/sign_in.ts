/** What is typed to sign in, in order. */
export const SIGN_IN_FIELDS = ["name", "password", "code"] as const;
export type SignInField = (typeof SIGN_IN_FIELDS)[number];

/** The first of the fields that is still empty. */
export function signInGap(typed: Record<SignInField, string>): SignInField | null {
  return SIGN_IN_FIELDS.find((field) => (field === "password" ? typed[field] : typed[field].trim()) === "") ?? null;
}
