/** An issue as the item it stands for. */
import { FIELDS_OF_TYPE, isOwnLabel } from "../../core/fields.ts";
import type { FieldName, ItemType, RemoteItem, ToolValue, ToolValues } from "../../core/model.ts";
import type { Binding, ToolSchema } from "../contract.ts";
import { adfToMarkdown, type AdfNode } from "./adf.ts";
import { vendorField } from "./mapping.ts";
import { jiraSchema, textOf, type JiraIssue, type JiraSchema } from "./schema.ts";

/** Entity property that carries our identity, `{key}`, and the pull request's address, `{pr}`. */
export const PROPERTY = "sdlc-sync";

/** The fields asked for; Jira's default set leaves half of them out. */
export function askedFields(schema: JiraSchema): string[] {
  const fixed = [
    "summary",
    "description",
    "status",
    "priority",
    "labels",
    "duedate",
    "parent",
    "assignee",
    "issuetype",
    "updated",
    "timeoriginalestimate",
    "archiveddate",
  ];
  const discovered = [schema.epicEstimate, ...Object.values(schema.fields)].filter((id) => id !== null);
  return [...new Set([...fixed, ...discovered])].sort();
}

interface TwinScope {
  readonly binding: Binding;
  readonly schema: ToolSchema;
}

/** @param aliases other keys by which this issue was asked for and found */
export function twinOf(scope: TwinScope, issue: JiraIssue, aliases: readonly string[] = []): RemoteItem {
  const schema = jiraSchema(scope.schema);
  const type = itemType(schema, issue);
  const property = ourProperty(issue);
  const { archiveddate, updated } = issue.fields;
  return {
    ref: issue.id,
    key: issue.key,
    url: `${schema.siteUrl}/browse/${issue.key}`,
    type,
    syncKey: property.key,
    fields: fieldsOf(schema, type, issue),
    updated: { at: isoTime(updated), resolutionMs: 1 },
    state: archiveddate ? "archived" : "live",
    ...(aliases.length ? { aliases } : {}),
  };
}

export function ourProperty(issue: JiraIssue): { readonly key: string | null; readonly pr: string | null } {
  const value = issue.properties?.[PROPERTY];
  const { key, pr } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  return { key: typeof key === "string" ? key : null, pr: typeof pr === "string" ? pr : null };
}

/** Jira's `2026-11-20T10:00:00.123+0000` in UTC. */
export function isoTime(time: unknown): string {
  const ms = Date.parse(String(time).replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  return new Date(Number.isNaN(ms) ? 0 : ms).toISOString();
}

function itemType(schema: JiraSchema, issue: JiraIssue): ItemType | null {
  const id = record(issue.fields["issuetype"])?.["id"];
  if (id === schema.subtask?.id) return "task";
  return (["epic", "story", "task"] as const).find((type) => schema.types[type]?.id === id) ?? null;
}

/** An issue of a type nobody bound is told like a story: a person may have linked it by hand. */
function fieldsOf(schema: JiraSchema, type: ItemType | null, issue: JiraIssue): ToolValues {
  const values: { [F in FieldName]?: ToolValue } = {};
  for (const field of FIELDS_OF_TYPE[type ?? "story"]) {
    const value = READERS[field]?.(schema, type ?? "story", issue);
    if (value !== undefined) values[field] = value;
  }
  return values;
}

type Reader = (schema: JiraSchema, type: ItemType, issue: JiraIssue) => ToolValue | undefined;

const READERS: { readonly [F in FieldName]?: Reader } = {
  title: (_, __, { fields }) => textOf(fields["summary"]),
  description: (_, __, { fields }) => adfToMarkdown((record(fields["description"]) as AdfNode | undefined) ?? null),
  status: (_, __, { fields }) => idOf(fields["status"]) ?? undefined,
  priority: (_, __, { fields }) => ("priority" in fields ? idOf(fields["priority"]) : undefined),
  estimate: estimateOf,
  labels: (_, __, issue) => labelsOf(issue).filter((label) => !isOwnLabel(label)),
  due: (_, __, { fields }) => ("duedate" in fields ? textOrNull(fields["duedate"]) : undefined),
  parent: (_, __, { fields }) => idOf(fields["parent"]),
  assignee: (_, __, { fields }) => ("assignee" in fields ? accountOf(fields["assignee"]) : undefined),
  qa_assignee: (schema, type, { fields }) => {
    const id = vendorField(schema, type, "qa_assignee");
    return id !== null && id in fields ? accountOf(fields[id]) : undefined;
  },
  sprint: sprintOf,
  pr: (_, __, issue) => ourProperty(issue).pr,
  task_type: (_, __, issue) =>
    labelsOf(issue)
      .find((label) => /^type:./i.test(label))
      ?.slice("type:".length) ?? null,
};

/** All labels of an issue, ours included. */
export function labelsOf(issue: JiraIssue): string[] {
  const labels = issue.fields["labels"];
  return Array.isArray(labels) ? labels.map(String).sort() : [];
}

/** Points as they are; a task's original estimate comes in seconds and is told in hours. */
function estimateOf(schema: JiraSchema, type: ItemType, { fields }: JiraIssue): ToolValue | undefined {
  const id = type === "task" ? "timeoriginalestimate" : vendorField(schema, type, "estimate");
  if (id === null || !(id in fields)) return undefined;
  const value = fields[id];
  if (typeof value !== "number") return null;
  return type === "task" ? value / 3600 : value;
}

/** The open sprint, else the last one it was in. */
function sprintOf(schema: JiraSchema, _: ItemType, { fields }: JiraIssue): ToolValue | undefined {
  const id = schema.fields.sprint;
  if (id === null || !(id in fields)) return undefined;
  const sprints = (Array.isArray(fields[id]) ? fields[id] : []).map(record).filter((sprint) => sprint !== undefined);
  const sprint = sprints.findLast(({ state }) => state === "active" || state === "future") ?? sprints.at(-1);
  return sprint ? { id: Number(sprint["id"]), name: String(sprint["name"]) } : null;
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function idOf(value: unknown): string | null {
  const id = record(value)?.["id"];
  return typeof id === "string" ? id : null;
}

function accountOf(value: unknown): string | null {
  return textOrNull(record(value)?.["accountId"]);
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
