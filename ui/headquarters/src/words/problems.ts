import type { Problem } from "../api/problem";
import { m } from "../paraglide/messages";

/** A short sentence, and what is safe and what to do next. */
export interface Sentence {
  title: () => string;
  text: () => string;
}

/** The words of every problem: those of the server, of a refusal (the closed set of `core`), and of this page. */
export const problemWords: Record<string, Sentence> = {
  "not-signed-in": { title: m.p_not_signed_in_title, text: m.p_not_signed_in_text },
  "sign-in-failed": { title: m.p_sign_in_failed_title, text: m.p_sign_in_failed_text },
  locked: { title: m.p_locked_title, text: m.p_locked_text },
  "setup-needed": { title: m.p_setup_needed_title, text: m.p_setup_needed_text },
  csrf: { title: m.p_csrf_title, text: m.p_csrf_text },
  "not-allowed": { title: m.p_not_allowed_title, text: m.p_not_allowed_text },
  "bad-request": { title: m.p_bad_request_title, text: m.p_bad_request_text },
  "not-found": { title: m.p_not_found_title, text: m.p_not_found_text },
  busy: { title: m.p_busy_title, text: m.p_busy_text },
  failed: { title: m.p_failed_title, text: m.p_failed_text },
  "of-the-batch": { title: m.p_of_the_batch_title, text: m.p_of_the_batch_text },
  "no-such-tie": { title: m.p_no_such_tie_title, text: m.p_no_such_tie_text },
  "none-ready": { title: m.p_none_ready_title, text: m.p_none_ready_text },
  "wrong-password": { title: m.p_wrong_password_title, text: m.p_wrong_password_text },
  "too-many-passkeys": { title: m.p_too_many_passkeys_title, text: m.p_too_many_passkeys_text },
  "passkey-known": { title: m.p_passkey_known_title, text: m.p_passkey_known_text },
  "passkey-refused": { title: m.p_passkey_refused_title, text: m.p_passkey_refused_text },
  "no-passkeys": { title: m.p_no_passkeys_title, text: m.p_no_passkeys_text },
  "passkey-cancelled": { title: m.p_passkey_cancelled_title, text: m.p_passkey_cancelled_text },
  "passkey-failed": { title: m.p_passkey_failed_title, text: m.p_passkey_failed_text },
  network: { title: m.p_network_title, text: m.p_network_text },
  garbled: { title: m.p_garbled_title, text: m.p_garbled_text },
  "too-large": { title: m.p_too_large_title, text: m.p_too_large_text },
  "not-canonical": { title: m.p_not_canonical_title, text: m.p_not_canonical_text },
  "unsupported-kind": { title: m.p_unsupported_kind_title, text: m.p_unsupported_kind_text },
  "not-open-yet": { title: m.p_not_open_yet_title, text: m.p_not_open_yet_text },
  "unknown-key": { title: m.p_unknown_key_title, text: m.p_unknown_key_text },
  "bad-signature": { title: m.p_bad_signature_title, text: m.p_bad_signature_text },
  "wrong-contest": { title: m.p_wrong_contest_title, text: m.p_wrong_contest_text },
  "wrong-room": { title: m.p_wrong_room_title, text: m.p_wrong_room_text },
  "wrong-precinct": { title: m.p_wrong_precinct_title, text: m.p_wrong_precinct_text },
  "unknown-package": { title: m.p_unknown_package_title, text: m.p_unknown_package_text },
  "over-limit": { title: m.p_over_limit_title, text: m.p_over_limit_text },
  "revoked-key": { title: m.p_revoked_key_title, text: m.p_revoked_key_text },
  "invitation-not-valid": { title: m.p_invitation_not_valid_title, text: m.p_invitation_not_valid_text },
  "wrong-supersedes": { title: m.p_wrong_supersedes_title, text: m.p_wrong_supersedes_text },
  "own-entry": { title: m.p_own_entry_title, text: m.p_own_entry_text },
  "same-person": { title: m.p_same_person_title, text: m.p_same_person_text },
  "weaker-evidence": { title: m.p_weaker_evidence_title, text: m.p_weaker_evidence_text },
  "unknown-subject": { title: m.p_unknown_subject_title, text: m.p_unknown_subject_text },
  "open-finding": { title: m.p_open_finding_title, text: m.p_open_finding_text },
  "changed-since": { title: m.p_changed_since_title, text: m.p_changed_since_text },
  "question-closed": { title: m.p_question_closed_title, text: m.p_question_closed_text },
  "inquiries-open": { title: m.p_inquiries_open_title, text: m.p_inquiries_open_text },
  "window-open": { title: m.p_window_open_title, text: m.p_window_open_text },
  stopped: { title: m.p_stopped_title, text: m.p_stopped_text },
  "too-many": { title: m.p_too_many_title, text: m.p_too_many_text },
  "log-behind": { title: m.p_log_behind_title, text: m.p_log_behind_text },
};

/** What a problem says. A code that this page does not know is named, so that it can be passed on. */
export function sentenceOf(problem: Problem): Sentence {
  return problemWords[problem.code] ?? { title: () => m.p_unknown_title({ code: problem.code }), text: m.p_unknown_text };
}
