import type { HeldReason, NetworkState, NetworkView, PreflightSubject, ProblemCode, RefusedReason } from "@countersign/shared/gen_api";
import { m } from "../paraglide/messages";

/** A short sentence, and what is safe and what to do next. */
export interface Sentence {
  title: () => string;
  text: () => string;
}

/** The words of every problem. */
export const problemWords: Record<ProblemCode, Sentence> = {
  pinWrong: { title: m.p_pinWrong_title, text: m.p_pinWrong_text },
  pinWait: { title: m.p_pinWait_title, text: m.p_pinWait_text },
  pinFormat: { title: m.p_pinFormat_title, text: m.p_pinFormat_text },
  locked: { title: m.p_locked_title, text: m.p_locked_text },
  codeFormat: { title: m.p_codeFormat_title, text: m.p_codeFormat_text },
  codeSlip: { title: m.p_codeSlip_title, text: m.p_codeSlip_text },
  codeOtherContest: { title: m.p_codeOtherContest_title, text: m.p_codeOtherContest_text },
  noPackage: { title: m.p_noPackage_title, text: m.p_noPackage_text },
  packageRefused: { title: m.p_packageRefused_title, text: m.p_packageRefused_text },
  noInvitation: { title: m.p_noInvitation_title, text: m.p_noInvitation_text },
  noDraft: { title: m.p_noDraft_title, text: m.p_noDraft_text },
  numberTooLarge: { title: m.p_numberTooLarge_title, text: m.p_numberTooLarge_text },
  notComplete: { title: m.p_notComplete_title, text: m.p_notComplete_text },
  reasonFormat: { title: m.p_reasonFormat_title, text: m.p_reasonFormat_text },
  notPossibleNow: { title: m.p_notPossibleNow_title, text: m.p_notPossibleNow_text },
  handOffUnreadable: { title: m.p_handOffUnreadable_title, text: m.p_handOffUnreadable_text },
  notWrittenThere: { title: m.p_notWrittenThere_title, text: m.p_notWrittenThere_text },
  diskFull: { title: m.p_diskFull_title, text: m.p_diskFull_text },
  readOnly: { title: m.p_readOnly_title, text: m.p_readOnly_text },
  databaseDamaged: { title: m.p_databaseDamaged_title, text: m.p_databaseDamaged_text },
  databaseNewer: { title: m.p_databaseNewer_title, text: m.p_databaseNewer_text },
  internal: { title: m.p_internal_title, text: m.p_internal_text },
};

type WithHotline = (inputs: { hotline: string }) => string;

/** Why a report is held, what is safe, what to do. */
export const heldWords: Record<HeldReason, WithHotline> = {
  "revoked-key": m.held_revoked_key,
  "log-mismatch": m.held_log_mismatch,
  unknown: m.held_unknown,
};

/** Why a report is refused, what is safe, what to do. */
export const refusedWords: Record<RefusedReason, WithHotline> = {
  "not-canonical": m.refused_not_canonical,
  "bad-signature": m.refused_bad_signature,
  "wrong-contest": m.refused_wrong_contest,
  "wrong-room": m.refused_wrong_room,
  "wrong-precinct": m.refused_wrong_precinct,
  "unknown-package": m.refused_unknown_package,
  "invitation-not-valid": m.refused_invitation_not_valid,
  "over-limit": m.refused_over_limit,
  "wrong-supersedes": m.refused_wrong_supersedes,
  "question-closed": m.refused_question_closed,
  other: m.refused_other,
};

/** The connection in a few words, with its colour and shape. */
export interface NetworkWords {
  text: () => string;
  /** The same in two words. */
  brief: () => string;
  tone: "here" | "sealed" | "wrong";
  mark: string;
}

/** The words of every state of the connection. */
export const networkWords: Record<NetworkState, NetworkWords> = {
  unknown: { text: m.net_unknown, brief: m.net_unknown, tone: "here", mark: "●" },
  online: { text: m.net_online, brief: m.net_online, tone: "sealed", mark: "✓" },
  refused: { text: m.net_none, brief: m.net_none_brief, tone: "here", mark: "○" },
  silent: { text: m.net_none, brief: m.net_none_brief, tone: "here", mark: "○" },
  portal: { text: m.net_portal, brief: m.net_portal_brief, tone: "here", mark: "△" },
  falseCertificate: { text: m.net_false, brief: m.net_false_brief, tone: "wrong", mark: "!" },
  serverTrouble: { text: m.net_trouble, brief: m.net_trouble_brief, tone: "here", mark: "△" },
};

/** What the connection does, in small print; empty when nothing waits. */
export function attemptWords(network: NetworkView, leftMs: number): string {
  if (network.trying) {
    return m.net_trying();
  }
  return network.nextTryMs === null ? "" : m.net_next_try({ seconds: Math.ceil(leftMs / 1000) });
}

/** The lines of the preflight, when good and when not. */
export const preflightWords: Record<PreflightSubject, { good: () => string; bad: () => string }> = {
  storage: { good: m.preflight_storage, bad: m.preflight_storage_bad },
  clock: { good: m.preflight_clock, bad: m.preflight_clock_bad },
  package: { good: m.preflight_package, bad: m.preflight_package_bad },
  server: { good: m.preflight_server, bad: m.preflight_server_bad },
  app: { good: m.preflight_app, bad: m.preflight_app_bad },
};
