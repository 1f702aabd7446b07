import type { EvidenceInput } from "../src/core/ports.ts";
import type { FieldName, Stamp } from "../src/core/model.ts";
import { throughConnection } from "./connections.ts";
import { KEEP_MS, type Engine } from "./engine.ts";
import { loadContext, toolContext } from "./run-context.ts";
import { openSession, schemaOf } from "./tool-session.ts";

/** What the planner wants to know of a tool's history before it decides by time. */
export interface EvidenceQuestion {
  readonly refs: readonly string[];
  readonly fields: readonly FieldName[];
}

/** `<ref>/<field>` to the time of that field's last change. */
export type EvidenceTimes = Readonly<Record<string, Stamp>>;

export function questionKey(run: string, pass: number, tool: string): string {
  return `question/${run}/${pass}/${tool}`;
}
export function answerKey(run: string, pass: number, tool: string): string {
  return `evidence/${run}/${pass}/${tool}`;
}

/** Reads the per-field history of the twins in question: worth a call only where a conflict hangs on it. */
export async function gatherEvidence(engine: Engine, input: EvidenceInput, signal: AbortSignal): Promise<void> {
  const { run, pass, tool } = input;
  const question = (await engine.store.cached(questionKey(run, pass, tool), engine.now())) as EvidenceQuestion | null;
  if (!question) return;
  const session = openSession(engine, toolContext(await loadContext(engine, run), tool));
  const times = await throughConnection(engine, session, async () => {
    const schema = await schemaOf(engine, session, signal, false);
    return session.connector.history(session.scope(schema, signal), question.refs, question.fields);
  });
  const answer: EvidenceTimes = Object.fromEntries(times.map(({ ref, field, stamp }) => [`${ref}/${field}`, stamp]));
  await engine.store.cache(answerKey(run, pass, tool), answer, engine.now() + KEEP_MS);
}
