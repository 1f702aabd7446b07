/** What people do to a project: edits in the hub and in the tools, each value unlike any other where the field allows it. */
import type { FieldName, FieldValue, ItemId, Side, ToolValue } from "../../../src/core/model.ts";
import { asList, STATUS_STATES, STRANGE_STATUS } from "./lossy-lenses.ts";
import { EDITABLE, twinAt } from "./sim-world.ts";
import type { Deed, MutableTwin, SimHubItem, SimWorld, ToolState } from "./sim-world.ts";

/** One edit; `n` chooses among what is possible. */
export interface Edit {
  readonly side: number;
  readonly item: number;
  readonly field: number;
  readonly n: number;
}

const HUB_STATUS = ["ready", "in_progress", "in_review", "done", "blocked", "cancelled"] as const;

/** A person edits one field on one side; nothing happens where that is impossible. */
export function doEdit(world: SimWorld, edit: Edit): void {
  const id = pick(world.order, edit.item);
  const item = world.hub.get(id) ?? world.takenOut.get(id);
  const field = pick(EDITABLE, edit.field);
  if (!item || ((field === "parent" || field === "assignee") && item.type !== "story")) return;
  if (field === "status" && item.type === "epic") return;
  world.clock += 1_000;
  const side = edit.side % (world.tools.length + 1);
  const tool = world.tools[side - 1];
  if (tool) editTool(world, tool, item, field, edit.n);
  else if (world.hub.has(id)) editHub(world, item, field, edit.n);
}

/** A person deletes a twin (or archives it), or takes an item out of the hub. */
export function doDelete(world: SimWorld, edit: Edit): void {
  const id = pick(world.order, edit.item);
  const tool = world.tools[(edit.side % (world.tools.length + 1)) - 1];
  if (!tool) {
    const item = world.hub.get(id);
    if (!item) return;
    world.hub.delete(id);
    world.takenOut.set(id, item);
    world.seen.deletes += 1;
    return;
  }
  const twin = twinAt(world, tool, id);
  if (!twin || twin.state !== "live") return;
  twin.state = edit.n % 3 === 0 ? "archived" : "gone";
  world.seen.deletes += 1;
  // Whoever deletes a twin has seen what is in it.
  for (const deed of world.deeds) if (deed.side === tool.key && deed.item === id) deed.superseded = true;
}

/** A person brings back what was put away in a tool, or the lines that were taken out of the hub. */
export function doRestore(world: SimWorld, { n }: Edit): void {
  const archived = world.tools.flatMap(({ twins }) => [...twins.values()].filter(({ state }) => state === "archived"));
  const all = [...archived, ...world.takenOut.values()];
  const one = all[n % Math.max(1, all.length)];
  if (!one) return;
  world.seen.restores += 1;
  if ("state" in one) one.state = "live";
  else {
    world.takenOut.delete(one.id);
    world.hub.set(one.id, one);
  }
}

/** A person answers a deletion or a bulk write as it was asked, whatever happened since. */
export function doAnswer(world: SimWorld, n: number): void {
  const one = world.asked[n % Math.max(1, world.asked.length)];
  if (!one) return;
  const { question: shown, titles } = one;
  if (shown.kind === "deletion") {
    world.answers.push({ kind: "deletion", choice: pick(shown.choices, n), shown });
    world.answeredTitles.set(shown.item, titles);
    world.seen.deletionAnswers += 1;
  } else {
    world.answers.push({ kind: "guard", choice: n % 3 === 0 ? "refuse" : "proceed", shown });
    world.seen.guardAnswers += 1;
  }
  world.asked = world.asked.filter((other) => other !== one);
}

/** A person takes a key out of the hub: no opinion, and no deed. */
export function doForget(world: SimWorld, edit: Edit): void {
  const item = world.hub.get(pick(world.order, edit.item));
  const field = pick(EDITABLE, edit.field);
  if (!item || field === "title" || !(field in item.fields)) return;
  supersedeSeen(world, item, field, "hub", item.fields[field]);
  for (const deed of deedsOn(world, item.id, field)) if (deed.side === "hub") deed.superseded = true;
  delete item.fields[field];
}

