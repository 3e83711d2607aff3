import type { LotDrawer, LotMethod } from "@countersign/shared/gen_api";
import { m } from "../paraglide/messages";

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
