/** What people do in Jira's own pages. */
import { markdownToAdf } from "../../src/connectors/jira/adf.ts";
import type { HumanAction } from "../kit/sandbox.ts";
import { PRIORITIES, POINTS_FIELD, SPRINT_FIELD, type Issue, type IssueData } from "./model.ts";
import type { JiraSite } from "./site.ts";

/** Fields as a person names them; `description` is Markdown, people are e-mail addresses or account ids. */
export interface HumanFields {
  readonly summary?: string;
  readonly description?: string | null | IssueData["description"];
  readonly priority?: string;
  readonly labels?: readonly string[];
  readonly duedate?: string | null;
  readonly assignee?: string | null;
  readonly points?: number | null;
  readonly parent?: string | null;
  readonly sprint?: number | null;
}

type Handler = (site: JiraSite, action: HumanAction) => unknown;

const HANDLERS: Readonly<Record<string, Handler>> = {
  /** `{key, fields}` */
  edit(site, action) {
    const issue = issueOf(site, action);
    site.edit(issue, dataOf(site, issue.data, fieldsIn(action)), personOf(site, action));
    return shown(issue);
  },
  /** `{key, to: status name}`, along any way the workflow has or by an administrator's hand. */
  transition(site, action) {
    const issue = issueOf(site, action);
    const wanted = String(action["to"]).toLowerCase();
    const status = site
      .workflow(issue.data)
      .statuses.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted);
    if (!status) throw new Error(`no status "${wanted}"`);
    site.edit(issue, { statusId: status.id }, personOf(site, action));
    return shown(issue);
  },
  /** `{key, body}` */
  comment(site, action) {
    const issue = issueOf(site, action);
    issue.comments.push({
      id: String(issue.comments.length + 1),
      author: personOf(site, action),
      body: action["body"],
      at: site.clock.now(),
    });
    site.touch(issue);
    return shown(issue);
  },
  /** `{key}` */
  delete(site, action) {
    const issue = issueOf(site, action);
    site.delete(issue);
    return shown(issue);
  },
  /** `{project, type: name, fields}` */
  create(site, action) {
    const project = site.requireProject(String(action["project"]));
    const wanted = typeof action["type"] === "string" ? action["type"].toLowerCase() : "story";
    const type = project.types.find(({ name }) => name.toLowerCase() === wanted);
    if (!type) throw new Error(`no issue type "${String(action["type"])}"`);
    const issue = site.create(project, type.id, dataOf(site, { custom: {} }, fieldsIn(action)), personOf(site, action));
    return shown(issue);
  },
  /** `{key}`: somebody cleans up the entity property and the label. */
  removeMarker(site, action) {
    const issue = issueOf(site, action);
    const labels = issue.data.labels.filter((label) => label !== "sdlc-sync");
    site.edit(issue, { properties: {}, labels }, personOf(site, action));
    return shown(issue);
  },
  /** `{key, project}` */
  move(site, action) {
    const issue = issueOf(site, action);
    site.move(issue, site.requireProject(String(action["project"])));
    return shown(issue);
  },
  /** `{project, type, status, name}`: an administrator renames a status. */
  renameStatus(site, action) {
    const project = site.requireProject(String(action["project"]));
    const type = project.types.find(({ name }) => name === action["type"]);
    const status = project.workflows[type?.id ?? ""]?.statuses.find(({ name }) => name === action["status"]);
    if (!status) throw new Error(`no status "${String(action["status"])}"`);
    status.name = String(action["name"]);
    return {};
  },
  /** `{field: id, name}`: an administrator renames a custom field. */
  renameField(site, action) {
    const at = site.fields.findIndex(({ id }) => id === action["field"]);
    const field = site.fields[at];
    if (!field) throw new Error(`no field "${String(action["field"])}"`);
    site.fields[at] = { ...field, name: String(action["name"]) };
    return {};
  },
  /** `{field: id}`: an administrator deletes a custom field. */
  deleteField(site, action) {
    site.deleteField(String(action["field"]));
    return {};
  },
  /** `{project, withhold: [permission keys]}`: what the connector's account is not granted in the project. */
  permit(site, action) {
    const { key } = site.requireProject(String(action["project"]));
    site.withheld.set(key, new Set((action["withhold"] ?? []) as readonly string[]));
    return {};
  },
  /** `{person}`: leaves the company. */
  deactivate(site, action) {
    const user = site.user(String(action["person"]));
    if (!user) throw new Error(`nobody is "${String(action["person"])}"`);
    user.active = false;
    return {};
  },
};

export function humanAction(site: JiraSite, action: HumanAction): unknown {
  const handler = HANDLERS[action.action];
  if (!handler) throw new Error(`nobody can "${action.action}" in Jira; known: ${Object.keys(HANDLERS).join(", ")}`);
  return handler(site, action);
}

function issueOf(site: JiraSite, action: HumanAction): Issue {
  return site.get(String(action["key"]));
}

function fieldsIn(action: HumanAction): HumanFields {
  return (action["fields"] ?? {}) as HumanFields;
}

function personOf(site: JiraSite, action: HumanAction): string {
  const named = typeof action["by"] === "string" ? site.user(action["by"]) : undefined;
  return (named ?? site.users.find(({ token }) => token === undefined))?.accountId ?? "";
}

function shown(issue: Issue): { id: string; key: string } {
  return { id: issue.id, key: issue.data.key };
}

function dataOf(site: JiraSite, present: Pick<IssueData, "custom">, fields: HumanFields): Partial<IssueData> {
  const { summary, description, priority, labels, duedate, assignee, points, parent, sprint } = fields;
  const custom = {
    ...present.custom,
    ...(points === undefined ? {} : { [POINTS_FIELD]: points }),
    ...(sprint === undefined ? {} : { [SPRINT_FIELD]: sprint === null ? [] : [sprint] }),
  };
  return {
    custom,
    ...(summary === undefined ? {} : { summary }),
    ...(description === undefined
      ? {}
      : { description: typeof description === "string" ? markdownToAdf(description) : description }),
    ...(priority === undefined ? {} : { priorityId: PRIORITIES.find(({ name }) => name === priority)?.id ?? "3" }),
    ...(labels === undefined ? {} : { labels: [...labels].sort() }),
    ...(duedate === undefined ? {} : { duedate }),
    ...(assignee === undefined
      ? {}
      : { assignee: assignee === null ? null : (site.user(assignee)?.accountId ?? null) }),
    ...(parent === undefined ? {} : { parentId: parent === null ? null : site.get(parent).id }),
  };
}
