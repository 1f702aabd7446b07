/** Random histories of a project, and the run that holds them to the promises. */
import * as fc from "fast-check";
import { leavesWork, type Plan } from "../../../src/core/plan.ts";
import { isHeldBack } from "../../../src/core/bulk-guard.ts";
import { reconcile } from "../../../src/core/reconcile/reconcile.ts";
import { doAnswer, doDelete, doEdit, doForget, doRestore, pick } from "./people.ts";
import type { Edit } from "./people.ts";
import { checkAsked, checkBulk, checkDeletes } from "./decisions.ts";
import {
  checkConverged,
  checkNothingInvented,
  checkNothingLost,
  checkOver,
  checkQuiet,
  decidedIn,
} from "./promises.ts";
import { NO_FAULTS, type Faults } from "./faults.ts";
import { inputOf, runPass } from "./sim-engine.ts";
import type { PassResult, Planner } from "./sim-engine.ts";
import { BrokenPromise } from "./sim-writes.ts";
import { shuffleKeys } from "./shuffle-keys.ts";
import { buildSimWorld } from "./sim-world.ts";
import type { SimWorld, Statistics, ToolConfig, WorldConfig } from "./sim-world.ts";

export interface Step {
  readonly edits: readonly Edit[];
  readonly deletes: readonly Edit[];
  readonly forgets: readonly Edit[];
  readonly restores: readonly Edit[];
  /** Answers the parked conflict of that number: with a candidate, or with a value of one's own. */
  readonly answer: number;
  /** Answers the deletion or bulk write of that number, as it was last asked. */
  readonly decision: number;
  readonly faults: Faults;
}
export interface History {
  readonly config: WorldConfig;
  readonly steps: readonly Step[];
}

/** Passes that a quiet project may take to settle: create, parents of creates, what servers changed, and the proof. */
const SETTLING_PASSES = 8;

/** Lives through a history and checks every promise on the way and at its end. */
export function live(history: History, planner: Planner = reconcile): Statistics {
  const world = buildSimWorld(history.config);
  runChecked(world, NO_FAULTS, planner);
  for (const step of history.steps) {
    for (const edit of step.edits) doEdit(world, edit);
    for (const edit of step.deletes) doDelete(world, edit);
    for (const edit of step.forgets) doForget(world, edit);
    for (const edit of step.restores) doRestore(world, edit);
    answerOne(world, step.answer);
    if (step.decision > 0) doAnswer(world, step.decision);
    runChecked(world, step.faults, planner);
  }
  const last = settleAll(world, planner);
  checkConverged(world, last);
  checkNothingLost(world);
  checkNothingInvented(world);
  return world.seen;
}

/** What a guard holds back is no agreement: at the end somebody lets all of it go on. */
function settleAll(world: SimWorld, planner: Planner): PassResult {
  let last = settle(world, planner);
  for (let round = 0; round < SETTLING_PASSES && last.plan.guards.some(isHeldBack); round += 1) {
    const held = last.plan.guards.filter(isHeldBack);
    world.answers = world.answers.filter(({ kind }) => kind !== "guard");
    for (const shown of held) world.answers.push({ kind: "guard", choice: "proceed", shown });
    last = settle(world, planner);
  }
  return last;
}

function settle(world: SimWorld, planner: Planner): PassResult {
  let isOver = false;
  for (let pass = 0; pass < SETTLING_PASSES; pass += 1) {
    const result = runChecked(world, NO_FAULTS, planner);
    checkOver(isOver, result);
    isOver = !leavesWork(result.plan);
    if (isSilent(result.plan)) return result;
  }
  const last = runChecked(world, NO_FAULTS, planner);
  checkQuiet(last);
  return last;
}

function runChecked(world: SimWorld, faults: Faults, planner: Planner): PassResult {
  const result = runPass(world, faults, (input) => {
    const plan = planner(input);
    checkDeterministic(input, plan, planner);
    return plan;
  });
  checkDeletes(world, result);
  checkAsked(result);
  checkBulk(world, result);
  return result;
}

