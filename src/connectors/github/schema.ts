/** What a repository says about itself: read once an hour, and the connection check. */
import { z } from "zod";
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { Binding, Scope, ToolSchema } from "../contract.ts";
import { sharedRead } from "../shared.ts";
import { connection, pageInfo } from "./answers.ts";
import { exchange, parsed as parsedAnswer, query } from "./client.ts";
import { describeDocument } from "./documents.ts";

const person = z.object({ login: z.string(), name: z.string().nullish(), email: z.string().nullish() });
const milestone = z.object({ number: z.number(), title: z.string() });
const issueField = z.object({
  id: z.number(),
  name: z.string(),
  data_type: z.string(),
  options: z.array(z.object({ name: z.string() })).nullish(),
});

/** A field of the organization that every issue of it has. */
const ownField = z.object({ id: z.number(), name: z.string(), kind: z.string(), options: z.array(z.string()) });
export type IssueField = z.output<typeof ownField>;

const githubSchema = z.object({
  viewer: z.object({ login: z.string() }),
  repository: z.object({ id: z.string(), fullName: z.string() }),
  people: z.array(z.object({ login: z.string(), name: z.string().nullable(), email: z.string().nullable() })),
  milestones: z.array(milestone),
  /** Names of the issue types that issues here may have. */
  types: z.array(z.string()),
  fields: z.array(ownField),
});
export type GithubSchema = z.output<typeof githubSchema>;

const repository = z.object({
  id: z.string(),
  nameWithOwner: z.string(),
  isArchived: z.boolean(),
  hasIssuesEnabled: z.boolean(),
  owner: z.object({ __typename: z.string(), login: z.string() }),
  assignableUsers: connection(person).extend({ pageInfo }),
  milestones: connection(milestone).nullish(),
});
const describeAnswer = z.object({ viewer: z.object({ login: z.string() }), repository: repository.nullish() });
type Described = z.output<typeof describeAnswer> & { readonly repository: z.output<typeof repository> };

/** Owner and name of the bound repository; throws InvalidConfig for what is none. */
export function boundRepository({ project, container }: Binding): { readonly owner: string; readonly name: string } {
  const text = container["repository"]?.trim() ?? "";
  const named = repositoryNamed(text);
  if (named) return named;
  const message = `${project}: external_sync.github.repository is "${text}"; give it as owner/name.`;
  throw new SyncFailure("InvalidConfig", message, { tool: "github" });
}

