/** Which of a site's fields hold what differs from site to site: by the binding's word, else by their usual names and types. */
import type { z } from "zod";
import type { Binding } from "../contract.ts";
import { fieldNames } from "../../core/maps.ts";
import { noSuchPlace } from "../parked-lens.ts";
import { isCalled } from "../status-choice.ts";
import type { FieldsAnswer, JiraSchema } from "./schema.ts";

type Fields = z.infer<typeof FieldsAnswer>;

const POINTS_TYPES = new Set([
  "com.pyxis.greenhopper.jira:jsw-story-points",
  "com.atlassian.jira.plugin.system.customfieldtypes:float",
]);
const SPRINT_TYPE = "com.pyxis.greenhopper.jira:gh-sprint";

/** @param screens ids of the fields that the screens of these types show */
export function placesOf(
  binding: Binding,
  fields: Fields,
  screens: { readonly story: readonly string[]; readonly epic: readonly string[] },
): Pick<JiraSchema, "fields" | "misplaced" | "epicEstimate"> {
  return {
    fields: {
      estimate: pointsField(binding, fields, screens.story),
      sprint: idOr(namedField(binding, fields, "sprint"), fields.find(TYPE_OF.sprint)?.id),
      qa_assignee: idOr(namedField(binding, fields, "qa_assignee"), undefined),
    },
    misplaced: misplacedFields(binding, fields),
    epicEstimate: pointsField(binding, fields, screens.epic),
  };
}

type Named = "estimate" | "sprint" | "qa_assignee";

/** Jira's type of a field that can hold it. */
const TYPE_OF: Readonly<Record<Named, (field: Fields[number]) => boolean>> = {
  estimate: ({ schema }) => schema?.type === "number",
  sprint: ({ schema }) => schema?.custom === SPRINT_TYPE,
  qa_assignee: ({ schema }) => schema?.type === "user" && schema.custom !== undefined,
};
const TYPE_NAMES: Readonly<Record<Named, string>> = {
  estimate: "a number",
  sprint: "Jira's own sprint field",
  qa_assignee: "a custom field for one person",
};

/** The binding's word for a field, as an id or a name; what is wrong with it where it is neither. */
function namedField(
  { mapping }: Binding,
  fields: Fields,
  field: Named,
): { readonly id: string } | { readonly problem: string } | undefined {
  const named = mapping.fields?.[field];
  if (named === undefined) return undefined;
  const byId = fields.filter(({ id }) => id === named);
  const found = byId.length > 0 ? byId : fields.filter((one) => isCalled(one, named));
  const [only] = found;
  if (only && found.length === 1 && TYPE_OF[field](only)) return { id: only.id };
  const fitting = (found.length > 1 ? found : fields).filter(TYPE_OF[field]);
  const problem =
    found.length > 1
      ? "which several fields are called; give the id of one"
      : only
        ? `which is not ${TYPE_NAMES[field]}`
        : "which is no field of this site";
  const candidates = fitting.map(({ id, name }) => `${id} (${name})`);
  return { problem: noSuchPlace({ field, named, problem, candidates }) };
}

/** The named field's id, none where that is wrong; else the usual one. */
function idOr(named: ReturnType<typeof namedField>, usual: string | undefined): string | null {
  if (named) return "id" in named ? named.id : null;
  return usual ?? null;
}

function misplacedFields(binding: Binding, fields: Fields): JiraSchema["misplaced"] & object {
  const found = (["estimate", "sprint", "qa_assignee"] as const).flatMap((field) => {
    const named = namedField(binding, fields, field);
    return named && "problem" in named ? [[field, named.problem] as const] : [];
  });
  return Object.fromEntries(found);
}

/** Names of fields are not unique: of the candidates the one on the type's own screens is meant; without a screen to tell, the only one. */
function pointsField(binding: Binding, fields: Fields, screen: readonly string[]): string | null {
  const named = namedField(binding, fields, "estimate");
  if (named) return "id" in named ? named.id : null;
  const names = fieldNames(binding.maps, "estimate");
  const candidates = fields.filter(
    (field) => names.some((name) => isCalled(field, name)) && POINTS_TYPES.has(field.schema?.custom ?? ""),
  );
  // One that no screen shows is nobody's points: its emptiness would be taken for a clearing.
  const only = candidates.length === 1 && screen.length === 0 ? candidates[0] : undefined;
  return (candidates.find((field) => screen.includes(field.id)) ?? only)?.id ?? null;
}
