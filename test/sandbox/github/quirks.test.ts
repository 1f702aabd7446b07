/** Each quirk shows when it is on, and its test fails when it is switched off. */
import { afterEach, describe, expect, it } from "vitest";
import { ALL_QUIRKS, type Quirks } from "../../../sandbox/github/quirks.ts";
import { REPOSITORY, startRaw, type Answer, type Json, type RawHost } from "./client.ts";

let host: RawHost;
afterEach(() => host.sandbox.close());

type Probe = (host: RawHost) => Promise<unknown>;

const rows = ({ json }: Answer): readonly Json[] => json as unknown as readonly Json[];
const fieldsOf = ({ json }: Answer): unknown =>
  (json["errors"] as unknown as readonly Json[] | undefined)?.map(({ field, code }) => [field, code]) ?? null;
const NODE = "query Q($id: ID!) { node(id: $id) { ... on Issue { stateReason } } }";
const LISTING = "/issues?state=all&per_page=2";

/** What is seen with the quirk on. */
const PROBES: { readonly [Q in keyof Quirks]: readonly [seen: unknown, probe: Probe] } = {
  auth: [
    [401, "Bad credentials"],
    async ({ call }) => {
      const { status, json } = await call("GET", `/repos/${REPOSITORY}/issues`, undefined, {
        authorization: "Bearer x",
      });
      return [status, json["message"]];
    },
  ],
  userAgent: [
    403,
    async ({ call }) => (await call("GET", `/repos/${REPOSITORY}/issues`, undefined, { "user-agent": "" })).status,
  ],
  pullRequestsListed: [
    [1, 2],
    async ({ act, repo }) => {
      await act("openPullRequest", { fields: { title: "A pull request" } });
      await act("create", { fields: { title: "An issue" } });
      return rows(await repo("GET", "/issues?sort=created&direction=asc")).map(({ number }) => number);
    },
  ],
  etags: [
    [200, 304, 200],
    async ({ call, issue }) => {
      const listing = (etag: string | null) =>
        call("GET", `/repos/${REPOSITORY}/issues`, undefined, etag ? { "if-none-match": etag } : {});
      const first = await listing(null);
      const again = await listing(first.headers.get("etag"));
      await issue();
      return [first.status, again.status, (await listing(first.headers.get("etag"))).status];
    },
  ],
  freeNotModified: [
    ["1", "1"],
    async ({ call }) => {
      const first = await call("GET", `/repos/${REPOSITORY}/issues`);
      const etag = first.headers.get("etag") ?? "";
      const again = await call("GET", `/repos/${REPOSITORY}/issues`, undefined, { "if-none-match": etag });
      return [first, again].map(({ headers }) => headers.get("x-ratelimit-used"));
    },
  ],
  linksById: [
    [true, 200],
    async ({ act, repo, call }) => {
      for (const title of ["a", "b", "c"]) await act("create", { fields: { title } });
      const link = (await repo("GET", LISTING)).headers.get("link") ?? "";
      const [, next = ""] = /<([^>]+)>; rel="next"/.exec(link) ?? [];
      return [/\/repositories\/\d+\/issues\?/.test(next), (await call("GET", next)).status];
    },
  ],
  pageMaximum: [
    100,
    async ({ act, repo }) => {
      for (let n = 0; n < 105; n += 1) await act("create", { fields: { title: `${n}` } });
      return rows(await repo("GET", "/issues?per_page=1000")).length;
    },
  ],
  primaryLimit: [
    [403, "0", true, true],
    async ({ sandbox, repo }) => {
      sandbox.limits.drain("core");
      const { status, headers, json } = await repo("GET", "/issues");
      const reset = Number(headers.get("x-ratelimit-reset")) * 1000 - sandbox.clock.now();
      return [
        status,
        headers.get("x-ratelimit-remaining"),
        /API rate limit exceeded/.test(String(json["message"])),
        reset > 3_000_000,
      ];
    },
  ],
  pointsLimit: [
    [403, "60", true],
    async ({ repo, issue }) => {
      const { number } = await issue();
      for (let n = 0; n < 179; n += 1) await repo("PATCH", `/issues/${String(number)}`, { body: `${n}` });
      const { status, headers, json } = await repo("GET", "/issues");
      return [status, headers.get("retry-after"), /secondary rate limit/.test(String(json["message"]))];
    },
  ],
  contentLimit: [
    [80, 403, null],
    async ({ repo, sandbox }) => {
      let made = 0;
      for (;;) {
        const { status, headers } = await repo("POST", "/issues", { title: "x" });
        if (status !== 201 || made > 85) return [made, status, headers.get("retry-after")];
        made += 1;
        sandbox.clock.advance(100);
      }
    },
  ],
  silentDrops: [
    [201, [], [], null],
    async ({ act, repo }) => {
      await act("permit", { permission: "read" });
      const { status, json } = await repo("POST", "/issues", { title: "x", labels: ["bug"], assignees: ["ada"] });
      return [status, json["labels"], json["assignees"], json["milestone"]];
    },
  ],
  renamesRedirect: [
    [301, 307, true],
    async ({ act, repo }) => {
      await act("renameRepository", { name: "shop" });
      const [read, write] = [await repo("GET", "/issues?state=all"), await repo("POST", "/issues", { title: "x" })];
      return [
        read.status,
        write.status,
        /\/repositories\/\d+\/issues\?state=all$/.test(read.headers.get("location") ?? ""),
      ];
    },
  ],
  archivedReadOnly: [
    [403, "Repository was archived so is read-only.", 200],
    async ({ act, repo }) => {
      await act("archiveRepository");
      const { status, json } = await repo("POST", "/issues", { title: "x" });
      return [status, json["message"], (await repo("GET", "/issues")).status];
    },
  ],
  wholeSeconds: [
    ["2026-11-20T10:00:00Z", 1],
    async ({ issue, repo }) => {
      const { updated_at } = await issue();
      // Asked for later within the second in which it was made.
      return [updated_at, rows(await repo("GET", "/issues?since=2026-11-20T10:00:00.900Z")).length];
    },
  ],
  subIssueRules: [
    [201, 422, 422, 201],
    async ({ issue, repo }) => {
      const [one, two, child] = [await issue(), await issue(), await issue()];
      const add = async (parent: Json, replace_parent = false) =>
        (
          await repo("POST", `/issues/${String(parent["number"])}/sub_issues`, {
            sub_issue_id: child["id"],
            replace_parent,
          })
        ).status;
      return [await add(one), await add(one), await add(two), await add(two, true)];
    },
  ],
  duplicateAsked: [
    ["NOT_PLANNED", "DUPLICATE"],
    async ({ act, query }) => {
      const { id } = await act("create", { fields: { title: "x" } });
      await act("close", { issue: id, reason: "duplicate" });
      const plain = await query(NODE, { id });
      const asked = await query(NODE.replace("stateReason", "stateReason(enableDuplicate: true)"), { id });
      return [plain, asked].map((answer) => answer["data"]?.["node"]?.["stateReason"]);
    },
  ],
  reasonOnlyWithState: [
    "completed",
    async ({ issue, repo }) => {
      const { number } = await issue();
      const path = `/issues/${String(number)}`;
      await repo("PATCH", path, { state: "closed" });
      return (await repo("PATCH", path, { state: "closed", state_reason: "not_planned" })).json["state_reason"];
    },
  ],
  labelCase: [
    ["Bug"],
    async ({ issue }) => {
      await issue({ labels: ["Bug"] });
      return ((await issue({ labels: ["bug", "BUG"] }))["labels"] as unknown as Json[]).map(({ name }) => name);
    },
  ],
  labelsMadeOnUse: [
    ["fresh"],
    async ({ issue }) => ((await issue({ labels: ["fresh"] }))["labels"] as unknown as Json[]).map(({ name }) => name),
  ],
  assignable: [
    [["assignees", "invalid"]],
    async ({ repo }) => fieldsOf(await repo("POST", "/issues", { title: "x", assignees: ["nobody"] })),
  ],
  lengths: [
    [
      ["title", "custom"],
      ["body", "custom"],
      ["name", "custom"],
    ],
    async ({ repo }) => {
      const long = { title: "x".repeat(257), body: "x".repeat(65_537), labels: ["x".repeat(51)] };
      return fieldsOf(await repo("POST", "/issues", long));
    },
  ],
  webLineEnds: [
    "One\r\nTwo",
    async ({ act, repo }) => {
      await act("create", { fields: { title: "x", body: "One\nTwo" } });
      return (await repo("GET", "/issues/1")).json["body"];
    },
  ],
  emailScope: [
    [null, "INSUFFICIENT_SCOPES"],
    async ({ sandbox, query }) => {
      sandbox.host.scopes = ["repo"];
      const { data, errors } = await query("query Q { viewer { login email } }");
      return [data, errors?.[0 as unknown as string]?.["type"]];
    },
  ],
  nodeLimit: [
    "MAX_NODE_LIMIT_EXCEEDED",
    async ({ query }) => {
      const labels = "labels(first: 100) { nodes { name } }";
      const repository = (n: number) =>
        `r${n}: repository(owner: "acme", name: "checkout") { issues(first: 100) { nodes { ${labels} } } }`;
      const { errors } = await query(`query Q { ${Array.from({ length: 50 }, (_, n) => repository(n)).join(" ")} }`);
      return errors?.[0 as unknown as string]?.["type"];
    },
  ],
  goneAndMoved: [
    [410, 301, true],
    async ({ act, repo, call }) => {
      const [gone, moved] = [
        await act("create", { fields: { title: "a" } }),
        await act("create", { fields: { title: "b" } }),
      ];
      await act("delete", { issue: gone.id });
      await act("transfer", { issue: moved.id, repository: "acme/billing" });
      const [deleted, transferred] = [await repo("GET", "/issues/1"), await repo("GET", "/issues/2")];
      const target = transferred.headers.get("location");
      const found = target === null ? null : (await call("GET", target)).json["title"];
      return [deleted.status, transferred.status, (found as unknown) === "b"];
    },
  ],
};

describe.each(Object.keys(PROBES) as (keyof Quirks)[])("quirk %s", (quirk) => {
  const [seen, probe] = PROBES[quirk];

  it("shows", async () => {
    host = await startRaw();
    expect(await probe(host)).toEqual(seen);
  });

  it("can be switched off", async () => {
    host = await startRaw({ quirks: { [quirk]: false } });
    expect(await probe(host)).not.toEqual(seen);
  });
});

it("has a probe for every quirk", async () => {
  host = await startRaw();
  expect(Object.keys(PROBES).toSorted()).toEqual(Object.keys(ALL_QUIRKS).toSorted());
});
