import type { LotDrawer, LotMethod } from "@countersign/shared/gen_api";
import { m } from "../paraglide/messages";
import type { LotGap } from "../lots.svelte";

/** How a lot is drawn. */
export const lotMethodName: Record<LotMethod, () => string> = {
  coin: m.lot_method_coin,
  highCard: m.lot_method_highCard,
  other: m.lot_method_other,
};

/** Who draws a lot. */
export const lotDrawerName: Record<LotDrawer, () => string> = {
  chair: m.lot_drawer_chair,
  secretary: m.lot_drawer_secretary,
  captain: m.lot_drawer_captain,
};

/** What a lot lacks. */
export const lotGapWords: Record<LotGap, () => string> = {
  winners: m.lot_gap_winners,
  method: m.lot_gap_method,
  drawnBy: m.lot_gap_drawn_by,
};
