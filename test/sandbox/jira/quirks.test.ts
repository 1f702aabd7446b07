/** Each quirk shows when it is on, and its test fails when it is switched off. */
import { afterEach, describe, expect, it } from "vitest";
import { deliveryWorkflow, OTHER_POINTS_FIELD } from "../../../sandbox/jira/model.ts";
import { ALL_QUIRKS, type Quirks } from "../../../sandbox/jira/quirks.ts";
import { adf, paragraph, startRaw, STORY, type Answer, type RawSite } from "./client.ts";

let site: RawSite;
afterEach(() => site.sandbox.close());

type Probe = (site: RawSite) => Promise<unknown>;

const summaries = (answer: Answer): string[] =>
  ((answer.json["issues"] ?? []) as unknown as { fields?: { summary: string } }[]).map(
    ({ fields }) => fields?.summary ?? "",
  );
const errorsOf = (answer: Answer): unknown => (answer.json as Answer["json"] | null)?.["errors"] ?? null;
const refusalIn = ({ status, json }: Answer): unknown => (status === 400 ? json : null);
const bulk = (count: number, summary: (n: number) => string): object => ({
  issueUpdates: Array.from({ length: count }, (_, n) => ({ fields: { ...STORY, summary: summary(n) } })),
});

const task = { type: "taskList", attrs: {}, content: [{ type: "taskItem", attrs: { state: "TODO" }, content: [] }] };