/** I9: the same trees give the same plan, byte for byte, whatever the order of their keys. */
function checkDeterministic(input: ReturnType<typeof inputOf>, plan: Plan, planner: Planner): void {
  const again = planner(shuffleKeys(input));
  if (JSON.stringify(again) !== JSON.stringify(plan)) {
    throw new BrokenPromise(`I9 determinism: ${JSON.stringify(plan)} is not ${JSON.stringify(again)}`);
  }
}

function isSilent(plan: Plan): boolean {
  return [plan.writes, plan.hubEdits, plan.baseUpdates, plan.hubBase, decidedIn(plan)].every(
    (list) => list.length === 0,
  );
}

function answerOne(world: SimWorld, n: number): void {
  if (n === 0) return;
  const result = reconcile(inputOf(world, NO_FAULTS));
  const parked = result.conflicts.filter(({ decided }) => !decided);
  const conflict = parked[n % Math.max(1, parked.length)];
  if (!conflict) return;
  const { item, field, candidates } = conflict;
  const custom = field === "title" && n % 4 === 0;
  const choice = custom ? { value: `t${(world.serial += 1)}` } : pick(candidates, n).side;
  world.answers.push({ item, field, candidates, choice });
  world.seen.answers += 1;
  if (typeof choice === "object") {
    world.deeds.push({ side: "hub", item, field, kind: "set", value: choice.value, superseded: true });
  }
}

const small = fc.nat({ max: 41 });
const edit: fc.Arbitrary<Edit> = fc.record({ side: small, item: small, field: small, n: small });
const rarely = <T>(value: fc.Arbitrary<T>, count: number): fc.Arbitrary<T[]> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.array(value, { maxLength: count }) },
  );

const faults: fc.Arbitrary<Faults> = fc.record({
  down: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 15 }) }),
  crashAfter: fc.oneof({ weight: 3, arbitrary: fc.constant(1_000) }, { weight: 1, arbitrary: fc.nat({ max: 6 }) }),
  crashInCommit: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  writes: fc.array(fc.nat({ max: 9 }), { maxLength: 8 }),
  races: rarely(edit, 2),
  order: fc.nat({ max: 3 }),
  refusedAgrees: fc.boolean(),
  force: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

const tool: fc.Arbitrary<ToolConfig> = fc.record({
  mode: fc.oneof(
    { weight: 4, arbitrary: fc.constant("bidirectional" as const) },
    { weight: 1, arbitrary: fc.constantFrom("push-only" as const, "pull-only" as const) },
  ),
  strategy: fc.constantFrom("last-modified-wins", "source-wins", "manual", "field-merge"),
  deletes: fc.constantFrom("flag", "archive", "recreate"),
  start: fc.constantFrom("empty", "empty", "equal", "different"),
  lossiness: fc.record({
    status: fc.constantFrom("exact", "coarse", "partial"),
    rounds: fc.boolean(),
    trims: fc.boolean(),
    dashes: fc.boolean(),
    strips: fc.boolean(),
    somePeople: fc.boolean(),
    noEstimate: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  }),
});

/** Histories of one to four tools. */
export const histories: fc.Arbitrary<History> = fc.record({
  config: fc.record({
    tools: fc.array(tool, { minLength: 1, maxLength: 4 }),
    adoption: fc.constantFrom("hub", "tool", "newest", "ask"),
    yes: fc.boolean(),
    consented: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    times: fc.constantFrom("true", "missing", "equal", "coarse"),
  }),
  steps: fc.array(
    fc.record({
      edits: fc.array(edit, { maxLength: 6 }),
      deletes: rarely(edit, 1),
      forgets: rarely(edit, 1),
      restores: rarely(edit, 1),
      answer: fc.nat({ max: 9 }),
      decision: fc.nat({ max: 9 }),
      faults,
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

export function isLossy({ config }: History): boolean {
  return config.tools.some(({ lossiness }) => {
    const { status, rounds, trims, dashes, strips } = lossiness;
    return status !== "exact" || rounds || trims || dashes || strips;
  });
}
