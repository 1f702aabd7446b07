/** When each side of a conflict was last changed, as finely and honestly as anybody knows. */
import { sameJson } from "../src/core/equality.ts";
import type { FieldName, FieldValue, ItemId, ItemType, Link, Side, Stamp, ToolKey } from "../src/core/model.ts";
import type { FieldConflict, Plan } from "../src/core/plan.ts";
import type { Policy } from "../src/core/policy.ts";
import type { HubTimes } from "../src/hub/folder.ts";
import type { HubCommit, ProjectState } from "../src/store/store.ts";
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
  disputed: readonly FieldConflict[],
  evidence: ReadonlyMap<ToolKey, EvidenceTimes>,
): Promise<Policy["times"]> {
  const hubTime = await hubStamps(engine, project, state);
  const links = Map.groupBy(state.links, ({ item }) => item);
  const atTool = await toolTimes(engine, state, evidence);
  const known = new Map<string, Stamp>();
  for (const { item, type, field, candidates } of disputed) {
    const own = links.get(item) ?? [];
    for (const { side, value } of candidates) {
      const link = own.find(({ tool }) => tool === side);
      const stamp = side === "hub" ? hubTime(type, item, field, value) : link && atTool(link, field);
      if (stamp) known.set(`${side}/${item}/${field}`, stamp);
    }
  }
  return (side: Side, item: ItemId, field: FieldName) => known.get(`${side}/${item}/${field}`);
}

/** When a value of the hub came to be: where it was agreed on, where its author wrote it; else as git or the file tells. */
export async function hubStamps(
  engine: Engine,
  project: string,
  { hubBase }: Pick<ProjectState, "hubBase">,
): Promise<(type: ItemType, item: ItemId, field: FieldName, value: FieldValue) => Stamp | undefined> {
  const times = await hubTimesOf(engine, project);
  return (type, item, field, value) => {
    const base = hubBase[item];
    return sameJson(value, base?.fields[field]) ? base?.stamps?.[field] : times(type, item, field);
  };
}

/** When a tool's value was last changed there: its history of the field, else the item's own time. */
async function toolTimes(
  engine: Engine,
  { mirror }: ProjectState,
  evidence: ReadonlyMap<ToolKey, EvidenceTimes>,
): Promise<(link: Link, field: FieldName) => Stamp | undefined> {
  const skews = new Map<ToolKey, number>();
  for (const tool of Object.keys(mirror)) {
    skews.set(tool, ((await engine.store.cached(skewKey(tool), engine.now())) as number | null) ?? 0);
  }
  return ({ tool, ref }, field) => {
    const stamp = evidence.get(tool)?.[`${ref}/${field}`] ?? mirror[tool]?.[ref]?.updated;
    return stamp && corrected(stamp, skews.get(tool) ?? 0);
  };
}

/**
 * The plan's agreements with the times at which their authors wrote them, read before anything of the plan is
 * written: from then on the file and the twins are as new as our own writes.
 */
export async function stamped(
  engine: Engine,
  project: string,
  state: ProjectState,
  { hubBase, conflicts }: Pick<Plan, "hubBase" | "conflicts">,
): Promise<HubCommit["hubBase"]> {
  if (hubBase.length === 0) return [];
  const atTool = await toolTimes(engine, state, new Map());
  const saved = await lastSaved(engine, project);
  const decided = new Map(conflicts.map((conflict) => [`${conflict.item}/${conflict.field}`, conflict]));
  const links = new Map(state.links.map((link) => [`${link.tool}/${link.item}`, link]));
  return hubBase.map((agreed) => {
    const { item, field, from } = agreed;
    const shown = decided.get(`${item}/${field}`)?.candidates.find(({ side }) => side === from)?.stamp;
    const link = links.get(`${from}/${item}`);
    const stamp = shown ?? (from === "hub" ? saved : link && atTool(link, field));
    return stamp ? { ...agreed, stamp } : agreed;
  });
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
  return { ...stamp, at, resolutionMs: Math.max(stamp.resolutionMs, SKEW_RESOLUTION_MS) };
}