/** Of `owner/name`, or of an address; null for anything else. */
export function repositoryNamed(text: string): { readonly owner: string; readonly name: string } | null {
  const [, owner, name] = /^(?:https?:\/\/[^/]+\/)?([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(text.trim()) ?? [];
  return owner && name ? { owner, name } : null;
}

/**
 * Reads repository, people, milestones, issue types and issue fields, once for all projects of the repository. Throws
 * NotFound where it cannot be seen, Forbidden where nothing can be written (archived, Issues switched off). A repository
 * that was renamed is found by its old name and called by the new one.
 */
export async function describe(scope: Scope): Promise<ToolSchema> {
  const { owner, name } = boundRepository(scope.binding);
  const path = `${owner}/${name}`.toLowerCase();
  const schema = await sharedRead(scope, `repository/${path}`, () => readRepository(scope, { owner, name }));
  return schema as unknown as ToolSchema;
}

interface Named {
  readonly owner: string;
  readonly name: string;
}

async function readRepository(scope: Scope, named: Named): Promise<GithubSchema> {
  const { viewer, repository, people } = await readPeople(scope, named);
  checkWritable(repository);
  const [owner = "", repo = ""] = repository.nameWithOwner.split("/");
  const isOrganization = repository.owner.__typename === "Organization";
  return {
    viewer,
    repository: { id: repository.id, fullName: repository.nameWithOwner },
    people,
    milestones: repository.milestones?.nodes ?? [],
    types: isOrganization ? await readTypes(scope, owner, repo) : [],
    fields: isOrganization
      ? await sharedRead(scope, `fields/${owner.toLowerCase()}`, () => readFields(scope, owner))
      : [],
  };
}

type Person = GithubSchema["people"][number];

/** A classic token sees e-mail addresses only with a scope of its own; without it people are found by login and name. */
async function readPeople(scope: Scope, named: Named): Promise<Described & { readonly people: Person[] }> {
  try {
    return await readPages(scope, named, true);
  } catch (error) {
    if (!isSyncFailure(error, "Forbidden") || error.details.status !== 200) throw error;
    return readPages(scope, named, false);
  }
}

async function readPages(
  scope: Scope,
  { owner, name }: Named,
  withEmail: boolean,
): Promise<Described & { readonly people: Person[] }> {
  const people: Person[] = [];
  const seen = new Set<string>();
  let after: string | null = null;
  for (;;) {
    const variables: Record<string, unknown> = { owner, name, people: after };
    const data = await query(scope, describeDocument(withEmail), variables, describeAnswer);
    const found = data.repository;
    if (!found) throw missing(`${owner}/${name}`);
    const { nodes, pageInfo: info } = found.assignableUsers;
    for (const one of nodes) people.push({ login: one.login, name: one.name || null, email: one.email || null });
    after = info.hasNextPage ? (info.endCursor ?? null) : null;
    if (after === null) return { viewer: data.viewer, repository: found, people };
    if (seen.has(after))
      throw new SyncFailure("Unavailable", "github: a page of people repeats itself; it is asked again later.", {
        tool: "github",
      });
    seen.add(after);
  }
}

function checkWritable({ nameWithOwner, isArchived, hasIssuesEnabled }: Described["repository"]): void {
  const away = "or take it out of external_sync.github";
  const words = isArchived
    ? `is archived, so nothing in it can change; unarchive it under Settings, ${away}.`
    : hasIssuesEnabled
      ? null
      : `has Issues switched off; switch them on under Settings, Features, ${away}.`;
  if (words !== null) throw new SyncFailure("Forbidden", `github: ${nameWithOwner} ${words}`, { tool: "github" });
}

function missing(path: string): SyncFailure {
  const message = `github: there is no repository ${path} that this token may see; check external_sync.github.repository, and the token's repositories.`;
  return new SyncFailure("NotFound", message, { tool: "github" });
}

/** Organizations without issue types answer 404. */
async function readTypes(scope: Scope, owner: string, repo: string): Promise<string[]> {
  const shape = z.array(z.object({ name: z.string(), is_enabled: z.boolean().nullish() }));
  const rows = await optional(scope, "GET /repos/{owner}/{repo}/issue-types", { owner, repo }, shape);
  return rows.filter(({ is_enabled }) => is_enabled !== false).map(({ name }) => name);
}

async function readFields(scope: Scope, org: string): Promise<IssueField[]> {
  const rows = await optional(scope, "GET /orgs/{org}/issue-fields", { org }, z.array(issueField));
  return rows.map(({ id, name, data_type, options }) => ({
    id,
    name,
    kind: data_type,
    options: (options ?? []).map((option) => option.name),
  }));
}

/** Nothing where the organization does not have it, or the token may not see it. */
async function optional<T>(
  scope: Scope,
  route: string,
  parameters: Readonly<Record<string, string>>,
  shape: z.ZodType<T[]>,
): Promise<T[]> {
  try {
    return parsedAnswer(await exchange(scope, route, parameters), { what: route, safe: true }, shape);
  } catch (error) {
    if (isSyncFailure(error, "NotFound") || isSyncFailure(error, "Forbidden")) return [];
    throw error;
  }
}

const parsedSchemas = new WeakMap<object, GithubSchema>();

/** The schema as its own connector knows it; `Bug` for one that another version stored. */
export function githubSchemaOf(schema: ToolSchema): GithubSchema {
  const known = parsedSchemas.get(schema);
  if (known) return known;
  const result = githubSchema.safeParse(schema);
  if (!result.success)
    throw new SyncFailure("Bug", "the stored description of GitHub has another shape; read it again", {
      tool: "github",
    });
  parsedSchemas.set(schema, result.data);
  return result.data;
}
