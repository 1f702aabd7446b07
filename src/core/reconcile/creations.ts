import type { FieldName, HubItem } from "../model.ts";
import type { WantedField, WantedFields } from "../plan.ts";
import type { Draft, SettledItem } from "./draft.ts";
import { isBound } from "./settle-item.ts";
import { wantedValue } from "./settle-tool.ts";
import { isLossKnown, tracesOf } from "./traces.ts";
import { isDeleted, standingOf } from "./world.ts";
import type { ToolWorld, World } from "./world.ts";

/** Marks, before any field is planned, which items come to exist in which tool: children may then wait for them. */
export function markCreations(world: World, draft: Draft): void {
  for (const tool of world.tools) {
    for (const id of tool.absent.keys()) {
      const item = world.input.hub.items[id];
      if (item && isDue(world, tool, item, draft)) tool.creating.add(id);
    }
  }
}

/** Drafts the creates of one item, with every value that the tool can hold. */
export function draftCreates(world: World, draft: Draft, { item, values }: SettledItem): void {
  for (const tool of world.tools) {
    if (!tool.creating.has(item.id)) continue;
    const fields: { [F in FieldName]?: WantedField } = {};
    for (const [field, lens] of tool.lenses[item.type]) {
      // Quiet fields, and those that do not flow in this run, are part of a new twin too.
      const value = field in values ? values[field] : item.fields[field];
      if (value === undefined || value === null || lens.writable === false) continue;
      const wanted = wantedValue(world, draft, { item, field }, { tool, lens }, value);
      const first = wanted.kind === "value" ? wanted.value : wanted.kind === "cannot" ? wanted.instead : undefined;
      if (first !== undefined) fields[field] = { value: first, agreed: value };
    }
    draftCreate(draft, tool, item, fields);
  }
}

function draftCreate(draft: Draft, tool: ToolWorld, item: HubItem, fields: WantedFields): void {
  const link = tool.links.get(item.id);
  const generation = link ? link.generation + 1 : (tool.policy.generations?.[item.id] ?? 0);
  draft.writes.push({ kind: "create", tool: tool.key, item: item.id, type: item.type, generation, fields });
}

function isDue(world: World, tool: ToolWorld, item: HubItem, draft: Draft): boolean {
  if (item.type === "project" || !isBound(tool, item) || !item.fields.title) return false;
  const { policy } = tool;
  if (policy.mode === "pull-only" || !policy.available) return false;
  const standing = standingOf(tool, item.id);
  if (standing === "none") return !isAwaited(tool, item, draft);
  const lost = isDeleted(standing, item, world.input);
  return lost && !tool.massDeletion && isWantedAnew(world, tool, item);
}

/** As a person said, else as the tool's policy has it. */
function isWantedAnew(world: World, { policy }: ToolWorld, item: HubItem): boolean {
  const answer = world.deletionAnswers.get(item.id);
  const bound = world.tools.filter((tool) => isBound(tool, item));
  if (!answer || !isLossKnown(answer, tracesOf(world, item.id, bound))) return policy.deletes === "recreate";
  return answer.choice === "recreate";
}

/** A ref that could not be resolved means that a twin may exist: a second one must not. */
function isAwaited(tool: ToolWorld, item: HubItem, draft: Draft): boolean {
  const ref = item.refs[tool.key];
  // What the listing could not resolve it has told of already, with the tool's own words.
  const awaiting = tool.policy.awaiting.includes(item.id);
  if (ref !== undefined && !awaiting) {
    draft.findings.push({
      code: "unresolved-ref",
      severity: "warning",
      tool: tool.key,
      items: [item.id],
      message: `external_refs.${tool.key} names an item that ${tool.key} does not show; nothing is created in its place.`,
      remedy: "Correct the ref, or remove it to have the item created.",
    });
  }
  return ref !== undefined || awaiting;
}
