/** Issues and projects by id, as Linear shows them now. */
import type { SchemaScope } from "../contract.ts";
import { readAnswer, type IssueNode, type ProjectNode } from "./answers.ts";
import { execute } from "./client.ts";
import { READ } from "./documents.ts";
import { isUuid } from "./schema.ts";

const CHUNK = 100;

export interface Nodes {
  readonly issues: readonly IssueNode[];
  readonly projects: readonly ProjectNode[];
}

/** Those of the ids (issues: identifiers too) that exist, trashed and archived ones among them; one request for 100. */
export async function nodesById(scope: SchemaScope, refs: readonly string[]): Promise<Nodes> {
  const ids = [...new Set(refs)];
  const issues: IssueNode[] = [];
  const projects: ProjectNode[] = [];
  for (let start = 0; start < ids.length; start += CHUNK) {
    const chunk = ids.slice(start, start + CHUNK);
    const filters = { issues: { id: { in: chunk } }, projects: { id: { in: chunk.filter(isUuid) } } };
    const answer = await execute(scope, READ, { ...filters, first: chunk.length }, readAnswer);
    issues.push(...answer.issues.nodes);
    projects.push(...answer.projects.nodes);
  }
  return { issues, projects };
}
