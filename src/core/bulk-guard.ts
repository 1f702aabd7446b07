import type { FieldName, HubBase, ItemId, Link, Side, ToolKey } from "./model.ts";
import type { GuardChoice, GuardQuestion, Plan, UpdateWrite, WantedField, Write } from "./plan.ts";
import type { GuardAnswer, Policy } from "./policy.ts";

/** Below this many overwritten values a plan is everyday work, however small the project. */
const OVERWRITE_FLOOR = 5;

/** So much more than a person was shown is still what they were shown. */
const GROWTH = { share: 0.25, floor: 5 };

/** Whether a question that now counts `count` is the one that was shown with `shown`: an edit more is no other plan. */
export function isAsShown(shown: number, count: number): boolean {
  return count <= shown + Math.max(GROWTH.floor, Math.floor(shown * GROWTH.share));
}

/** What a person answered to the question, unless it has outgrown what they were shown. */
export function guardChoice({ kind, side, count }: GuardQuestion, { answers }: Policy): GuardChoice | undefined {
  const isOf = ({ shown }: GuardAnswer): boolean => shown.kind === kind && shown.side === side;
  const answer = answers.filter((one) => one.kind === "guard").findLast(isOf);
  return answer && isAsShown(answer.shown.count, count) ? answer.choice : undefined;
}

export interface BulkCounts {
  /** Values overwritten at each tool. */
  readonly toolOverwrites: ReadonlyMap<ToolKey, number>;
  readonly hubOverwrites: number;
}

/** The questions a plan must have answered before it may touch a side in bulk, with the answers that there are. */
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
  return asked.map((question) => {
    const choice = guardChoice(question, policy);
    return choice ? { ...question, decided: { choice } } : question;
  });
}

/** Whether nothing of it may be written. */
export function isHeldBack({ decided }: GuardQuestion): boolean {
  return decided?.choice !== "proceed";
}

/**
 * Takes out of the plan what the questions are about: a tool's creates, a tool's updates, the hub's edits. A tool's
 * write is due again in the next run by itself: its base says that it has not seen what all others agree on. What the
 * hub has not accepted is agreed by nobody, and goes nowhere else either.
 */
export function withhold(plan: Plan, held: readonly GuardQuestion[]): Plan {
  if (held.length === 0) return plan;
  const isHeld = (kind: GuardQuestion["kind"], side: Side): boolean =>
    held.some((question) => question.kind === kind && question.side === side);
  const unaccepted = new Set<string>();
  if (isHeld("bulk-overwrite", "hub")) {
    for (const edit of plan.hubEdits) if (edit.kind === "field") unaccepted.add(fieldKey(edit.item, edit.field));
  }
  const isAccepted = ({ item, field }: { item: ItemId; field: FieldName }): boolean =>
    !unaccepted.has(fieldKey(item, field));
  return {
    ...plan,
    writes: plan.writes.flatMap((write): Write[] => {
      if (write.kind === "create") return isHeld("bulk-create", write.tool) ? [] : [write];
      if (write.kind === "archive") return [write];
      if (isHeld("bulk-overwrite", write.tool)) return [];
      const isParentless = isHeld("bulk-create", write.tool);
      return withFields(write, (field, { value }) => {
        return isAccepted({ item: write.item, field }) && !(isParentless && isAwaiting(value));
      });
    }),
    hubEdits: isHeld("bulk-overwrite", "hub") ? [] : plan.hubEdits,
    baseUpdates: plan.baseUpdates.filter(isAccepted),
    hubBase: plan.hubBase.filter(isAccepted),
  };
}

/** The update with these fields only; nothing where none is left. */
function withFields(write: UpdateWrite, isLeft: (field: FieldName, wanted: WantedField) => boolean): UpdateWrite[] {
  const left = Object.entries(write.fields).filter(([field, wanted]) => isLeft(field as FieldName, wanted));
  return left.length > 0 ? [{ ...write, fields: Object.fromEntries(left) }] : [];
}

function isAwaiting(value: WantedField["value"]): boolean {
  return typeof value === "object" && value !== null && "awaits" in value;
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

function fieldKey(item: ItemId, field: FieldName): string {
  return `${field} ${item}`;
}
