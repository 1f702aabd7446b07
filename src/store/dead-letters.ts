/** Writes that a tool refused: they rest, are sent again by themselves, and hold up nothing else. */
import type { ItemId, ToolKey } from "../core/model.ts";
import type { Write } from "../core/plan.ts";
import { change, type Handle } from "./handle.ts";
import { batches } from "./upsert.ts";

/** One refused write: at most one of a kind for an item in a tool. */
export interface DeadLetter {
  readonly tool: ToolKey;
  readonly item: ItemId;
  readonly kind: Write["kind"];
  /** Names what was to be written: something else is no longer this letter. */
  readonly content: string;
  /** The last run that tried it. */
  readonly run: string;
  readonly attempts: number;
  /** Epoch ms. */
  readonly nextAtMs: number;
  /** The vendor's words. */
  readonly message: string;
}

export interface DeadLetterStore {
  deadLetters(project: string): Promise<readonly DeadLetter[]>;
  /** Replaces all of the project's. */
  saveDeadLetters(project: string, letters: readonly DeadLetter[]): Promise<void>;
}

export function deadLetterMethods(handle: Handle): DeadLetterStore {
  return {
    async deadLetters(project) {
      const rows = await handle.db
        .selectFrom("dead_letter")
        .selectAll()
        .where("project", "=", project)
        .orderBy("tool")
        .orderBy("item")
        .orderBy("kind")
        .execute();
      return rows.map(({ project: _, kind, next_at, ...letter }) => ({
        ...letter,
        kind: kind as Write["kind"],
        nextAtMs: next_at,
      }));
    },
    saveDeadLetters: (project, letters) =>
      change(handle, project, async (tx) => {
        await tx.deleteFrom("dead_letter").where("project", "=", project).execute();
        const rows = letters.map(({ nextAtMs, ...letter }) => ({ project, next_at: nextAtMs, ...letter }));
        for (const some of batches(rows, ({ tool, item, kind }) => JSON.stringify([tool, item, kind])))
          await tx.insertInto("dead_letter").values(some).execute();
      }),
  };
}
