import {
  findAssignableUsers,
  getAllStatuses,
  getAllUsers,
  getFields,
  getProject,
  getServerInfo,
  searchPriorities,
} from "jira.js/cloud";
import type { Client } from "jira.js/core";
import type { z } from "zod";
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { Binding, Scope, ToolSchema } from "../contract.ts";
import { readCategory, rowOf } from "../../core/maps.ts";
import { bestNamed } from "../status-choice.ts";
import { sharedRead } from "../shared.ts";
import { jiraClient } from "./client.ts";
import { placesOf } from "./fields.ts";
import {
  BoardsAnswer,
  FieldsAnswer,
  parsed,
  PrioritiesAnswer,
  ProjectAnswer,
  ProjectStatusesAnswer,
  ServerInfoAnswer,
  SprintsAnswer,
  UsersAnswer,
  type JiraSchema,
  type JiraType,
  type JiraUser,
} from "./schema.ts";
import { readCreateScreen, readEditScreens } from "./screens.ts";

const USERS_PAGE = 1000;
/** Ten thousand people; beyond that an unknown person is named by account id in the client file. */
const USERS_PAGES = 10;
const BOARDS = 3;

type Project = z.infer<typeof ProjectAnswer>;

/**
 * Reads what the project, its screens, workflows and people look like: one call for the project, then
 * about ten side by side. Throws AuthFailed, Forbidden, or NotFound naming the project key.
 */
export async function describe(scope: Scope): Promise<ToolSchema> {
  const client = jiraClient(scope);
  const { binding } = scope;
  const project = await readProject(client, projectKey(binding));
  const types = itemTypes(project, binding);
  const screenTypes = [types.epic, types.story, types.task, types.subtask].filter((type) => type !== undefined);
  const [statuses, priorities, fields, people, sprints, siteUrl, editScreens, ...screens] = await Promise.all([
    getAllStatuses(client, { projectIdOrKey: project.id }).then((answer) =>
      parsed(ProjectStatusesAnswer, answer, "statuses"),
    ),
    searchPriorities(client, { projectId: [project.id], maxResults: "50" }).then((answer) =>
      parsed(PrioritiesAnswer, answer, "priorities"),
    ),
    sharedRead(scope, "fields", async () => parsed(FieldsAnswer, await getFields(client), "fields")),
    readUsers(scope, client, project.key),
    readSprints(client, project.id),
    sharedRead(scope, "site", () => siteUrlOf(client, scope.http.baseUrl)),
    readEditScreens(client, project.id, screenTypes),
    ...screenTypes.map((type) => readCreateScreen(client, project.id, type)),
  ]);
  const screenOf = Object.fromEntries(screenTypes.map((type, n) => [type.id, screens[n] ?? []]));
  const shownFor = (type: JiraType | undefined): string[] =>
    type ? [...(screenOf[type.id] ?? []), ...(editScreens[type.id] ?? [])] : [];
  const { subtask = null, ...bound } = types;
  const schema: JiraSchema = {
    siteUrl,
    projectId: project.id,
    projectKey: project.key,
    types: bound,
    subtask,
    statuses: Object.fromEntries(
      statuses.map((type) => [
        type.id,
        type.statuses.map(({ id, name, statusCategory }) => ({
          id,
          name,
          category: statusCategory?.key ?? "undefined",
        })),
      ]),
    ),
    priorities: priorities.values.map(({ id, name }) => ({ id, name })),
    ...people,
    ...placesOf(binding, fields, { story: shownFor(bound.story), epic: shownFor(bound.epic) }),
    screens: screenOf,
    editScreens,
    sprints,
  };
  return schema as unknown as ToolSchema;
}

function projectKey(binding: Binding): string {
  const key = binding.container["project_key"];
  if (key) return key;
  throw new SyncFailure("InvalidConfig", `${binding.project}: external_sync.jira needs a project_key`, {
    tool: "jira",
  });
}

async function readProject(client: Client, key: string): Promise<Project> {
  try {
    return parsed(
      ProjectAnswer,
      await getProject(client, { projectIdOrKey: encodeURIComponent(key) }),
      `project ${key}`,
    );
  } catch (error) {
    if (!isSyncFailure(error, "NotFound")) throw error;
    const message = `jira: project ${key} does not exist, or the account of JIRA_USERNAME may not see it; check external_sync.jira.project_key and the project's permissions.`;
    throw new SyncFailure("NotFound", message, error.details, error);
  }
}

interface FoundTypes {
  epic?: JiraType;
  story?: JiraType;
  task?: JiraType;
  subtask?: JiraType;
}

type IssueType = Project["issueTypes"][number];

