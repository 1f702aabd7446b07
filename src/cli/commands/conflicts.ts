import type { ConflictRecord } from "../../store/store.ts";
import { requireProject, type CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { printQuestions } from "../question-text.ts";

/** `track-sdlc conflicts [PROJ]`: what only people can decide, with every side's value. */
export async function conflictsCommand(context: CliContext, asked: string | undefined, json: boolean): Promise<number> {
  const project = asked === undefined ? undefined : await requireProject(context, asked);
  const records = await context.store.openConflicts(project);
  if (json) context.io.out(JSON.stringify({ conflicts: records.map(documentOf) }, null, 2));
  else if (records.length === 0) context.io.out("No open conflicts.");
  else {
    const [first] = records;
    context.io.out(printQuestions(records, Date.now()));
    context.io.out(
      `\nDecide with: track-sdlc resolve ${first?.project} --conflict-id=${first?.number} --choice=${first?.conflict.candidates[0]?.side}`,
    );
  }
  return EXIT.ok;
}

/** As scripts get it: names and times as in a sync report. */
function documentOf({ project, number, conflict, openedAt, reminders, answer }: ConflictRecord): object {
  const { item, type, field, kind, strategy, candidates } = conflict;
  return {
    project,
    id: number,
    item,
    type,
    field,
    kind,
    strategy,
    opened_at: openedAt,
    reminders,
    candidates: candidates.map(({ side, value, stamp }) => ({
      side,
      value,
      ...(stamp ? { at: stamp.at, resolution_ms: stamp.resolutionMs } : {}),
    })),
    ...(answer ? { answer: { choice: answer.choice, by: answer.by, note: answer.note, at: answer.at } } : {}),
  };
}
