/** Creates, exactly once: the client id is the sync key, so a repeat meets its own earlier success. */
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { RemoteItem, ToolValues } from "../../core/model.ts";
import { attempt, doubting } from "../attempts.ts";
import type { CreateRequest, ReportBegun, ReportOutcome, SchemaScope } from "../contract.ts";
import { syncKeyAsUuid } from "../sync-key.ts";
import { issueCreated, issuesCreated, projectCreated } from "./answers.ts";
import { attachPullRequests } from "./attach.ts";
import { execute, type Variables } from "./client.ts";
import { CREATE_ISSUE, CREATE_ISSUES, CREATE_PROJECT } from "./documents.ts";
import { has, issueInput, projectInput, text, texts } from "./inputs.ts";
import { labelBook, type LabelBook } from "./labels.ts";
import { parentInputs, type ParentInput } from "./parents.ts";
import { read } from "./read.ts";
import { epicProject, linearSchemaOf } from "./schema.ts";
import { TASK_TYPE_PREFIX, twinsOf } from "./twins.ts";

/** The vendor's cap of `issueBatchCreate` is not published; 50 is that of `issueBatchUpdate`. */
const BATCH = 50;

interface Creating {
  readonly scope: SchemaScope;
  readonly labels: LabelBook;
  readonly parents: ReadonlyMap<string, ParentInput>;
  readonly report: ReportOutcome;
  readonly begun: ReportBegun | undefined;
}

/** Makes every twin and reports each as soon as it is known; parents must come in earlier requests of the list. */
export async function create(
  scope: SchemaScope,
  requests: readonly CreateRequest[],
  report: ReportOutcome,
  begun?: ReportBegun,
): Promise<void> {
  const fresh = await adoptKnown(scope, requests, report);
  const creating = { scope, labels: labelBook(scope), parents: await parentInputs(scope, fresh), report, begun };
  const epics = epicProject(scope.binding) === null ? fresh.filter((request) => request.type === "epic") : [];
  for (const request of epics) await doubting([request.id], () => createProject(creating, request));
  const issues = fresh.filter((request) => !epics.includes(request));
  for (let start = 0; start < issues.length; start += BATCH) {
    const batch = issues.slice(start, start + BATCH);
    await doubting(
      batch.map(({ id }) => id),
      () => createBatch(creating, batch),
    );
  }
}

function clientId(request: CreateRequest): string {
  return syncKeyAsUuid(request.syncKey);
}

/** After an attempt of unknown outcome the twin may be there already. */
async function adoptKnown(
  scope: SchemaScope,
  requests: readonly CreateRequest[],
  report: ReportOutcome,
): Promise<readonly CreateRequest[]> {
  const doubtful = requests.filter((request) => request.recover);
  if (doubtful.length === 0) return requests;
  const known = await existing(scope, doubtful);
  for (const request of doubtful) await adopt(scope, request, known.get(clientId(request)), report);
  return requests.filter((request) => !known.has(clientId(request)));
}

async function existing(scope: SchemaScope, requests: readonly CreateRequest[]): Promise<Map<string, RemoteItem>> {
  const found = await read(scope, requests.map(clientId));
  return new Map(found.items.map((item) => [item.ref, item]));
}

async function adopt(
  scope: SchemaScope,
  request: CreateRequest,
  twin: RemoteItem | undefined,
  report: ReportOutcome,
): Promise<boolean> {
  if (!twin) return false;
  const finished = await attachPullRequests(scope, twin, request.fields);
  await report({ id: request.id, kind: "done", ...finished });
  return true;
}

async function createProject(creating: Creating, request: CreateRequest): Promise<void> {
  const { scope, labels, report } = creating;
  const write = async (fields: ToolValues): Promise<RemoteItem | undefined> => {
    const labelIds = await labelIdsOf(labels, "project", fields);
    const input = {
      ...projectInput(fields),
      ...(labelIds.length ? { labelIds } : {}),
      id: clientId(request),
      teamIds: [linearSchemaOf(scope.schema).team.id],
    };
    const answer = await execute(scope, CREATE_PROJECT, { input }, projectCreated);
    await begin(creating, [request]);
    return (await twinsOf(labels.taught(), [], [answer.projectCreate.project]))[0];
  };
  await attemptCreate(creating, request, write, report);
}

