/**
 * Issues that are made below their parent. REST takes no parent, so that a place would be a second creation of content, of
 * which GitHub allows 500 an hour (https://docs.github.com/rest/issues/sub-issues#add-sub-issue); GraphQL takes it with the issue.
 */
import { z } from "zod";
import { SyncFailure } from "../../core/errors.ts";
import type { SchemaScope } from "../contract.ts";
import { graphIssue, restIssue, type IssueFacts } from "./answers.ts";
import { mutate, query, send } from "./client.ts";
import { createDocument, namesDocument } from "./documents.ts";
import type { Input } from "./inputs.ts";
import { fieldHomes, namingOf } from "./naming.ts";
import { pathOf } from "./nodes.ts";
import { githubSchemaOf } from "./schema.ts";

/** GraphQL names labels and people by node ids. One book for a scope: each is looked up once in all its creates. */
interface Names {
  readonly ids: Map<string, string>;
  /** Looked for and not there. */
  readonly absent: Set<string>;
}
const books = new WeakMap<SchemaScope, Names>();
/** Names in one query. */
const TOGETHER = 50;

const named = z.object({ id: z.string() }).nullish();
const namesAnswer = z.object({ repository: z.record(z.string(), z.unknown()).nullish() }).catchall(z.unknown());
const created = z.object({ createIssue: z.object({ issue: graphIssue.nullish() }).nullish() });

/** Looks the names of these bodies up that are not known yet. */
export async function learnNames(scope: SchemaScope, bodies: readonly Input[]): Promise<void> {
  const { ids, absent } = bookOf(scope);
  const unknown = new Set(bodies.flatMap(namesIn).filter((name) => !ids.has(name) && !absent.has(name)));
  const wanted = [...unknown];
  for (let start = 0; start < wanted.length; start += TOGETHER) {
    const some = wanted.slice(start, start + TOGETHER);
    const variables = Object.fromEntries(some.map((name, n) => [`n${n}`, name.slice(name.indexOf(" ") + 1)]));
    const repository = githubSchemaOf(scope.schema).repository.id;
    const document = namesDocument(some.map((name) => (name.startsWith("label ") ? "label" : "user")));
    const data = await query(scope, document, { ...variables, repository }, namesAnswer);
    for (const [n, name] of some.entries()) {
      const id = named.parse(data.repository?.[`n${n}`] ?? data[`n${n}`])?.id;
      if (id === undefined) absent.add(name);
      else ids.set(name, id);
    }
  }
}

/**
 * Makes the issue below the parent. Undefined where nothing was made, and REST is to tell why: refused, or unknown to an
 * older server; and where the project keeps values in fields of the organization, which this way does not tell.
 * @param body as for a create by REST; what it names and GitHub does not know yet is left to `completed`
 */
export async function bornBelow(scope: SchemaScope, body: Input, parent: string): Promise<IssueFacts | undefined> {
  if (fieldHomes(namingOf(scope)).length > 0) return undefined;
  const { repository, types } = githubSchemaOf(scope.schema);
  await learnNames(scope, [body]);
  const { ids } = bookOf(scope);
  const known = (names: readonly string[]): string[] => names.flatMap((name) => ids.get(name) ?? []);
  const input = {
    repositoryId: repository.id,
    parentIssueId: parent,
    title: body["title"],
    body: body["body"],
    labelIds: known(labelsIn(body).map(labelName)),
    assigneeIds: known(loginsIn(body).map(loginName)),
  };
  const answer = await mutate(scope, createDocument(types.length > 0), { input }, created);
  const made = answer?.createIssue;
  if (!made) return undefined;
  if (made.issue) return made.issue;
  const message = "github: an issue was created and is not shown; it is looked up.";
  throw new SyncFailure("Unavailable", message, { tool: "github", outcomeUnknown: true });
}

/**
 * Gives an issue what it lacks of what it was to be made with. What people gave it meanwhile stays, and so does what an
 * earlier attempt made it with: another status, or other points, are an update's to set.
 *
 * @param tellSame whether two labels tell one thing that an issue has once
 */
export async function completed(
  scope: SchemaScope,
  issue: IssueFacts,
  body: Input,
  tellSame: (a: string, b: string) => boolean,
): Promise<IssueFacts> {
  const missing = labelsIn(body).filter((label) => !issue.labels.some((one) => tellSame(one, label)));
  const left: Input = {
    ...(missing.length > 0 ? { labels: [...issue.labels, ...missing] } : {}),
    ...(issue.assignees.length === 0 && loginsIn(body).length > 0 ? { assignees: body["assignees"] } : {}),
    ...(issue.type === null && typeof body["type"] === "string" ? { type: body["type"] } : {}),
    ...(issue.milestone === null && typeof body["milestone"] === "number" ? { milestone: body["milestone"] } : {}),
  };
  if (Object.keys(left).length === 0) return issue;
  const route = "PATCH /repos/{owner}/{repo}/issues/{issue_number}";
  const answer = await send(scope, route, { ...pathOf(issue), issue_number: issue.number, ...left }, restIssue);
  // Labels are made by their first use: from now on they have ids.
  for (const label of missing) bookOf(scope).absent.delete(labelName(label));
  return { ...answer, parent: issue.parent };
}

function bookOf(scope: SchemaScope): Names {
  const book = books.get(scope) ?? { ids: new Map(), absent: new Set() };
  books.set(scope, book);
  return book;
}

function labelName(label: string): string {
  return `label ${label.toLowerCase()}`;
}
function loginName(login: string): string {
  return `login ${login.toLowerCase()}`;
}
function namesIn(body: Input): string[] {
  return [...labelsIn(body).map(labelName), ...loginsIn(body).map(loginName)];
}
function labelsIn(body: Input): readonly string[] {
  return (body["labels"] as readonly string[] | undefined) ?? [];
}
function loginsIn(body: Input): readonly string[] {
  return (body["assignees"] as readonly string[] | undefined) ?? [];
}
