import type { Hono } from "hono";
import type { Api } from "./app.ts";
import { IndexView } from "./index-view.ts";
import { parseJql } from "./jql.ts";
import { Refusal } from "./refusal.ts";
import { CATEGORIES, renderChanges, renderIssue } from "./render.ts";

const PAGE_MAX = 100;
const RECONCILE_MAX = 50;
const PROPERTIES_MAX = 5;
const MEMBERS = new Set([
  "jql",
  "fields",
  "fieldsByKeys",
  "expand",
  "maxResults",
  "nextPageToken",
  "properties",
  "reconcileIssues",
]);

interface SearchBody {
  readonly jql?: string;
  readonly fields?: readonly string[];
  readonly maxResults?: number;
  readonly nextPageToken?: string;
  readonly properties?: readonly string[];
  readonly reconcileIssues?: readonly number[];
}

/** Searching, and the changelog. */
export function addSearchRoutes(app: Hono, api: Api): void {
  const { site } = api;
  const index = new IndexView(site, api.faults);
  app.all("/rest/api/3/search", (c) =>
    c.json(
      {
        errorMessages: ["The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."],
        errors: {},
      },
      410,
    ),
  );
  app.post("/rest/api/3/search/jql", async (c) => c.json(search(api, index, await c.req.json<SearchBody>())));
  app.post("/rest/api/3/changelog/bulkfetch", async (c) => {
    const { issueIdsOrKeys, fieldIds = [] } = await c.req.json<{ issueIdsOrKeys: string[]; fieldIds?: string[] }>();
    if (fieldIds.length > 10) throw new Refusal(400, ["At most 10 fieldIds."]);
    const issues = issueIdsOrKeys.map((ref) => site.find(ref)).filter((issue) => issue !== undefined);
    const issueChangeLogs = issues.map((issue) => ({
      issueId: issue.id,
      changeHistories: renderChanges(api, issue, fieldIds),
    }));
    return c.json({ issueChangeLogs: issueChangeLogs.filter(({ changeHistories }) => changeHistories.length > 0) });
  });
}

function search(api: Api, index: IndexView, body: SearchBody): object {
  const { site } = api;
  checkBody(api, body);
  const { jql = "", fields = [], properties = [], reconcileIssues = [] } = body;
  const now = site.clock.now();
  const query = parseJql(jql, {
    now,
    quirks: site.quirks,
    projectKey: (text) => site.project(text)?.key,
    category: (data) => CATEGORIES[site.status(data).category].name.toLowerCase(),
  });
  const rows = index
    .snapshot(reconcileIssues)
    .map(({ issue, data }) => ({ id: issue.id, issue, data }))
    .filter(({ id, data }) => query.matches(id, data))
    .sort(query.compare);
  const offset = body.nextPageToken === undefined ? 0 : Number(Buffer.from(body.nextPageToken, "base64url").toString());
  const asked = body.maxResults ?? 50;
  const size = site.quirks.pageLimit ? Math.min(asked, PAGE_MAX) : asked;
  const page = rows.slice(offset, offset + size);
  const shown = fields.length === 0 && !site.quirks.bareSearch ? ["*navigable"] : fields;
  const issues = page
    .map(({ issue, data }) => renderIssue(api, issue, data, shown, properties))
    .map((row) => (fields.length === 0 && site.quirks.bareSearch ? { id: (row as { id: string }).id } : row));
  const isLast = offset + size >= rows.length;
  return {
    issues,
    isLast,
    ...(isLast ? {} : { nextPageToken: Buffer.from(String(offset + size)).toString("base64url") }),
  };
}

function checkBody({ site }: Api, body: SearchBody): void {
  const unknown = Object.keys(body).find((name) => !MEMBERS.has(name));
  if (unknown !== undefined && site.quirks.strictSearch)
    throw new Refusal(400, [`Invalid request payload. Unrecognized field "${unknown}".`]);
  if ((body.reconcileIssues?.length ?? 0) > RECONCILE_MAX)
    throw new Refusal(400, [`At most ${RECONCILE_MAX} issues can be reconciled.`]);
  if ((body.properties?.length ?? 0) > PROPERTIES_MAX)
    throw new Refusal(400, [`At most ${PROPERTIES_MAX} properties.`]);
}
