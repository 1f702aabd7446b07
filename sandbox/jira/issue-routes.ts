import type { Context, Hono } from "hono";
import type { Api } from "./app.ts";
import { readFields, type IssueBody } from "./fields-in.ts";
import type { Issue, Transition } from "./model.ts";
import { noIssue, Refusal } from "./refusal.ts";
import { archive, type Archive } from "./archive.ts";
import { renderChangelog, renderEditMeta, renderIssue, renderTransition } from "./render.ts";

const BULK_CREATE_MAX = 50;
const BULK_READ_MAX = 100;

/** Reading and writing issues one by one and in bulk. */
export function addIssueRoutes(app: Hono, api: Api): void {
  const { site } = api;
  app.post("/rest/api/3/issue", async (c) => {
    return c.json(createOne(api, await body(c), api.caller(c)), 201);
  });
  app.post("/rest/api/3/issue/bulk", async (c) => {
    const { issueUpdates = [] } = await c.req.json<{ issueUpdates?: IssueBody[] }>();
    return bulkCreate(api, issueUpdates, c);
  });
  app.post("/rest/api/3/issue/bulkfetch", async (c) => c.json(bulkFetch(api, await c.req.json<BulkFetch>())));
  app.put("/rest/api/3/issue/archive", async (c) => c.json(archive(api, await c.req.json<Archive>(), api.caller(c))));
  app.get("/rest/api/3/issue/:ref", (c) => {
    if (api.faults.conditions.blind) throw noIssue();
    const issue = site.get(c.req.param("ref"));
    const fields = (c.req.queries("fields") ?? ["*all"]).flatMap((names) => names.split(","));
    return c.json(renderIssue(api, issue, issue.data, fields, c.req.queries("properties")));
  });
  app.put("/rest/api/3/issue/:ref", async (c) => {
    const issue = site.get(c.req.param("ref"));
    editOne(api, issue, await body(c), api.caller(c));
    const tells = c.req.query("returnIssue") === "true" || !site.quirks.silentEdit;
    if (!tells) return c.body(null, 204);
    const changelog = (c.req.query("expand") ?? "").includes("changelog") ? renderChangelog(api, issue) : undefined;
    return c.json({ ...renderIssue(api, issue, issue.data, ["*all"]), ...(changelog ? { changelog } : {}) });
  });
  app.get("/rest/api/3/issue/:ref/editmeta", (c) => c.json(renderEditMeta(api, site.get(c.req.param("ref")))));
  app.delete("/rest/api/3/issue/:ref", (c) => {
    site.delete(site.get(c.req.param("ref")));
    return c.body(null, 204);
  });
  app.get("/rest/api/3/issue/:ref/transitions", (c) => {
    const issue = site.get(c.req.param("ref"));
    const withFields = (c.req.query("expand") ?? "").includes("transitions.fields");
    const shown = transitionsFor(api, issue, api.caller(c));
    const transitions = shown.map((one) => renderTransition(api, issue.data, one, withFields));
    return c.json({ expand: "transitions", transitions });
  });
  app.post("/rest/api/3/issue/:ref/transitions", async (c) => {
    transitOne(api, site.get(c.req.param("ref")), await body(c), api.caller(c));
    return c.body(null, 204);
  });
  app.get("/rest/api/3/issue/:ref/remotelink", (c) => {
    const issue = site.get(c.req.param("ref"));
    return c.json(
      issue.links.map(({ id, globalId, url, title }) => ({
        id,
        ...(globalId ? { globalId } : {}),
        object: { url, title },
      })),
    );
  });
  app.post("/rest/api/3/issue/:ref/remotelink", async (c) => link(api, site.get(c.req.param("ref")), c));
}

async function body(c: Context): Promise<IssueBody> {
  return (await c.req.json()) as IssueBody;
}

interface Made {
  readonly id: string;
  readonly key: string;
  readonly self: string;
}

function createOne(api: Api, update: IssueBody, creator: string): Made {
  const { site } = api;
  const { project: where, issuetype: kind } = (update.fields ?? {}) as {
    project?: { id?: string; key?: string };
    issuetype?: { id?: string };
  };
  const project = site.project(where?.id ?? where?.key ?? "");
  if (!project) throw new Refusal(400, [], { project: "valid project is required" });
  if (!site.may(creator, project.key, "CREATE_ISSUES"))
    throw new Refusal(400, [], { project: "You do not have permission to create issues in this project." });
  const type = project.types.find(({ id }) => id === kind?.id);
  if (!type) throw new Refusal(400, [], { issuetype: "Specify a valid issue type" });
  const screen = project.screens[type.id]?.create ?? [];
  const data = readFields({ site, project, typeId: type.id, screen }, update);
  if (type.level === -1 && !data.parentId)
    throw new Refusal(400, [], { parent: "Issue type is a sub-task but parent issue key or id not specified." });
  const issue = site.create(project, type.id, data, creator);
  return { id: issue.id, key: issue.data.key, self: `${api.baseUrl}/rest/api/3/issue/${issue.id}` };
}

