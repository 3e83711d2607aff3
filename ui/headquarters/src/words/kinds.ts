import { m } from "../paraglide/messages";

const KINDS: Record<string, () => string> = { report: m.kind_report, enrolment: m.kind_enrolment, reply: m.kind_reply };

/** What kind of message it is; its code where these pages have no word for it. */
export function kindName(kind: string): string {
  return KINDS[kind]?.() ?? kind;
}
