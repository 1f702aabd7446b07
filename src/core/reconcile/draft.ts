import { mergeFindings } from "../findings.ts";
import type { Finding } from "../findings.ts";
import type { FieldValues, HubItem, ToolKey } from "../model.ts";
import type { BaseUpdate, Deletion, FieldConflict, GuardQuestion, HubEdit, Plan, Write } from "../plan.ts";

/** A plan in the making. Lists are filled in item, field and tool order, which fixes the plan's own order. */
export interface Draft {
  writes: Write[];
  hubEdits: HubEdit[];
  baseUpdates: BaseUpdate[];
  hubBase: Plan["hubBase"][number][];
  presence: Plan["presence"][number][];
  conflicts: FieldConflict[];
  deletions: Deletion[];
  findings: Finding[];
  guards: GuardQuestion[];
  /** Values overwritten at each tool, for the bulk guard. */
  readonly overwrites: Map<ToolKey, number>;
  hubOverwrites: number;
}

export function emptyDraft(): Draft {
  return {
    writes: [],
    hubEdits: [],
    baseUpdates: [],
    hubBase: [],
    presence: [],
    conflicts: [],
    deletions: [],
    findings: [],
    guards: [],
    overwrites: new Map(),
    hubOverwrites: 0,
  };
}

export function finishDraft(draft: Draft): Plan {
  const { findings, overwrites: _, hubOverwrites: __, ...lists } = draft;
  return { ...lists, findings: mergeFindings(findings) };
}

/** What an item's fields come to in this plan, for twins that are about to be created. */
export interface SettledItem {
  readonly item: HubItem;
  /** Values of the fields that were not quiet; the others are the hub's. */
  readonly values: FieldValues;
  /** Whether anybody edited the item since the last agreement. */
  readonly edited: boolean;
}
