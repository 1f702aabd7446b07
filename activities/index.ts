import type { HubActivities, ToolActivities } from "../src/core/ports.ts";
import { applyIntents } from "./apply.ts";
import { commitPass } from "./commit.ts";
import type { Engine } from "./engine.ts";
import { gatherEvidence } from "./evidence.ts";
import { beating } from "./failures.ts";
import { planAndStore } from "./plan.ts";
import { prepareRun } from "./prepare.ts";
import { pullTool } from "./pull.ts";

/** The activities by the names that histories know: they may never change. */
export function createActivities(engine: Engine) {
  return {
    prepare: (input) => beating(() => prepareRun(engine, input)),
    pull: (input) => beating((signal) => pullTool(engine, input, signal)),
    plan: (input) => beating(() => planAndStore(engine, input)),
    evidence: (input) => beating((signal) => gatherEvidence(engine, input, signal)),
    apply: (input) => beating((signal) => applyIntents(engine, input, signal)),
    commit: (input) => beating(() => commitPass(engine, input)),
  } satisfies HubActivities & ToolActivities;
}
