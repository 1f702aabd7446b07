/** Where an issue hangs: under a project, an issue, or both. */
import type { ItemType, ToolValues } from "../../core/model.ts";
import type { SchemaScope } from "../contract.ts";
import { has, text } from "./inputs.ts";
import { nodesById } from "./nodes.ts";
import { epicProject } from "./schema.ts";

export interface ParentInput {
  readonly projectId?: string | null;
  readonly parentId?: string | null;
}

interface ParentAsking {
  readonly id: string;
  readonly type: ItemType;
  readonly fields: ToolValues;
}

/**
 * The inputs that set each request's parent. Only a task's parent can be a project or an issue, so only
 * then the refs are looked up; a sub-issue also joins its parent's project, as it does in Linear itself.
 */
export async function parentInputs(
  scope: SchemaScope,
  requests: readonly ParentAsking[],
): Promise<ReadonlyMap<string, ParentInput>> {
  const asking = requests.filter((request) => has(request.fields, "parent"));
  if (epicProject(scope.binding) !== null) {
    return new Map(asking.map((request) => [request.id, { parentId: text(request.fields.parent) }]));
  }
  const refs = asking
    .filter((request) => request.type === "task")
    .flatMap((request) => text(request.fields.parent) ?? []);
  const projectOfIssue = refs.length ? await parentIssues(scope, refs) : new Map<string, string | null>();
  return new Map(asking.map((request) => [request.id, parentInput(request, projectOfIssue)]));
}

function parentInput(request: ParentAsking, projectOfIssue: ReadonlyMap<string, string | null>): ParentInput {
  const ref = text(request.fields.parent);
  if (request.type !== "task") return { projectId: ref };
  if (ref === null) return { projectId: null, parentId: null };
  const project = projectOfIssue.get(ref);
  if (project === undefined) return { projectId: ref, parentId: null };
  return { parentId: ref, projectId: project };
}

/** Project of each ref that is an issue. */
async function parentIssues(scope: SchemaScope, refs: readonly string[]): Promise<Map<string, string | null>> {
  const { issues } = await nodesById(scope, refs);
  return new Map(issues.map((issue) => [issue.id, issue.project?.id ?? null]));
}
