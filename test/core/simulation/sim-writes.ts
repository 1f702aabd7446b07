/** Writes as the engine sends them: lost, unanswered, refused, broken off; and what it takes as agreed of each. */
import type { FieldBase, FieldName, ItemId, Link, ToolValue } from "../../../src/core/model.ts";
import type { CreateWrite, Plan, UpdateWrite, Write } from "../../../src/core/plan.ts";
import type { Faults } from "./faults.ts";
import { canonical } from "./people.ts";
import { makeTwin, twinAt } from "./sim-world.ts";
import type { MutableTwin, PendingWrite, SimWorld, ToolState } from "./sim-world.ts";

/** A broken promise, seen while the pass runs. */
export class BrokenPromise extends Error {}

/**
 * Writes without an answer. A create is found by its key. An update counts where the tool shows what was
 * asked; where the tool's history tells of an edit since, nobody can say what its author saw, so nothing is
 * taken as agreed any more.
 */
export function recover(world: SimWorld, tool: ToolState, pending: PendingWrite): void {
  const twin = tool.twins.get(pending.ref);
  if (!twin) return;
  if (pending.kind === "create") link(world, tool, pending.write, twin, true);
  else {
    for (const [field, { value, agreed }] of pending.fields) {
      const held = twin.fields[field];
      if (held === undefined) continue;
      const edited = world.edited.get(`${tool.key} ${pending.item} ${field}`) ?? 0;
      if (same(held, value)) setBase(world, tool, pending.item, field, { value: held, agreed });
      else if (edited > pending.sentAt) {
        auditUnshared(world, tool, { item: pending.item, type: twin.type ?? "story" }, twin, field);
        setBase(world, tool, pending.item, field, {});
      }
    }
  }
}

/** Returns true where the process died before the commit. */
export function applyWrites(world: SimWorld, plan: Plan, faults: Faults): boolean {
  const order = rotate(world.tools, faults.order);
  let position = 0;
  for (const tool of order) {
    for (const write of plan.writes.filter((one) => one.tool === tool.key)) {
      if (position >= faults.crashAfter) {
        world.seen.crashes += 1;
        return true;
      }
      applyWrite(world, tool, write, faults.writes[position] ?? 9, faults);
      position += 1;
    }
  }
  return false;
}

function applyWrite(world: SimWorld, tool: ToolState, write: Write, fate: number, faults: Faults): void {
  checkAllowed(tool, write);
  if (fate === 0 && write.kind !== "update") {
    world.seen.failures += 1;
    return;
  }
  if (write.kind === "archive") archive(tool, write.ref);
  else if (write.kind === "create") create(world, tool, write, fate);
  else update(world, tool, write, fate, faults);
}

function checkAllowed(tool: ToolState, write: Write): void {
  if (tool.config.mode === "pull-only") throw new BrokenPromise(`a pull-only tool was written to: ${write.kind}`);
}

function archive(tool: ToolState, ref: string): void {
  const twin = tool.twins.get(ref);
  // Like before an update, an edit that arrived since the pull stops it.
  if (twin && same(twin.fields, tool.mirror[ref]?.fields)) twin.state = "archived";
}

function create(world: SimWorld, tool: ToolState, write: CreateWrite, fate: number): void {
  const fields: MutableTwin["fields"] = {};
  for (const [field, wanted] of Object.entries(write.fields)) {
    const value = resolveParent(world, tool, wanted.value);
    if (value !== undefined) fields[field as FieldName] = value;
  }
  const living = [...tool.twins.values()].filter((twin) => twin.item === write.item && twin.state === "live");
  if (living.length > 0) throw new BrokenPromise(`a second twin of ${write.item} in ${tool.key}`);
  const twin = makeTwin(world, tool, write.item, fields);
  if (fate === 1) {
    world.seen.failures += 1;
    tool.pending.push({ kind: "create", write, ref: twin.ref });
  } else link(world, tool, write, twin, false);
}

function link(world: SimWorld, tool: ToolState, write: CreateWrite, twin: MutableTwin, recovered: boolean): void {
  const base: { [F in FieldName]?: FieldBase } = {};
  const lens = (field: FieldName) => tool.lens(write.type, field);
  for (const field of Object.keys(twin.fields) as FieldName[]) {
    const value = twin.fields[field];
    const wanted = write.fields[field];
    if (value === undefined) continue;
    if (!wanted) {
      // Found again later, nobody can say any more whether a person has been here.
      if (!recovered) base[field] = { value };
      continue;
    }
    const asked = resolveParent(world, tool, wanted.value);
    const holds = field === "parent" ? same(asked, value) : lens(field)?.represents(value, wanted.agreed);
    if (holds) base[field] = { value, agreed: wanted.agreed };
    else if (asked !== undefined) base[field] = { value: asked, agreed: wanted.agreed };
  }
  remember(tool, twin);
  const known: Link = {
    item: write.item,
    tool: tool.key,
    ref: twin.ref,
    key: twin.key,
    url: twin.url,
    generation: write.generation,
    base,
  };
  world.links = [...world.links.filter(({ item, tool: at }) => item !== write.item || at !== tool.key), known];
}

