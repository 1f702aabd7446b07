import type { FieldName } from "../core/model.ts";
import { FIELD_NAMES } from "./mapping-schema.ts";
import type { ToolEntry } from "./registry-schema.ts";
import { notAllowed } from "./suggest.ts";

/** Names the hub file and the contract use for our fields; a tool's own are in its maps and its registry entry. */
const HUB_NAMES: Readonly<Record<string, FieldName>> = {
  estimation: "estimate",
  estimation_sp: "estimate",
  story_points: "estimate",
  planned_completion: "due",
  epic: "parent",
  story: "parent",
  owner: "assignee",
  type: "task_type",
};

/** Canonical field to the tool's own name for it, as a mapping overrides it. */
type MappedFields = Readonly<Record<string, string | undefined>>;

export type FoundField =
  | { readonly kind: "field"; readonly field: FieldName }
  | { readonly kind: "unknown"; readonly message: string };

/** Our field for a name as the tool, the hub or we spell it; letter case does not matter. */
export function canonicalField(name: string, tool: ToolEntry, mapped: MappedFields): FoundField {
  const names = knownNames(tool, mapped);
  const field = names.get(name.toLowerCase());
  if (field !== undefined) return { kind: "field", field };
  return { kind: "unknown", message: notAllowed(name, `a field of ${tool.key}`, [...names.keys()]) };
}

function knownNames(tool: ToolEntry, mapped: MappedFields): Map<string, FieldName> {
  const own = Object.entries(mapped).flatMap(([field, theirs]) => (theirs === undefined ? [] : [[theirs, field]]));
  const all = [
    ...FIELD_NAMES.map((field) => [field, field]),
    ...Object.entries(HUB_NAMES),
    ...Object.entries(tool.maps.fields).flatMap(([field, { field: own, names, aliases }]) =>
      [...(own === null ? [] : [own]), ...names, ...aliases].map((name) => [name, field]),
    ),
    ...Object.entries(tool.fieldNames),
    ...own,
  ];
  const canonical = new Set<string>(FIELD_NAMES);
  const valid = all.filter(([, field]) => canonical.has(field ?? "")) as [string, FieldName][];
  return new Map(valid.map(([name, field]) => [name.toLowerCase(), field]));
}
