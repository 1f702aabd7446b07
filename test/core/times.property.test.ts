/** Time is a tie-break, never evidence of change. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { FieldName, ItemId, Stamp } from "../../src/core/model.ts";
import type { Plan } from "../../src/core/plan.ts";
import type { TimeOf } from "../../src/core/policy.ts";
import { reconcile } from "../../src/core/reconcile/reconcile.ts";
import type { ReconcileInput } from "../../src/core/reconcile/reconcile.ts";
import { doEdit } from "./simulation/people.ts";
import { histories } from "./simulation/history.ts";
import { NO_FAULTS } from "./simulation/faults.ts";
import { inputOf, runPass } from "./simulation/sim-engine.ts";
import { buildSimWorld } from "./simulation/sim-world.ts";

const seed = Number(process.env["SDLC_SYNC_SEED"] ?? (Date.now() ^ (process.pid << 8)) & 0x7fffffff);
const numRuns = Math.ceil(Number(process.env["SDLC_SYNC_PROPERTY_RUNS"] ?? 2_000) / 4);

const stamps: fc.Arbitrary<Stamp | undefined> = fc.option(
  fc.record({
    at: fc.nat({ max: 3_600_000 }).map((epochMs) => new Date(epochMs).toISOString()),
    resolutionMs: fc.constantFrom(1, 1_000, 60_000),
  }),
  { nil: undefined },
);

/** The plan without the fields that were in conflict: what nobody's clock may touch. */
function outsideConflicts(plan: Plan, disputed: ReadonlySet<string>): unknown {
  const isFree = (item: ItemId, field: FieldName): boolean => !disputed.has(`${item} ${field}`);
  const writes = plan.writes.map((write) =>
    write.kind === "archive"
      ? write
      : { ...write, fields: Object.entries(write.fields).filter(([field]) => isFree(write.item, field as FieldName)) },
  );
  return {
    writes: writes.filter((write) => write.kind !== "update" || write.fields.length > 0),
    hubEdits: plan.hubEdits.filter((edit) => edit.kind === "ref" || isFree(edit.item, edit.field)),
    baseUpdates: plan.baseUpdates.filter(({ item, field }) => isFree(item, field)),
    hubBase: plan.hubBase.filter(({ item, field }) => isFree(item, field)),
    findings: plan.findings.filter(({ field, items }) => !field || (items ?? []).every((item) => isFree(item, field))),
  };
}

function disputedFields(plan: Plan): Set<string> {
  return new Set(plan.conflicts.map(({ item, field }) => `${item} ${field}`));
}

function withTimes(input: ReconcileInput, times: TimeOf): ReconcileInput {
  return { ...input, policy: { ...input.policy, times } };
}

test("whatever the clocks say, only the winners of conflicts change", () => {
  let disputes = 0;
  fc.assert(
    fc.property(histories, fc.array(stamps, { minLength: 1, maxLength: 9 }), (history, clocks) => {
      const world = buildSimWorld(history.config);
      runPass(world, NO_FAULTS);
      for (const step of history.steps) for (const edit of step.edits) doEdit(world, edit);
      for (const tool of world.tools) {
        tool.mirror = Object.fromEntries([...tool.twins].map(([ref, twin]) => [ref, structuredClone(twin)]));
      }
      const input = inputOf(world, NO_FAULTS);
      let asked = 0;
      const random: TimeOf = () => clocks[(asked += 1) % clocks.length];
      const still = reconcile(withTimes(input, () => undefined));
      const moved = reconcile(withTimes(input, random));
      const disputed = disputedFields(still);
      disputes += disputed.size;
      expect(disputedFields(moved)).toEqual(disputed);
      expect(outsideConflicts(moved, disputed)).toEqual(outsideConflicts(still, disputed));
    }),
    { seed, numRuns },
  );
  console.info(`times: ${disputes} disputed fields, SDLC_SYNC_SEED=${seed}`);
  expect(disputes).toBeGreaterThan(numRuns / 10);
});
