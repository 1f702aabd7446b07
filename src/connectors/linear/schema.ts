/** What a Linear workspace says about itself: read once an hour, in one request. */
import { z } from "zod";
import { SyncFailure } from "../../core/errors.ts";
import type { Binding, Scope, ToolSchema } from "../contract.ts";
import { sharedRead } from "../shared.ts";
import { labelNode, pageInfo, type LabelNode } from "./answers.ts";
import { execute, type Variables } from "./client.ts";
import { DESCRIBE, MORE_LABELS, MORE_PROJECT_LABELS, MORE_PROJECTS, MORE_USERS } from "./documents.ts";

const person = z.looseObject({
  id: z.string(),
  name: z.string(),
  displayName: z.string(),
  email: z.string(),
  active: z.boolean(),
});
const state = z.looseObject({ id: z.string(), name: z.string(), type: z.string(), position: z.number() });
const project = z.looseObject({ id: z.string(), name: z.string(), url: z.string() });
const cycle = z.looseObject({ id: z.string(), name: z.string().nullish(), number: z.number() });

/** A workflow state or a project status. */
export type LinearState = z.output<typeof state>;
export type LinearCycle = z.output<typeof cycle>;

const linearSchema = z.object({
  viewer: z.looseObject({ id: z.string() }),
  organization: z.looseObject({ id: z.string(), urlKey: z.string() }),
  team: z.object({
    id: z.string(),
    key: z.string(),
    estimation: z.object({ type: z.string(), allowZero: z.boolean(), extended: z.boolean() }),
    states: z.array(state),
    cycles: z.array(cycle),
  }),
  project: project.nullable(),
  projectStatuses: z.array(state),
  users: z.array(person),
  labels: z.array(labelNode),
  projectLabels: z.array(labelNode),
});
export type LinearSchema = z.output<typeof linearSchema>;

const page = <T extends z.ZodType>(of: T): z.ZodObject<{ nodes: z.ZodArray<T>; pageInfo: typeof pageInfo }> =>
  z.object({ nodes: z.array(of), pageInfo });

const describeAnswer = z.looseObject({
  viewer: z.looseObject({ id: z.string(), name: z.string(), email: z.string() }),
  organization: z.looseObject({
    id: z.string(),
    name: z.string(),
    urlKey: z.string(),
    projectStatuses: z.array(state),
  }),
  teams: z.looseObject({
    nodes: z.array(
      z.looseObject({
        id: z.string(),
        key: z.string(),
        issueEstimationType: z.string(),
        issueEstimationAllowZero: z.boolean(),
        issueEstimationExtended: z.boolean(),
        states: z.looseObject({ nodes: z.array(state) }),
        cycles: z.looseObject({ nodes: z.array(cycle) }),
      }),
    ),
  }),
  users: page(person),
  issueLabels: page(labelNode),
  projectLabels: page(labelNode),
  projects: page(project),
});

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The project whose parent issues are the epics; null where each epic is a project of its own. */
export function epicProject(binding: Binding): string | null {
  return binding.container["project_id"] ?? null;
}

/**
 * Reads viewer, team, states, cycles, people, labels and projects, once for all projects of the team; throws NotFound
 * where team or project cannot be seen.
 */
export async function describe(scope: Scope): Promise<ToolSchema> {
  const team = scope.binding.container["team_id"]?.toLowerCase() ?? "";
  const { projects, ...common } = await sharedRead(scope, `team/${team}`, () => readTeam(scope));
  const schema: LinearSchema = { ...common, project: await boundProject(scope, projects) };
  return schema as unknown as ToolSchema;
}

type Project = z.output<typeof project>;

