/** Runs passes over a simulated project the way the engine does, with its failures and crashes. */
import type { HubTree, Stamp } from "../../../src/core/model.ts";
import type { Plan } from "../../../src/core/plan.ts";
import type { Policy, ToolPolicy } from "../../../src/core/policy.ts";
import { reconcile } from "../../../src/core/reconcile/reconcile.ts";
import type { ReconcileInput } from "../../../src/core/reconcile/reconcile.ts";
import { isDown, type Faults } from "./faults.ts";
import { askPeople, keepNamedAnswers } from "./questions.ts";
import { doEdit } from "./people.ts";
import type { SimWorld, ToolState } from "./sim-world.ts";
import { applyWrites, recover, setBase } from "./sim-writes.ts";

export type Planner = (input: ReconcileInput) => Plan;

export interface PassResult {
  readonly plan: Plan;
  readonly input: ReconcileInput;
}

/** One pass: recover, pull, plan, write, commit. */
export function runPass(world: SimWorld, faults: Faults, planner: Planner = reconcile): PassResult {
  finishCommit(world);
  for (const [n, tool] of world.tools.entries()) if (!isDown(faults, n)) pull(world, tool);
  const input = inputOf(world, faults);
  const plan = planner(input);
  const hubAtPlan = hubFingerprint(world);
  world.recorded.push(...plan.conflicts);
  if (plan.conflicts.length > 0) world.seen.conflicts += 1;
  keepNamedAnswers(world, plan);
  askPeople(world, plan, input);
  for (const edit of faults.races) doEdit(world, edit);
  const crashed = applyWrites(world, plan, faults);
  if (!crashed && hubFingerprint(world) === hubAtPlan) commit(world, plan, faults);
  return { plan, input };
}

export function inputOf(world: SimWorld, faults: Faults): ReconcileInput {
  const items = Object.fromEntries([...world.hub].map(([id, item]) => [id, structuredClone(item)]));
  const hub: HubTree = { items, quarantined: [] };
  return {
    hub,
    hubBase: structuredClone(world.hubBase),
    links: structuredClone(world.links),
    remotes: Object.fromEntries(world.tools.map((tool) => [tool.key, tool.mirror])),
    policy: policyOf(world, faults),
  };
}

function policyOf(world: SimWorld, faults: Faults): Policy {
  const { adoption, yes, consented } = world.config;
  const tools: Record<string, ToolPolicy> = {};
  for (const [n, tool] of world.tools.entries()) {
    const { mode, strategy, deletes } = tool.config;
    tools[tool.key] = {
      types: ["epic", "story"],
      lens: tool.lens,
      mode,
      strategy,
      deletes,
      available: !isDown(faults, n),
      consented,
      awaiting: [],
    };
  }
  return {
    tools,
    force: faults.force,
    yes,
    adoption,
    answers: world.answers,
    itemOrder: world.order,
    others: [],
    bulk: { maxCreates: consented ? 50 : 1, maxOverwriteShare: 0.2 },
    times: (side, item, field) => stampOf(world, `${side} ${item} ${field}`),
  };
}

function stampOf(world: SimWorld, key: string): Stamp | undefined {
  const at = world.edited.get(key);
  const { times } = world.config;
  if (at === undefined || times === "missing") return undefined;
  const resolutionMs = times === "coarse" ? 60_000 : 1;
  const epochMs = times === "equal" ? 0 : Math.floor(at / resolutionMs) * resolutionMs;
  return { at: new Date(epochMs).toISOString(), resolutionMs };
}

function pull(world: SimWorld, tool: ToolState): void {
  for (const pending of tool.pending) recover(world, tool, pending);
  tool.pending = [];
  tool.mirror = Object.fromEntries([...tool.twins].map(([ref, twin]) => [ref, structuredClone(twin)]));
}

function commit(world: SimWorld, plan: Plan, faults: Faults): void {
  for (const edit of plan.hubEdits) {
    const item = world.hub.get(edit.item);
    if (!item) continue;
    if (edit.kind === "ref") item.refs[edit.tool] = edit.ref;
    else item.fields[edit.field] = edit.value;
  }
  world.uncommitted = plan;
  if (faults.crashInCommit) world.seen.crashes += 1;
  else finishCommit(world);
}

/** What was agreed when the hub was swapped; a commit that died after the swap is finished before anything else. */
function finishCommit(world: SimWorld): void {
  const plan = world.uncommitted;
  world.uncommitted = undefined;
  if (!plan) return;
  for (const { tool, item, field, base } of plan.baseUpdates) {
    const state = world.tools.find(({ key }) => key === tool);
    if (state) setBase(world, state, item, field, base);
  }
  const presence = new Map(plan.presence.map((one) => [`${one.tool} ${one.item}`, one]));
  world.links = world.links.map(({ gone, seen, ...link }) => {
    const news = presence.get(`${link.tool} ${link.item}`) ?? { gone, seen };
    return { ...link, ...(news.gone && { gone: true }), ...(news.gone && news.seen && { seen: news.seen }) };
  });
  for (const { tool, item, gone, seen } of plan.presence) {
    if (gone) world.lostTitles.set(`${tool} ${item}`, seen?.title);
    else world.lostTitles.delete(`${tool} ${item}`);
  }
  for (const { item, type, field, value } of plan.hubBase) {
    const base = (world.hubBase[item] ??= { type, fields: {} });
    base.fields[field] = value;
  }
}

function hubFingerprint(world: SimWorld): string {
  return JSON.stringify([...world.hub.values()]);
}
