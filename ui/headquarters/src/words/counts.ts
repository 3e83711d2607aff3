import type { CountKind } from "../api/types";
import { m } from "../paraglide/messages";

export const countName: Record<CountKind, () => string> = {
  firstAlignment: m.count_firstAlignment,
  finalAlignment: m.count_finalAlignment,
  delegates: m.count_delegates,
};