async function readTeam(scope: Scope): Promise<Omit<LinearSchema, "project"> & { readonly projects: Project[] }> {
  const { binding } = scope;
  const team = teamFilter(binding);
  const labels = { or: [{ team: { null: true } }, { team }] };
  const projects = { accessibleTeams: { some: team } };
  const answer = await execute(scope, DESCRIBE, { team, labels, projects }, describeAnswer);
  const [found] = answer.teams.nodes;
  if (!found) throw missing("team", binding.container["team_id"] ?? "", "team_id");
  const more = <T>(root: string, document: string, of: z.ZodType<T>, variables: Variables = {}) => ({
    document,
    root,
    of,
    variables,
  });
  return {
    viewer: answer.viewer,
    organization: { id: answer.organization.id, name: answer.organization.name, urlKey: answer.organization.urlKey },
    team: {
      id: found.id,
      key: found.key,
      estimation: {
        type: found.issueEstimationType,
        allowZero: found.issueEstimationAllowZero,
        extended: found.issueEstimationExtended,
      },
      states: byPosition(found.states.nodes),
      cycles: found.cycles.nodes,
    },
    projectStatuses: byPosition(answer.organization.projectStatuses),
    users: await rest(scope, answer.users, more("users", MORE_USERS, person)),
    labels: await rest(scope, answer.issueLabels, more("issueLabels", MORE_LABELS, labelNode, { labels })),
    projectLabels: await rest(scope, answer.projectLabels, more("projectLabels", MORE_PROJECT_LABELS, labelNode)),
    projects: await rest(scope, answer.projects, more("projects", MORE_PROJECTS, project, { projects })),
  };
}

/** The project that the binding names: of the team's, or, made since they were read or in another team, by itself. */
async function boundProject(scope: Scope, known: readonly Project[]): Promise<Project | null> {
  const id = epicProject(scope.binding);
  if (id === null) return null;
  const shape = z.looseObject({ projects: page(project) });
  const asked = async () => await execute(scope, MORE_PROJECTS, { after: null, projects: { id: { eq: id } } }, shape);
  const found = known.find((one) => one.id === id) ?? (await asked()).projects.nodes[0];
  if (!found) throw missing("project", id, "project_id");
  return found;
}

const parsed = new WeakMap<object, LinearSchema>();

/** The schema as its own connector knows it; `InvalidConfig` for one that another version stored. */
export function linearSchemaOf(schema: ToolSchema): LinearSchema {
  const known = parsed.get(schema);
  if (known) return known;
  const result = linearSchema.safeParse(schema);
  if (!result.success) {
    throw new SyncFailure("Bug", "the stored description of Linear has another shape; read it again", {
      tool: "linear",
    });
  }
  parsed.set(schema, result.data);
  return result.data;
}

export function labelsOf(schema: LinearSchema, kind: "issue" | "project"): readonly LabelNode[] {
  return kind === "issue" ? schema.labels : schema.projectLabels;
}

function teamFilter(binding: Binding): Variables {
  const team = binding.container["team_id"];
  if (!team) {
    const hint = "set external_sync.linear.team_id to the team's key or id";
    throw new SyncFailure("InvalidConfig", `${binding.project}: no Linear team is named; ${hint}.`, { tool: "linear" });
  }
  return isUuid(team) ? { id: { eq: team } } : { key: { eqIgnoreCase: team } };
}

function missing(what: string, id: string, key: string): SyncFailure {
  const message = `Linear has no ${what} "${id}" that this key may see; check external_sync.linear.${key} and the key's teams.`;
  return new SyncFailure("NotFound", message, { tool: "linear" });
}

function byPosition(states: readonly LinearState[]): LinearState[] {
  return [...states].sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
}

interface Paging<T> {
  readonly document: string;
  readonly root: string;
  readonly of: z.ZodType<T>;
  readonly variables: Variables;
}

/** The pages after the first; a cursor that comes twice ends in an error instead of a loop. */
async function rest<T>(
  scope: Scope,
  first: { nodes: T[]; pageInfo: z.output<typeof pageInfo> },
  paging: Paging<T>,
): Promise<T[]> {
  const shape = z.looseObject({ [paging.root]: page(paging.of) });
  const nodes = [...first.nodes];
  const seen = new Set<string>();
  let info = first.pageInfo;
  while (info.hasNextPage && info.endCursor) {
    if (seen.has(info.endCursor))
      throw new SyncFailure("Unavailable", `Linear repeats a page of ${paging.root}`, { tool: "linear" });
    seen.add(info.endCursor);
    const variables = { ...paging.variables, after: info.endCursor };
    const answer = (await execute(scope, paging.document, variables, shape)) as Record<string, typeof first>;
    const next = answer[paging.root];
    nodes.push(...(next?.nodes ?? []));
    info = next?.pageInfo ?? { hasNextPage: false };
  }
  return nodes;
}