function editHub(world: SimWorld, item: SimHubItem, field: FieldName, n: number): void {
  const before = item.fields[field];
  if (field === "labels" || field === "description") {
    const after = editElements(world, "hub", item.id, field, before, n);
    if (after !== undefined) item.fields[field] = field === "labels" ? after : after.join("\n");
  } else {
    const after = hubValue(world, field, n);
    if (after === before) return;
    // Where the key was left out, the agreed value is what the author adds to.
    supersedeSeen(world, item, field, "hub", before ?? agreedNow(world, item.id, field));
    item.fields[field] = after;
    world.deeds.push({
      side: "hub",
      item: item.id,
      field,
      kind: "set",
      value: after,
      replaced: before,
      superseded: false,
    });
  }
  world.edited.set(`hub ${item.id} ${field}`, world.clock);
}

/** The agreed value, also where the commit that made it so is not on record yet. */
function agreedNow(world: SimWorld, item: ItemId, field: FieldName): FieldValue | undefined {
  const pending = world.uncommitted?.hubBase.find((entry) => entry.item === item && entry.field === field);
  return pending ? pending.value : world.hubBase[item]?.fields[field];
}

function editTool(world: SimWorld, tool: ToolState, item: SimHubItem, field: FieldName, n: number): void {
  const twin = twinAt(world, tool, item.id);
  const lens = tool.lens(item.type, field);
  if (!twin || twin.state !== "live" || !lens || twin.fields[field] === undefined) return;
  if (field === "labels" || field === "description") {
    const after = editElements(world, tool.key, item.id, field, twin.fields[field], n);
    if (after === undefined) return;
    const written = lens.write(field === "labels" ? after : after.join("\n"));
    if (written.kind === "value") twin.fields[field] = written.value;
  } else editToolValue(world, tool, item, twin, field, n);
  world.edited.set(`${tool.key} ${item.id} ${field}`, world.clock);
}

function editToolValue(
  world: SimWorld,
  tool: ToolState,
  item: SimHubItem,
  twin: MutableTwin,
  field: FieldName,
  n: number,
): void {
  const stored = toolValue(world, tool, item, field, n);
  if (stored === undefined || stored === twin.fields[field]) return;
  const shown = twin.fields[field];
  supersedeSeen(world, item, field, tool.key, shown);
  twin.fields[field] = stored;
  const place = `${tool.key} ${item.id} ${field}`;
  const replaced = shown === STRANGE_STATUS ? world.leftFor.get(place) : shown;
  world.leftFor.set(place, replaced ?? null);
  const value = canonical(world, tool, item, field, stored);
  if (value === undefined) return;
  // Back to where it was before anybody else could see the change: there and back is no edit.
  const link = world.links.find((known) => known.item === item.id && known.tool === tool.key);
  const superseded = JSON.stringify(link?.base[field]?.value) === JSON.stringify(stored);
  const meant = replaced === undefined ? undefined : canonical(world, tool, item, field, replaced);
  world.deeds.push({ side: tool.key, item: item.id, field, kind: "set", value, stored, replaced, meant, superseded });
}

/** In the hub's terms; undefined where nothing in the hub stands for it. */
export function canonical(
  world: SimWorld,
  tool: ToolState,
  item: Pick<SimHubItem, "type">,
  field: FieldName,
  stored: ToolValue,
): FieldValue | undefined {
  if (field === "parent") return stored === null ? null : parentOf(world, tool, stored);
  const reading = tool.lens(item.type, field)?.read(stored);
  return reading?.kind === "value" ? reading.value : undefined;
}

/** Whether what the side shows stands for that value. */
export function shows(
  world: SimWorld,
  item: Pick<SimHubItem, "type">,
  field: FieldName,
  side: Side,
  shown: ToolValue | FieldValue | undefined,
  value: FieldValue,
): boolean {
  const tool = world.tools.find(({ key }) => key === side);
  if (!tool || shown === undefined) return JSON.stringify(shown) === JSON.stringify(value);
  if (field === "parent") return canonical(world, tool, item, field, shown as ToolValue) === value;
  return tool.lens(item.type, field)?.represents(shown as ToolValue, value) ?? false;
}

