import { bulkFetchIssues, createIssues } from "jira.js/cloud";
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { FieldName } from "../../core/model.ts";
import { doubting } from "../attempts.ts";
import type { CreateRequest, ReportBegun, ReportOutcome, SchemaScope } from "../contract.ts";
import { completed, leftOver } from "./complete.ts";
import {
  blamed,
  canonicalRefusals,
  forScreen,
  issueBody,
  newLabels,
  withoutRefused,
  type IssueBody,
} from "./issue-fields.ts";
import { BULK_READ, fetchIssues, fetchOne } from "./read.ts";
import { findBySyncKey, movedByPeople } from "./recover.ts";
import { CreatedAnswer, IssuesAnswer, jiraSchema, parsed, textOf, type JiraIssue, type JiraType } from "./schema.ts";
import { finishAll, toolsOf, type Refused, type Tools, type Written } from "./finish.ts";
import { typeOf } from "./mapping.ts";
import { PROPERTY } from "./twin.ts";

const BULK_CREATE = 50;
/** Rounds with fewer fields each, for what Jira refuses one after the other. */
const REFUSAL_ROUNDS = 4;
/** A request that got no answer may still be under way: by then it has ended, and can be found. */
const SETTLE_MS = 3_000;
const LEVELS = ["project", "epic", "story", "task"] as const;

interface Draft {
  readonly request: CreateRequest;
  readonly type: JiraType;
  readonly body: IssueBody;
  readonly refused: Refused;
  /** Not on the create screen: set by an edit of the new issue. */
  readonly later: readonly FieldName[];
}

/**
 * Creates twins fifty at a time, parents' level first. Each carries its sync key in the create itself, so
 * that a lost answer costs a look-up and never a second twin; see `recover.ts`.
 */
export async function create(
  scope: SchemaScope,
  requests: readonly CreateRequest[],
  report: ReportOutcome,
  begun?: ReportBegun,
): Promise<void> {
  const tools = toolsOf(scope);
  const adopted = await adopt(tools, requests, report);
  const left = requests.filter(({ id }) => !adopted.has(id));
  for (const level of LEVELS) {
    const group = left.filter(({ type }) => type === level);
    for (let at = 0; at < group.length; at += BULK_CREATE) {
      const chunk = group.slice(at, at + BULK_CREATE);
      await doubting(
        chunk.map(({ id }) => id),
        () => createChunk(tools, chunk, report, begun),
      );
    }
  }
}

/** Finishes what an earlier attempt has made already; answers the ids of those requests. */
async function adopt(tools: Tools, requests: readonly CreateRequest[], report: ReportOutcome): Promise<Set<string>> {
  const { client } = tools;
  const lost = requests.filter((request) => request.recover);
  const adopted = new Set<string>();
  if (lost.length === 0) return adopted;
  const made = await madeOf(tools, lost);
  for (let at = 0; at < made.length; at += BULK_READ) {
    const chunk = made.slice(at, at + BULK_READ);
    const issues = await issuesOf(tools, chunk);
    const begun = new Set(chunk.flatMap(({ request }) => request.begun ?? []));
    const moved = await movedByPeople(client, issues, begun);
    const written: MadeTwin[] = [];
    for (const { request, ref } of chunk) {
      const issue = issues.find(({ id }) => id === ref);
      if (issue || begun.has(ref)) adopted.add(request.id);
      if (issue) written.push({ request, issue, refused: {}, isMoved: moved.has(issue.id) });
      else if (begun.has(ref)) await report({ id: request.id, kind: "rejected", message: UNREADABLE });
    }
    const left = await leftOver(tools, written);
    await completeAll(
      tools,
      written.map((one) => ({ written: one, left: left.get(one.issue.id) ?? [] })),
      report,
    );
  }
  return adopted;
}

/** Which of them stand in Jira: only what nobody told of as begun is looked for. */
async function madeOf({ scope, client }: Tools, lost: readonly CreateRequest[]): Promise<readonly Made[]> {
  const untold = lost.filter(({ begun }) => begun === undefined);
  const found = untold.length > 0 ? await findBySyncKey(scope, client, untold) : new Map<string, JiraIssue>();
  return lost.flatMap((request) => {
    const ref = request.begun ?? found.get(request.syncKey)?.id;
    return ref === undefined ? [] : [{ request, ref }];
  });
}

