/** Updates and archives. */
import { createHash } from "node:crypto";
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { RemoteItem, ToolValues } from "../../core/model.ts";
import { attempt, without } from "../attempts.ts";
import type { NotArchived, Overwritten, ReportOutcome, SchemaScope, UpdateRequest, WriteOutcome } from "../contract.ts";
import { unraced } from "../race.ts";
import { syncKeyAsUuid } from "../sync-key.ts";
import { healthPosted, issueUpdated, projectUpdated, type HistoryEntry } from "./answers.ts";
import { attachPullRequests } from "./attach.ts";
import { execute, type Variables } from "./client.ts";
import { ARCHIVE_ISSUE, ARCHIVE_PROJECT, POST_HEALTH, UPDATE_ISSUE, UPDATE_PROJECT } from "./documents.ts";
import { replacedEdits } from "./history.ts";
import { has, issueInput, projectInput, text, texts } from "./inputs.ts";
import { labelBook, labelDelta, type LabelBook } from "./labels.ts";
import { nodesById } from "./nodes.ts";
import { parentInputs, type ParentInput } from "./parents.ts";
import { read } from "./read.ts";
import { epicProject } from "./schema.ts";
import { labelNames, TASK_TYPE_PREFIX, twinsOf, type LabelNames } from "./twins.ts";
import { z } from "zod";

interface Updating {
  readonly scope: SchemaScope;
  readonly labels: LabelBook;
  readonly parents: ReadonlyMap<string, ParentInput>;
  readonly names: LabelNames;
}

/** One request with what stood in Linear just before its write. */
interface Update extends UpdateRequest {
  readonly twin: RemoteItem;
  /** Label ids. */
  readonly carried: readonly string[];
}

/** Twins that are read and written in one go: few, so that little time passes between the two. */
const TOGETHER = 10;

/** One mutation a twin with all its fields; labels as a difference to what it carries at this moment. */
export async function update(
  scope: SchemaScope,
  requests: readonly UpdateRequest[],
  report: ReportOutcome,
): Promise<void> {
  const labels = labelBook(scope);
  for (let start = 0; start < requests.length; start += TOGETHER)
    await updateSome(scope, labels, requests.slice(start, start + TOGETHER), report);
}

async function updateSome(
  scope: SchemaScope,
  labels: LabelBook,
  requests: readonly UpdateRequest[],
  report: ReportOutcome,
): Promise<void> {
  const { issues, projects } = await nodesById(
    scope,
    requests.map(({ ref }) => ref),
  );
  const carried = new Map([...issues, ...projects].map((node) => [node.id, node.labelIds]));
  await labels.meet([...carried.values()].flat());
  const taught = labels.taught();
  const twins = new Map((await twinsOf(taught, issues, projects)).map((twin) => [twin.ref, twin]));
  const updating: Updating = {
    scope,
    labels,
    parents: await parentInputs(scope, requests),
    names: await labelNames(taught, [...carried.values()].flat()),
  };
  for (const request of requests) {
    const twin = twins.get(request.ref);
    if (!twin) await report({ id: request.id, kind: "gone" });
    else await report(await updateOne(updating, { ...request, twin, carried: carried.get(twin.ref) ?? [] }));
  }
}

async function updateOne(updating: Updating, request: Update): Promise<WriteOutcome> {
  const { fields, raced } = unraced(request, request.twin);
  if (Object.keys(fields).length === 0) return { id: request.id, kind: "raced", twin: request.twin };
  let overwrote: Overwritten = {};
  const write = isProject(updating.scope, request) ? updateProject : updateIssue;
  const outcome = await attempt(request.id, fields, [], (left) =>
    write(
      updating,
      request,
      left,
      (entries) => (overwrote = replacedEdits({ ...request, fields: left }, request.twin, entries)),
    ),
  );
  if (outcome.kind !== "done") return outcome;
  const races = {
    ...(raced.length > 0 ? { raced } : {}),
    ...(Object.keys(overwrote).length > 0 ? { overwrote } : {}),
  };
  return { ...outcome, ...races };
}

function isProject(scope: SchemaScope, request: UpdateRequest): boolean {
  return request.type === "project" || (request.type === "epic" && epicProject(scope.binding) === null);
}

async function updateIssue(
  updating: Updating,
  request: Update,
  fields: ToolValues,
  seeHistory: (entries: readonly HistoryEntry[]) => void,
): Promise<RemoteItem | undefined> {
  const { scope } = updating;
  const input: Variables = {
    ...issueInput(fields),
    ...(has(fields, "parent") ? updating.parents.get(request.id) : {}),
    ...(await issueLabelInput(updating, request, fields)),
  };
  let twin: RemoteItem | undefined;
  if (Object.keys(input).length > 0) {
    const answer = await execute(scope, UPDATE_ISSUE, { id: request.ref, input }, issueUpdated);
    seeHistory(answer.issueUpdate.issue.history.nodes);
    [twin] = await twinsOf(updating.labels.taught(), [answer.issueUpdate.issue], []);
  } else twin = request.twin;
  if (!twin || !has(fields, "pr")) return twin;
  const finished = await attachPullRequests(scope, twin, fields);
  if (finished.refused.pr === undefined) return finished.twin;
  throw new SyncFailure("Rejected", finished.refused.pr, { tool: "linear", fields: { pr: finished.refused.pr } });
}

