/** Linear's issues and projects as the planner's remote items. */
import { isOwnLabel } from "../../core/fields.ts";
import { canonicalMarkdown } from "../../core/markdown.ts";
import type { ItemType, RemoteItem, ToolValue } from "../../core/model.ts";
import type { SchemaScope, ToolSchema } from "../contract.ts";
import { sharedRead } from "../shared.ts";
import { ATTACHMENTS, labelsFound, type IssueNode, type LabelNode, type ProjectNode } from "./answers.ts";
import { execute } from "./client.ts";
import { FIND_LABELS } from "./documents.ts";
import { epicProject, linearSchemaOf } from "./schema.ts";

export const TASK_TYPE_PREFIX = "type:";

/** Label names by id. */
export type LabelNames = ReadonlyMap<string, string>;

/** Twins of these nodes; asks once for names of labels that are newer than the cached schema. */
export async function twinsOf(
  scope: SchemaScope,
  issues: readonly IssueNode[],
  projects: readonly ProjectNode[],
): Promise<RemoteItem[]> {
  const names = await labelNames(
    scope,
    [...issues, ...projects].flatMap((node) => node.labelIds),
  );
  return [
    ...projects.map((node) => projectTwin(scope, node, names)),
    ...issues.map((node) => issueTwin(scope, node, names)),
  ];
}

/** Names of these labels, from the schema where it knows them all. */
export async function labelNames(scope: SchemaScope, ids: readonly string[]): Promise<LabelNames> {
  const { labels, projectLabels } = linearSchemaOf((await withLabels(scope, ids)).schema);
  return new Map([...labels, ...projectLabels].map((label) => [label.id, label.name]));
}

/** The scope with a schema that knows these labels; the same scope where it does already. */
export async function withLabels(scope: SchemaScope, ids: readonly string[]): Promise<SchemaScope> {
  const schema = linearSchemaOf(scope.schema);
  const known = new Set([...schema.labels, ...schema.projectLabels].map((label) => label.id));
  const unknown = [...new Set(ids)].filter((id) => !known.has(id)).slice(0, 250);
  if (unknown.length === 0) return scope;
  const found = await findById(scope, unknown);
  return knowing(scope, found.issueLabels, found.projectLabels);
}

interface LabelsById {
  readonly issueLabels: readonly LabelNode[];
  readonly projectLabels: readonly LabelNode[];
}

/** One request at most, and none for labels that another project of the credential has met since the schema was read. */
async function findById(scope: SchemaScope, ids: readonly string[]): Promise<LabelsById> {
  let asked: Promise<LabelsById> | undefined;
  const ask = (): Promise<LabelsById> => (asked ??= askById(scope, ids));
  const of = async (id: string): Promise<LabelsById> => {
    const { issueLabels, projectLabels } = await ask();
    const own = (label: LabelNode): boolean => label.id === id;
    return { issueLabels: issueLabels.filter(own), projectLabels: projectLabels.filter(own) };
  };
  const found = await Promise.all(ids.map((id) => sharedRead(scope, `label/${id}`, () => of(id))));
  return {
    issueLabels: found.flatMap(({ issueLabels }) => issueLabels),
    projectLabels: found.flatMap(({ projectLabels }) => projectLabels),
  };
}

async function askById(scope: SchemaScope, ids: readonly string[]): Promise<LabelsById> {
  const filter = { id: { in: ids } };
  const variables = { issueLabels: filter, projectLabels: filter, first: ids.length };
  const { issueLabels, projectLabels } = await execute(scope, FIND_LABELS, variables, labelsFound);
  return { issueLabels: issueLabels.nodes, projectLabels: projectLabels.nodes };
}

/** The scope with a schema that knows these labels too. */
export function knowing(
  scope: SchemaScope,
  issueLabels: readonly LabelNode[],
  ofProjects: readonly LabelNode[],
): SchemaScope {
  if (issueLabels.length + ofProjects.length === 0) return scope;
  const schema = linearSchemaOf(scope.schema);
  const labels = [...schema.labels, ...issueLabels];
  const projectLabels = [...schema.projectLabels, ...ofProjects];
  return { ...scope, schema: { ...scope.schema, ...toJson({ labels, projectLabels }) } };
}