/** Of an issue that stood: making it anew would make one more at each attempt. */
const UNREADABLE =
  "its issue was created and cannot be read: somebody deleted it, or it has a security level that keeps it from our account";

interface Made {
  readonly request: CreateRequest;
  readonly ref: string;
}

/** Read past the index: what it still shows may be deleted. What is known to have been made is not gone yet where a bulk answer leaves it out. */
async function issuesOf({ scope, client }: Tools, made: readonly Made[]): Promise<JiraIssue[]> {
  const more = ["creator", "created"];
  const refs = made.map(({ ref }) => ref);
  const issues = await fetchIssues(scope, client, refs, more);
  for (const { request, ref } of made) {
    if (request.begun !== ref || issues.some(({ id }) => id === ref)) continue;
    const issue = await fetchOne(scope, client, ref, more);
    if (issue) issues.push(issue);
  }
  return issues;
}

type MadeTwin = Written & { readonly request: CreateRequest };

/** What is complete is reported, also where a later one fails. */
async function completeAll(
  tools: Tools,
  all: readonly { readonly written: Written; readonly left: readonly FieldName[] }[],
  report: ReportOutcome,
): Promise<void> {
  const done: Written[] = [];
  try {
    for (const { written, left } of all) done.push(await completed(tools, written, left));
  } finally {
    await finishAll(tools, done, report);
  }
}

async function createChunk(
  tools: Tools,
  requests: readonly CreateRequest[],
  report: ReportOutcome,
  begun?: ReportBegun,
): Promise<void> {
  let waiting = await draftsOf(tools, requests, report);
  for (let round = 1; waiting.length > 0; round++) {
    const { created, failed } = await post(tools, waiting);
    for (const { draft, id } of created) await begun?.(draft.request.id, id);
    const issues = await fetchIssues(
      tools.scope,
      tools.client,
      created.map(({ id }) => id),
    );
    const made = created.map(({ draft, id }) => {
      const issue = issues.find((one) => one.id === id);
      if (issue) return { written: { request: draft.request, issue, refused: draft.refused }, left: draft.later };
      const message = `jira: issue ${id} was created but cannot be read yet; it is looked up.`;
      throw new SyncFailure("Unavailable", message, { tool: "jira", outcomeUnknown: true });
    });
    await completeAll(tools, made, report);
    waiting = [];
    for (const { draft, words } of failed) {
      const next = round < REFUSAL_ROUNDS ? redrafted(draft, words) : null;
      if (next) waiting.push(next);
      else await report({ id: draft.request.id, kind: "rejected", message: Object.values(words).join(" ") });
    }
  }
}

/** Jira's words about a field that the screen of the operation lacks. */
const OFF_SCREEN = /not on the appropriate screen/i;

/** The draft without what Jira refused; the screen may have changed since it was read, then an edit is tried. */
function redrafted(draft: Draft, told: Words): Draft | null {
  const words = blamed(draft.body, told);
  const body = withoutRefused(draft.body, words);
  if (!body || isRequired(draft, words)) return null;
  const { asked } = draft.body;
  const refused = Object.fromEntries(Object.entries(words).filter(([, message]) => !OFF_SCREEN.test(message)));
  const off = Object.keys(words).filter((id) => !(id in refused));
  return {
    ...draft,
    body,
    refused: { ...draft.refused, ...canonicalRefusals(asked, refused) },
    later: [...draft.later, ...off.flatMap((id) => asked[id] ?? [])],
  };
}

/** Without a summary there is no issue, whatever else is left out. */
function isRequired(draft: Draft, words: Words): boolean {
  return Object.keys(words).some((id) => draft.body.asked[id]?.includes("title"));
}

