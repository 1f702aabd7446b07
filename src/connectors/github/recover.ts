/**
 * Looking for issues whose create was sent but never answered. GitHub has no idempotency key, so the identity
 * travels in the body, and the repository's listing, which reads the primary database, shows it; the search
 * index may lag and proves nothing. The listing is not narrowed to our own account: a token can have been exchanged.
 */
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { CreateRequest, SchemaScope } from "../contract.ts";
import { restIssue, restIssues, type IssueFacts } from "./answers.ts";
import { syncKeyIn } from "./body.ts";
import { wholeSeconds } from "./changes.ts";
import { send } from "./client.ts";
import { pathOf, withParents } from "./nodes.ts";
import { githubSchemaOf } from "./schema.ts";

const PAGE = 100;
/** A request that got no answer may still be under way: by then it has ended, and the listing shows what it made. */
export const SETTLE_MS = 5_000;
/** For what happens between our note of the time and the create, and for clocks that do not agree. */
const MARGIN_MS = 10 * 60_000;

/** What is known of creates whose answers were lost. */
export interface LookUp {
  /** The issue that carries the key, the oldest; a newer one that our account made is closed as its duplicate. */
  issueOf(syncKey: string): IssueFacts | undefined;
  /**
   * The issue of a create that was sent once more because none was known. The listing may have kept one back: asked
   * again, once for all, it has to show the issue that was `made` just now, which stands at its end.
   */
  proven(request: CreateRequest, made: IssueFacts): Promise<IssueFacts>;
}

export async function lookUp(scope: SchemaScope, lost: readonly CreateRequest[]): Promise<LookUp> {
  const known = new Map<string, IssueFacts>();
  const doubted = new Set(lost.map(({ syncKey }) => syncKey));
  const learn = async (carried: ReadonlyMap<string, readonly IssueFacts[]>, made?: IssueFacts): Promise<void> => {
    for (const [key, told] of known) await closeOthers(scope, carried.get(key) ?? [], told, made);
    const fresh = [...carried].filter(([key]) => !known.has(key));
    const oldest: IssueFacts[] = [];
    for (const [, issues] of fresh) oldest.push(await closeOthers(scope, issues, oldestOf(issues), made));
    const issues = await withParents(scope, oldest);
    for (const [n, [key]] of fresh.entries()) known.set(key, issues[n] as IssueFacts);
  };
  if (lost.length > 0) await learn(await carriers(scope, lost));
  return {
    issueOf: (syncKey) => known.get(syncKey),
    async proven({ syncKey }, made) {
      if (!doubted.has(syncKey)) return made;
      const carried = await carriers(scope, lost);
      const shown = carried.get(syncKey)?.find(({ number }) => number === made.number);
      if (!shown) {
        const message = `github: issue #${made.number} was created and the listing does not show it yet; it is looked up.`;
        const details = { tool: "github", outcomeUnknown: true, retryAfterMs: SETTLE_MS };
        throw new SyncFailure("Unavailable", message, details);
      }
      await learn(carried, made);
      doubted.clear();
      const first = known.get(syncKey) ?? made;
      return first.number === made.number || first.author !== shown.author ? made : first;
    },
  };
}

async function carriers(
  scope: SchemaScope,
  lost: readonly CreateRequest[],
): Promise<ReadonlyMap<string, readonly IssueFacts[]>> {
  const keys = new Set(lost.map(({ syncKey }) => syncKey));
  const found = new Map<string, IssueFacts[]>();
  for (const issue of await listed(scope, sinceOf(scope, lost))) {
    const key = syncKeyIn(issue.body);
    if (key !== null && keys.has(key)) found.set(key, [...(found.get(key) ?? []), issue]);
  }
  return found;
}

function oldestOf(issues: readonly IssueFacts[]): IssueFacts {
  return issues.toSorted((a, b) => a.number - b.number)[0] as IssueFacts;
}

/** A person's copy of an issue carries the marker as well, and stays: ours have the title of the twin, or were `made` just now. */
async function closeOthers(
  scope: SchemaScope,
  issues: readonly IssueFacts[],
  twin: IssueFacts,
  made?: IssueFacts,
): Promise<IssueFacts> {
  const { login } = githubSchemaOf(scope.schema).viewer;
  const isOurs = ({ isOpen, author, title, number }: IssueFacts): boolean =>
    isOpen && author === login && author === twin.author && (title === twin.title || number === made?.number);
  for (const issue of issues)
    if (issue.number !== twin.number && isOurs(issue)) await closeDuplicate(scope, issue, twin);
  return twin;
}

/** Where the server knows no such reason it is closed as not planned; and it may be gone already. */
async function closeDuplicate(scope: SchemaScope, issue: IssueFacts, twin: IssueFacts): Promise<void> {
  const route = "PATCH /repos/{owner}/{repo}/issues/{issue_number}";
  const close = (why: object): Promise<IssueFacts> =>
    send(scope, route, { ...pathOf(issue), issue_number: issue.number, state: "closed", ...why }, restIssue);
  try {
    await close({ state_reason: "duplicate", duplicate_issue_id: twin.databaseId });
  } catch (error) {
    if (isSyncFailure(error, "Rejected")) await close({ state_reason: "not_planned" });
    else if (!isSyncFailure(error, "NotFound")) throw error;
  }
}

/** When the first of them can have been sent, on the vendor's clock; undefined where nobody knows: then all are read. */
function sinceOf({ http }: SchemaScope, lost: readonly CreateRequest[]): string | undefined {
  const first = Math.min(...lost.map(({ sentSince }) => Date.parse(sentSince ?? "")));
  if (Number.isNaN(first)) return undefined;
  const margin = MARGIN_MS + Math.abs(http.skewMs ?? 0);
  return wholeSeconds(first - margin);
}

/** Oldest first: what is made meanwhile comes at the end, and what is edited moves rows to later pages, where they are met twice. */
async function listed(scope: SchemaScope, since: string | undefined): Promise<IssueFacts[]> {
  const { repository } = githubSchemaOf(scope.schema);
  const issues = new Map<number, IssueFacts>();
  for (let page = 1; ; page += 1) {
    const query = {
      state: "all",
      sort: "created",
      direction: "asc",
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
