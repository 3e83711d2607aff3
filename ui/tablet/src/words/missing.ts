import type { CaucusView, Missing } from "@countersign/shared/gen_api";
import { m } from "../paraglide/messages";
import { list, shortList } from "./lists";
import { groupName } from "./steps";

/** What is missing, named. */
export function missingWords(caucus: CaucusView, missing: Missing): string {
  switch (missing.kind) {
    case "attendance":
      return m.gap_attendance();
    case "groups": {
      const names = missing.groups.map((group) => groupName(caucus.groups, group));
      return m.gap_groups({ n: names.length, names: shortList(names) });
    }
    case "lot": {
      const groups = caucus.ties[missing.tie]?.groups ?? [];
      return m.gap_lot({ names: list(groups.map((group) => groupName(caucus.groups, group))) });
    }
    case "reason":
      return m.gap_reason();
    case "attendanceReason":
      return m.gap_attendance_reason();
    case "attestation":
      switch (missing.who.kind) {
        case "chair":
          return m.gap_attest_chair();
        case "secretary":
          return m.gap_attest_secretary();
        case "captain":
          return m.gap_attest_captain({ group: groupName(caucus.groups, missing.who.group) });
      }
  }
}

/** Sentences without repeats: five findings that ask for a reason are one sentence. */
export function missingSentences(caucus: CaucusView, missing: readonly Missing[]): string[] {
  return [...new Set(missing.map((one) => missingWords(caucus, one)))];
}