/** By name, then by level; a type of subtasks stands beside the one of tasks, because a parent decides between them. */
function itemTypes({ issueTypes }: Project, { maps }: Binding): FoundTypes {
  const whole = issueTypes.filter(({ subtask }) => !subtask);
  const foundAs = (value: string): JiraType | undefined => {
    const row = rowOf(maps.type, value);
    const [found] = bestNamed(whole, row?.names ?? []);
    const ofCategory = whole.find((type) => row?.categories.includes(categoryOf(type)));
    const type = found ?? ofCategory;
    return type ? { id: type.id, name: type.name } : row?.heldBy === undefined ? undefined : foundAs(row.heldBy);
  };
  const [epic, story, task] = [foundAs("epic"), foundAs("story"), foundAs("task")];
  const sub = issueTypes.find((type) => readCategory(maps.type, categoryOf(type)) === "task");
  return {
    ...(epic && { epic }),
    ...(story && { story }),
    ...(task && task.id !== story?.id && { task }),
    ...(sub && { subtask: { id: sub.id, name: sub.name } }),
  };
}

function categoryOf({ subtask, hierarchyLevel }: IssueType): string {
  return subtask ? "subtask" : `level ${hierarchyLevel ?? 0}`;
}

/** Everybody, so that a deactivated person is known as such; and who of them may be assigned here. */
async function readUsers(
  scope: Scope,
  client: Client,
  project: string,
): Promise<Pick<JiraSchema, "users" | "unassignable">> {
  const [assignable, all] = await Promise.all([
    allPages((startAt) => findAssignableUsers(client, { project, startAt, maxResults: USERS_PAGE })),
    sharedRead(scope, "users", () => readEverybody(client)),
  ]);
  const ids = new Set(assignable.map((user) => user.accountId));
  // Beyond a thousand users Jira shows some of the assignable ones only: who is missing may be one all the same.
  const isCut = all.length >= USERS_PAGE;
  const people = [...assignable, ...all.filter((user) => !ids.has(user.accountId))];
  const users = people
    .filter((user) => user.accountType !== "app" && user.accountType !== "customer")
    .map((user): JiraUser => ({
      accountId: user.accountId,
      name: user.displayName,
      email: user.emailAddress || null,
      active: user.active,
    }))
    .sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
  const barred = isCut ? [] : users.filter(({ accountId, active }) => active && !ids.has(accountId));
  return { users, unassignable: barred.map(({ accountId }) => accountId) };
}

async function readEverybody(client: Client): Promise<z.infer<typeof UsersAnswer>> {
  try {
    return await allPages((startAt) => getAllUsers(client, { startAt, maxResults: USERS_PAGE }));
  } catch (error) {
    // Needs "browse users"; without it nobody is known to be deactivated, which costs a clearer message only.
    if (isSyncFailure(error, "Forbidden")) return [];
    throw error;
  }
}

async function allPages(read: (startAt: number) => Promise<unknown>): Promise<z.infer<typeof UsersAnswer>> {
  const users: z.infer<typeof UsersAnswer> = [];
  for (let page = 0; page < USERS_PAGES; page++) {
    const answer = parsed(UsersAnswer, await read(page * USERS_PAGE), "users");
    users.push(...answer);
    if (answer.length < USERS_PAGE) break;
  }
  return users;
}

/** Open sprints of the project's first boards; none where there is no board, or no right to see one. */
async function readSprints(client: Client, projectId: string): Promise<JiraSchema["sprints"]> {
  try {
    const boards = parsed(
      BoardsAnswer,
      await client.sendRequest({
        url: "/rest/agile/1.0/board",
        method: "GET",
        searchParams: { projectKeyOrId: projectId },
      }),
      "boards",
    );
    const open = await Promise.all(
      boards.values
        .filter(hasSprints)
        .slice(0, BOARDS)
        .map(async ({ id }) => {
          const url = `/rest/agile/1.0/board/${id}/sprint`;
          return parsed(
            SprintsAnswer,
            await client.sendRequest({ url, method: "GET", searchParams: { state: "active,future" } }),
            "sprints",
          );
        }),
    );
    const byId = new Map(open.flatMap((answer) => answer.values).map((sprint) => [sprint.id, sprint]));
    return [...byId.values()].map(({ id, name, state }) => ({ id, name, state })).sort((a, b) => a.id - b.id);
  } catch (error) {
    const isNone = isSyncFailure(error) && ["NotFound", "Forbidden", "Rejected"].includes(error.code);
    if (isNone) return [];
    throw error;
  }
}

/** Boards of team-managed projects are `simple`, whether they have sprints or not. */
function hasSprints({ type }: { readonly type?: string | undefined }): boolean {
  return type !== "kanban";
}

/** Where people look: the site itself, also where the API is reached through Atlassian's gateway. */
async function siteUrlOf(client: Client, baseUrl: string): Promise<string> {
  if (!new URL(baseUrl).hostname.endsWith("api.atlassian.com")) return baseUrl;
  return parsed(ServerInfoAnswer, await getServerInfo(client), "the site").baseUrl.replace(/\/$/, "");
}