function bulkCreate(api: Api, updates: readonly IssueBody[], c: Context): Response {
  const { quirks } = api.site;
  if (quirks.bulkMax && updates.length > BULK_CREATE_MAX) {
    throw new Refusal(400, [`The bulk create operation is limited to ${BULK_CREATE_MAX} issues.`]);
  }
  const issues: Made[] = [];
  const errors: object[] = [];
  for (const [number, update] of updates.entries()) {
    try {
      issues.push(createOne(api, update, api.caller(c)));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!quirks.bulkPartial) throw error;
      errors.push({ status: error.status, elementErrors: error.body(), failedElementNumber: number });
    }
  }
  return c.json({ issues, errors }, issues.length > 0 || errors.length === 0 ? 201 : 400);
}

interface BulkFetch {
  readonly issueIdsOrKeys: readonly string[];
  readonly fields?: readonly string[];
  readonly properties?: readonly string[];
}

function bulkFetch(api: Api, { issueIdsOrKeys, fields = ["*navigable"], properties = [] }: BulkFetch): object {
  const { site } = api;
  if (issueIdsOrKeys.length > BULK_READ_MAX)
    throw new Refusal(400, [`The number of issues is limited to ${BULK_READ_MAX}.`]);
  const found = issueIdsOrKeys.map((ref) => (api.faults.conditions.blind ? undefined : site.find(ref)));
  if (!site.quirks.bulkOmits && found.includes(undefined)) throw noIssue();
  const issues = [...new Set(found.filter((issue) => issue !== undefined))];
  if (site.quirks.bulkSorted) issues.sort((a, b) => Number(a.id) - Number(b.id));
  const [failed, shown] = [
    issues.filter(({ id }) => site.unreadable.has(id)),
    issues.filter(({ id }) => !site.unreadable.has(id)),
  ];
  return {
    issues: shown.map((issue) => renderIssue(api, issue, issue.data, fields, properties)),
    issueErrors: failed.map(({ id }) => ({ id, errorMessage: "The issue cannot be fetched at the moment." })),
  };
}

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3: 409 is "a conflicting update". */
function checkFree({ site }: Api, { id }: Issue): void {
  if (site.busy.has(id)) throw new Refusal(409, ["The issue is being updated by another request."]);
}

function editOne(api: Api, issue: Issue, update: IssueBody, author: string): void {
  const { site } = api;
  checkFree(api, issue);
  const project = site.requireProject(issue.data.projectKey);
  if (!site.may(author, project.key, "EDIT_ISSUES"))
    throw new Refusal(403, ["You do not have permission to edit issues in this project."]);
  const { typeId } = issue.data;
  const screen = project.screens[typeId]?.edit ?? [];
  site.edit(issue, readFields({ site, project, typeId, present: issue.data, screen }, update), author);
}

/** Who may not transition is shown no way on. */
function transitionsFor({ site }: Api, issue: Issue, caller: string): readonly Transition[] {
  return site.may(caller, issue.data.projectKey, "TRANSITION_ISSUES") ? site.transitions(issue) : [];
}

function transitOne(api: Api, issue: Issue, update: IssueBody, author: string): void {
  const { site } = api;
  checkFree(api, issue);
  const transition = transitionsFor(api, issue, author).find(({ id }) => id === update.transition?.id);
  if (!transition)
    throw new Refusal(400, [
      `It seems that you have tried to perform a workflow operation (${update.transition?.id ?? "none"}) that is not valid for the current state of this issue.`,
    ]);
  const project = site.requireProject(issue.data.projectKey);
  const requires = requiredFields(site.quirks.transitionScreens, transition);
  const missing = requires.filter((id) => update.fields?.[id] === undefined);
  if (missing.length)
    throw new Refusal(400, [], Object.fromEntries(missing.map((id) => [id, "This field is required."])));
  const { typeId } = issue.data;
  const data = readFields({ site, project, typeId, present: issue.data, screen: requires }, update);
  site.edit(issue, { ...data, statusId: transition.to }, author);
}

function requiredFields(isOn: boolean, transition: Transition): readonly string[] {
  return isOn ? (transition.requires ?? []) : [];
}

interface LinkBody {
  readonly globalId?: string;
  readonly object?: { readonly url?: string; readonly title?: string };
}

async function link(api: Api, issue: Issue, c: Context): Promise<Response> {
  const { globalId, object } = await c.req.json<LinkBody>();
  const { url, title } = object ?? {};
  if (!url || !title) throw new Refusal(400, [], { object: "url and title are required" });
  if (globalId !== undefined && globalId.length > 255)
    throw new Refusal(400, [], { globalId: "globalId is limited to 255 characters" });
  const at =
    api.site.quirks.linkUpsert && globalId !== undefined
      ? issue.links.findIndex((known) => known.globalId === globalId)
      : -1;
  const id = issue.links[at]?.id ?? 10_000 + issue.links.length;
  const made = { id, url, title, ...(globalId === undefined ? {} : { globalId }) };
  if (at >= 0) issue.links[at] = made;
  else issue.links.push(made);
  api.site.touch(issue);
  return c.json({ id, self: `${api.baseUrl}/rest/api/3/issue/${issue.id}/remotelink/${id}` }, at >= 0 ? 200 : 201);
}
