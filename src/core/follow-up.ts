/** What a run starts by itself when it is over. */
import { sameValue } from "./equality.ts";
import { FIELD_DEFINITIONS } from "./fields.ts";
import type { HubBase } from "./model.ts";
import type { AgreedValue } from "./plan.ts";
import type { SyncRequest } from "./ports.ts";

/**
 * The contract's epic triggers: a new status of an epic is for all tools, whichever a run was asked for, and one
 * that is completed calls for a look at everything. Null where the run itself was as much as that.
 *
 * @param agreed what the run's commit comes to agree on
 * @param base what was agreed before
 */
export function followUpOf(request: SyncRequest, agreed: readonly AgreedValue[], base: HubBase): SyncRequest | null {
  const { merge } = FIELD_DEFINITIONS.status;
  const moved = agreed.filter(({ item, type, field, value }) => {
    const before = base[item]?.fields.status;
    return type === "epic" && field === "status" && before !== undefined && !sameValue(merge, before, value);
  });
  if (moved.length === 0) return null;
  const { tools, fields, mode, since, full, force } = request;
  const isWhole = [tools, fields, mode, since].every((restriction) => restriction === undefined);
  if (moved.some(({ value }) => value === "completed"))
    return isWhole && (full || force) ? null : { trigger: "epic-completed", full: true };
  return isWhole ? null : { trigger: "epic-status" };
}
