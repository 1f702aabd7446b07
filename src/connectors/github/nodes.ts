/** Issues by node id or by what people call them, as GitHub shows them now. */
import { z } from "zod";
import { SyncFailure } from "../../core/errors.ts";
import type { SchemaScope } from "../contract.ts";
import { graphIssue, keyOf, restIssue, type IssueFacts, type Place } from "./answers.ts";
import { query, send } from "./client.ts";
import { findDocument, readDocument } from "./documents.ts";
import { fieldHomes, namingOf } from "./naming.ts";
import { githubSchemaOf } from "./schema.ts";

const CHUNK = 100;
/** Each is a connection of its own. */
const FIND_CHUNK = 50;

const container = z.object({ id: z.string() }).nullish();
const readAnswer = z.object({ container, nodes: z.array(z.looseObject({ __typename: z.string() }).nullable()) });

/**
 * The issues of these node ids, by the id that was asked for: GitHub is changing their format, and answers to both.
 * Pull requests are none. Throws where the repository itself cannot be seen: then nothing that is missing is gone.
 */
export async function issuesById(
  scope: SchemaScope,
  ids: readonly string[],
  beforeEdit = false,
): Promise<ReadonlyMap<string, IssueFacts>> {
  const { types, repository } = githubSchemaOf(scope.schema);
  const found = new Map<string, IssueFacts>();
  const wanted = [...new Set(ids)];
  for (let start = 0; start < wanted.length; start += CHUNK) {
    const chunk = wanted.slice(start, start + CHUNK);
    const variables = { ids: chunk, repository: repository.id };
    const data = await query(scope, readDocument(types.length > 0, beforeEdit), variables, readAnswer);
    checkContainer(scope, data.container);
    for (const [n, node] of data.nodes.entries()) {
      const facts = node?.__typename === "Issue" ? graphIssue.parse(node) : null;
      if (facts) found.set(chunk[n] ?? facts.ref, facts);
    }
  }
  return completed(scope, found);
}

/** The issues at these places, by `owner/name#12` as it was asked for in lower case. */
export async function issuesAt(scope: SchemaScope, places: readonly Place[]): Promise<ReadonlyMap<string, IssueFacts>> {
  const { types, repository } = githubSchemaOf(scope.schema);
  const row = z.object({ issue: graphIssue.nullish() }).nullish();
  const found = new Map<string, IssueFacts>();
  const wanted = [...new Map(places.map((place) => [nameOf(place), place])).values()];
  for (let start = 0; start < wanted.length; start += FIND_CHUNK) {
    const chunk = wanted.slice(start, start + FIND_CHUNK);
    const variables: Record<string, unknown> = { repository: repository.id };
    for (const [n, place] of chunk.entries()) {
      [variables[`o${n}`], variables[`r${n}`]] = place.repository.split("/");
      variables[`n${n}`] = place.number;
    }
    const shape = z.object({ container }).catchall(row);
    const data = await query(scope, findDocument(chunk.length, types.length > 0), variables, shape);
    checkContainer(scope, data.container as z.output<typeof container>);
    for (const [n, place] of chunk.entries()) {
      const facts = (data[`i${n}`] as z.output<typeof row>)?.issue;
      if (facts) found.set(nameOf(place), facts);
    }
  }
  return completed(scope, found);
}

export function nameOf(place: Place): string {
  return keyOf(place).toLowerCase();
}

function checkContainer({ schema }: SchemaScope, shown: z.output<typeof container>): void {
  if (shown) return;
  const { fullName } = githubSchemaOf(schema).repository;
  const message = `github: the repository ${fullName} can no longer be seen; check that it is there, and the token's repositories.`;
  throw new SyncFailure("NotFound", message, { tool: "github" });
}

/**
 * Values of the organization's fields, where the project keeps anything in them: REST alone shows them to
 * everybody (GraphQL asks for a preview header, and names the fields by other ids), one issue a request.
 */
async function completed(
  scope: SchemaScope,
  found: ReadonlyMap<string, IssueFacts>,
): Promise<ReadonlyMap<string, IssueFacts>> {
  if (fieldHomes(namingOf(scope)).length === 0) return found;
  const complete = new Map<string, IssueFacts>();
  for (const [ref, facts] of found) {
    const parameters = { ...pathOf(facts), issue_number: facts.number };
    const { values } = await send(scope, "GET /repos/{owner}/{repo}/issues/{issue_number}", parameters, restIssue);
    complete.set(ref, { ...facts, values: values ?? {} });
  }
  return complete;
}

export function pathOf({ repository }: Pick<Place, "repository">): { readonly owner: string; readonly repo: string } {
  const [owner = "", repo = ""] = repository.split("/");
  return { owner, repo };
}

/** With the refs of parents that REST told by address only, from what is known or by one more query. */
export async function withParents(
  scope: SchemaScope,
  issues: readonly IssueFacts[],
  known: ReadonlyMap<string, string> = new Map(),
): Promise<IssueFacts[]> {
  const refs = new Map([...known, ...issues.map((issue) => [nameOf(issue), issue.ref] as const)]);
  const told = issues.map((issue) => (issue.parent ? (issue.parent.ref ?? refs.get(nameOf(issue.parent))) : undefined));
  const unknown = issues.flatMap(({ ref, parent }, n) => (parent && told[n] === undefined ? [ref] : []));
  const asked = unknown.length > 0 ? await issuesById(scope, unknown) : new Map<string, IssueFacts>();
  return issues.map((issue, n) => {
    if (!issue.parent) return issue;
    const ref = told[n];
    // Asked for by itself, an issue tells its parent as it is now.
    return { ...issue, parent: ref === undefined ? (asked.get(issue.ref)?.parent ?? null) : { ...issue.parent, ref } };
  });
}
