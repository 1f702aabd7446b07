/** What follows the fields of a write: the pull request's link, the status, the twin as it stands at the end. */
import { createHash } from "node:crypto";
import { createOrUpdateRemoteIssueLink } from "jira.js/cloud";
import type { Client } from "jira.js/core";
import { isSyncFailure } from "../../core/errors.ts";
import type { FieldName, ToolValue } from "../../core/model.ts";
import type {
  CreateRequest,
  Overwritten,
  ReportOutcome,
  ReportStep,
  SchemaScope,
  UpdateRequest,
  WriteOutcome,
} from "../contract.ts";
import { jiraClient } from "./client.ts";
import { fetchIssues } from "./read.ts";
import { jiraSchema, statusOf, textOf, type JiraIssue } from "./schema.ts";
import { moveTo, type Moved, type TransitionBook } from "./transition.ts";
import { twinOf } from "./twin.ts";

export type Refused = { readonly [F in FieldName]?: string };

/** What one batch of writes shares. */
export interface Tools {
  readonly scope: SchemaScope;
  readonly client: Client;
  readonly book: TransitionBook;
  /** Edit screens read while the batch is written, by issue type id: issues just made share them. */
  readonly screens: Map<string, readonly string[] | null>;
  readonly step?: ReportStep | undefined;
}

const books = new WeakMap<SchemaScope, TransitionBook>();

/** Tools for one batch. What transitions there are is asked for once in all the writes of a scope, which are those of minutes. */
export function toolsOf(scope: SchemaScope, step?: ReportStep): Tools {
  const book: TransitionBook = books.get(scope) ?? new Map();
  books.set(scope, book);
  return { scope, client: jiraClient(scope), book, screens: new Map(), step };
}

export interface Written {
  readonly request: CreateRequest | UpdateRequest;
  /** The issue with its fields written. */
  readonly issue: JiraIssue;
  readonly refused: Refused;
  /** Fields left out, and values replaced, as in `WriteOutcome`. */
  readonly raced?: readonly FieldName[];
  readonly overwrote?: Overwritten;
  /** Found after a crash, and moved by people since: its status is theirs. */
  readonly isMoved?: boolean;
}

/**
 * Links pull requests, moves issues to their status, and reports each twin as Jira shows it then: at once
 * where nothing followed, else after one common read. What was done before a failure is reported all the same.
 */
export async function finishAll(tools: Tools, all: readonly Written[], report: ReportOutcome): Promise<void> {
  const moved: Written[] = [];
  try {
    for (const written of all) {
      const { request, issue, refused } = written;
      const unlinked = await linkPullRequest(tools.client, issue.id, request.fields.pr);
      const outcome = await moveOrRace(tools, written);
      const stuck = outcome !== "raced" && outcome?.kind === "stuck" ? { status: outcome.message } : {};
      const words = { ...refused, ...unlinked, ...stuck };
      const raced = outcome === "raced" ? { raced: [...(written.raced ?? []), "status" as const] } : {};
      if (outcome) moved.push({ ...written, refused: words, ...raced });
      else await report(doneWith(tools.scope, { ...written, refused: words }, issue));
    }
  } finally {
    await reportMoved(tools, moved, report);
  }
}

async function reportMoved({ scope, client }: Tools, moved: readonly Written[], report: ReportOutcome): Promise<void> {
  const issues = await fetchIssues(
    scope,
    client,
    moved.map(({ issue }) => issue.id),
  );
  for (const written of moved) {
    const after = issues.find(({ id }) => id === written.issue.id) ?? written.issue;
    await report(doneWith(scope, written, after));
  }
}

function doneWith(scope: SchemaScope, { request, refused, raced, overwrote }: Written, issue: JiraIssue): WriteOutcome {
  const races = { ...(raced ? { raced } : {}), ...(overwrote ? { overwrote } : {}) };
  return { id: request.id, kind: "done", twin: twinOf(scope, issue), refused, ...races };
}

/** `raced`: somebody changes the issue at this very moment, so its status is planned anew. The others go on. */
async function moveOrRace(tools: Tools, written: Written): Promise<Moved | "raced" | undefined> {
  try {
    return await move(tools, written);
  } catch (error) {
    if (isSyncFailure(error, "WriteConflict")) return "raced";
    throw error;
  }
}

async function move(
  { scope, client, book, step }: Tools,
  { request, issue, isMoved }: Written,
): Promise<Moved | undefined> {
  const schema = jiraSchema(scope.schema);
  const to = request.fields.status;
  const from = statusOf(issue);
  if (typeof to !== "string" || from === "" || from === to || isMoved) return undefined;
  const typeId = textOf((issue.fields["issuetype"] as { id?: unknown } | undefined)?.id);
  const states = schema.statuses[typeId] ?? [];
  const passing = step && ((status: string) => step(request.id, status));
  return moveTo(client, book, { issue: issue.id, typeId, from, to, states, passing });
}

/** Upserted by its global id, so that writing it twice makes one link. What Jira says against it is a refusal of `pr`. */
async function linkPullRequest(client: Client, issue: string, url: ToolValue | undefined): Promise<Refused> {
  if (typeof url !== "string") return {};
  const globalId = `sdlc-sync:pr:${createHash("sha256").update(url).digest("hex")}`;
  const link = { globalId, relationship: "pull request", object: { url, title: url } };
  try {
    await createOrUpdateRemoteIssueLink(client, { issueIdOrKey: issue, ...link });
    return {};
  } catch (error) {
    if (!isSyncFailure(error, "Rejected") && !isSyncFailure(error, "Forbidden")) throw error;
    return { pr: error.message };
  }
}