async function issueLabelInput(updating: Updating, request: Update, fields: ToolValues): Promise<Variables> {
  const current = request.carried;
  const added: string[] = [];
  const removed: string[] = [];
  if (has(fields, "labels")) {
    const wanted = await idsFor(updating.labels, "issue", "labels", texts(fields.labels));
    const delta = labelDelta(current, wanted, updating.names);
    added.push(...delta.added);
    removed.push(...delta.removed);
  }
  if (has(fields, "task_type")) {
    const type = text(fields.task_type);
    const names = type === null ? [] : [`${TASK_TYPE_PREFIX}${type}`];
    const wanted = await idsFor(updating.labels, "issue", "task_type", names);
    const isType = (name: string): boolean => name.toLowerCase().startsWith(TASK_TYPE_PREFIX);
    const delta = labelDelta(current, wanted, updating.names, isType);
    added.push(...delta.added);
    removed.push(...delta.removed);
  }
  return {
    ...(added.length ? { addedLabelIds: added } : {}),
    ...(removed.length ? { removedLabelIds: removed } : {}),
  };
}

async function idsFor(
  labels: LabelBook,
  kind: "issue" | "project",
  field: "labels" | "task_type",
  names: readonly string[],
): Promise<readonly string[]> {
  try {
    return await labels.ids(kind, names);
  } catch (error) {
    if (!isSyncFailure(error, "Rejected")) throw error;
    throw new SyncFailure("Rejected", error.message, { ...error.details, fields: { [field]: error.message } }, error);
  }
}

async function updateProject(updating: Updating, request: Update, fields: ToolValues): Promise<RemoteItem | undefined> {
  const { scope } = updating;
  const own = without(fields, ["health"]);
  const input: Variables = { ...projectInput(own), ...(await projectLabelInput(updating, request, own)) };
  let twin: RemoteItem | undefined;
  if (Object.keys(input).length > 0) {
    const answer = await execute(scope, UPDATE_PROJECT, { id: request.ref, input }, projectUpdated);
    [twin] = await twinsOf(updating.labels.taught(), [], [answer.projectUpdate.project]);
  }
  if (has(fields, "health")) return postHealth(scope, request, text(fields.health));
  return twin ?? request.twin;
}

/** Projects take no label differences: theirs are set as a whole, ours and unknown ones among them. */
async function projectLabelInput(updating: Updating, request: Update, fields: ToolValues): Promise<Variables> {
  if (!has(fields, "labels")) return {};
  const current = request.carried;
  const wanted = await idsFor(updating.labels, "project", "labels", texts(fields.labels));
  const { added, removed } = labelDelta(current, wanted, updating.names);
  if (added.length + removed.length === 0) return {};
  return { labelIds: [...current.filter((id) => !removed.includes(id)), ...added] };
}

/** A project's health is what its newest update says; repeating the same request posts nothing new. */
async function postHealth(
  scope: SchemaScope,
  request: UpdateRequest,
  health: string | null,
): Promise<RemoteItem | undefined> {
  const id = syncKeyAsUuid(
    createHash("sha256")
      .update(JSON.stringify(["health", request.id, request.ref]))
      .digest("hex"),
  );
  const input = { id, projectId: request.ref, health };
  try {
    const answer = await execute(scope, POST_HEALTH, { input }, healthPosted);
    return (await twinsOf(scope, [], [answer.projectUpdateCreate.projectUpdate.project]))[0];
  } catch (error) {
    if (!isSyncFailure(error, "WriteConflict")) throw error;
    return (await read(scope, [request.ref])).items[0];
  }
}

/** Archives what is still live; an archived or missing twin is left as it is. */
export async function archive(scope: SchemaScope, refs: readonly string[]): Promise<NotArchived> {
  const { items } = await read(scope, refs);
  const left = new Map<string, string>();
  for (const item of items.filter((one) => one.state === "live")) {
    const document = item.key === item.ref ? ARCHIVE_PROJECT : ARCHIVE_ISSUE;
    try {
      await execute(scope, document, { id: item.ref }, z.unknown());
    } catch (error) {
      if (!isSyncFailure(error, "Rejected") && !isSyncFailure(error, "NotFound")) throw error;
      left.set(item.ref, error.message);
    }
  }
  return left;
}
