/** What people do in Linear's own user interface, as another user than the one of the API key. */
import type { HumanAction } from "../kit/sandbox.ts";
import { mustFind } from "./checks.ts";
import { textOf, type Input } from "./input.ts";
import { archiveIssue, createIssue, eraseIssue, unarchiveIssue, updateIssue } from "./issues.ts";
import {
  archiveProject,
  attach,
  comment,
  createProject,
  eraseProject,
  postProjectUpdate,
  unarchiveProject,
  updateProject,
} from "./projects.ts";
import type { IssueRow, LinearStore, ProjectRow, UserRow } from "./store.ts";

/**
 * `{action, item?, by?, ...}`; `item` is an issue's identifier or id, or a project's id or name; `by` an e-mail.
 * `create {team?, kind?: "project", fields}`, `edit {item, fields}`, `state {item, to}`, `comment {item, body}`,
 * `attach {item, url, title?}`, `report {item: project, health, body?}` (a project update), `archive`, `delete` (trash), `restore`, `delete-permanently {item}`,
 * `restrict-key {write}` (what the API key was granted), `rename-state {team, from, to}`, `deactivate {user}`. Names in `fields` are those of Linear's inputs; `state`,
 * `assignee`, `project`, `parent`, `cycle` and `labels` take names as well.
 */
export function actAsPerson(store: LinearStore, action: HumanAction): unknown {
  const act = ACTIONS[action.action];
  if (!act) throw new Error(`nobody in Linear can ${action.action}; known: ${Object.keys(ACTIONS).join(", ")}`);
  store.touch();
  return act(store, action);
}

type Act = (store: LinearStore, action: HumanAction) => unknown;

const ACTIONS: Readonly<Record<string, Act>> = {
  create: (store, action) =>
    action["kind"] === "project" ? createdProject(store, action) : createdIssue(store, action),
  edit: (store, action) => {
    const fields = fieldsOf(action);
    const project = projectOf(store, action);
    if (project) return shownProject(updateProject(store, project.id, projectFields(store, fields)));
    const issue = issueOf(store, action);
    return shown(
      store,
      updateIssue(store, actor(store, action).id, issue.id, issueFields(store, issue.teamId, fields)),
    );
  },
  state: (store, action) => ACTIONS["edit"]?.(store, { ...action, fields: { state: action["to"] } }),
  comment: (store, action) => {
    const input = { issueId: issueOf(store, action).id, body: action["body"] };
    return { id: comment(store, actor(store, action).id, input).id };
  },
  attach: (store, action) => {
    const input = { issueId: issueOf(store, action).id, url: action["url"], title: action["title"] };
    return { id: attach(store, actor(store, action).id, input).id };
  },
  "restrict-key": (store, action) => {
    store.keyMayWrite = action["write"] === true;
    return {};
  },
  report: (store, action) => {
    const { health, body } = action;
    const input = { projectId: mustFind(projectOf(store, action), "Project").id, health, body };
    return { id: postProjectUpdate(store, actor(store, action).id, input).id };
  },
  archive: (store, action) => away(store, action, false),
  delete: (store, action) => away(store, action, true),
  restore: (store, action) => {
    const project = projectOf(store, action);
    if (project) return shownProject(unarchiveProject(store, project.id));
    return shown(store, unarchiveIssue(store, issueOf(store, action).id));
  },
  "delete-permanently": (store, action) => {
    const project = projectOf(store, action);
    if (project) eraseProject(store, project.id);
    else eraseIssue(store, issueOf(store, action).id);
    return {};
  },
  "rename-state": (store, action) => {
    const state = mustFind(
      [...store.states.values()].find(
        (one) => one.name === action["from"] && store.teams.get(one.teamId ?? "")?.key === action["team"],
      ),
      "WorkflowState",
    );
    state.name = textOf(action["to"]);
    return { id: state.id };
  },
  deactivate: (store, action) => {
    const user = userOf(store, textOf(action["user"]));
    user.active = false;
    return { id: user.id };
  },
};

