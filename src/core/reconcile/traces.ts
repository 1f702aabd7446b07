/** What is left of an item that somebody deleted or took out, and whether an answer about that still holds. */
import { sameJson, sameValue } from "../equality.ts";
import { FIELD_DEFINITIONS, FIELDS_OF_TYPE } from "../fields.ts";
import type { FieldBase, FieldName, FieldValue, FieldValues, ItemId, ItemType, Link, ToolValue } from "../model.ts";
import type { Trace } from "../plan.ts";
import type { DeletionAnswer } from "../policy.ts";
import type { SettledItem } from "./draft.ts";
import { isDeleted, standingOf } from "./world.ts";
import type { ToolWorld, World } from "./world.ts";

type Edits = { [F in FieldName]?: FieldValue };

/** The hub first, then those of the tools that have, or had, a twin of it. */
export function tracesOf(world: World, id: ItemId, tools: readonly ToolWorld[], edits: FieldValues = {}): Trace[] {
  const hub: Trace = { side: "hub", state: world.input.hub.items[id] ? "live" : "removed", ...someEdits(edits) };
  const linked = tools.filter((tool) => tool.links.has(id));
  return [hub, ...linked.map((tool): Trace => ({ side: tool.key, state: stateAt(world, tool, id) }))];
}

/** Of an item that the hub has no more, with what was edited in the tools after the hub last agreed with them. */
export function tracesOfRemoved(world: World, id: ItemId, tools: readonly ToolWorld[], type: ItemType): Trace[] {
  return tracesOf(world, id, tools).map((trace) => {
    const tool = tools.find(({ key }) => key === trace.side);
    return tool && trace.state === "live" ? { ...trace, ...someEdits(editsAt(tool, id, type)) } : trace;
  });
}

/** A wave of deletions is not believed, but for what was lost before it. */
export function isLost(world: World, tool: ToolWorld, id: ItemId): boolean {
  if (tool.massDeletion && !tool.links.get(id)?.gone) return false;
  return isDeleted(standingOf(tool, id), world.input.hub.items[id], world.input);
}

function stateAt(world: World, tool: ToolWorld, id: ItemId): Trace["state"] {
  const standing = standingOf(tool, id);
  const isInHub = world.input.hub.items[id] !== undefined;
  if (isInHub && !isLost(world, tool, id)) return "live";
  return standing === "gone" ? "deleted" : standing === "archived" ? "archived" : "live";
}

/** The item's values that people changed since a twin was lost; an edit goes on counting when all agreed on it. */
export function editsSince(world: World, { item, values }: SettledItem, lost: readonly ToolWorld[]): FieldValues {
  const agreed = world.input.hubBase[item.id]?.fields ?? {};
  const seen = lost.map((tool) => tool.links.get(item.id)?.seen ?? agreed);
  const edits: Edits = {};
  for (const field of FIELDS_OF_TYPE[item.type]) {
    const now = field in values ? values[field] : agreed[field];
    if (now !== undefined && seen.some((known) => isNews(field, known[field], now))) edits[field] = now;
  }
  return edits;
}

function isNews(field: FieldName, seen: FieldValue | undefined, now: FieldValue): boolean {
  return !sameValue(FIELD_DEFINITIONS[field].merge, seen, now);
}

function editsAt(tool: ToolWorld, id: ItemId, type: ItemType): FieldValues {
  const link = tool.links.get(id) as Link;
  const edits: Edits = {};
  for (const [field, lens] of tool.lenses[type]) {
    const value = tool.mirror[link.ref]?.fields[field];
    const base = link.base[field];
    if (value === undefined || isKnown(field, value, base)) continue;
    if (base?.agreed !== undefined && lens.represents(value, base.agreed)) continue;
    const reading = lens.read(value);
    edits[field] = reading.kind === "value" ? reading.value : null;
  }
  return edits;
}

/** What was never agreed on stands nowhere else. */
function isKnown(field: FieldName, value: ToolValue, base: FieldBase | undefined): boolean {
  return base?.value === undefined ? value === null : sameValue(FIELD_DEFINITIONS[field].merge, value, base.value);
}

function someEdits(edits: FieldValues): Pick<Trace, "edits"> {
  return Object.keys(edits).length > 0 ? { edits } : {};
}

/** Whether the item was lost only where the person was shown that it is, or wanted it to be. */
export function isLossKnown({ choice, shown }: DeletionAnswer, now: readonly Trace[]): boolean {
  const isKnown = (was: Trace): boolean => was.state !== "live" || choice === "archive";
  return now.every(
    ({ side, state }) => state === "live" || shown.traces.some((was) => was.side === side && isKnown(was)),
  );
}

/**
 * Whether the person would say the same today. `keep` and `recreate` go for the sides that were lost then; to put an
 * item away goes for all of it as it was shown: not for what was edited, came to be or was brought back since.
 */
export function answerHolds(answer: DeletionAnswer, now: readonly Trace[]): boolean {
  if (answer.choice !== "archive") return isLossKnown(answer, now);
  return now.every((trace) => {
    if (trace.state !== "live") return true;
    const was = answer.shown.traces.find(({ side }) => side === trace.side);
    const isBack = answer.holds === true && trace.side !== "hub";
    return was?.state === "live" && sameJson(was.edits, trace.edits) && !isBack;
  });
}
