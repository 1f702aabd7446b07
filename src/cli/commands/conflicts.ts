import { choicesIn, inWords, isFieldConflict, placeOf } from "../../core/conflict.ts";
import type { Conflict } from "../../core/plan.ts";
import type { ConflictRecord } from "../../store/store.ts";
import { requireProject, type CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { printQuestions, printSettled } from "../question-text.ts";

/** `track-sdlc conflicts [PROJ]`: what only people can decide, with every side's value. */
export async function conflictsCommand(context: CliContext, asked: string | undefined, json: boolean): Promise<number> {
  const project = asked === undefined ? undefined : await requireProject(context, asked);
  const [records, settled] = await Promise.all([
    context.store.openConflicts(project),
    context.store.settledConflicts(project),
  ]);
  if (json) {
    const document = { conflicts: records.map(documentOf), settled: settled.map(documentOf) };
    context.io.out(JSON.stringify(document, null, 2));
    return EXIT.ok;
  }
  if (records.length === 0) context.io.out("No open conflicts.");
  else {
    const [first] = records;
    context.io.out(printQuestions(records, Date.now()));
    context.io.out(
      `\nDecide with: track-sdlc resolve ${first?.project} --conflict-id=${first?.number} --choice=${first && choicesIn(first.conflict)[0]}`,
    );
  }
  if (settled.length > 0) context.io.out(`\n${printSettled(settled)}`);
  return EXIT.ok;
}

/** As scripts get it: names and times as in a sync report. */
function documentOf({ project, number, conflict, openedAt, reminders, answer }: ConflictRecord): object {
  const { item, topic: field } = placeOf(conflict);
  const { kind } = conflict;
  return {
    project,
    id: number,
    item,
    field,
    kind,
    opened_at: openedAt,
    reminders,
    ...detailsOf(conflict),
    ...(answer ? { answer: { choice: answer.choice, by: answer.by, note: answer.note, at: answer.at } } : {}),
  };
}

function detailsOf(conflict: Conflict): object {
  if (!isFieldConflict(conflict)) {
    const { kind: _, choices: __, ...facts } = { choices: [], ...conflict };
    return { ...facts, about: inWords(conflict), choices: choicesIn(conflict) };
  }
  const { type, strategy, candidates } = conflict;
  return {
    type,
    strategy,
    candidates: candidates.map(({ side, value, stamp }) => ({
      side,
      value,
      ...(stamp ? { at: stamp.at, resolution_ms: stamp.resolutionMs } : {}),
      ...(stamp?.by === undefined ? {} : { by: stamp.by }),
    })),
  };
}
