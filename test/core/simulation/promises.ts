/** The invariants that every simulated history must end in. */
import { FIELDS_OF_TYPE } from "../../../src/core/fields.ts";
import type { FieldName, FieldValue, ItemId, ToolValue } from "../../../src/core/model.ts";
import { isHeldBack } from "../../../src/core/bulk-guard.ts";
import type { FieldConflict, Plan } from "../../../src/core/plan.ts";
import { deedsOn, shows, stillStands } from "./people.ts";
import type { PassResult } from "./sim-engine.ts";
import { BrokenPromise } from "./sim-writes.ts";
import { initialFields, twinAt } from "./sim-world.ts";
import type { Deed, SimHubItem, SimWorld, ToolState } from "./sim-world.ts";

/** I2: with nothing to do, a plan says so in every list that would cause an effect. */
export function checkQuiet({ plan }: PassResult): void {
  const effects = {
    writes: plan.writes,
    hubEdits: plan.hubEdits,
    baseUpdates: plan.baseUpdates,
    hubBase: plan.hubBase,
  };
  for (const [list, entries] of Object.entries(effects)) {
    if (entries.length > 0) broken("I2 quiescence", `${list} of a second run: ${JSON.stringify(entries)}`);
  }
  const decided = decidedIn(plan);
  if (decided.length > 0) broken("I2 quiescence", `decided again: ${JSON.stringify(decided)}`);
}

/** I1: a run that ended because nothing was left to do leaves nothing to the next one. */
export function checkOver(wasOver: boolean, { plan: { writes, hubEdits } }: PassResult): void {
  if (wasOver && writes.length + hubEdits.length > 0)
    broken("I1 convergence", `nothing was left to do, and then ${JSON.stringify([...writes, ...hubEdits])}`);
}

/** Decisions that are carried out: what the hub has not accepted is decided anew in each run. */
export function decidedIn({ conflicts, guards }: Plan): FieldConflict[] {
  const isWaiting = guards.some((guard) => guard.side === "hub" && isHeldBack(guard));
  return isWaiting ? [] : conflicts.filter(({ decided }) => decided);
}

/** I1: every writable side stands for the agreed value, except where the plan says why not. */
export function checkConverged(world: SimWorld, { plan }: PassResult): void {
  for (const item of world.hub.values()) {
    for (const field of FIELDS_OF_TYPE[item.type]) {
      const agreed = world.hubBase[item.id]?.fields[field];
      if (agreed === undefined || isParked(plan, item.id, field)) continue;
      const hub = item.fields[field];
      const pulledOnly = world.tools.every(({ config }) => config.mode === "pull-only");
      if (hub !== undefined && !sameSet(field, hub, agreed) && !pulledOnly) {
        broken("I1 convergence", `hub ${item.id} ${field}: ${show(hub)} is not ${show(agreed)}`);
      }
      for (const tool of world.tools) checkTool(world, plan, tool, item, field, agreed);
    }
  }
}

function checkTool(
  world: SimWorld,
  plan: Plan,
  tool: ToolState,
  item: SimHubItem,
  field: FieldName,
  agreed: FieldValue,
): void {
  const twin = twinAt(world, tool, item.id);
  const held = twin?.fields[field];
  if (!twin || twin.state !== "live" || held === undefined || tool.config.mode === "pull-only") return;
  if (!tool.lens(item.type, field) || isExcused(plan, tool, item.id, field)) return;
  if (!shows(world, item, field, tool.key, held, agreed)) {
    broken("I1 convergence", `${tool.key} ${item.id} ${field}: ${show(held)} does not stand for ${show(agreed)}`);
  }
}

/** I3: what a person wrote is final, or knowingly replaced, or kept in a conflict's record, or still on his own side. */
export function checkNothingLost(world: SimWorld): void {
  for (const deed of world.deeds) {
    const item = world.hub.get(deed.item);
    if (!item || deed.superseded || wasRecorded(world, deed)) continue;
    if (deed.kind === "set" ? isValueKept(world, item, deed) : isElementKept(world, item, deed)) continue;
    broken("I3 no lost update", JSON.stringify(deed));
  }
}

function isValueKept(world: SimWorld, item: SimHubItem, deed: Deed): boolean {
  const final = item.fields[deed.field] ?? world.hubBase[item.id]?.fields[deed.field];
  if (stillStands(world, item, deed, final) || isStillShown(world, item, deed)) return true;
  // Values that come round again cannot be told apart: anybody who replaced such a one will do.
  return deedsOn(world, item.id, deed.field).some((other) => other !== deed && replaces(world, item, other, deed));
}

