/** One PUT for all fields of an issue, and what becomes of it. */
import { editIssue } from "jira.js/cloud";
import type { Client } from "jira.js/core";
import { isSyncFailure } from "../../core/errors.ts";
import { isOwnLabel } from "../../core/fields.ts";
import type { FieldName } from "../../core/model.ts";
import type { Overwritten, UpdateRequest } from "../contract.ts";
import type { AdfNode } from "./adf.ts";
import { editedAdf } from "./adf-reuse.ts";
import type { Refused, Tools } from "./finish.ts";
import { blamed, canonicalRefusals, issueBody, labelChanges, withoutRefused, type IssueBody } from "./issue-fields.ts";
import { loggedField } from "./mapping.ts";
import { IssueAnswer, jiraSchema, parsed, type JiraIssue, type JiraSchema } from "./schema.ts";
import { isoTime, labelsOf, ourProperty, PROPERTY } from "./twin.ts";

const REFUSAL_ROUNDS = 4;

/** What is written: the fields of an update, or what a create has left over. */
export type Edit = Pick<UpdateRequest, "type" | "fields"> & {
  /** Labels that are added in any case. */
  readonly ownLabels?: readonly string[];
};

/** Jira's words where the failure concerns this issue alone, so that the others go on; `conflict` where people edit it just now. */
export async function editOrWords(
  tools: Tools,
  request: Edit,
  present: JiraIssue,
): Promise<Edited | "conflict" | { readonly words: string }> {
  try {
    return await edit(tools, request, present);
  } catch (error) {
    if (isSyncFailure(error, "Rejected") || isSyncFailure(error, "NotFound") || isSyncFailure(error, "Forbidden"))
      return { words: error.message };
    if (isSyncFailure(error, "WriteConflict")) return "conflict";
    throw error;
  }
}

interface Edited {
  readonly issue: JiraIssue;
  readonly refused: Refused;
  readonly overwrote?: Overwritten;
}

/** Puts all fields at once; what Jira refuses by name is left out and put again without. */
async function edit({ scope, client }: Tools, request: Edit, present: JiraIssue): Promise<Edited> {
  let body: IssueBody | null = editBody(jiraSchema(scope.schema), request, present);
  let refused: Refused = {};
  for (let round = 1; body !== null; round++) {
    const payload = payloadOf(body, request, present);
    if (payload === null) break;
    try {
      const issue = await put(client, present, payload);
      const overwrote = replacedEdits(jiraSchema(scope.schema), request, present, issue);
      return { issue, refused, ...(Object.keys(overwrote).length > 0 ? { overwrote } : {}) };
    } catch (error) {
      if (!isSyncFailure(error, "Rejected") || round >= REFUSAL_ROUNDS) throw error;
      const words = blamed(body, error.details.fields ?? {});
      refused = { ...refused, ...canonicalRefusals(body.asked, words) };
      const rest: IssueBody | null = withoutRefused(body, words);
      if (rest === null) throw error;
      body = rest;
    }
  }
  return { issue: present, refused };
}

/** A description keeps the blocks that the edit leaves alone as they stand. */
function editBody(schema: JiraSchema, { type, fields }: Edit, present: JiraIssue): IssueBody {
  const body = issueBody(schema, type, fields);
  const { description: text } = fields;
  if (text === undefined) return body;
  const held = present.fields["description"] as AdfNode | null | undefined;
  return { ...body, fields: { ...body.fields, description: editedAdf(text as string | null, held ?? null) } };
}

type Payload = Readonly<Record<string, unknown>>;

function payloadOf(body: IssueBody, request: Edit, present: JiraIssue): Payload | null {
  const { ownLabels = [] } = request;
  const labels = "labels" in body.asked ? labelChanges(labelsOf(present), request.fields, isOwnLabel, ownLabels) : [];
  const { pr } = request.fields;
  const { key, pr: linked } = ourProperty(present);
  const isNewLink = pr !== undefined && pr !== linked;
  const property = { ...(key === null ? {} : { key }), ...(typeof pr === "string" ? { pr } : {}) };
  const payload = {
    ...(Object.keys(body.fields).length ? { fields: body.fields } : {}),
    ...(labels.length ? { update: { labels } } : {}),
    ...(isNewLink ? { properties: [{ key: PROPERTY, value: property }] } : {}),
  };
  return Object.keys(payload).length ? payload : null;
}

/** The answer holds the issue and its changes, which saves reading it back; entity properties are not part of it. */
async function put(client: Client, present: JiraIssue, payload: Payload): Promise<JiraIssue> {
  const answer: unknown = await editIssue(client, {
    issueIdOrKey: present.id,
    returnIssue: true,
    expand: "changelog",
    ...payload,
  } as never);
  const issue = parsed(IssueAnswer, answer, `issue ${present.key}`);
  const written = (payload["properties"] as readonly { value: unknown }[] | undefined)?.[0]?.value;
  const properties = { ...present.properties, ...(written === undefined ? {} : { [PROPERTY]: written }) };
  return { ...issue, properties };
}

/**
 * What people set after `present` was read and before our edit: where a field was changed twice since, our
 * change stands on an edit that nobody has seen. A status is moved from where it stands, by its own calls.
 */
function replacedEdits(schema: JiraSchema, { type, fields }: Edit, present: JiraIssue, issue: JiraIssue): Overwritten {
  const readAt = isoTime(present.fields["updated"]);
  const since = (issue.changelog?.histories ?? [])
    .map(({ created, items }) => ({ at: isoTime(created), items }))
    .filter(({ at }) => at > readAt)
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .flatMap(({ items }) => items);
  const replaced: Partial<Record<FieldName, string>> = {};
  for (const field of Object.keys(fields) as FieldName[]) {
    const id = loggedField(schema, type, field);
    if (id === null || id === "labels" || field === "status") continue;
    const changes = since.filter((change) => (change.fieldId ?? change.field) === id);
    if (changes.length > 1) replaced[field] = changes.at(-1)?.fromString ?? "";
  }
  return replaced;
}
