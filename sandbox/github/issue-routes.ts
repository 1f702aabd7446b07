/** REST: issues, their parents, and what a repository offers. Search is not served: it lags, and proves nothing. */
import type { Context, Hono } from "hono";
import type { Api } from "./app.ts";
import type { GithubHost } from "./host.ts";
import { checkOpen, createIssue, editIssue, type IssueInput } from "./issues.ts";
import type { Issue, Repository } from "./model.ts";
import { invalid, notFound, Refusal, SAML } from "./refusal.ts";
import { renderIssue, renderType } from "./render.ts";
import { renderRepository } from "./render-repository.ts";
import { addSubIssue, removeSubIssue } from "./sub-issues.ts";

const PAGE_MAX = 100;
const DEFAULT_PAGE = 30;
const DOCS = "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects";

type Act = (context: Context, repository: Repository) => Response | Promise<Response>;

export function addIssueRoutes(app: Hono, { host }: Api): void {
  /** By name, and by id as links and redirects have it. */
  const route = (method: "get" | "post" | "patch" | "delete", path: string, act: Act): void => {
    app[method](`/repos/:owner/:repo${path}`, (context) => {
      const found = host.named(`${context.req.param("owner")}/${context.req.param("repo")}`);
      if (!found) throw notFound();
      return found.isOld && host.quirks.renamesRedirect
        ? moved(host, context, `/repositories/${found.repository.id}${path}`)
        : act(context, signedOn(found.repository));
    });
    app[method](`/repositories/:id${path}`, (context) => {
      const found = host.repositories.find((one) => String(one.id) === context.req.param("id"));
      if (!found || found.permission === "none") throw notFound();
      return act(context, signedOn(found));
    });
  };
  route("get", "", (context, repository) => context.json(renderRepository(host, repository)));
  route("get", "/issues", (context, repository) => list(host, context, repository));
  route("post", "/issues", async (context, repository) => {
    const input = await bodyOf(context);
    if (input.title === undefined) throw new Refusal(422, `Invalid request.\n\n"title" wasn't supplied.`);
    const isPrivileged = repository.permission === "write";
    const issue = createIssue(host, repository, input, host.viewer.login, { isPrivileged });
    const shown = renderIssue(host, issue);
    return context.json(shown, 201, { location: (shown as { url: string }).url });
  });
  route("get", "/issues/:number", (context, repository) => {
    const issue = issueOf(host, context, repository);
    return issue instanceof Response ? issue : context.json(renderIssue(host, issue));
  });
  route("patch", "/issues/:number", async (context, repository) => {
    const issue = issueOf(host, context, repository);
    if (issue instanceof Response) return issue;
    const isTriaging = repository.permission === "write" || repository.permission === "triage";
    if (!isTriaging && issue.author !== host.viewer.login)
      throw new Refusal(403, "Must have admin rights to Repository.");
    editIssue(host, issue, await bodyOf(context), host.viewer.login, repository.permission === "write");
    return context.json(renderIssue(host, issue));
  });
  route("post", "/issues/:number/labels", async (context, repository) => {
    const issue = issueOf(host, context, repository);
    if (issue instanceof Response) return issue;
    const { labels = [] } = await bodyOf(context);
    editIssue(host, issue, { labels: [...host.labelNames(issue), ...labels] }, host.viewer.login);
    const { labels: shown } = renderIssue(host, issue) as { labels: object[] };
    return context.json(shown);
  });
  route("post", "/issues/:number/sub_issues", async (context, repository) => {
    const parent = issueOf(host, context, repository);
    if (parent instanceof Response) return parent;
    const { sub_issue_id, replace_parent } = (await bodyOf(context)) as SubIssue;
    addSubIssue(host, parent, sub_issue_id, replace_parent === true, host.viewer.login);
    return context.json(renderIssue(host, parent), 201);
  });
  route("delete", "/issues/:number/sub_issue", async (context, repository) => {
    const parent = issueOf(host, context, repository);
    if (parent instanceof Response) return parent;
    removeSubIssue(host, parent, ((await bodyOf(context)) as SubIssue).sub_issue_id, host.viewer.login);
    return context.json(renderIssue(host, parent));
  });
  route("delete", "/issues/:number/issue-field-values/:field", (context, repository) => {
    const issue = issueOf(host, context, repository);
    if (issue instanceof Response) return issue;
    if (repository.permission !== "write") throw new Refusal(403, "Must have push access to the repository.");
    const field = Number(context.req.param("field"));
    if (issue.values[field] === undefined) throw notFound();
    const { [field]: _, ...values } = issue.values;
    Object.assign(issue, { values, updatedAt: host.clock.now() });
    return context.body(null, 204);
  });
  route("get", "/issue-types", (context, repository) => {
    if (repository.types.length === 0) throw notFound();
    return context.json(repository.types.map(renderType));
  });
  app.get("/orgs/:org/issue-fields", (context) => {
    const own = host.repositories.filter((one) => one.owner === context.req.param("org"));
    const fields = own.flatMap((one) => one.fields);
    if (fields.length === 0) throw notFound();
    return context.json(fields.map((field) => renderField(field)));
  });
}