async function draftsOf(tools: Tools, requests: readonly CreateRequest[], report: ReportOutcome): Promise<Draft[]> {
  const schema = jiraSchema(tools.scope.schema);
  const storyParents = await parentsThatAreStories(tools, requests);
  const drafts: Draft[] = [];
  for (const request of requests) {
    const isBelowStory = request.type === "task" && storyParents.has(textOf(request.fields.parent));
    const type = isBelowStory ? (schema.subtask ?? undefined) : typeOf(schema, request.type);
    if (type && request.type !== "project") {
      const whole = issueBody(schema, request.type, request.fields);
      drafts.push({ request, type, ...forScreen(whole, schema.screens[type.id] ?? []), refused: {} });
    } else
      await report({
        id: request.id,
        kind: "rejected",
        message: `project ${schema.projectKey} has no issue type for a ${request.type}${isBelowStory ? " below a story" : ""}`,
      });
  }
  return drafts;
}

/** A task below a story must be a subtask, one below an epic must not. */
async function parentsThatAreStories(
  { scope, client }: Tools,
  requests: readonly CreateRequest[],
): Promise<Set<string>> {
  const parents = requests
    .filter(({ type }) => type === "task")
    .map(({ fields }) => fields.parent)
    .filter((ref) => typeof ref === "string");
  const { types } = jiraSchema(scope.schema);
  if (parents.length === 0) return new Set();
  const answer = await bulkFetchIssues(client, { issueIdsOrKeys: [...new Set(parents)], fields: ["issuetype"] });
  const issues = parsed(IssuesAnswer, answer, "parents").issues;
  return new Set(
    issues
      .filter(({ fields }) => (fields["issuetype"] as { id?: unknown } | undefined)?.id !== types.epic?.id)
      .map(({ id }) => id),
  );
}

interface Posted {
  readonly created: readonly { readonly draft: Draft; readonly id: string }[];
  readonly failed: readonly { readonly draft: Draft; readonly words: Words }[];
}
type Words = Readonly<Record<string, string>>;

/** Jira lists the created ones in order without the failed ones, which it names by their number. */
async function post({ scope, client }: Tools, drafts: readonly Draft[]): Promise<Posted> {
  const { projectId } = jiraSchema(scope.schema);
  const issueUpdates = drafts.map((draft) => issueUpdate(projectId, draft));
  const answer = await sent(() => createIssues(client, { issueUpdates } as Parameters<typeof createIssues>[1]));
  const { issues, errors } = parsed(CreatedAnswer, answer, "the created issues");
  const wordsOf = new Map(
    errors.map(({ failedElementNumber, elementErrors }) => [failedElementNumber, wordsIn(elementErrors)]),
  );
  const made = drafts.filter((_, n) => !wordsOf.has(n));
  if (made.length !== issues.length) {
    throw new SyncFailure(
      "Unavailable",
      `jira: asked for ${drafts.length} issues, told of ${issues.length} and ${errors.length} failures; they are looked up.`,
      {
        tool: "jira",
        outcomeUnknown: true,
      },
    );
  }
  return {
    created: made.map((draft, n) => ({ draft, id: issues[n]?.id ?? "" })),
    failed: drafts.flatMap((draft, n) => (wordsOf.has(n) ? [{ draft, words: wordsOf.get(n) ?? {} }] : [])),
  };
}

async function sent<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isSyncFailure(error) || !error.details.outcomeUnknown) throw error;
    const retryAfterMs = Math.max(SETTLE_MS, error.details.retryAfterMs ?? 0);
    throw new SyncFailure(error.code, error.message, { ...error.details, retryAfterMs }, error);
  }
}

function issueUpdate(projectId: string, { request, type, body }: Draft): object {
  const { pr } = request.fields;
  return {
    fields: {
      project: { id: projectId },
      issuetype: { id: type.id },
      ...body.fields,
      ...(body.isWithoutLabels ? {} : { labels: newLabels(request.fields) }),
    },
    properties: [{ key: PROPERTY, value: { key: request.syncKey, ...(typeof pr === "string" ? { pr } : {}) } }],
  };
}

function wordsIn(
  errors: { readonly errorMessages: readonly string[]; readonly errors: Readonly<Record<string, string>> } | undefined,
): Record<string, string> {
  const general = errors?.errorMessages.join(" ");
  return { ...errors?.errors, ...(general ? { "": general } : {}) };
}