function update(world: SimWorld, tool: ToolState, write: UpdateWrite, fate: number, faults: Faults): void {
  const twin = tool.twins.get(write.ref);
  if (!twin || twin.state !== "live") return;
  const entries = Object.entries(write.fields).map(([field, wanted]) => ({ field: field as FieldName, wanted }));
  if (entries.some(({ field, wanted }) => wanted.expect !== undefined && !same(twin.fields[field], wanted.expect))) {
    world.seen.races += 1;
    return;
  }
  const landed = new Map<FieldName, { value: ToolValue; agreed: UpdateWrite["fields"]["title"] & object }>();
  for (const [n, { field, wanted }] of entries.entries()) {
    const value = resolveParent(world, tool, wanted.value);
    if (value === undefined) continue;
    checkReadable(tool, write, twin, field);
    // Nothing was ever agreed on there, so that no conflict will tell of it.
    const base = world.links.find((known) => known.item === write.item && known.tool === tool.key)?.base[field];
    if (base?.agreed === undefined) auditUnshared(world, tool, write, twin, field);
    if (fate === 0) {
      landed.set(field, { value, agreed: wanted });
      continue;
    }
    const thing = `${write.item} ${field} ${JSON.stringify(value)}`;
    if (fate === 2 && n === 0) tool.refuses.add(thing);
    if (tool.refuses.has(thing)) refuse(world, tool, write, twin, field, value, faults);
    else {
      twin.fields[field] = value;
      landed.set(field, { value, agreed: wanted });
    }
  }
  if (fate < 2) {
    world.seen.failures += 1;
    const fields = new Map([...landed].map(([field, { value, agreed }]) => [field, { value, agreed: agreed.agreed }]));
    tool.pending.push({ kind: "update", item: write.item, ref: write.ref, sentAt: world.clock, fields });
    return;
  }
  for (const [field, { value, agreed }] of landed) {
    setBase(world, tool, write.item, field, { value, agreed: agreed.agreed });
  }
  remember(tool, twin);
}

/** An answered write tells what the twin is now. */
function remember(tool: ToolState, twin: MutableTwin): void {
  tool.mirror = { ...tool.mirror, [twin.ref]: structuredClone(twin) };
}

/** The record keeps what a tool held where that may give way without a conflict. */
function auditUnshared(
  world: SimWorld,
  tool: ToolState,
  { item, type }: Pick<UpdateWrite, "item" | "type">,
  twin: MutableTwin,
  field: FieldName,
): void {
  const held = twin.fields[field];
  if (held === undefined) return;
  const value = canonical(world, tool, { type }, field, held) ?? null;
  const candidates = [{ side: tool.key, value }];
  world.recorded.push({ item, type, field, kind: "adoption", candidates, strategy: "source-wins" });
}

function checkReadable(tool: ToolState, write: UpdateWrite, twin: MutableTwin, field: FieldName): void {
  const held = twin.fields[field];
  if (field === "parent" || held === undefined) return;
  if (tool.lens(write.type, field)?.read(held).kind === "none") {
    throw new BrokenPromise(`a value that nobody could read was overwritten: ${write.item} ${field}`);
  }
}

function refuse(
  world: SimWorld,
  tool: ToolState,
  write: UpdateWrite,
  twin: MutableTwin,
  field: FieldName,
  wanted: ToolValue,
  faults: Faults,
): void {
  world.seen.failures += 1;
  const before = world.links.find((known) => known.item === write.item && known.tool === tool.key)?.base[field];
  const value = twin.fields[field] ?? null;
  const agreed = faults.refusedAgrees ? write.fields[field]?.agreed : before?.agreed;
  const refused = { wanted, reason: "not allowed here" };
  setBase(world, tool, write.item, field, { value, ...(agreed !== undefined && { agreed }), refused });
}

export function setBase(world: SimWorld, tool: ToolState, item: ItemId, field: FieldName, base: FieldBase): void {
  world.links = world.links.map((known) =>
    known.item === item && known.tool === tool.key ? { ...known, base: { ...known.base, [field]: base } } : known,
  );
}

function resolveParent(
  world: SimWorld,
  tool: ToolState,
  value: ToolValue | { readonly awaits: ItemId },
): ToolValue | undefined {
  if (typeof value !== "object" || value === null || !("awaits" in value)) return value as ToolValue;
  return twinAt(world, tool, String(value.awaits))?.ref;
}

function rotate<T>(list: readonly T[], by: number): T[] {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
