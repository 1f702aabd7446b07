/** Asks a person at the terminal, one question after the other. */
import type { Choice } from "./commands/resolve.ts";
import type { Ask } from "./context.ts";
import { choicesIn, isFieldConflict, placeOf, sidesIn } from "../core/conflict.ts";
import type { Conflict } from "../core/plan.ts";
import type { ConflictRecord } from "../store/store.ts";
import { printOptions } from "./question-text.ts";

export interface Person {
  readonly ask: Ask;
  readonly tell: (text: string) => void;
}

/** What was chosen; those that were skipped are left out. `open` are all questions that the same answer might fit. */
export async function askForChoices(
  person: Person,
  asked: readonly ConflictRecord[],
  open: readonly ConflictRecord[],
): Promise<readonly Choice[]> {
  const chosen = new Map<number, Choice>();
  for (const record of asked) {
    if (chosen.has(record.number)) continue;
    person.tell(printOptions(record));
    const pick = await askOne(person, record);
    if (pick === "quit") break;
    if (pick === "skip") continue;
    chosen.set(record.number, { record, pick });
    if (!("choice" in pick)) continue;
    const alike = open.filter((other) => !chosen.has(other.number) && isAlike(record, other));
    if (
      alike.length === 0 ||
      !(await agrees(person, `Also ${pick.choice} for the ${alike.length} others of this kind?`))
    )
      continue;
    for (const other of alike) chosen.set(other.number, { record: other, pick });
  }
  return [...chosen.values()];
}

async function askOne(person: Person, { conflict }: ConflictRecord): Promise<Choice["pick"] | "skip" | "quit"> {
  const choices = choicesIn(conflict);
  const numbers = choices.map((_, n) => n + 1).join("/");
  const other = isFieldConflict(conflict) ? ", v: another value" : "";
  for (;;) {
    const key = (await person.ask(`Which one holds? [${numbers}${other}, s: skip, q: quit] `)).trim().toLowerCase();
    const choice = choices[Number(key) - 1] ?? choices.find((one) => one === key);
    if (choice !== undefined) return { choice };
    const value = key === "v" && other ? await person.ask("Value: ") : "";
    if (value.trim() !== "") return { value };
    if (key === "s" || key === "") return "skip";
    if (key === "q") return "quit";
  }
}

async function agrees(person: Person, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await person.ask(`${question} [y/N] `)).trim());
}

/** The same thing to decide with the same choices: a field, or a deletion. What a whole side takes is asked one by one. */
function isAlike({ conflict: one }: ConflictRecord, { conflict: other }: ConflictRecord): boolean {
  if ("count" in one) return false;
  const kindOf = (conflict: Conflict): string =>
    JSON.stringify([placeOf(conflict).topic, sidesIn(conflict), choicesIn(conflict)]);
  return kindOf(one) === kindOf(other);
}