function toJson(value: unknown): ToolSchema {
  return JSON.parse(JSON.stringify(value)) as ToolSchema;
}

function issueTwin(scope: SchemaScope, node: IssueNode, names: LabelNames): RemoteItem {
  const labels = namesIn(node.labelIds, names);
  const type = issueType(scope, node);
  const ownType = labels.find((name) => name.toLowerCase().startsWith(TASK_TYPE_PREFIX));
  return {
    ref: node.id,
    key: node.identifier,
    url: node.url,
    type,
    syncKey: null,
    fields: {
      title: node.title,
      description: markdown(node.description),
      status: node.state.id,
      priority: node.priority,
      estimate: node.estimate ?? null,
      labels: labels.filter((name) => !isOwnLabel(name)),
      due: node.dueDate ?? null,
      parent: parentOf(scope, node),
      assignee: node.assignee?.id ?? null,
      sprint: node.cycle?.id ?? null,
      ...pullRequestsOf(node),
      task_type: ownType?.slice(TASK_TYPE_PREFIX.length) ?? null,
    },
    ...lifeOf(node),
    ...(node.previousIdentifiers.length ? { aliases: node.previousIdentifiers } : {}),
  };
}

function projectTwin(scope: SchemaScope, node: ProjectNode, names: LabelNames): RemoteItem {
  const isContainer = node.id === epicProject(scope.binding);
  const fields: Record<string, ToolValue> = { title: node.name, description: markdown(node.content) };
  if (isContainer) fields["health"] = node.health ?? null;
  else {
    fields["status"] = node.status.id;
    fields["priority"] = node.priority;
    fields["labels"] = namesIn(node.labelIds, names).filter((name) => !isOwnLabel(name));
    fields["due"] = node.targetDate ?? null;
  }
  const type = isContainer ? "project" : epicProject(scope.binding) === null ? "epic" : null;
  return { ref: node.id, key: node.id, url: node.url, type, syncKey: null, fields, ...lifeOf(node) };
}

/** Links of an issue. A full page tells nothing of ours: others may have pushed it out. */
function pullRequestsOf({ attachments: { nodes } }: IssueNode): { readonly pr?: readonly string[] } {
  return nodes.length < ATTACHMENTS ? { pr: nodes.map(({ url }) => url).sort() } : {};
}

function lifeOf(node: IssueNode | ProjectNode): Pick<RemoteItem, "updated" | "state"> {
  const away = node.trashed === true || (node.archivedAt ?? null) !== null;
  return {
    updated: { at: new Date(node.updatedAt).toISOString(), resolutionMs: 1 },
    state: away ? "archived" : "live",
  };
}

/**
 * What an issue is by its place: inside a bound project parents are epics, their children stories, theirs
 * tasks; where epics are projects, top-level issues are stories and sub-issues tasks.
 */
function issueType(scope: SchemaScope, node: IssueNode): ItemType {
  if (epicProject(scope.binding) === null) return node.parent ? "task" : "story";
  if (node.parent) return node.parent.parent ? "task" : "story";
  return node.children.nodes.length > 0 ? "epic" : "story";
}

/** A sub-issue's parent is its issue, where such issues can stand for anything of the hub; else the epic's project. */
function parentOf(scope: SchemaScope, node: IssueNode): string | null {
  const issue = node.parent?.id ?? null;
  if (epicProject(scope.binding) !== null) return issue;
  const project = node.project?.id ?? null;
  return scope.binding.tasks ? (issue ?? project) : project;
}

function namesIn(ids: readonly string[], names: LabelNames): string[] {
  return ids.flatMap((id) => names.get(id) ?? []).sort();
}

function markdown(text: string | null | undefined): string | null {
  return text ? canonicalMarkdown(text) || null : null;
}
