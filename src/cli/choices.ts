/** Asks a person at the terminal, one question after the other. */
import type { Choice } from "./commands/resolve.ts";
import type { Ask } from "./context.ts";
import type { ConflictRecord } from "../store/store.ts";
import { printCandidates } from "./question-text.ts";

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
    person.tell(printCandidates(record));
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

async function askOne(
  person: Person,
  { conflict: { candidates } }: ConflictRecord,
): Promise<Choice["pick"] | "skip" | "quit"> {
  const numbers = candidates.map((_, n) => n + 1).join("/");
  for (;;) {
    const key = (await person.ask(`Which one holds? [${numbers}, v: another value, s: skip, q: quit] `))
      .trim()
      .toLowerCase();
    const side = candidates[Number(key) - 1]?.side ?? candidates.find((candidate) => candidate.side === key)?.side;
    if (side !== undefined) return { choice: side };
    const value = key === "v" ? await person.ask("Value: ") : "";
    if (value.trim() !== "") return { value };
    if (key === "s" || key === "") return "skip";
    if (key === "q") return "quit";
  }
}

async function agrees(person: Person, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await person.ask(`${question} [y/N] `)).trim());
}

/** The same field between the same sides. */
function isAlike({ conflict: one }: ConflictRecord, { conflict: other }: ConflictRecord): boolean {
  const sidesOf = ({ candidates }: typeof one): string => candidates.map(({ side }) => side).join();
  return one.field === other.field && sidesOf(one) === sidesOf(other);
}
