/**
 * Looking for issues whose create was sent but never answered. GitHub has no idempotency key, so the identity
 * travels in the body, and the repository's listing, which reads the primary database, shows it; the search
 * index may lag and proves nothing. The listing is not narrowed to our own account: a token can have been exchanged.
 */
import type { CreateRequest, SchemaScope } from "../contract.ts";
import { restIssue, restIssues, type IssueFacts } from "./answers.ts";
import { syncKeyIn } from "./body.ts";
import { wholeSeconds } from "./changes.ts";
import { send } from "./client.ts";
import { pathOf } from "./nodes.ts";
import { githubSchemaOf } from "./schema.ts";

const PAGE = 100;
/** For what happens between our note of the time and the create, and for clocks that do not agree. */
const MARGIN_MS = 10 * 60_000;

/** Issues by sync key, the oldest of each; a newer one that our account made under the same key is closed as its duplicate. */
export async function findBySyncKey(
  scope: SchemaScope,
  lost: readonly CreateRequest[],
): Promise<ReadonlyMap<string, IssueFacts>> {
  const keys = new Set(lost.map(({ syncKey }) => syncKey));
  const found = new Map<string, IssueFacts[]>();
  for (const issue of await listed(scope, sinceOf(scope, lost))) {
    const key = syncKeyIn(issue.body);
    if (key !== null && keys.has(key)) found.set(key, [...(found.get(key) ?? []), issue]);
  }
  const oldest = new Map<string, IssueFacts>();
  for (const [key, issues] of found) {
    const [first, ...newer] = issues.toSorted((a, b) => a.number - b.number);
    if (!first) continue;
    oldest.set(key, first);
    for (const issue of newer) await closeDuplicate(scope, issue, first);
  }
  return oldest;
}

/** A person's copy of an issue carries the marker as well, and stays. */
async function closeDuplicate(scope: SchemaScope, issue: IssueFacts, first: IssueFacts): Promise<void> {
  const { login } = githubSchemaOf(scope.schema).viewer;
  if (!issue.isOpen || issue.author !== login || issue.title !== first.title) return;
  const route = "PATCH /repos/{owner}/{repo}/issues/{issue_number}";
  const state = { state: "closed", state_reason: "duplicate", duplicate_issue_id: first.databaseId };
  await send(scope, route, { ...pathOf(issue), issue_number: issue.number, ...state }, restIssue);
}

/** When the first of them can have been sent, on the vendor's clock; undefined where nobody knows: then all are read. */
function sinceOf({ http }: SchemaScope, lost: readonly CreateRequest[]): string | undefined {
  const first = Math.min(...lost.map(({ sentSince }) => Date.parse(sentSince ?? "")));
  if (Number.isNaN(first)) return undefined;
  const margin = MARGIN_MS + Math.abs(http.skewMs ?? 0);
  return wholeSeconds(first - margin);
}

/** Newest first: what is made meanwhile moves rows to later pages, where they are met twice and never missed. */
async function listed(scope: SchemaScope, since: string | undefined): Promise<IssueFacts[]> {
  const { repository } = githubSchemaOf(scope.schema);
  const issues = new Map<number, IssueFacts>();
  for (let page = 1; ; page += 1) {
    const query = {
      state: "all",
      sort: "created",
      direction: "desc",
      per_page: PAGE,
      page,
      ...(since ? { since } : {}),
    };
    const route = "GET /repos/{owner}/{repo}/issues";
    const rows = await send(scope, route, { ...pathOf({ repository: repository.fullName }), ...query }, restIssues);
    for (const row of rows) if (!row.isPullRequest) issues.set(row.number, row);
    if (rows.length < PAGE) return [...issues.values()];
  }
}
