/** Per client or project overrides of a tool's mapping, in canonical names. */
import { z } from "zod";
import { FIELD_DEFINITIONS, PRIORITY_VALUES, STATUS_VALUES } from "../core/fields.ts";
import type { FieldName } from "../core/model.ts";
import { plainText, strictShape } from "./strict-shape.ts";

/** Canonical values of one list to the tool's own names; `in_review: "Code Review"`. */
function namesFor(values: readonly string[]) {
  return strictShape(Object.fromEntries(values.map((value) => [value, plainText().optional()])));
}

export const FIELD_NAMES = Object.keys(FIELD_DEFINITIONS) as readonly FieldName[];

/** What a tool may keep in a field of its own beside ours: the item's type, our identity of it, whose project it is. */
const OTHER_PLACES = ["type", "sync_key", "project"];

/** What a map or a mapping may say of: fields of the hub, and those other places. */
export const MAPPED_FIELDS: readonly string[] = [...FIELD_NAMES, ...OTHER_PLACES];

export const mappingSchema = strictShape({
  status: strictShape({
    epic: namesFor(STATUS_VALUES.epic).optional(),
    story: namesFor(STATUS_VALUES.story).optional(),
    task: namesFor(STATUS_VALUES.task).optional(),
  }).optional(),
  priority: namesFor(PRIORITY_VALUES).optional(),
  /** Canonical field to the tool's field id or name (`estimate: customfield_10016`). */
  fields: namesFor(MAPPED_FIELDS).optional(),
});
export type MappingFile = z.output<typeof mappingSchema>;
