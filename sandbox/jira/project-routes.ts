import type { Context, Hono } from "hono";
import type { Api } from "./app.ts";
import { PRIORITIES } from "./model.ts";
import { Refusal } from "./refusal.ts";
import { renderCreateMeta, renderField, renderStatus, renderUser } from "./render.ts";

/** What the site says about itself: people, projects, fields, workflows. */
export function addProjectRoutes(app: Hono, api: Api): void {
  const { site } = api;
  const self = (path: string): string => `${api.baseUrl}/rest/api/3${path}`;

  app.get("/rest/api/3/myself", (c) => {
    const user = site.user(api.caller(c));
    return user ? c.json(renderUser(api, user)) : c.text("", 401);
  });
  app.get("/rest/api/3/serverInfo", (c) => {
    return c.json({
      baseUrl: api.baseUrl,
      deploymentType: "Cloud",
      version: "1001.0.0",
      serverTime: new Date(site.clock.now()).toISOString(),
    });
  });
  app.get("/rest/api/3/mypermissions", (c) => c.json(permissions(api, c)));
  app.get("/rest/api/3/project/:key", (c) => {
    const project = site.requireProject(c.req.param("key"));
    const issueTypes = project.types.map(({ id, name, level }) => ({
      self: self(`/issuetype/${id}`),
      id,
      name,
      description: "",
      subtask: level === -1,
      hierarchyLevel: level,
    }));
    return c.json({
      self: self(`/project/${project.id}`),
      id: project.id,
      key: project.key,
      name: project.name,
      issueTypes,
    });
  });
  app.get("/rest/api/3/project/:key/statuses", (c) => {
    const project = site.requireProject(c.req.param("key"));
    return c.json(
      project.types.map(({ id, name, level }) => ({
        self: self(`/issuetype/${id}`),
        id,
        name,
        subtask: level === -1,
        statuses: (project.workflows[id]?.statuses ?? []).map((status) => renderStatus(api, status)),
      })),
    );
  });
  app.get("/rest/api/3/priority/search", (c) => {
    const values = PRIORITIES.map((priority) => ({
      self: self(`/priority/${priority.id}`),
      ...priority,
      isDefault: false,
    }));
    return c.json({ startAt: 0, maxResults: 50, total: values.length, isLast: true, values });
  });
  app.get("/rest/api/3/field", (c) => c.json(site.fields.map(renderField)));
  app.get("/rest/api/3/issue/createmeta/:project/issuetypes/:type", (c) => {
    return c.json(renderCreateMeta(site.requireProject(c.req.param("project")), c.req.param("type")));
  });
  app.get("/rest/api/3/user/assignable/search", (c) => {
    const project = c.req.query("project");
    if (project === undefined)
      throw new Refusal(400, ["Either the issueKey or the project parameter must be supplied."]);
    site.requireProject(project);
    const users = site.users.filter(({ active, assignable }) => active && assignable !== false);
    return c.json(page(users, c.req.query()).map((user) => renderUser(api, user)));
  });
  app.get("/rest/api/3/users/search", (c) =>
    c.json(page(site.users, c.req.query()).map((user) => renderUser(api, user))),
  );

  app.get("/rest/agile/1.0/board", (c) => {
    const project = site.project(c.req.query("projectKeyOrId") ?? "");
    const values = project?.sprints.length ? [{ id: 1, name: `${project.key} board`, type: "scrum" }] : [];
    return c.json({ startAt: 0, maxResults: 50, isLast: true, values });
  });
  app.get("/rest/agile/1.0/board/:id/sprint", (c) => {
    const states = (c.req.query("state") ?? "active,future,closed").split(",");
    const values = site.projects.flatMap(({ sprints }) => sprints).filter(({ state }) => states.includes(state));
    return c.json({ startAt: 0, maxResults: 50, isLast: true, values });
  });
}

const PERMISSIONS: Readonly<Record<string, string>> = {
  BROWSE_PROJECTS: "Browse Projects",
  CREATE_ISSUES: "Create Issues",
  EDIT_ISSUES: "Edit Issues",
  TRANSITION_ISSUES: "Transition Issues",
};

/** Without `permissions`, or with one that there is not, it is refused. */
function permissions(api: Api, c: Context): object {
  const asked = c.req.query("permissions");
  if (!asked) throw new Refusal(400, ["The 'permissions' query parameter is required."]);
  const keys = asked.split(",");
  const unknown = keys.filter((key) => PERMISSIONS[key] === undefined);
  if (unknown.length > 0) throw new Refusal(400, [`Unrecognized permission keys: ${unknown.join(", ")}`]);
  const project = api.site.requireProject(c.req.query("projectKey") ?? "");
  const rows = keys.map((key, n) => {
    const havePermission = api.site.may(api.caller(c), project.key, key);
    return [key, { id: `${n + 10}`, key, name: PERMISSIONS[key], type: "PROJECT", description: "", havePermission }];
  });
  return { permissions: Object.fromEntries(rows) as object };
}

function page<T>(
  all: readonly T[],
  { startAt = "0", maxResults = "50" }: Readonly<Record<string, string>>,
): readonly T[] {
  return all.slice(Number(startAt), Number(startAt) + Number(maxResults));
}
