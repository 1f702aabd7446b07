import type { FieldName, HubBase, ItemId, Link, Side, ToolKey } from "./model.ts";
import type { GuardQuestion, Plan, Write } from "./plan.ts";
import type { Policy } from "./policy.ts";

/** Below this many overwritten values a plan is everyday work, however small the project. */
const OVERWRITE_FLOOR = 5;

export interface BulkCounts {
  /** Values overwritten at each tool. */
  readonly toolOverwrites: ReadonlyMap<ToolKey, number>;
  readonly hubOverwrites: number;
}

/** The questions a plan must have answered before it may touch a side in bulk. */
export function bulkQuestions(
  plan: Pick<Plan, "writes">,
  counts: BulkCounts,
  known: { readonly links: readonly Link[]; readonly hubBase: HubBase },
  policy: Policy,
): GuardQuestion[] {
  const tools = Object.keys(policy.tools).sort();
  if (policy.yes) return [];
  const asked: GuardQuestion[] = [];
  if (!tools.every((tool) => policy.tools[tool]?.consented)) {
    asked.push(...overwriteQuestion("hub", counts.hubOverwrites, () => agreedInHub(known.hubBase), policy));
  }
  const creates = countCreates(plan.writes);
  for (const tool of tools) {
    if (policy.tools[tool]?.consented) continue;
    const count = creates.get(tool) ?? 0;
    const limit = policy.bulk.maxCreates;
    if (count > limit) asked.push({ side: tool, kind: "bulk-create", count, limit });
    asked.push(
      ...overwriteQuestion(tool, counts.toolOverwrites.get(tool) ?? 0, () => agreedAt(tool, known.links), policy),
    );
  }
  return asked;
}

/**
 * Takes everything out of the plan that would touch the guarded sides, and every agreement that rests on it,
 * so that the next run finds the same work still to do. What the hub has not accepted goes nowhere else either.
 */
export function withhold(plan: Plan, guarded: readonly Side[]): Plan {
  if (guarded.length === 0) return plan;
  const unaccepted = new Set<string>();
  if (guarded.includes("hub")) {
    for (const edit of plan.hubEdits) if (edit.kind === "field") unaccepted.add(fieldKey(edit.item, edit.field));
  }
  const held = new Set(unaccepted);
  for (const write of plan.writes.filter(({ tool }) => guarded.includes(tool))) {
    for (const field of fieldsOf(write)) held.add(fieldKey(write.item, field));
  }
  const isFree = ({ item, field }: { item: ItemId; field: FieldName }): boolean => !held.has(fieldKey(item, field));
  return {
    ...plan,
    writes: plan.writes.filter(({ tool }) => !guarded.includes(tool)).flatMap((write) => without(write, unaccepted)),
    hubEdits: guarded.includes("hub") ? [] : plan.hubEdits,
    baseUpdates: plan.baseUpdates.filter(isFree),
    hubBase: plan.hubBase.filter(isFree),
  };
}

/** The update without these fields; nothing where none is left. Other writes stay as they are. */
function without(write: Write, unaccepted: ReadonlySet<string>): Write[] {
  if (write.kind !== "update") return [write];
  const left = Object.entries(write.fields).filter(
    ([field]) => !unaccepted.has(fieldKey(write.item, field as FieldName)),
  );
  return left.length > 0 ? [{ ...write, fields: Object.fromEntries(left) }] : [];
}

/** `total` is counted only where there is enough to ask about at all. */
function overwriteQuestion(side: Side, count: number, total: () => number, { bulk }: Policy): GuardQuestion[] {
  if (count < OVERWRITE_FLOOR) return [];
  const limit = Math.max(OVERWRITE_FLOOR - 1, Math.floor(total() * bulk.maxOverwriteShare));
  return count > limit ? [{ side, kind: "bulk-overwrite", count, limit }] : [];
}

function countCreates(writes: readonly Write[]): ReadonlyMap<ToolKey, number> {
  const counts = new Map<ToolKey, number>();
  for (const { kind, tool } of writes) if (kind === "create") counts.set(tool, (counts.get(tool) ?? 0) + 1);
  return counts;
}

/** Fields agreed with the tool; what it filled in by itself never was. */
function agreedAt(tool: ToolKey, links: readonly Link[]): number {
  return links
    .filter((link) => link.tool === tool)
    .reduce((sum, { base }) => sum + Object.values(base).filter(({ agreed }) => agreed !== undefined).length, 0);
}

function agreedInHub(hubBase: HubBase): number {
  return Object.values(hubBase).reduce((sum, { fields }) => sum + Object.keys(fields).length, 0);
}

function fieldsOf(write: Write): FieldName[] {
  return write.kind === "archive" ? [] : (Object.keys(write.fields) as FieldName[]);
}

function fieldKey(item: ItemId, field: FieldName): string {
  return `${field} ${item}`;
}
