/** Canonical fields (already in GitHub's terms) as the body of a create or an edit: one request carries them all. */
import type { FieldName, RemoteItem, ToolValue, ToolValues } from "../../core/model.ts";
import { sameJson } from "../../core/equality.ts";
import type { IssueFacts } from "./answers.ts";
import { withMarker } from "./body.ts";
import {
  fieldHomes,
  isOurs,
  isPointsLabel,
  isPriorityLabel,
  isStatusLabel,
  isTaskTypeLabel,
  sameName,
  type Naming,
  type WorkType,
} from "./naming.ts";
import { wantedStatus } from "./status.ts";

export type Input = Record<string, unknown>;

/** Everything of the fields that a create takes; the state is not among it, for an issue is born open. */
export function newIssue(naming: Naming, type: WorkType, fields: ToolValues, key: string): Input {
  const labels = labelsAfter(naming, type, [], fields) ?? [];
  return {
    ...plainInput(naming, fields),
    body: withMarker(text(fields.description) ?? "", key),
    ...(labels.length > 0 ? { labels } : {}),
  };
}

/** The body of an edit; nothing where the issue is as wanted already. Labels are what it carries now, plus and minus what changes. */
export function editedIssue(
  naming: Naming,
  type: WorkType,
  fields: ToolValues,
  present: IssueFacts,
  key: string | null,
): Input {
  const labels = labelsAfter(naming, type, present.labels, fields);
  const body = has(fields, "description") ? { body: withMarker(text(fields.description) ?? "", key) } : {};
  // An attempt may have written it already, and died over what follows.
  const held: Input = {
    title: present.title,
    body: present.body,
    assignees: present.assignees,
    milestone: present.milestone?.number ?? null,
  };
  const wanted = Object.entries({ ...plainInput(naming, fields), ...body });
  return {
    ...Object.fromEntries(wanted.filter(([name, value]) => !sameJson(value as ToolValue, held[name] as ToolValue))),
    ...(labels === null ? {} : { labels }),
    ...stateInput(fields, present),
  };
}

function plainInput(naming: Naming, fields: ToolValues): Input {
  const assignee = text(fields.assignee);
  const values = fieldValues(naming, fields);
  return {
    ...(has(fields, "title") ? { title: text(fields.title) } : {}),
    ...(has(fields, "assignee") ? { assignees: assignee === null ? [] : [assignee] } : {}),
    ...(has(fields, "sprint") ? { milestone: fields.sprint } : {}),
    ...(values.length > 0 ? { issue_field_values: values } : {}),
  };
}

function fieldValues(naming: Naming, fields: ToolValues): Input[] {
  return fieldsOfOrganization(naming, fields).flatMap(([id, value]) =>
    value === null ? [] : [{ field_id: id, value }],
  );
}

/** Ids of the organization's fields that should hold nothing: an edit sets values, and empties none. */
export function emptied(naming: Naming, fields: ToolValues, { values }: IssueFacts): number[] {
  return fieldsOfOrganization(naming, fields).flatMap(([id, value]) =>
    value === null && values?.[String(id)] !== undefined ? [id] : [],
  );
}

/** A closed issue keeps the stage that it was at. */
function fieldsOfOrganization(naming: Naming, fields: ToolValues): (readonly [id: number, value: ToolValue])[] {
  return fieldHomes(naming).flatMap(([name, { id }]) => {
    const wanted = fields[name];
    if (wanted === undefined) return [];
    if (name !== "status") return [[id, wanted] as const];
    const status = wantedStatus(wanted);
    return status.isOpen ? [[id, status.name] as const] : [];
  });
}

function stateInput(fields: ToolValues, present: IssueFacts): Input {
  if (fields.status === undefined) return {};
  const { isOpen, reason } = wantedStatus(fields.status);
  if (isOpen) return present.isOpen ? {} : { state: "open" };
  return present.isOpen ? { state: "closed", state_reason: reason } : {};
}

/** Whether a closed issue is wanted closed for another reason: GitHub looks at the reason only where the state changes. */
export function isReclosed(fields: ToolValues, present: IssueFacts): boolean {
  if (fields.status === undefined || present.isOpen) return false;
  const { isOpen, reason } = wantedStatus(fields.status);
  return !isOpen && reason !== present.reason;
}

/** The labels an issue should have; null where they are as wanted. Those that nobody asked about stay. */
export function labelsAfter(
  naming: Naming,
  type: WorkType,
  current: readonly string[],
  fields: ToolValues,
): readonly string[] | null {
  let labels = [...current];
  const replace = (isManaged: (label: string) => boolean, wanted: readonly string[]): void => {
    labels = labels.filter((label) => !isManaged(label) || wanted.some((name) => sameName(name, label)));
    labels.push(...wanted.filter((name) => !labels.some((label) => sameName(name, label))));
  };
  if (has(fields, "labels")) replace((label) => !isOurs(naming, label), texts(fields.labels));
  if (has(fields, "status") && naming.status?.kind !== "field") replaceStatus(naming, type, fields, replace);
  if (has(fields, "priority") && naming.priority?.kind === "labels")
    replace((label) => isPriorityLabel(naming, label), texts(fields.priority));
  if (has(fields, "estimate") && naming.estimate?.kind === "labels")
    replace(isPointsLabel, typeof fields.estimate === "number" ? [`points:${fields.estimate}`] : []);
  if (has(fields, "task_type"))
    replace(
      (label) => isTaskTypeLabel(naming, label),
      texts(fields.task_type).map((one) => `type:${one}`),
    );
  return sameJson([...labels].sort(), [...current].sort()) ? null : labels;
}

/** Labels that tell no status of ours are left where statuses are no labels. */
function replaceStatus(
  naming: Naming,
  type: WorkType,
  fields: ToolValues,
  replace: (isManaged: (label: string) => boolean, wanted: readonly string[]) => void,
): void {
  const { name } = wantedStatus(fields.status ?? "open");
  const told = (label: string): boolean => isStatusLabel(naming, type, label);
  const known = /^status:(?:planning|ready|todo|in_progress|in_review|on_hold|blocked)$/i;
  replace((label) => told(label) && (naming.status !== null || known.test(label)), name === null ? [] : [name]);
}

/** Fields that only the push permission may set, and that GitHub leaves out without a word where it lacks. */
const PRIVILEGED: readonly FieldName[] = [
  "labels",
  "status",
  "priority",
  "estimate",
  "assignee",
  "sprint",
  "task_type",
];
const DROPPED =
  "GitHub left it out without a word: the token's account needs the write role in the repository to set it";

/** What the answer does not hold of what was asked. */
export function dropped(fields: ToolValues, { fields: held }: RemoteItem): { readonly [F in FieldName]?: string } {
  const lost = PRIVILEGED.filter(
    (field) => fields[field] !== undefined && held[field] !== undefined && !isSame(held[field], fields[field]),
  );
  return Object.fromEntries(lost.map((field) => [field, DROPPED]));
}

/** Letter case is GitHub's: a label or a login is shown as it was first written. */
function isSame(a: ToolValue, b: ToolValue): boolean {
  const fold = (one: ToolValue): string => JSON.stringify(Array.isArray(one) ? [...one].sort() : one).toLowerCase();
  return fold(a) === fold(b);
}

export function has(fields: ToolValues, field: FieldName): boolean {
  return fields[field] !== undefined;
}

function text(value: ToolValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

/** One text or several. */
function texts(value: ToolValue | undefined): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
