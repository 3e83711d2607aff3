import type { Role } from "../api/types";
import { m } from "../paraglide/messages";

export const roleName: Record<Role, () => string> = {
  admin: m.role_admin,
  operator: m.role_operator,
  reviewer: m.role_reviewer,
  "release-manager": m.role_release_manager,
  observer: m.role_observer,
};
