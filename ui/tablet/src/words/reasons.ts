import type { ReasonChoice, View } from "@countersign/shared/gen_api";

/** A reason as people read it: its words, or the label of its code. */
export function reasonText(view: View | null, reason: ReasonChoice): string {
  const label = view?.package?.reasons.find(({ code }) => code === reason.code)?.label ?? reason.code;
  return reason.text ? `«${reason.text}»` : label;
}
