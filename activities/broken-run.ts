import { isSyncFailure, type ErrorCode } from "../src/core/errors.ts";
import type { Committed, CommitInput } from "../src/core/ports.ts";
import { KEEP_MS, type Engine } from "./engine.ts";
import { storeContext } from "./run-context.ts";
import { storeReport } from "./reporting.ts";

/** Ends a run that one of its own steps failed for good, so that nobody takes it for one that still goes on. */
export async function reportBroken(engine: Engine, input: CommitInput, code: ErrorCode): Promise<Committed> {
  const { project, run, pass, request, standings } = input;
  const startedAt = engine.now();
  const { trigger } = request;
  // Its very first step may be the one that failed.
  await engine.store.startRun({ run, project, trigger, startedAt: new Date(startedAt).toISOString() });
  const words = (await engine.store.cached(wordsKey(run), startedAt)) as string | null;
  const refused = `${code}: ${words ?? "the worker's log says more"}`;
  try {
    await storeReport(engine, { run, pass, standings, refused });
  } catch {
    // What the report is made of may be what is broken: then it tells no more than that.
    await storeContext(engine, { project, run, request, startedAt, tools: [], others: [], findings: [] });
    await storeReport(engine, { run, pass: 0, standings: [], refused });
  }
  return { hubEdits: 0, stale: false, more: false, untold: false, outcome: "error" };
}

/** Keeps what a step of the run's own failed of: the report tells it, a history must not. */
export async function keepingWords<T>(engine: Engine, run: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Where the store is what failed, the first failure is the one to tell.
    if (isSyncFailure(error))
      await engine.store.cache(wordsKey(run), error.message, engine.now() + KEEP_MS).catch(() => undefined);
    throw error;
  }
}

function wordsKey(run: string): string {
  return `words/${run}`;
}
