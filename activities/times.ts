/** When each side of a conflict was last changed, as finely and honestly as anybody knows. */
import type { FieldName, FieldValue, Link, Side, Stamp, ToolKey, ItemId } from "../src/core/model.ts";
import type { Conflict } from "../src/core/plan.ts";
import type { Policy } from "../src/core/policy.ts";
import type { HubTimes } from "../src/hub/folder.ts";
import type { ProjectState } from "../src/store/store.ts";
import type { Engine } from "./engine.ts";
import type { EvidenceTimes } from "./evidence.ts";
import { skewKey } from "./pull.ts";

/** The file as our newest swap left it, and when it was saved before. */
export interface HubSwap {
  readonly hash: string;
  readonly savedBefore: Stamp;
}

/** Where the newest swap of a project's hub is kept. */
export function swapKey(project: string): string {
  return `swap/${project}`;
}

/**
 * The finest honest time of each candidate: the vendor's own history of the field, else the item's time;
 * for the hub git's time of the line, else the file's. A vendor's clock is set right by its measured skew.
 */
export async function timesOf(
  engine: Engine,
  project: string,
  state: ProjectState,
  disputed: readonly Conflict[],
  evidence: ReadonlyMap<ToolKey, EvidenceTimes>,
): Promise<Policy["times"]> {
  const hubTimes = await hubTimesOf(engine, project);
  const skews = new Map<ToolKey, number>();
  for (const tool of Object.keys(state.mirror)) {
    skews.set(tool, ((await engine.store.cached(skewKey(tool), engine.now())) as number | null) ?? 0);
  }
  const links = Map.groupBy(state.links, ({ item }) => item);
  const atTool = ({ tool, ref }: Link, field: FieldName): Stamp | undefined => {
    const stamp = evidence.get(tool)?.[`${ref}/${field}`] ?? state.mirror[tool]?.[ref]?.updated;
    return stamp && corrected(stamp, skews.get(tool) ?? 0);
  };
  const known = new Map<string, Stamp>();
  for (const { item, type, field, candidates } of disputed) {
    const own = links.get(item) ?? [];
    for (const { side, value } of candidates) {
      const link = own.find(({ tool }) => tool === side);
      const isAgreed = side === "hub" && same(value, state.hubBase[item]?.fields[field]);
      const stamp = isAgreed
        ? oldest(own.filter((one) => holdsAgreed(one, field, value, state)).map((one) => atTool(one, field)))
        : side === "hub"
          ? hubTimes(type, item, field)
          : link && atTool(link, field);
      if (stamp) known.set(`${side}/${item}/${field}`, stamp);
    }
  }
  return (side: Side, item: ItemId, field: FieldName) => known.get(`${side}/${item}/${field}`);
}

/**
 * A value that the hub got from a tool is as old as it is there: when we wrote it into the file says
 * nothing. Tools that got it from us have it later than its author's own.
 */
function holdsAgreed(link: Link, field: FieldName, value: FieldValue, { mirror }: ProjectState): boolean {
  const base = link.base[field];
  const held = mirror[link.tool]?.[link.ref]?.fields[field];
  return base !== undefined && same(base.agreed, value) && same(base.value, held);
}

function oldest(stamps: readonly (Stamp | undefined)[]): Stamp | undefined {
  return stamps
    .filter((stamp) => stamp !== undefined)
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    .at(0);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Git's time of the lines, else the file's: that of the last save by people, where the newest save is ours. */
async function hubTimesOf(engine: Engine, project: string): Promise<HubTimes> {
  const [times, saved] = await Promise.all([engine.hub.times(project), lastSaved(engine, project)]);
  return (...place) => {
    const stamp = times(...place);
    return stamp && stamp.at > saved.at ? saved : stamp;
  };
}

/** When people saved the hub file last; our own newest swap does not count. */
export async function lastSaved(engine: Engine, project: string): Promise<Stamp> {
  const [saved, { hash }] = await Promise.all([engine.hub.saved(project), engine.hub.read(project)]);
  const ours = (await engine.store.cached(swapKey(project), engine.now())) as HubSwap | null;
  return ours?.hash === hash ? ours.savedBefore : saved;
}

/** `Date` headers tell whole seconds: a smaller skew than this is noise, and what is set right by one is no finer. */
const SKEW_RESOLUTION_MS = 2_000;

function corrected(stamp: Stamp, skewMs: number): Stamp {
  if (Math.abs(skewMs) < SKEW_RESOLUTION_MS) return stamp;
  const at = new Date(Date.parse(stamp.at) - skewMs).toISOString();
  return { at, resolutionMs: Math.max(stamp.resolutionMs, SKEW_RESOLUTION_MS) };
}
