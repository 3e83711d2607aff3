import type { Standing } from "../api/types";
import { m } from "../paraglide/messages";

export interface StandingWords {
  name: () => string;
  /** What it means, in a sentence. */
  means: () => string;
  tone: "here" | "sealed" | "wrong" | "quiet";
  /** A shape beside the colour. */
  mark: string;
}

/** How each standing is shown: word, shape and colour together. */
export const standingWords: Record<Standing, StandingWords> = {
  missing: { name: m.standing_missing, means: m.standing_missing_means, tone: "quiet", mark: "○" },
  inConflict: { name: m.standing_inConflict, means: m.standing_inConflict_means, tone: "wrong", mark: "≠" },
  setAside: { name: m.standing_setAside, means: m.standing_setAside_means, tone: "wrong", mark: "∅" },
  flagged: { name: m.standing_flagged, means: m.standing_flagged_means, tone: "wrong", mark: "!" },
  consistent: { name: m.standing_consistent, means: m.standing_consistent_means, tone: "here", mark: "◐" },
  verified: { name: m.standing_verified, means: m.standing_verified_means, tone: "here", mark: "●" },
  released: { name: m.standing_released, means: m.standing_released_means, tone: "sealed", mark: "✓" },
  corrected: { name: m.standing_corrected, means: m.standing_corrected_means, tone: "sealed", mark: "✎" },
  reopened: { name: m.standing_reopened, means: m.standing_reopened_means, tone: "wrong", mark: "↺" },
};