function signedOn(repository: Repository): Repository {
  if (repository.permission !== "sso") return repository;
  const headers = { "x-github-sso": "required; url=https://github.com/orgs/acme/sso?authorization_request=AZSC" };
  throw new Refusal(403, SAML, { headers });
}

interface SubIssue {
  readonly sub_issue_id: number;
  readonly replace_parent?: boolean;
}

function renderField({ id, name, kind, options }: Repository["fields"][number]): object {
  const rows = options.map((option, n) => ({ id: id * 10 + n, name: option, color: "gray", priority: n }));
  return { id, node_id: `IF_${id}`, name, data_type: kind, ...(kind === "single_select" ? { options: rows } : {}) };
}

async function bodyOf(context: Context): Promise<IssueInput> {
  try {
    return (await context.req.json()) as IssueInput;
  } catch {
    throw new Refusal(400, "Problems parsing JSON");
  }
}

/** Where the repository is now: reads get 301, everything else 307. */
function moved(host: GithubHost, context: Context, pattern: string): Response {
  const { req } = context;
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => req.param(name) ?? "");
  const url = `${host.baseUrl}${path}${new URL(req.url).search}`;
  const body = { message: "Moved Permanently", url, documentation_url: DOCS };
  return context.json(body, req.method === "GET" ? 301 : 307, { location: url });
}

function issueOf(host: GithubHost, context: Context, repository: Repository): Issue | Response {
  const issue = host.issueAt(repository, Number(context.req.param("number")));
  if (!issue || (!host.quirks.goneAndMoved && issue.fate !== "here")) throw notFound();
  if (issue.fate === "here") return issue;
  if (issue.fate === "deleted") throw new Refusal(410, "This issue was deleted");
  const target = host.issues.get(issue.fate.movedTo);
  if (!target) throw notFound();
  return moved(host, context, `/repositories/${target.repositoryId}/issues/${target.number}`);
}

function list(host: GithubHost, context: Context, repository: Repository): Response {
  if (!repository.hasIssues) checkOpen(host, repository);
  const query = new URL(context.req.url).searchParams;
  const asked = Number(query.get("per_page") ?? DEFAULT_PAGE);
  const size = host.quirks.pageMaximum ? Math.min(PAGE_MAX, asked) : asked;
  const page = Number(query.get("page") ?? 1);
  const rows = selected(host, repository, query);
  const shown = rows.slice((page - 1) * size, page * size).map((issue) => renderIssue(host, issue));
  const links = linksOf(host, repository, query, { page, last: Math.max(1, Math.ceil(rows.length / size)) });
  return context.json(shown, 200, links === "" ? {} : { link: links });
}

function selected(host: GithubHost, repository: Repository, query: URLSearchParams): Issue[] {
  const state = query.get("state") ?? "open";
  if (!["open", "closed", "all"].includes(state)) throw invalid({ resource: "Issue", field: "state", code: "invalid" });
  const since = Date.parse(query.get("since") ?? "");
  const creator = query.get("creator");
  const column = query.get("sort") === "updated" ? "updatedAt" : "createdAt";
  const sign = query.get("direction") === "asc" ? 1 : -1;
  const tick = (ms: number): number => (host.quirks.wholeSeconds ? Math.floor(ms / 1000) * 1000 : ms);
  const isSince = (ms: number): boolean => Number.isNaN(since) || tick(ms) >= tick(since);
  return host
    .issuesOf(repository)
    .filter((one) => state === "all" || one.state === state)
    .filter((one) => host.quirks.pullRequestsListed || !one.isPullRequest)
    .filter((one) => isSince(one.updatedAt) && (creator === null || one.author === creator))
    .sort((a, b) => sign * (tick(a[column]) - tick(b[column]) || a.id - b.id));
}

function linksOf(
  host: GithubHost,
  repository: Repository,
  query: URLSearchParams,
  { page, last }: { readonly page: number; readonly last: number },
): string {
  const base = host.quirks.linksById ? `/repositories/${repository.id}` : `/repos/${host.fullName(repository)}`;
  const link = (to: number, rel: string): string => {
    const search = new URLSearchParams(query);
    search.set("page", String(to));
    return `<${host.baseUrl}${base}/issues?${search.toString()}>; rel="${rel}"`;
  };
  return [
    ...(page > 1 ? [link(page - 1, "prev")] : []),
    ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
    ...(page > 1 ? [link(1, "first")] : []),
  ].join(", ");
}
