import type { FieldName, FieldValue, HubItem, ToolKey } from "../model.ts";
import type { WantedField } from "../plan.ts";
import type { ToolPolicy } from "../policy.ts";
import type { Draft, SettledItem } from "./draft.ts";
import { examineField, isQuiet } from "./field-case.ts";
import type { ReconcileParts } from "./parts.ts";
import { settleField } from "./settle-field.ts";
import type { ToolWorld, Twin, World } from "./world.ts";

type Updates = Map<ToolKey, { [F in FieldName]?: WantedField }>;

/** Plans all fields of one item: one update for each tool, with everything it needs. */
export function settleItem(world: World, draft: Draft, item: HubItem, parts: ReconcileParts): SettledItem {
  const bound = world.tools.filter((tool) => isBound(tool, item));
  const twins = bound.flatMap((tool) => tool.twins.get(item.id) ?? []);
  const holders = [...bound.map(({ policy }) => policy), ...world.policy.others.filter((one) => holds(one, item))];
  const hubMayPropose = holders.length === 0 || holders.some(({ mode }) => mode !== "pull-only");
  const values: { [F in FieldName]?: FieldValue } = {};
  const updates: Updates = new Map();
  const agreed = world.input.hubBase[item.id]?.fields ?? {};
  let edited = false;
  for (const field of world.fields[item.type]) {
    if (isQuiet(item, field, agreed, twins)) continue;
    const c = examineField(item, field, agreed, twins, hubMayPropose, parts.hasMoved);
    edited ||= c.hubChanged || c.sides.some(({ state }) => state === "moved");
    const settled = settleField(world, draft, c, parts);
    if (settled.value !== undefined) values[field] = settled.value;
    for (const { tool, fields } of settled.writes) updates.set(tool, { ...updates.get(tool), ...fields });
  }
  draftUpdates(draft, item, twins, updates);
  return { item, values, edited };
}

/** Whether the item belongs in that tool. */
export function isBound(tool: ToolWorld, item: HubItem): boolean {
  return holds(tool.policy, item) && !tool.quarantined.has(item.id);
}

function holds({ types }: Pick<ToolPolicy, "types">, { type }: HubItem): boolean {
  return types.includes(type);
}

function draftUpdates(draft: Draft, item: HubItem, twins: readonly Twin[], updates: Updates): void {
  for (const { tool, link } of twins) {
    const fields = updates.get(tool.key);
    if (fields) {
      draft.writes.push({ kind: "update", tool: tool.key, item: item.id, type: item.type, ref: link.ref, fields });
    }
    if (item.refs[tool.key] === undefined) {
      draft.hubEdits.push({ kind: "ref", item: item.id, type: item.type, tool: tool.key, ref: link.key });
    }
  }
}
