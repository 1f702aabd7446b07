/** Values in Jira's terms as the bodies of its writes, and its refusals in canonical names again. */
import type { FieldName, ItemType, ToolValue, ToolValues } from "../../core/model.ts";
import { markdownToAdf } from "./adf.ts";
import { vendorField } from "./mapping.ts";
import type { JiraSchema } from "./schema.ts";

/** The one label every twin carries; the identity itself stands in the entity property. */
export const OWN_LABEL = "sdlc-sync";

/** Body parts of one write: `fields` set values, `update` adds and removes labels. */
export interface IssueBody {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Canonical names by Jira's field id, of what the body asks for. */
  readonly asked: Readonly<Record<string, readonly FieldName[]>>;
  /** The create screen has no labels at all, not even for ours. */
  readonly isWithoutLabels?: boolean;
}

/** What goes into `fields`: everything but the status (a transition), labels (a delta) and links. */
export function issueBody(schema: JiraSchema, type: ItemType, values: ToolValues): IssueBody {
  const fields: Record<string, unknown> = {};
  const asked: Record<string, FieldName[]> = {};
  for (const [field, value] of Object.entries(values) as [FieldName, ToolValue][]) {
    const id = vendorField(schema, type, field);
    if (id === null || field === "status") continue;
    (asked[id] ??= []).push(field);
    if (id !== "labels") fields[id] = bodyValue(type, field, value);
  }
  return { fields, asked };
}

function bodyValue(type: ItemType, field: FieldName, value: ToolValue): unknown {
  switch (field) {
    case "description":
      return markdownToAdf(value as string | null);
    case "estimate":
      // Minutes are exact; Jira reads a bare number in whatever unit the site has set. `0m` clears.
      if (type === "task") return { originalEstimate: `${Math.round(Number(value ?? 0) * 60)}m` };
      return value;
    case "priority":
    case "parent":
      return value === null ? null : { id: value };
    case "assignee":
    case "qa_assignee":
      return value === null ? null : { accountId: value };
    case "sprint":
      return typeof value === "object" && value !== null && "id" in value ? value["id"] : null;
    default:
      return value;
  }
}

/** All labels a new issue gets. */
export function newLabels(values: ToolValues): string[] {
  return [...new Set([OWN_LABEL, ...wantedLabels(values), ...typeLabel(values)])];
}

/** Adds and removes that bring the present labels to the wanted ones; labels nobody asked about stay. */
export function labelChanges(
  present: readonly string[],
  values: ToolValues,
  isOwn: (label: string) => boolean,
  ours: readonly string[],
): readonly Record<string, string>[] {
  const wanted = new Set(ours);
  const unwanted = new Set<string>();
  if (values.labels !== undefined) {
    for (const label of wantedLabels(values)) wanted.add(label);
    for (const label of present) if (!isOwn(label) && !wanted.has(label)) unwanted.add(label);
  }
  if (values.task_type !== undefined) {
    for (const label of typeLabel(values)) wanted.add(label);
    for (const label of present) if (/^type:/i.test(label) && !wanted.has(label)) unwanted.add(label);
  }
  const adds = [...wanted].filter((label) => !present.includes(label));
  return [...adds.map((add) => ({ add })), ...[...unwanted].map((remove) => ({ remove }))];
}

function wantedLabels(values: ToolValues): readonly string[] {
  return Array.isArray(values.labels) ? values.labels.map(String) : [];
}

function typeLabel(values: ToolValues): string[] {
  return typeof values.task_type === "string" ? [`type:${values.task_type}`] : [];
}

/** Rich text fields of ours, by Jira's id. */
const RICH_TEXT = ["description"];

/**
 * Jira's words by the field they concern. A document that it does not like it refuses with `INVALID_INPUT`
 * and names no field, so where it names none the rich text is what is to be left out first.
 */
export function blamed(body: IssueBody, refused: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { "": general, ...named } = refused;
  const rich = RICH_TEXT.filter((id) => id in body.fields);
  if (general === undefined || Object.keys(named).length > 0 || rich.length === 0) return refused;
  return Object.fromEntries(rich.map((id) => [id, general]));
}

/** Jira's words by canonical field; what it says about no field of ours stands under "". */
export function canonicalRefusals(
  asked: IssueBody["asked"],
  refused: Readonly<Record<string, string>>,
): Record<string, string> {
  const words: Record<string, string> = {};
  for (const [id, message] of Object.entries(refused)) {
    for (const name of asked[id] ?? [""])
      words[name] = words[name] === undefined ? message : `${words[name]} ${message}`;
  }
  return words;
}

/** The body without the fields Jira named; null where it named none of them, so that nothing would change. */
export function withoutRefused(body: IssueBody, refused: Readonly<Record<string, string>>): IssueBody | null {
  const ids = Object.keys(refused).filter((id) => id in body.asked || (id === "labels" && !body.isWithoutLabels));
  return ids.length === 0 ? null : withoutFields(body, ids);
}

/** The part of a create's body that its screen takes, and the fields that are left to an edit. */
export function forScreen(
  body: IssueBody,
  screen: readonly string[],
): { readonly body: IssueBody; readonly later: readonly FieldName[] } {
  if (screen.length === 0) return { body, later: [] };
  const ids = [...Object.keys(body.asked), "labels"].filter((id) => !screen.includes(id));
  return { body: withoutFields(body, ids), later: ids.flatMap((id) => body.asked[id] ?? []) };
}

function withoutFields(body: IssueBody, ids: readonly string[]): IssueBody {
  const keep = ([id]: readonly [string, unknown]): boolean => !ids.includes(id);
  return {
    fields: Object.fromEntries(Object.entries(body.fields).filter(keep)),
    asked: Object.fromEntries(Object.entries(body.asked).filter(keep)),
    ...(body.isWithoutLabels || ids.includes("labels") ? { isWithoutLabels: true } : {}),
  };
}
