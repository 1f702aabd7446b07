import { isSyncFailure } from "../src/core/errors.ts";
import type { Finding } from "../src/core/findings.ts";
import type { ToolKey } from "../src/core/model.ts";
import type { Plan } from "../src/core/plan.ts";
import type { SyncRequest, ToolStanding } from "../src/core/ports.ts";
import { withMemory } from "../src/store/preview-store.ts";
import type { Engine } from "./engine.ts";
import { loadContext, storeContext } from "./run-context.ts";
import { allFindings, planPass } from "./planning.ts";
import { resolveRun } from "./prepare.ts";
import { pullTool } from "./pull.ts";
import { gatherEvidence, questionKey } from "./evidence.ts";

export interface Preview {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  readonly failures: readonly { readonly tool: ToolKey; readonly message: string }[];
}

/** The first pass of a sync up to its plan, over a store whose writes stay in memory. */
export async function previewRun(real: Engine, project: string, request: SyncRequest): Promise<Preview> {
  const engine: Engine = { ...real, store: withMemory(real.store) };
  const run = "preview";
  const signal = new AbortController().signal;
  const { tools, others, findings } = await resolveRun(engine, project, request);
  await storeContext(engine, { project, run, request, startedAt: engine.now(), tools, others, findings });
  const failures: { tool: ToolKey; message: string }[] = [];
  const standings = await Promise.all(
    tools.map(async ({ tool }): Promise<ToolStanding> => {
      try {
        await pullTool(engine, { project, run, tool }, signal);
        return { tool, state: "ready" };
      } catch (error) {
        if (!isSyncFailure(error)) throw error;
        failures.push({ tool, message: error.message });
        return { tool, state: "failed", code: error.code };
      }
    }),
  );
  let planned = await planPass(engine, { run, pass: 1, standings });
  const questions = Object.entries(planned.questions);
  for (const [tool, question] of questions) {
    await engine.store.cache(questionKey(run, 1, tool), question, Number.MAX_SAFE_INTEGER);
    // As in a sync: without a tool's history its items' own times decide.
    await gatherEvidence(engine, { project, run, pass: 1, tool }, signal).catch((error: unknown) => {
      if (!isSyncFailure(error)) throw error;
    });
  }
  if (questions.length > 0) planned = await planPass(engine, { run, pass: 1, standings });
  const seen = await allFindings(engine, await loadContext(engine, run), planned);
  if (!planned.plan.guards.some(({ kind, decided }) => kind.startsWith("bulk-") && !decided))
    return { plan: planned.plan, findings: seen, failures };
  // What the guard holds back is just what somebody wants to look at before they say yes.
  const consented = { ...request, yes: true };
  await storeContext(engine, { project, run, request: consented, startedAt: engine.now(), tools, others, findings });
  const { plan } = await planPass(engine, { run, pass: 1, standings });
  return { plan: { ...plan, guards: planned.plan.guards }, findings: seen, failures };
}
