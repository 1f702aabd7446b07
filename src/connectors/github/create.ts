/** Creates, exactly once: each body carries its sync key, so that a lost answer costs a look-up and never a second issue. */
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { FieldName, RemoteItem, ToolValue } from "../../core/model.ts";
import { afterwards, attempt, doubting, without } from "../attempts.ts";
import type { CreateRequest, ReportBegun, ReportOutcome, SchemaScope } from "../contract.ts";
import { restIssue, type IssueFacts } from "./answers.ts";
import { bornBelow, completed, learnNames } from "./born-below.ts";
import { send } from "./client.ts";
import { dropped, newIssue, type Input } from "./inputs.ts";
import { namingOf, tellSame, typeMark, type Naming, type WorkType } from "./naming.ts";
import { issuesById, pathOf } from "./nodes.ts";
import { parentsOf, place, type Parents } from "./parents.ts";
import { lookUp, SETTLE_MS, type LookUp } from "./recover.ts";
import { githubSchemaOf } from "./schema.ts";
import { wantedStatus } from "./status.ts";
import { twinOf } from "./twin.ts";

interface Creating {
  readonly scope: SchemaScope;
  readonly naming: Naming;
  readonly parents: Parents;
  readonly lost: LookUp;
  readonly begun: ReportBegun | undefined;
}

type Refused = { readonly [F in FieldName]?: string };

/**
 * Makes every twin, one request each where its labels are there already, and reports it as soon as it is known; parents
 * must stand in GitHub before.
 */
export async function create(
  scope: SchemaScope,
  requests: readonly CreateRequest[],
  report: ReportOutcome,
  begun?: ReportBegun,
): Promise<void> {
  if (requests.length === 0) return;
  const parents = await parentsOf(scope, requests);
  const lost = await lookUp(
    scope,
    requests.filter((request) => request.recover && request.begun === undefined),
  );
  const creating = { scope, naming: namingOf(scope), parents, lost, begun };
  const told = await issuesById(
    scope,
    requests.flatMap((request) => request.begun ?? []),
  );
  const made = (request: CreateRequest): IssueFacts | undefined =>
    told.get(request.begun ?? "") ?? lost.issueOf(request.syncKey);
  const fresh = requests.filter((request) => !made(request) && parentIn(creating, request) !== undefined);
  await learnNames(
    scope,
    fresh.map((request) => bodyOf(creating, request)),
  );
  for (const request of requests) {
    const issue = made(request);
    if (issue) await report({ id: request.id, kind: "done", ...(await resumed(creating, request, issue)) });
    else await doubting([request.id], () => createOne(creating, request, report));
  }
}

/** Ref of the parent, where it stands in GitHub. */
function parentIn({ parents }: Creating, { fields: { parent } }: CreateRequest): string | undefined {
  return typeof parent === "string" && parents.has(parent) ? parent : undefined;
}

async function createOne(creating: Creating, request: CreateRequest, report: ReportOutcome): Promise<void> {
  if (request.type === "project") {
    const message = "GitHub has no place for the project itself; the repository is its container";
    return report({ id: request.id, kind: "rejected", message });
  }
  const parent = parentIn(creating, request);
  let [born, issue]: (IssueFacts | undefined)[] = [];
  let isEarlier = false;
  // Whatever becomes of the later steps, the issue stands: their refusals are those of single fields.
  const outcome = await attempt(request.id, without(request.fields, ["parent"]), ["title"], async (fields) => {
    const body = bodyOf(creating, { ...request, fields });
    // Once it is made, a field that is refused afterwards is left out of what follows.
    const below =
      parent !== undefined && !born ? await settling(() => bornBelow(creating.scope, body, parent)) : undefined;
    const made = born ?? below ?? (await post(creating, body));
    issue = await afterwards(() => creating.lost.proven(request, made));
    isEarlier = issue.number !== made.number;
    born ??= below;
    await creating.begun?.(request.id, issue.ref);
    if (born && !isEarlier) issue = await complete(creating, request, born, body);
    return twinOf(creating.scope, issue);
  });
  if (!issue) return report(outcome);
  if (isEarlier) return report({ id: request.id, kind: "done", ...(await resumed(creating, request, issue)) });
  const { twin, refused } = await finished(creating, request, issue);
  const told = outcome.kind === "done" ? outcome.refused : {};
  const lost = dropped(without(request.fields, ["parent", ...Object.keys(told)]), twin);
  await report({ id: request.id, kind: "done", twin, refused: { ...lost, ...told, ...refused } });
}

function bodyOf({ scope, naming }: Creating, request: CreateRequest): Input {
  const type = request.type as WorkType;
  const mark = typeMark(naming, githubSchemaOf(scope.schema).types, type);
  const input = newIssue(naming, type, request.fields, request.syncKey);
  const labels = [...((input["labels"] as string[] | undefined) ?? []), ...(mark.label ? [mark.label] : [])];
  return { ...input, ...(labels.length > 0 ? { labels } : {}), ...(mark.type ? { type: mark.type } : {}) };
}

function post({ scope }: Creating, body: Input): Promise<IssueFacts> {
  const parameters = { ...pathOf({ repository: githubSchemaOf(scope.schema).repository.fullName }), ...body };
  return settling(() => send(scope, "POST /repos/{owner}/{repo}/issues", parameters, restIssue));
}

/** An attempt without an answer is not looked for too early; a repository that is not found takes no item at all. */
async function settling<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!isSyncFailure(error)) throw error;
    const { code, message, details } = error;
    if (code === "NotFound") throw new SyncFailure("Forbidden", message, details, error);
    if (!details.outcomeUnknown) throw error;
    const retryAfterMs = Math.max(SETTLE_MS, details.retryAfterMs ?? 0);
    throw new SyncFailure(code, message, { ...details, retryAfterMs }, error);
  }
}

/** Time within which a create is followed by its own next steps; one that a limit stopped goes on when that is over. */
const OWN_STEPS_MS = 5 * 60_000;

/** What an earlier attempt may have left undone: later than that, an open issue is one that people keep open. */
async function resumed(creating: Creating, request: CreateRequest, issue: IssueFacts): ReturnType<typeof finished> {
  const elapsedMs = Date.parse(issue.updatedAt) - Date.parse(issue.createdAt);
  const isFresh = elapsedMs <= OWN_STEPS_MS || request.begun !== undefined;
  if (!isFresh) return finished(creating, { ...request, fields: without(request.fields, ["status"]) }, issue);
  return finished(creating, request, await complete(creating, request, issue, bodyOf(creating, request)));
}

function complete(
  { scope, naming }: Creating,
  { type }: CreateRequest,
  issue: IssueFacts,
  body: Input,
): Promise<IssueFacts> {
  return completed(scope, issue, body, (a, b) => tellSame(naming, type as WorkType, a, b));
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
