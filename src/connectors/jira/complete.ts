/** What a create leaves to an edit: fields that stand on the edit screen only. */
import type { FieldName } from "../../core/model.ts";
import type { CreateRequest } from "../contract.ts";
import { editOrWords } from "./edit.ts";
import type { Refused, Tools, Written } from "./finish.ts";
import { OWN_LABEL } from "./issue-fields.ts";
import { loggedField, vendorField } from "./mapping.ts";
import { changelog, HISTORY_FIELDS } from "./read.ts";
import { jiraSchema, textOf, type JiraIssue } from "./schema.ts";
import { readEditScreen } from "./screens.ts";
import { twinOf } from "./twin.ts";

/** The issue stands whatever becomes of the edit, so what Jira says against it is a refusal of its fields. */
export async function completed(tools: Tools, written: Written, left: readonly FieldName[]): Promise<Written> {
  if (left.length === 0) return written;
  const { request, issue } = written;
  const screen = await editScreenOf(tools, issue);
  const isOff = (field: FieldName): boolean => {
    const id = vendorField(jiraSchema(tools.scope.schema), request.type, field);
    return screen !== null && id !== null && !screen.includes(id);
  };
  const off = left.filter(isOff);
  const refused = { ...written.refused, ...wordsFor(off, "It is on neither the create nor the edit screen.") };
  const due = left.filter((field) => !off.includes(field));
  if (due.length === 0) return { ...written, refused };
  const fields = Object.fromEntries(due.map((field) => [field, request.fields[field] ?? null]));
  const outcome = await editOrWords(tools, { type: request.type, fields, ownLabels: [OWN_LABEL] }, issue);
  if (outcome === "conflict") return { ...written, refused, raced: due };
  if ("words" in outcome) return { ...written, refused: { ...refused, ...wordsFor(due, outcome.words) } };
  return { ...written, issue: outcome.issue, refused: { ...refused, ...outcome.refused } };
}

function wordsFor(fields: readonly FieldName[], words: string): Refused {
  return Object.fromEntries(fields.map((field) => [field, words]));
}

/** Null where it is not known: then the edit is tried, and Jira names what it does not take. */
async function editScreenOf({ scope, client, screens }: Tools, issue: JiraIssue): Promise<readonly string[] | null> {
  const type = textOf((issue.fields["issuetype"] as { id?: unknown } | undefined)?.id);
  const known = jiraSchema(scope.schema).editScreens?.[type] ?? screens.get(type);
  if (known !== undefined) return known;
  const read = await readEditScreen(client, issue.id);
  screens.set(type, read);
  return read;
}

/** By issue id, the fields that an earlier attempt did not come to set: not as asked, and not touched since. */
export async function leftOver(
  { scope, client }: Tools,
  made: readonly { readonly request: CreateRequest; readonly issue: JiraIssue }[],
): Promise<ReadonlyMap<string, readonly FieldName[]>> {
  const schema = jiraSchema(scope.schema);
  const open = made.map(({ request, issue }) => {
    const held = twinOf(scope, issue).fields;
    const differs = (field: FieldName): boolean =>
      JSON.stringify(held[field]) !== JSON.stringify(request.fields[field]);
    const fields = Object.keys(request.fields) as FieldName[];
    const inIssue = fields.filter((field) => field !== "status" && vendorField(schema, request.type, field) !== null);
    return { issue: issue.id, type: request.type, fields: inIssue.filter(differs) };
  });
  const due = open.filter(({ fields }) => fields.length > 0);
  const logged = due.flatMap(({ type, fields }) => fields.map((field) => loggedField(schema, type, field)));
  const ids = [...new Set(logged)].filter((id) => id !== null).sort();
  const touched = new Set<string>();
  for (let at = 0; at < ids.length; at += HISTORY_FIELDS) {
    const query = { issueIdsOrKeys: due.map(({ issue }) => issue), fieldIds: ids.slice(at, at + HISTORY_FIELDS) };
    for await (const { ref, id } of changelog(client, query)) touched.add(`${ref} ${id}`);
  }
  const isOurs = (issue: string, id: string | null): boolean => !touched.has(`${issue} ${id}`);
  return new Map(
    due.map(({ issue, type, fields }) => [
      issue,
      fields.filter((field) => isOurs(issue, loggedField(schema, type, field))),
    ]),
  );
}
