/** A field whose place the binding names and the tool does not have: it rests, and the others sync. */
import type { Lens } from "../core/lens.ts";
import type { FieldName } from "../core/model.ts";

export const NO_SUCH_PLACE = "no-such-place";

/** The field rests until the binding, or the tool, is mended: nothing is read from elsewhere, and nothing written. */
export function parkedLens(message: string): Lens {
  return {
    read: () => ({ kind: "none", code: NO_SUCH_PLACE, message }),
    write: () => ({ kind: "cannot", code: NO_SUCH_PLACE, message }),
    represents: () => false,
    writable: false,
  };
}

interface Misplaced {
  readonly field: FieldName;
  /** As the binding has it. */
  readonly named: string;
  /** What is wrong with it, in the tool's words: `which is no field of this site`. */
  readonly problem: string;
  /** What it could be instead. */
  readonly candidates: readonly string[];
}

export function noSuchPlace({ field, named, problem, candidates }: Misplaced): string {
  return `the binding keeps ${field} in "${named}", ${problem}; correct mapping.fields.${field}${amongst(candidates)}`;
}

/** So many are told; the others people find themselves. */
const TOLD = 10;

/** `: there are "To Do", "Done"`, or nothing where there is none. */
export function amongst(names: readonly string[]): string {
  if (names.length === 0) return "";
  const told = names.slice(0, TOLD).map((name) => `"${name}"`);
  const rest = names.length - told.length;
  return `: there ${names.length === 1 ? "is" : "are"} ${told.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
