import { editIssue } from "jira.js/cloud";
import type { Client } from "jira.js/core";
import { isSyncFailure } from "../../core/errors.ts";
import { isOwnLabel } from "../../core/fields.ts";
import type { ReportOutcome, SchemaScope, UpdateRequest } from "../contract.ts";
import { jiraClient } from "./client.ts";
import { finishAll, type Refused, type Tools, type Written } from "./finish.ts";
import { canonicalRefusals, issueBody, labelChanges, withoutRefused, type IssueBody } from "./issue-fields.ts";
import { BULK_READ, fetchIssues } from "./read.ts";
import { IssueAnswer, jiraSchema, parsed, type JiraIssue } from "./schema.ts";
import { labelsOf, ourProperty, PROPERTY } from "./twin.ts";

const REFUSAL_ROUNDS = 4;
/** Issues whose end state is read in one go. */
const TOGETHER = 20;

/**
 * Updates twins: one PUT for all fields of an issue, then its transition. The present state is read first,
 * a hundred issues a call, for labels change by delta and a transition starts from somewhere.
 */
export async function update(
  scope: SchemaScope,
  requests: readonly UpdateRequest[],
  report: ReportOutcome,
): Promise<void> {
  const client = jiraClient(scope);
  const tools: Tools = { scope, client, book: new Map() };
  for (let at = 0; at < requests.length; at += BULK_READ) {
    const chunk = requests.slice(at, at + BULK_READ);
    const present = await fetchIssues(scope, client, [...new Set(chunk.map(({ ref }) => ref))]);
    const byRef = new Map(present.flatMap((issue) => [[issue.id, issue] as const, [issue.key, issue] as const]));
    for (let first = 0; first < chunk.length; first += TOGETHER) {
      await updateSome(tools, chunk.slice(first, first + TOGETHER), byRef, report);
    }
  }
}

async function updateSome(
  tools: Tools,
  requests: readonly UpdateRequest[],
  byRef: ReadonlyMap<string, JiraIssue>,
  report: ReportOutcome,
): Promise<void> {
  const written: Written[] = [];
  try {
    for (const request of requests) {
      const present = byRef.get(request.ref);
      const outcome = present
        ? await editOrWords(tools, request, present)
        : `issue ${request.ref} does not exist any more, or may not be seen`;
      if (typeof outcome === "string") await report({ id: request.id, kind: "rejected", message: outcome });
      else written.push({ request, ...outcome });
    }
  } finally {
    await finishAll(tools, written, report);
  }
}

/** Jira's words where the failure concerns this issue alone, so that the others go on. */
async function editOrWords(tools: Tools, request: UpdateRequest, present: JiraIssue): Promise<Edited | string> {
  try {
    return await edit(tools, request, present);
  } catch (error) {
    if (isSyncFailure(error, "Rejected") || isSyncFailure(error, "NotFound") || isSyncFailure(error, "Forbidden"))
      return error.message;
    throw error;
  }
}

interface Edited {
  readonly issue: JiraIssue;
  readonly refused: Refused;
}

/** Puts all fields at once; what Jira refuses by name is left out and put again without. */
async function edit({ scope, client }: Tools, request: UpdateRequest, present: JiraIssue): Promise<Edited> {
  let body: IssueBody | null = issueBody(jiraSchema(scope.schema), request.type, request.fields);
  let refused: Refused = {};
  for (let round = 1; body !== null; round++) {
    const payload = payloadOf(body, request, present);
    if (payload === null) break;
    try {
      return { issue: await put(client, present, payload), refused };
    } catch (error) {
      if (!isSyncFailure(error, "Rejected") || round >= REFUSAL_ROUNDS) throw error;
      const words: Readonly<Record<string, string>> = error.details.fields ?? {};
      refused = { ...refused, ...canonicalRefusals(body.asked, words) };
      const rest: IssueBody | null = withoutRefused(body, words);
      if (rest === null) throw error;
      body = rest;
    }
  }
  return { issue: present, refused };
}

type Payload = Readonly<Record<string, unknown>>;

function payloadOf(body: IssueBody, request: UpdateRequest, present: JiraIssue): Payload | null {
  const labels = "labels" in body.asked ? labelChanges(labelsOf(present), request.fields, isOwnLabel) : [];
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

/** The answer holds the issue, which saves reading it back; entity properties are not part of it. */
async function put(client: Client, present: JiraIssue, payload: Payload): Promise<JiraIssue> {
  const answer: unknown = await editIssue(client, { issueIdOrKey: present.id, returnIssue: true, ...payload } as never);
  const issue = parsed(IssueAnswer, answer, `issue ${present.key}`);
  const written = (payload["properties"] as readonly { value: unknown }[] | undefined)?.[0]?.value;
  const properties = { ...present.properties, ...(written === undefined ? {} : { [PROPERTY]: written }) };
  return { ...issue, properties };
}