/** Marks the deeds that the author of an edit replaces knowingly. */
function supersedeSeen(
  world: SimWorld,
  item: SimHubItem,
  field: FieldName,
  side: Side,
  shown: ToolValue | FieldValue | undefined,
): void {
  const tool = world.tools.find(({ key }) => key === side);
  const inHubTerms = tool && shown !== undefined ? canonical(world, tool, item, field, shown as ToolValue) : shown;
  for (const deed of deedsOn(world, item.id, field)) {
    if (deed.kind !== "set") continue;
    const own =
      deed.side === side && deed.stored !== undefined && JSON.stringify(deed.stored) === JSON.stringify(shown);
    const seen = own || shows(world, item, field, side, shown, deed.value);
    if (seen || stillStands(world, item, deed, inHubTerms as FieldValue | undefined)) deed.superseded = true;
  }
}

/** Whether the deed is satisfied by that value of the project: it is that value, or the author's tool shows it so. */
export function stillStands(
  world: SimWorld,
  item: Pick<SimHubItem, "type">,
  deed: Deed,
  value: FieldValue | undefined,
): boolean {
  if (value === undefined) return false;
  if (JSON.stringify(deed.value) === JSON.stringify(value)) return true;
  return deed.stored !== undefined && shows(world, item, deed.field, deed.side, deed.stored, value);
}

export function deedsOn(world: SimWorld, item: ItemId, field: FieldName): Deed[] {
  return world.deeds.filter((deed) => deed.item === item && deed.field === field);
}

function hubValue(world: SimWorld, field: FieldName, n: number): FieldValue {
  world.serial += 1;
  if (field === "title") return `t${world.serial}${n % 3 === 0 ? " " : ""}`;
  if (field === "status") return pick(HUB_STATUS, n);
  if (field === "estimate") return n % 5 === 0 ? null : world.serial * 10 + (n % 2) / 2;
  if (field === "parent") return n % 5 === 0 ? null : pick(["EPIC-1", "EPIC-2"], n);
  return n % 4 === 0 ? null : `p${world.serial}`;
}

function toolValue(
  world: SimWorld,
  tool: ToolState,
  item: SimHubItem,
  field: FieldName,
  n: number,
): ToolValue | undefined {
  if (field === "status")
    return n % 7 === 0 ? STRANGE_STATUS : pick(Object.keys(STATUS_STATES[tool.config.lossiness.status]), n);
  const value = hubValue(world, field, n);
  if (field === "parent") return value === null ? null : twinAt(world, tool, String(value))?.ref;
  const written = tool.lens(item.type, field)?.write(value);
  return written?.kind === "value" ? written.value : undefined;
}

/** Labels of a set or lines of a text: adds one, replaces one, or takes one away. */
function editElements(
  world: SimWorld,
  side: Side,
  item: ItemId,
  field: "labels" | "description",
  before: ToolValue | FieldValue | undefined,
  n: number,
): string[] | undefined {
  // Whoever writes a key anew that was left out says what the whole of it is.
  if (before === undefined) for (const deed of deedsOn(world, item, field)) deed.superseded = true;
  const elements = [...(field === "labels" ? asList(before) : String(before ?? "").split("\n"))];
  const at = elements.length === 0 ? 0 : n % elements.length;
  const action = n % 3;
  if (action !== 1) {
    const removed = elements[at];
    if (removed === undefined) return undefined;
    note(world, side, item, field, "remove", removed);
    elements.splice(at, 1);
  }
  if (action !== 0) {
    world.serial += 1;
    const fresh = field === "labels" ? `l ${world.serial}` : `w${world.serial}${n % 2 === 0 ? "  " : ""}`;
    elements.splice(field === "labels" ? elements.length : at, 0, fresh);
    note(world, side, item, field, "add", fresh);
  }
  return elements;
}

function note(
  world: SimWorld,
  side: Side,
  item: ItemId,
  field: FieldName,
  kind: "add" | "remove",
  element: string,
): void {
  const token = /\d+/.exec(element)?.[0];
  if (token === undefined) return;
  if (kind === "remove") {
    for (const deed of deedsOn(world, item, field)) if (deed.token === token) deed.superseded = true;
  }
  world.deeds.push({ side, item, field, kind, value: null, token, superseded: false });
}

function parentOf(world: SimWorld, tool: ToolState, ref: ToolValue): ItemId | undefined {
  return world.links.find((link) => link.tool === tool.key && link.ref === ref)?.item;
}

export function pick<T>(list: readonly T[], n: number): T {
  return list[n % list.length] as T;
}