function createdIssue(store: LinearStore, action: HumanAction): unknown {
  const key = action["team"] ?? [...store.teams.values()][0]?.key;
  const team = mustFind(
    [...store.teams.values()].find((one) => one.key === key),
    "Team",
  );
  const input = { ...issueFields(store, team.id, fieldsOf(action)), teamId: team.id };
  return shown(store, createIssue(store, actor(store, action).id, input));
}

function createdProject(store: LinearStore, action: HumanAction): unknown {
  const teamIds = [...store.teams.values()]
    .filter((team) => !action["team"] || team.key === action["team"])
    .map((team) => team.id);
  const input = { teamIds, ...projectFields(store, fieldsOf(action)) };
  return shownProject(createProject(store, actor(store, action).id, input));
}

function away(store: LinearStore, action: HumanAction, trash: boolean): unknown {
  const project = projectOf(store, action);
  if (project) return shownProject(archiveProject(store, project.id, trash));
  return shown(store, archiveIssue(store, issueOf(store, action).id, trash));
}

function fieldsOf(action: HumanAction): Input {
  return (action["fields"] as Input | undefined) ?? {};
}

/** People see names where the API takes ids. */
function issueFields(store: LinearStore, teamId: string, fields: Input): Input {
  const { state, assignee, project, parent, cycle, labels, ...rest } = fields;
  const stateNamed = [...store.states.values()].find((one) => one.teamId === teamId && one.name === state);
  const cycleNamed = [...store.cycles.values()].find(
    (one) => one.teamId === teamId && (one.name ?? one.number) === cycle,
  );
  return {
    ...rest,
    ...(state === undefined ? {} : { stateId: mustFind(stateNamed, "WorkflowState").id }),
    ...(assignee === undefined ? {} : { assigneeId: assignee === null ? null : userOf(store, textOf(assignee)).id }),
    ...(project === undefined
      ? {}
      : { projectId: project === null ? null : mustFind(store.findProject(textOf(project)), "Project").id }),
    ...(parent === undefined
      ? {}
      : { parentId: parent === null ? null : mustFind(store.findIssue(textOf(parent)), "Issue").id }),
    ...(cycle === undefined ? {} : { cycleId: cycle === null ? null : mustFind(cycleNamed, "Cycle").id }),
    ...(labels === undefined ? {} : { labelIds: (labels as string[]).map((name) => labelNamed(store, name, teamId)) }),
  };
}

function labelNamed(store: LinearStore, name: string, teamId: string): string {
  const known = [...store.labels.values()].find(
    (label) => label.name.toLowerCase() === name.toLowerCase() && (label.teamId === null || label.teamId === teamId),
  );
  if (known) return known.id;
  const row = store.row();
  store.labels.set(row.id, { ...row, name, teamId: null, parentId: null, isGroup: false, color: "#bec2c8" });
  return row.id;
}

function projectFields(store: LinearStore, fields: Input): Input {
  const { status, ...rest } = fields;
  const named = [...store.projectStatuses.values()].find((one) => one.name === status);
  return { ...rest, ...(status === undefined ? {} : { statusId: mustFind(named, "ProjectStatus").id }) };
}

function actor(store: LinearStore, action: HumanAction): UserRow {
  const users = [...store.users.values()];
  const person = action["by"] ? userOf(store, textOf(action["by"])) : (users[1] ?? users[0]);
  return mustFind(person, "User");
}

function userOf(store: LinearStore, email: string): UserRow {
  return mustFind(
    [...store.users.values()].find((user) => user.email === email || user.id === email),
    "User",
  );
}

function issueOf(store: LinearStore, action: HumanAction): IssueRow {
  return mustFind(store.findIssue(textOf(action["item"])), "Issue");
}

function projectOf(store: LinearStore, action: HumanAction): ProjectRow | undefined {
  return store.findProject(textOf(action["item"]));
}

function shown(store: LinearStore, issue: IssueRow): unknown {
  return { ...issue, identifier: store.identifier(issue), updatedAt: new Date(issue.updatedAt).toISOString() };
}

function shownProject(project: ProjectRow): unknown {
  return { ...project, updatedAt: new Date(project.updatedAt).toISOString() };
}