/** One transaction for all; what stands in its way is taken out, or everything goes one by one. */
async function createBatch(creating: Creating, requests: readonly CreateRequest[]): Promise<void> {
  const [only, ...others] = requests;
  if (!only) return;
  if (others.length === 0) return createIssue(creating, only);
  let twins: readonly RemoteItem[];
  try {
    twins = await sendBatch(creating, requests);
  } catch (error) {
    if (isSyncFailure(error, "WriteConflict")) return resendRest(creating, requests);
    if (!isSyncFailure(error, "Rejected") && !isSyncFailure(error, "NotFound")) throw error;
    for (const request of requests) await createIssue(creating, request);
    return;
  }
  const byRef = new Map(twins.map((twin) => [twin.ref, twin]));
  for (const request of requests) {
    const adopted = await adopt(creating.scope, request, byRef.get(clientId(request)), creating.report);
    if (!adopted) await createIssue(creating, request);
  }
}

async function sendBatch(creating: Creating, requests: readonly CreateRequest[]): Promise<readonly RemoteItem[]> {
  const issues: Variables[] = [];
  await creating.labels.lookUp(
    "issue",
    requests.flatMap(({ fields }) => labelNamesIn(fields)),
  );
  for (const request of requests) issues.push(await createInput(creating, request, request.fields));
  const answer = await execute(creating.scope, CREATE_ISSUES, { input: { issues } }, issuesCreated);
  await begin(creating, requests);
  return twinsOf(creating.labels.taught(), answer.issueBatchCreate.issues, []);
}

async function begin({ begun }: Creating, made: readonly CreateRequest[]): Promise<void> {
  for (const request of made) await begun?.(request.id, clientId(request));
}

/** The whole batch rolled back because one id is taken: those that exist are ours from before. */
async function resendRest(creating: Creating, requests: readonly CreateRequest[]): Promise<void> {
  const known = await existing(creating.scope, requests);
  const rest: CreateRequest[] = [];
  for (const request of requests) {
    if (!(await adopt(creating.scope, request, known.get(clientId(request)), creating.report))) rest.push(request);
  }
  if (rest.length < requests.length) return createBatch(creating, rest);
  for (const request of rest) await createIssue(creating, request);
}

async function createIssue(creating: Creating, request: CreateRequest): Promise<void> {
  const { scope } = creating;
  const write = async (fields: ToolValues): Promise<RemoteItem | undefined> => {
    const input = await createInput(creating, request, fields);
    const answer = await execute(scope, CREATE_ISSUE, { input }, issueCreated);
    await begin(creating, [request]);
    return (await twinsOf(creating.labels.taught(), [answer.issueCreate.issue], []))[0];
  };
  await attemptCreate(creating, request, write, creating.report);
}

async function attemptCreate(
  { scope }: Creating,
  request: CreateRequest,
  write: (fields: ToolValues) => Promise<RemoteItem | undefined>,
  report: ReportOutcome,
): Promise<void> {
  try {
    const outcome = await attempt(request.id, request.fields, ["title"], write);
    if (outcome.kind === "rejected") return await report(outcome);
    const finished = await attachPullRequests(scope, outcome.twin, request.fields);
    await report({ ...outcome, twin: finished.twin, refused: { ...outcome.refused, ...finished.refused } });
  } catch (error) {
    if (!isSyncFailure(error, "WriteConflict")) throw error;
    const known = await existing(scope, [request]);
    if (await adopt(scope, request, known.get(clientId(request)), report)) return;
    const message =
      "this twin was deleted for good in Linear, which never takes its id again; a recreate needs approval";
    await report({ id: request.id, kind: "rejected", message });
  }
}

async function createInput(creating: Creating, request: CreateRequest, fields: ToolValues): Promise<Variables> {
  const { scope, labels, parents } = creating;
  const labelIds = await labelIdsOf(labels, "issue", fields);
  const project = epicProject(scope.binding);
  const parent = has(fields, "parent") ? parents.get(request.id) : undefined;
  return {
    ...(project === null ? {} : { projectId: project }),
    ...issueInput(fields),
    ...parent,
    ...(labelIds.length ? { labelIds } : {}),
    id: clientId(request),
    teamId: linearSchemaOf(scope.schema).team.id,
  };
}

async function labelIdsOf(
  labels: LabelBook,
  kind: "issue" | "project",
  fields: ToolValues,
): Promise<readonly string[]> {
  try {
    return await labels.ids(kind, labelNamesIn(fields));
  } catch (error) {
    if (!isSyncFailure(error, "Rejected")) throw error;
    const field = has(fields, "labels") ? "labels" : "task_type";
    throw new SyncFailure("Rejected", error.message, { ...error.details, fields: { [field]: error.message } }, error);
  }
}

/** What an issue's labels are called, the one that tells a task's type among them. */
function labelNamesIn(fields: ToolValues): readonly string[] {
  const type = text(fields.task_type);
  return [...texts(fields.labels), ...(type === null ? [] : [`${TASK_TYPE_PREFIX}${type}`])];
}