/** What is seen with the quirk on. */
const PROBES: { readonly [Q in keyof Quirks]: readonly [seen: unknown, probe: Probe] } = {
  auth: [
    [401, "text/html;charset=UTF-8"],
    async ({ call }) => {
      const answer = await call("GET", "myself", undefined, { authorization: "Basic d3Jvbmc6d3Jvbmc=" });
      return [answer.status, answer.headers.get("content-type")];
    },
  ],
  contentType: [
    415,
    async (raw) => (await raw.call("DELETE", `issue/${await raw.story()}`, undefined, { "content-type": null })).status,
  ],
  adfOnly: [
    { description: "Operation value must be an Atlassian Document (see the Atlassian Document Format)" },
    async ({ call }) =>
      errorsOf(await call("POST", "issue", { fields: { ...STORY, summary: "x", description: "plain" } })),
  ],
  adfLines: [
    { errorMessages: ["INVALID_INPUT"], errors: {} },
    async ({ call }) =>
      refusalIn(
        await call("POST", "issue", { fields: { ...STORY, summary: "x", description: adf(paragraph("a\nb")) } }),
      ),
  ],
  adfLocalIds: [
    { errorMessages: ["INVALID_INPUT"], errors: {} },
    async ({ call }) =>
      refusalIn(await call("POST", "issue", { fields: { ...STORY, summary: "x", description: adf(task) } })),
  ],
  summaryLimits: [
    [
      { summary: "Summary can't exceed 255 characters." },
      { summary: "The summary is invalid because it contains newline characters." },
    ],
    async ({ call }) => [
      errorsOf(await call("POST", "issue", { fields: { ...STORY, summary: "x".repeat(256) } })),
      errorsOf(await call("POST", "issue", { fields: { ...STORY, summary: "a\nb" } })),
    ],
  ],
  summaryTrimmed: [
    "padded",
    async (raw) => {
      const id = await raw.story({ summary: "  padded " });
      return (await raw.call("GET", `issue/${id}?fields=summary`)).json["fields"]?.["summary"];
    },
  ],
  labelBlanks: [
    { labels: "The label 'two words' contains spaces which is invalid." },
    async ({ call }) =>
      errorsOf(await call("POST", "issue", { fields: { ...STORY, summary: "x", labels: ["two words"] } })),
  ],
  bulkPartial: [
    [201, 1, [1], 400],
    async ({ call }) => {
      const some = await call(
        "POST",
        "issue/bulk",
        bulk(2, (n) => (n === 1 ? "" : "ok")),
      );
      const none = await call(
        "POST",
        "issue/bulk",
        bulk(1, () => ""),
      );
      const { issues = [], errors = [] } = some.json as {
        issues?: unknown[];
        errors?: { failedElementNumber: number }[];
      };
      return [
        some.status,
        issues.length,
        Array.isArray(errors) ? errors.map((one) => one.failedElementNumber) : errors,
        none.status,
      ];
    },
  ],
  bulkMax: [
    400,
    async ({ call }) =>
      (
        await call(
          "POST",
          "issue/bulk",
          bulk(51, (n) => `n${n}`),
        )
      ).status,
  ],
  staleIndex: [
    [[], ["A story"]],
    async (raw) => {
      raw.sandbox.faults.conditions.staleSearchMs = 60_000;
      await raw.story();
      const query = { jql: "project = CHK", fields: ["summary"] };
      const before = summaries(await raw.search(query));
      raw.sandbox.clock.advance(180_000);
      return [before, summaries(await raw.search(query))];
    },
  ],
  flickeringIndex: [
    [["A story"], [], ["A story"]],
    async (raw) => {
      raw.sandbox.faults.conditions.staleSearchMs = 60_000;
      await raw.story();
      raw.sandbox.clock.advance(70_000);
      const seen = [];
      for (let n = 0; n < 3; n++) seen.push(summaries(await raw.search({ jql: "project = CHK", fields: ["summary"] })));
      return seen;
    },
  ],
  reconcile: [
    ["A story"],
    async (raw) => {
      raw.sandbox.faults.conditions.staleSearchMs = 60_000;
      const id = await raw.story();
      return summaries(await raw.search({ jql: "project = CHK", fields: ["summary"], reconcileIssues: [Number(id)] }));
    },
  ],
  minuteResolution: [
    [],
    async (raw) => {
      await raw.story();
      raw.sandbox.clock.advance(50_000);
      return summaries(await raw.search({ jql: 'project = CHK AND updated >= "-1m"', fields: ["summary"] }));
    },
  ],
  bareSearch: [
    [["id"]],
    async (raw) => {
      await raw.story();
      return ((await raw.search({ jql: "project = CHK" })).json["issues"] as unknown as object[]).map((issue) =>
        Object.keys(issue),
      );
    },
  ],
  pageLimit: [
    [100, false],
    async (raw) => {
      for (let n = 0; n < 101; n++)
        await raw.sandbox.human({ action: "create", project: "CHK", fields: { summary: `n${n}` } });
      const { json } = await raw.search({ jql: "project = CHK", fields: ["summary"], maxResults: 5000 });
      return [(json["issues"] as unknown as unknown[]).length, json["isLast"]];
    },
  ],
  boundedJql: [400, async ({ search }) => (await search({ jql: "ORDER BY updated ASC", fields: ["summary"] })).status],
  strictSearch: [400, async ({ search }) => (await search({ jql: "project = CHK", startAt: 0 })).status],
  workflow: [
    ["To Do", 400],
    async (raw) => {
      const id = await raw.story();
      await raw.call("PUT", `issue/${id}`, { fields: { status: { id: "10102" } } });
      const { json } = await raw.call("GET", `issue/${id}?fields=status`);
      const { status } = await raw.call("POST", `issue/${id}/transitions`, { transition: { id: "41" } });
      return [json["fields"]?.["status"]?.["name"], status];
    },
  ],
  transitionScreens: [
    [{ customfield_10050: "This field is required." }, 204],
    async (raw) => {
      const id = await raw.story();
      const bare = await raw.call("POST", `issue/${id}/transitions`, { transition: { id: "99" } });
      const told = await raw.call("POST", `issue/${id}/transitions`, {
        transition: { id: "99" },
        fields: { customfield_10050: "why" },
      });
      return [errorsOf(bare), told.status];
    },
  ],
  bulkOmits: [
    [200, 1, []],
    async (raw) => {
      const id = await raw.story();
      const { status, json } = await raw.call("POST", "issue/bulkfetch", {
        issueIdsOrKeys: [id, "CHK-99"],
        fields: ["summary"],
      });
      return [status, (json["issues"] as unknown as unknown[] | undefined)?.length, json["issueErrors"]];
    },
  ],
  bulkSorted: [
    ["CHK-1", "CHK-2"],
    async (raw) => {
      await raw.story();
      await raw.story();
      const { json } = await raw.call("POST", "issue/bulkfetch", {
        issueIdsOrKeys: ["CHK-2", "CHK-1"],
        fields: ["summary"],
      });
      return (json["issues"] as unknown as { key: string }[]).map(({ key }) => key);
    },
  ],
  movedKeys: [
    [200, "OPS-1"],
    async (raw) => {
      await raw.story();
      await raw.sandbox.human({ action: "move", key: "CHK-1", project: "OPS" });
      const { status, json } = await raw.call("GET", "issue/CHK-1?fields=summary");
      return [status, json["key"]];
    },
  ],
  hiddenEmails: [
    ["Grace Hopper"],
    async ({ call }) => {
      const { json } = await call("GET", "user/assignable/search?project=CHK&maxResults=1000");
      const users = json as unknown as { displayName: string; emailAddress?: string }[];
      return users.filter(({ emailAddress }) => emailAddress === undefined).map(({ displayName }) => displayName);
    },
  ],
  assignable: [
    { assignee: "User '5b10c0ffee00000000000001' cannot be assigned issues." },
    async ({ call }) =>
      errorsOf(
        await call("POST", "issue", {
          fields: { ...STORY, summary: "x", assignee: { accountId: "5b10c0ffee00000000000001" } },
        }),
      ),
  ],
  screens: [
    {
      [OTHER_POINTS_FIELD]: `Field '${OTHER_POINTS_FIELD}' cannot be set. It is not on the appropriate screen, or unknown.`,
    },
    async ({ call }) =>
      errorsOf(await call("POST", "issue", { fields: { ...STORY, summary: "x", [OTHER_POINTS_FIELD]: 3 } })),
  ],
  issueWriteLimit: [
    [429, "jira-per-issue-on-write", "2", 204],
    async (raw) => {
      const id = await raw.story();
      const edit = (): ReturnType<RawSite["call"]> => raw.call("PUT", `issue/${id}`, { fields: { summary: "again" } });
      for (let n = 0; n < 20; n++) await edit();
      const limited = await edit();
      raw.sandbox.clock.advance(2000);
      return [
        limited.status,
        limited.headers.get("ratelimit-reason"),
        limited.headers.get("retry-after"),
        (await edit()).status,
      ];
    },
  ],
  burstLimit: [
    [429, "jira-burst-based", "true", 200],
    async ({ call, sandbox }) => {
      let near: string | null = null;
      for (let n = 0; n < 100; n++) near = (await call("GET", "myself")).headers.get("x-ratelimit-nearlimit");
      const limited = await call("GET", "myself");
      sandbox.clock.advance(1000);
      return [limited.status, limited.headers.get("ratelimit-reason"), near, (await call("GET", "myself")).status];
    },
  ],
  linkUpsert: [
    [201, 200, 201, 2],
    async (raw) => {
      const id = await raw.story();
      const put = async (more: object): Promise<number> =>
        (await raw.call("POST", `issue/${id}/remotelink`, { ...more, object: { url: "https://x.test", title: "x" } }))
          .status;
      const seen = [await put({ globalId: "g" }), await put({ globalId: "g" }), await put({})];
      return [...seen, ((await raw.call("GET", `issue/${id}/remotelink`)).json as unknown as unknown[]).length];
    },
  ],
  silentEdit: [
    [204, 200],
    async (raw) => {
      const id = await raw.story();
      const body = { fields: { summary: "new" } };
      return [
        (await raw.call("PUT", `issue/${id}`, body)).status,
        (await raw.call("PUT", `issue/${id}?returnIssue=true`, body)).status,
      ];
    },
  ],
  userZone: [
    "2026-11-20T11:00:30.000+0100",
    async (raw) => (await raw.call("GET", `issue/${await raw.story()}?fields=updated`)).json["fields"]?.["updated"],
  ],
  hierarchy: [
    { parent: "Given parent issue does not belong to appropriate hierarchy." },
    async (raw) => {
      const id = await raw.story();
      return errorsOf(await raw.call("POST", "issue", { fields: { ...STORY, summary: "x", parent: { id } } }));
    },
  ],
};

const asking = deliveryWorkflow();
asking.transitions.push({ id: "99", name: "Close with cause", to: "10105", requires: ["customfield_10050"] });
const projects = [{ key: "CHK", workflows: { Story: asking } }, { key: "OPS" }];

describe.each(Object.keys(ALL_QUIRKS) as (keyof Quirks)[])("%s", (quirk) => {
  const [seen, probe] = PROBES[quirk];
  it("shows when it is on", async () => {
    site = await startRaw({ projects });
    expect(await probe(site)).toEqual(seen);
  });
  it("is gone when it is off", async () => {
    site = await startRaw({ projects, quirks: { [quirk]: false } });
    const other: unknown = await probe(site).catch((error: unknown) => error);
    expect(other).not.toEqual(seen);
  });
});
