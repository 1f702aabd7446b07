/** Writes that a tool refused: kept with their number of attempts, left alone until they are due again. */
import { createHash } from "node:crypto";
import type { Write } from "../src/core/plan.ts";
import { isUrgent, type SyncRequest } from "../src/core/ports.ts";
import { restMs } from "../src/core/sync-error.ts";
import type { DeadLetter } from "../src/store/dead-letters.ts";
import type { Intent } from "../src/store/store.ts";
import type { Engine } from "./engine.ts";
import type { RunContext } from "./run-context.ts";

/** Who waits for a sync, or has everything read anew, has everything tried as well. */
function triesAll(request: SyncRequest): boolean {
  return isUrgent(request) || request.force === true || request.full === true;
}

/** Of the project's dead letters those that this request leaves alone. */
export function restingLetters(
  letters: readonly DeadLetter[],
  request: SyncRequest,
  nowMs: number,
): readonly DeadLetter[] {
  return triesAll(request) ? [] : letters.filter(({ nextAtMs }) => nextAtMs > nowMs);
}

export function isLetter({ tool, item, kind, content }: DeadLetter, write: Write): boolean {
  return tool === write.tool && item === write.item && kind === write.kind && content === contentOf(write);
}

/**
 * Keeps what became of the run's writes; `known` are the letters so far. A letter is dropped when its write was taken, or is no longer wanted; a
 * tool that took no part says nothing of its letters. Counted once a run, however often this is called.
 */
export async function noteDeadLetters(
  { store, now }: Engine,
  { project, run, request }: RunContext,
  known: readonly DeadLetter[],
  intents: readonly Intent[],
  due: { readonly writes: readonly Write[]; readonly tools: readonly string[] },
): Promise<readonly DeadLetter[]> {
  const isWhole = request.fields === undefined && request.mode === undefined;
  const tried = intents.filter(({ state }) => state === "rejected" || state === "done");
  const kept = known.filter((letter) => {
    if (tried.some(({ write }) => isLetter(letter, write))) return false;
    const isKnown = isWhole && due.tools.includes(letter.tool);
    return !isKnown || due.writes.some((write) => isLetter(letter, write));
  });
  const refused = intents.filter(({ state }) => state === "rejected");
  const made = refused.map(({ write, message }): DeadLetter => {
    const before = known.find((letter) => isLetter(letter, write));
    if (before?.run === run) return before;
    const attempts = (before?.attempts ?? 0) + 1;
    const { tool, item, kind } = write;
    const nextAtMs = now() + restMs(attempts);
    return { tool, item, kind, content: contentOf(write), run, attempts, nextAtMs, message: message ?? "" };
  });
  const letters = [...kept, ...made];
  if (letters.length > 0 || known.length > 0) await store.saveDeadLetters(project, letters);
  return letters;
}

/** By the project's values: a parent may have got its twin since, and is still the same parent. */
function contentOf(write: Write): string {
  const values =
    write.kind === "archive" ? [] : Object.entries(write.fields).map(([field, wanted]) => [field, wanted.agreed]);
  return createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 16);
}
