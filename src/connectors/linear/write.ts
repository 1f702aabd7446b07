/** Updates and archives. */
import { createHash } from "node:crypto";
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { RemoteItem, ToolValues } from "../../core/model.ts";
import type { ReportOutcome, SchemaScope, UpdateRequest } from "../contract.ts";
import { syncKeyAsUuid } from "../sync-key.ts";
import { healthPosted, issueUpdated, projectUpdated } from "./answers.ts";
import { attachPullRequests } from "./attach.ts";
import { attempt } from "./attempts.ts";
import { execute, type Variables } from "./client.ts";
import { ARCHIVE_ISSUE, ARCHIVE_PROJECT, POST_HEALTH, UPDATE_ISSUE, UPDATE_PROJECT } from "./documents.ts";
import { has, issueInput, projectInput, text, texts, without } from "./inputs.ts";
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
  /** Label ids that each twin carries now, and all names. */
  readonly current: ReadonlyMap<string, readonly string[]>;
  readonly names: LabelNames;
}

/** One mutation a twin with all its fields; labels as a difference to what it carries at this moment. */
export async function update(
  scope: SchemaScope,
  requests: readonly UpdateRequest[],
  report: ReportOutcome,
): Promise<void> {
  const current = await currentLabels(scope, requests);
  const updating: Updating = {
    scope,
    labels: labelBook(scope),
    parents: await parentInputs(scope, requests),
    current,
    names: await labelNames(scope, [...current.values()].flat()),
  };
  for (const request of requests) {
    const write = isProject(scope, request) ? updateProject : updateIssue;
    const outcome = await attempt(request.id, request.fields, [], (fields) => write(updating, request, fields));
    await report(outcome);
  }
}

function isProject(scope: SchemaScope, request: UpdateRequest): boolean {
  return request.type === "project" || (request.type === "epic" && epicProject(scope.binding) === null);
}

async function currentLabels(
  scope: SchemaScope,
  requests: readonly UpdateRequest[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const refs = requests
    .filter((request) => has(request.fields, "labels") || has(request.fields, "task_type"))
    .map((request) => request.ref);
  const { issues, projects } = await nodesById(scope, refs);
  return new Map([...issues, ...projects].map((node) => [node.id, node.labelIds]));
}

async function updateIssue(
  updating: Updating,
  request: UpdateRequest,
  fields: ToolValues,
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
    [twin] = await twinsOf(updating.labels.taught(), [answer.issueUpdate.issue], []);
  } else [twin] = (await read(scope, [request.ref])).items;
  if (!twin || !has(fields, "pr")) return twin;
  const finished = await attachPullRequests(scope, twin, fields);
  if (finished.refused.pr === undefined) return finished.twin;
  throw new SyncFailure("Rejected", finished.refused.pr, { tool: "linear", fields: { pr: finished.refused.pr } });
}

async function issueLabelInput(updating: Updating, request: UpdateRequest, fields: ToolValues): Promise<Variables> {
  const current = updating.current.get(request.ref) ?? [];
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

async function updateProject(
  updating: Updating,
  request: UpdateRequest,
  fields: ToolValues,
): Promise<RemoteItem | undefined> {
  const { scope } = updating;
  const own = without(fields, ["health"]);
  const input: Variables = { ...projectInput(own), ...(await projectLabelInput(updating, request, own)) };
  let twin: RemoteItem | undefined;
  if (Object.keys(input).length > 0) {
    const answer = await execute(scope, UPDATE_PROJECT, { id: request.ref, input }, projectUpdated);
    [twin] = await twinsOf(updating.labels.taught(), [], [answer.projectUpdate.project]);
  }
  if (has(fields, "health")) return postHealth(scope, request, text(fields.health));
  return twin ?? (await read(scope, [request.ref])).items[0];
}

/** Projects take no label differences: theirs are set as a whole, ours and unknown ones among them. */
async function projectLabelInput(updating: Updating, request: UpdateRequest, fields: ToolValues): Promise<Variables> {
  if (!has(fields, "labels")) return {};
  const current = updating.current.get(request.ref) ?? [];
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
export async function archive(scope: SchemaScope, refs: readonly string[]): Promise<void> {
  const { items } = await read(scope, refs);
  for (const item of items.filter((one) => one.state === "live")) {
    const document = item.key === item.ref ? ARCHIVE_PROJECT : ARCHIVE_ISSUE;
    await execute(scope, document, { id: item.ref }, z.unknown());
  }
}