function replaces(world: SimWorld, item: SimHubItem, other: Deed, deed: Deed): boolean {
  if (other.kind !== "set" || other.replaced === undefined) return false;
  if (shows(world, item, deed.field, other.side, other.replaced, deed.value)) return true;
  const isTool = world.tools.some(({ key }) => key === other.side);
  return stillStands(world, item, deed, isTool ? other.meant : (other.replaced as FieldValue));
}

function isElementKept(world: SimWorld, item: SimHubItem, deed: Deed): boolean {
  const final = item.fields[deed.field] ?? world.hubBase[item.id]?.fields[deed.field];
  const wanted = deed.kind === "add";
  if (hasToken(final, deed.token) === wanted) return true;
  const shown = shownAt(world, item, deed);
  return shown !== undefined && hasToken(shown, deed.token) === wanted && deed.side !== "hub";
}

/** Edits at tools that may not propose stay there; so do parked ones. */
function isStillShown(world: SimWorld, item: SimHubItem, deed: Deed): boolean {
  const shown = shownAt(world, item, deed);
  if (shown === undefined) return false;
  return same(shown, deed.stored) || shows(world, item, deed.field, deed.side, shown, deed.value);
}

function shownAt(world: SimWorld, item: SimHubItem, deed: Deed): ToolValue | undefined {
  const tool = world.tools.find(({ key }) => key === deed.side);
  if (!tool) return item.fields[deed.field];
  const twin = twinAt(world, tool, item.id);
  return twin && twin.state !== "gone" ? twin.fields[deed.field] : undefined;
}

function wasRecorded(world: SimWorld, deed: Deed): boolean {
  return world.recorded.some(({ item, type, field, candidates, decided }) => {
    if (item !== deed.item || field !== deed.field) return false;
    if (deed.kind === "remove") return true;
    const values = [...candidates.map(({ value }) => value), ...(decided ? [decided.value] : [])];
    if (deed.kind === "add") return values.some((value) => hasToken(value, deed.token));
    return values.some((value) => stillStands(world, { type }, deed, value));
  });
}

/** I4: every value in the hub was written by somebody. */
export function checkNothingInvented(world: SimWorld): void {
  for (const item of world.hub.values()) {
    for (const [name, value] of Object.entries(item.fields)) {
      const field = name as FieldName;
      const first = initialFields(item.id, world.order.indexOf(item.id))[field];
      const known = deedsOn(world, item.id, field);
      if (field === "labels" || field === "description") {
        for (const token of tokens(value)) {
          if (!tokens(first).includes(token) && !known.some((deed) => deed.token === token)) {
            broken("I4 no invention", `${item.id} ${field}: ${token}`);
          }
        }
      } else if (
        !same(value, first) &&
        !known.some((deed) => same(deed.value, value)) &&
        !wasDefault(value) &&
        !world.brought.has(JSON.stringify([item.id, field, value]))
      ) {
        broken("I4 no invention", `${item.id} ${field}: ${show(value)}`);
      }
    }
  }
}

/** What a tool gives a field that nobody filled may be adopted where a person chose the tool. */
function wasDefault(value: FieldValue): boolean {
  return value === "" || value === "ready" || value === "in_progress" || value === null;
}

function isParked(plan: Plan, item: ItemId, field: FieldName): boolean {
  return plan.conflicts.some((conflict) => conflict.item === item && conflict.field === field && !conflict.decided);
}

function isExcused(plan: Plan, tool: ToolState, item: ItemId, field: FieldName): boolean {
  return plan.findings.some(
    (finding) => finding.tool === tool.key && finding.field === field && finding.items?.includes(item),
  );
}

function tokens(value: ToolValue | FieldValue | undefined): readonly string[] {
  return JSON.stringify(value ?? null).match(/\d+/g) ?? [];
}

function hasToken(value: ToolValue | FieldValue | undefined, token: string | undefined): boolean {
  return token !== undefined && tokens(value).includes(token);
}

function sameSet(field: FieldName, a: FieldValue, b: FieldValue): boolean {
  return field === "labels" ? same(tokens(a).toSorted(), tokens(b).toSorted()) : same(a, b);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function show(value: unknown): string {
  return JSON.stringify(value);
}

export function broken(promise: string, detail: string): never {
  throw new BrokenPromise(`${promise}: ${detail}`);
}
