/** Jira's table of lenses, one per canonical field; pure over the binding and the live schema. */
import type { Lens, LensTable } from "../../core/lens.ts";
import { FIELDS_OF_TYPE } from "../../core/fields.ts";
import type { FieldName, ItemType } from "../../core/model.ts";
import type { Binding, ToolSchema } from "../contract.ts";
import { personLens, type Account } from "../person-lens.ts";
import { directed, statusMap } from "../../core/maps.ts";
import { parkedLens } from "../parked-lens.ts";
import { throughAdf } from "./adf.ts";
import {
  cannot,
  dateLens,
  hoursLens,
  labelsLens,
  numberLens,
  priorityLens,
  sprintLens,
  summaryLens,
  textLens,
} from "./scales.ts";
import { jiraSchema, type JiraSchema, type JiraType, type JiraUser } from "./schema.ts";
import { statusLens } from "./status.ts";

/** https://support.atlassian.com/jira-cloud-administration: the text limit of a multi-line field. */
const DESCRIPTION_MAX = 32_767;

type Row = (schema: JiraSchema, binding: Binding, type: Exclude<ItemType, "project">) => Lens | undefined;

const ROWS: { readonly [F in FieldName]?: Row } = {
  title: () => summaryLens,
  description: () => descriptionLens,
  status(schema, binding, type) {
    const states = schema.statuses[typeOf(schema, type)?.id ?? ""] ?? [];
    return statusLens(statusMap(binding.maps, type), states, binding.mapping.status?.[type]);
  },
  priority: (schema, binding) => priorityLens(schema.priorities, binding.maps.priority, binding.mapping.priority),
  estimate: (_, __, type) => (type === "task" ? hoursLens : numberLens),
  labels: () => labelsLens,
  due: () => dateLens,
  parent: () => textLens,
  assignee: (schema, binding) => jiraPersonLens(schema, binding),
  qa_assignee: (schema, binding) => jiraPersonLens(schema, binding),
  sprint: (schema) => sprintLens(schema.sprints),
  pr: () => textLens,
  task_type: () => textLens,
};

/** The canonical Markdown of the document is the tool's value, so the lens is the trip through ADF. */
const descriptionLens: Lens = {
  read: (held) => ({ kind: "value", value: typeof held === "string" ? held : null }),
  write(canonical) {
    if (canonical === null) return { kind: "value", value: null };
    const text = throughAdf(String(canonical));
    if ((text?.length ?? 0) <= DESCRIPTION_MAX) return { kind: "value", value: text };
    return cannot(
      "too-long",
      `a description has at most ${DESCRIPTION_MAX} characters, this one has ${text?.length ?? 0}`,
    );
  },
  represents: (held, canonical) => (canonical === null ? null : throughAdf(String(canonical))) === held,
};

export function lenses(binding: Binding, schema: ToolSchema): LensTable {
  const jira = jiraSchema(schema);
  const built = new Map<string, Lens | undefined>();
  return directed(binding.maps, (type, field) => {
    const key = `${type}.${field}`;
    if (!built.has(key)) built.set(key, lensOf(jira, binding, type, field));
    return built.get(key);
  });
}

function lensOf(schema: JiraSchema, binding: Binding, type: ItemType, field: FieldName): Lens | undefined {
  if (!FIELDS_OF_TYPE[type].includes(field)) return undefined;
  if (type === "project")
    return field === "title" ? summaryLens : field === "description" ? descriptionLens : undefined;
  const misplaced = type === "task" ? undefined : schema.misplaced?.[field as keyof JiraSchema["fields"]];
  if (misplaced !== undefined) return parkedLens(misplaced);
  if (!hasPlace(schema, type, field)) return undefined;
  const lens = ROWS[field]?.(schema, binding, type);
  return lens && isOnScreen(schema, type, field) ? lens : lens && { ...lens, writable: false };
}

function hasPlace(schema: JiraSchema, type: ItemType, field: FieldName): boolean {
  return !(field in schema.fields) || type === "task" || vendorField(schema, type, field) !== null;
}

/** Jira's id of a canonical field; null where the site has none, or where it is no field of the issue. */
export function vendorField(schema: JiraSchema, type: ItemType, field: FieldName): string | null {
  switch (field) {
    case "title":
      return "summary";
    case "due":
      return "duedate";
    case "task_type":
      return "labels";
    case "estimate":
      if (type === "task") return "timetracking";
      return type === "epic" ? schema.epicEstimate : schema.fields.estimate;
    case "sprint":
      return schema.fields.sprint;
    case "qa_assignee":
      return schema.fields.qa_assignee;
    case "description":
    case "status":
    case "priority":
    case "labels":
    case "parent":
    case "assignee":
      return field;
    default:
      return null;
  }
}

/**
 * Whether Jira may let the field be set: it stands on the create or the edit screen of a type that the item
 * can have. A screen that nobody could read shows all: what it lacks Jira refuses by name, which costs one try.
 */
function isOnScreen(schema: JiraSchema, type: ItemType, field: FieldName): boolean {
  const id = vendorField(schema, type, field);
  const types = [typeOf(schema, type), ...(type === "task" ? [schema.subtask] : [])].filter((one) => one != null);
  if (id === null || field === "status" || types.length === 0) return true;
  const screens = types.flatMap((one) => [schema.screens[one.id] ?? [], schema.editScreens?.[one.id] ?? []]);
  return screens.some((screen) => screen.length === 0 || screen.includes(id));
}

/** The id under which Jira's changelog tells of a field; null where it is no field of the issue. */
export function loggedField(schema: JiraSchema, type: ItemType, field: FieldName): string | null {
  const id = vendorField(schema, type, field);
  return id === "timetracking" ? "timeoriginalestimate" : id;
}

export function typeOf(schema: JiraSchema, type: ItemType): JiraType | undefined {
  return type === "project"
    ? schema.types.epic
    : (schema.types[type] ?? (type === "task" ? (schema.subtask ?? undefined) : undefined));
}

export function accountsOf({ users, unassignable }: JiraSchema): Account[] {
  const barred = new Set(unassignable);
  const isAssignable = ({ accountId, active }: JiraUser): boolean => active && !barred.has(accountId);
  return users.map((user) => ({
    id: user.accountId,
    email: user.email,
    names: [user.name],
    active: user.active,
    assignable: isAssignable(user),
  }));
}

function jiraPersonLens(schema: JiraSchema, { people: map, learned }: Binding): Lens {
  return personLens({ tool: "Jira", accounts: accountsOf(schema), map, learned });
}
