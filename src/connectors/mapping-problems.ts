/** What is wrong with a binding's mapping, by the tool's live schema: told before anything is written by it. */
import { FIELDS_OF_TYPE, PRIORITY_VALUES, STATUS_VALUES } from "../core/fields.ts";
import type { LensTable } from "../core/lens.ts";
import type { FieldName } from "../core/model.ts";
import type { Binding } from "./contract.ts";
import { NO_SUCH_PLACE } from "./parked-lens.ts";

export interface MappingProblem {
  readonly field: FieldName;
  /** As a lens tells it of an item. */
  readonly code: string;
  readonly message: string;
}

const TYPES = ["epic", "story", "task"] as const;
const AMBIGUOUS = "ambiguous-status";

/**
 * Names that the tool does not have, names that several of its states have, fields that are gone or of another type; with
 * `usual` also values that the usual maps find several states for. Each problem once, whatever types it concerns. Pure.
 */
export function mappingProblems(
  { mapping }: Binding,
  lenses: LensTable,
  { usual }: { readonly usual: boolean },
): readonly MappingProblem[] {
  const statuses = TYPES.flatMap((type) =>
    STATUS_VALUES[type].flatMap((value) => {
      const isNamed = mapping.status?.[type]?.[value] !== undefined;
      return unwritable(lenses, type, "status", value).filter(({ code }) => isNamed || (usual && code === AMBIGUOUS));
    }),
  );
  const priorities = PRIORITY_VALUES.filter((value) => mapping.priority?.[value] !== undefined);
  const places = Object.keys(mapping.fields ?? {}) as FieldName[];
  const all = [
    ...statuses,
    ...priorities.flatMap((value) => unwritable(lenses, "story", "priority", value)),
    ...places.flatMap((field) => missingPlace(lenses, field)),
  ];
  return [...new Map(all.map((problem) => [`${problem.code}: ${problem.message}`, problem])).values()];
}

type WorkType = (typeof TYPES)[number];

function unwritable(lenses: LensTable, type: WorkType, field: FieldName, value: string): MappingProblem[] {
  const written = lenses(type, field)?.write(value);
  // Where the field has no place at all, that is the problem.
  if (written?.kind !== "cannot" || written.code === NO_SUCH_PLACE) return [];
  return [{ field, code: written.code, message: written.message }];
}

function missingPlace(lenses: LensTable, field: FieldName): MappingProblem[] {
  return (["project", ...TYPES] as const)
    .filter((type) => FIELDS_OF_TYPE[type].includes(field))
    .flatMap((type) => {
      const reading = lenses(type, field)?.read(null);
      const isMissing = reading?.kind === "none" && reading.code === NO_SUCH_PLACE;
      return isMissing ? [{ field, code: reading.code, message: reading.message }] : [];
    });
}
