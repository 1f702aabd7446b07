/** What conflicts of all kinds have in common: where they stand, what can be answered, and how they are told. */
import type { Side } from "./model.ts";
import type { Conflict, Deletion, FieldConflict, GuardQuestion, Place, Plan, Topic } from "./plan.ts";

/** Stands for an item where a question is about the project as a whole. */
export const WHOLE_PROJECT = "project";

export function isFieldConflict(conflict: Conflict): conflict is FieldConflict {
  return conflict.kind === "edit" || conflict.kind === "adoption";
}

/** Where the conflict stands: no two of one project at the same place. */
export function placeOf(conflict: Conflict): Place {
  if (isFieldConflict(conflict)) return { item: conflict.item, topic: conflict.field };
  if (conflict.kind === "deletion") return { item: conflict.item, topic: "deletion" };
  return { item: WHOLE_PROJECT, topic: `${conflict.kind}:${conflict.side}` };
}

/**
 * `open`: waits for a person. `settling`: is answered, and not yet carried out everywhere. `settled`: is answered,
 * nothing is left to do, and it is asked no more while it stays as it is. `ruled`: no person is needed.
 */
export function stageOf(conflict: Conflict): "open" | "settling" | "settled" | "ruled" {
  if (isFieldConflict(conflict)) {
    if (!conflict.decided) return "open";
    return conflict.strategy === "manual" ? "settling" : "ruled";
  }
  const { decided } = conflict;
  if (!decided) return "open";
  const holds = "holds" in decided ? decided.holds : decided.choice === "refuse" || decided.choice === "keep";
  return holds ? "settled" : "settling";
}

/** All that a plan says people decide or decided. */
export function conflictsIn({ conflicts, deletions, guards }: Plan): readonly Conflict[] {
  return [...conflicts, ...deletions, ...guards];
}

/** The sides that it is about, the hub first. */
export function sidesIn(conflict: Conflict): readonly Side[] {
  if (isFieldConflict(conflict)) return conflict.candidates.map(({ side }) => side);
  return conflict.kind === "deletion" ? conflict.traces.map(({ side }) => side) : [conflict.side];
}

/** The words that answer it; of a field its sides, beside any value. */
export function choicesIn(conflict: Conflict): readonly string[] {
  if (isFieldConflict(conflict)) return sidesIn(conflict);
  if (conflict.kind === "deletion") return conflict.choices;
  return conflict.kind === "mass-deletion" ? ["gone", "keep"] : ["proceed", "refuse"];
}

/** What a choice that is no side comes to, after "or" and the like. */
export function meaningOf(topic: Topic, choice: string): string | undefined {
  if (topic.startsWith("mass-deletion:"))
    return choice === "gone"
      ? "they are really gone: each follows the delete policy"
      : "act on none of it, ask no more";
  return MEANINGS[choice];
}

const MEANINGS: Readonly<Record<string, string>> = {
  archive: "put it away in the other tools too",
  recreate: "make it anew where it was deleted",
  keep: "leave it as it is, ask no more",
  proceed: "write all of it",
  refuse: "write none of it, ask no more",
};

/** What happened, or would: sides, states and numbers, never a value. */
export function inWords(conflict: Deletion | GuardQuestion): string {
  if (conflict.kind === "deletion") return lossInWords(conflict);
  const { kind, side, count, limit } = conflict;
  const place = side === "hub" ? "the hub" : side;
  if (kind === "mass-deletion") return `${count} items are gone from ${place} at once (limit ${limit})`;
  const deed = kind === "bulk-create" ? `create ${count} items` : `overwrite ${count} values`;
  return `${deed} in ${place} (limit ${limit})`;
}

const STATES = { removed: "removed from", deleted: "deleted in", archived: "archived in", live: "live in" } as const;

function lossInWords({ traces }: Deletion): string {
  const parts = (Object.keys(STATES) as (keyof typeof STATES)[]).flatMap((state) => {
    const sides = traces
      .filter((trace) => trace.state === state)
      .map(({ side }) => (side === "hub" ? "the hub" : side));
    return sides.length > 0 ? [`${STATES[state]} ${sides.join(", ")}`] : [];
  });
  const edited = [...new Set(traces.flatMap(({ edits }) => Object.keys(edits ?? {})))];
  return [...parts, ...(edited.length > 0 ? [`edited since: ${edited.join(", ")}`] : [])].join("; ");
}
