/** Creates, exactly once: each body carries its sync key, so that a lost answer costs a look-up and never a second issue. */
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { FieldName, RemoteItem, ToolValue } from "../../core/model.ts";
import { attempt, without } from "../attempts.ts";
import type { CreateRequest, ReportOutcome, SchemaScope } from "../contract.ts";
import { restIssue, type IssueFacts } from "./answers.ts";
import { send } from "./client.ts";
import { dropped, newIssue } from "./inputs.ts";
import { namingOf, typeMark, type Naming, type WorkType } from "./naming.ts";
import { pathOf, withParents } from "./nodes.ts";
import { parentsOf, place, type Parents } from "./parents.ts";
import { findBySyncKey } from "./recover.ts";
import { githubSchemaOf } from "./schema.ts";
import { wantedStatus } from "./status.ts";
import { twinOf } from "./twin.ts";

/** A request that got no answer may still be under way: by then it has ended, and the listing shows what it made. */
const SETTLE_MS = 5_000;

interface Creating {
  readonly scope: SchemaScope;
  readonly naming: Naming;
  readonly parents: Parents;
}

type Refused = { readonly [F in FieldName]?: string };

/** Makes every twin, one request each, and reports it as soon as it is known; parents must stand in GitHub already. */
export async function create(
  scope: SchemaScope,
  requests: readonly CreateRequest[],
  report: ReportOutcome,
): Promise<void> {
  if (requests.length === 0) return;
  const creating = { scope, naming: namingOf(scope), parents: await parentsOf(scope, requests) };
  const known = await existing(scope, requests);
  for (const request of requests) {
    const issue = known.get(request.syncKey);
    if (issue)
      await report({ id: request.id, kind: "done", ...(await finished(creating, resumed(request, issue), issue)) });
    else await createOne(creating, request, report);
  }
}

/** What attempts of unknown outcome have made already, by sync key. */
async function existing(
  scope: SchemaScope,
  requests: readonly CreateRequest[],
): Promise<ReadonlyMap<string, IssueFacts>> {
  const lost = requests.filter(({ recover }) => recover);
  if (lost.length === 0) return new Map();
  const found = await findBySyncKey(scope, lost);
  const issues = await withParents(scope, [...found.values()]);
  return new Map([...found.keys()].map((key, n) => [key, issues[n] as IssueFacts]));
}

async function createOne(creating: Creating, request: CreateRequest, report: ReportOutcome): Promise<void> {
  if (request.type === "project") {
    const message = "GitHub has no place for the project itself; the repository is its container";
    return report({ id: request.id, kind: "rejected", message });
  }
  let issue: IssueFacts | undefined;
  // Whatever becomes of the later steps, the issue stands: their refusals are those of single fields.
  const outcome = await attempt(request.id, without(request.fields, ["parent"]), ["title"], async (fields) => {
    issue = await post(creating, { ...request, fields }, request.type as WorkType);
    return twinOf(creating.scope, issue);
  });
  if (outcome.kind === "rejected" || !issue) return report(outcome);
  const { twin, refused } = await finished(creating, request, issue);
  const lost = dropped(without(request.fields, ["parent", ...Object.keys(outcome.refused)]), twin);
  await report({ ...outcome, twin, refused: { ...lost, ...outcome.refused, ...refused } });
}

async function post({ scope, naming }: Creating, request: CreateRequest, type: WorkType): Promise<IssueFacts> {
  const { repository, types } = githubSchemaOf(scope.schema);
  const mark = typeMark(naming, types, type);
  const input = newIssue(naming, type, request.fields, request.syncKey);
  const labels = [...((input["labels"] as string[] | undefined) ?? []), ...(mark.label ? [mark.label] : [])];
  const body = { ...input, ...(labels.length > 0 ? { labels } : {}), ...(mark.type ? { type: mark.type } : {}) };
  const parameters = { ...pathOf({ repository: repository.fullName }), ...body };
  try {
    return await send(scope, "POST /repos/{owner}/{repo}/issues", parameters, restIssue);
  } catch (error) {
    throw settling(error);
  }
}

/** An attempt without an answer is not looked for too early; a repository that is not found takes no item at all. */
function settling(error: unknown): unknown {
  if (!isSyncFailure(error)) return error;
  const { code, message, details } = error;
  if (code === "NotFound") return new SyncFailure("Forbidden", message, details, error);
  if (!details.outcomeUnknown) return error;
  const retryAfterMs = Math.max(SETTLE_MS, details.retryAfterMs ?? 0);
  return new SyncFailure(code, message, { ...details, retryAfterMs }, error);
}

/** Time within which a create is followed by its own next steps. */
const OWN_STEPS_MS = 5 * 60_000;

/** What an earlier attempt may have left undone: later than that, an open issue is one that people keep open. */
function resumed(request: CreateRequest, { createdAt, updatedAt }: IssueFacts): CreateRequest {
  const isFresh = Date.parse(updatedAt) - Date.parse(createdAt) <= OWN_STEPS_MS;
  return isFresh ? request : { ...request, fields: without(request.fields, ["status"]) };
}

/** Steps that a create takes beyond its first request: closing, and the place below a parent. */
async function finished(
  { scope, parents }: Creating,
  { fields }: CreateRequest,
  made: IssueFacts,
): Promise<{ readonly twin: RemoteItem; readonly refused: Refused }> {
  const issue = await closed(scope, fields.status ?? "open", made);
  const twin = twinOf(scope, issue);
  if (fields.parent === undefined) return { twin, refused: {} };
  const placed = await place(scope, issue, twin, fields.parent, parents);
  return { twin: placed.twin, refused: placed.words === undefined ? {} : { parent: placed.words } };
}

/** An issue is born open. */
async function closed(scope: SchemaScope, status: ToolValue, issue: IssueFacts): Promise<IssueFacts> {
  const { isOpen, reason } = wantedStatus(status);
  if (isOpen || !issue.isOpen) return issue;
  const route = "PATCH /repos/{owner}/{repo}/issues/{issue_number}";
  const parameters = { ...pathOf(issue), issue_number: issue.number, state: "closed", state_reason: reason };
  const answer = await send(scope, route, parameters, restIssue);
  return { ...answer, parent: issue.parent };
}
