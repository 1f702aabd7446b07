import { existsSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { SPEC_OPTIONS } from "../../../sandbox/github/index.ts";
import { SpecCheck } from "../../../sandbox/kit/spec-check.ts";
import { REPOSITORY, SPEC, startRaw, type Json, type RawHost } from "./client.ts";

let host: RawHost;
afterEach(() => host.sandbox.close());

describe("the GitHub stand-in", () => {
  it("moves updated_at with every change, and with none that changes nothing", async () => {
    host = await startRaw();
    const { number } = await host.issue({ labels: ["a"] });
    const path = `/issues/${String(number)}`;
    const updated = async () => (await host.repo("GET", path)).json["updated_at"] as unknown;
    host.sandbox.clock.advance(5000);
    await host.repo("PATCH", path, { title: "An issue", labels: ["a"] });
    expect(await updated()).toBe("2026-11-20T10:00:00Z");
    await host.repo("POST", `${path}/labels`, { labels: ["b"] });
    expect(await updated()).toBe("2026-11-20T10:00:05Z");
    host.sandbox.clock.advance(5000);
    await host.act("comment", { issue: `${REPOSITORY}#1` });
    expect(await updated()).toBe("2026-11-20T10:00:10Z");
  });

  it("refuses what makes no sense, in GitHub's shape", async () => {
    host = await startRaw();
    const { status, json } = await host.repo("POST", "/issues", { title: " " });
    expect([status, json]).toEqual([
      422,
      {
        message: "Validation Failed",
        errors: [{ resource: "Issue", field: "title", code: "missing_field" }],
        documentation_url: "https://docs.github.com/rest",
        status: "422",
      },
    ]);
    expect((await host.repo("POST", "/issues", {})).status).toBe(422);
    expect((await host.repo("GET", "/issues/99")).status).toBe(404);
    expect((await host.call("GET", "/repos/acme/nothing/issues")).status).toBe(404);
    expect((await host.call("GET", "/search/issues?q=is:issue")).status).toBe(404);
    await host.act("switchIssues", { enabled: false });
    expect((await host.repo("GET", "/issues")).status).toBe(410);
  });

  it("keeps sub-issues a hundred wide, eight deep and free of circles", async () => {
    host = await startRaw({ quirks: { contentLimit: false, pointsLimit: false } });
    const add = async (parent: Json, child: Json) => {
      const body = { sub_issue_id: child["id"] };
      const { status, json } = await host.repo("POST", `/issues/${String(parent["number"])}/sub_issues`, body);
      return status === 201 ? status : json["message"];
    };
    const chain: Json[] = [];
    for (let level = 0; level < 9; level += 1) chain.push(await host.issue());
    for (let level = 0; level < 7; level += 1) expect(await add(chain[level]!, chain[level + 1]!)).toBe(201);
    expect(await add(chain[7]!, chain[8]!)).toMatch(/more than 8 levels/);
    expect(await add(chain[7]!, chain[0]!)).toMatch(/its own parent/);
    const [parent, others] = [await host.issue(), 101];
    const answers: unknown[] = [];
    for (let n = 0; n < others; n += 1) answers.push(await add(parent, await host.issue()));
    expect(answers.filter((answer) => answer === 201)).toHaveLength(100);
    expect(answers.at(-1)).toMatch(/more than 100 sub-issues/);
    const { json } = await host.repo("DELETE", `/issues/${String(parent["number"])}/sub_issue`, { sub_issue_id: 1 });
    expect(json["message"]).toBe("Not Found");
  });

  it("answers each alias of a query, whatever becomes of the others", async () => {
    host = await startRaw();
    await host.issue();
    const query = `query Q($ids: [ID!]!) {
      here: repository(owner: "acme", name: "checkout") { issue(number: 1) { title } }
      gone: repository(owner: "acme", name: "checkout") { issue(number: 9) { title } }
      away: repository(owner: "acme", name: "nothing") { nameWithOwner }
      nodes(ids: $ids) { id }
    }`;
    const answer = await host.query(query, { ids: ["nonsense"] });
    expect(answer["data"]).toEqual({
      here: { issue: { title: "An issue" } },
      gone: { issue: null },
      away: null,
      nodes: [null],
    });
    expect((answer["errors"] as unknown as Json[]).map(({ type, path }) => [type, path])).toEqual([
      ["NOT_FOUND", ["gone", "issue"]],
      ["NOT_FOUND", ["away"]],
      ["NOT_FOUND", ["nodes", 0]],
    ]);
    expect((await host.query("query Q { viewer { nickname } }"))["errors"]).toHaveLength(1);
  });

  it("makes an issue below its parent by one mutation, all of it or nothing, and counts it as content", async () => {
    host = await startRaw();
    const [parent, other] = [await host.issue({ title: "Parent" }), await host.issue({ labels: ["a"] })];
    const named = await host.query(
      `query Q($id: ID!) { node(id: $id) { ... on Issue { repository { id label(name: "A") { id } } } } user(login: "ada") { id } }`,
      { id: other["node_id"] },
    );
    const { node, user } = named["data"] as unknown as {
      node: { repository: { id: string; label: { id: string } } };
      user: { id: string };
    };
    const make = (more: object) => {
      const input = { repositoryId: node.repository.id, parentIssueId: parent["node_id"], ...more };
      const shown =
        "issue { title parent { title } labels(first: 9) { nodes { name } } assignees(first: 9) { nodes { login } } }";
      return host.query(`mutation M($input: CreateIssueInput!) { createIssue(input: $input) { ${shown} } }`, { input });
    };
    const whole = { title: "Child", labelIds: [node.repository.label.id], assigneeIds: [user.id] };
    expect((await make(whole))["data"]).toEqual({
      createIssue: {
        issue: {
          title: "Child",
          parent: { title: "Parent" },
          labels: { nodes: [{ name: "a" }] },
          assignees: { nodes: [{ login: "ada" }] },
        },
      },
    });
    const types = async (more: object) =>
      ((await make(more))["errors"] as { type?: string }[] | undefined)?.map(({ type }) => type);
    expect(await types({ title: " " })).toEqual(["UNPROCESSABLE"]);
    expect(await types({ title: "x", labelIds: ["LA_kwDOnone"] })).toEqual(["NOT_FOUND"]);
    await host.act("permit", { permission: "read" });
    expect(await types({ title: "x" })).toEqual(["FORBIDDEN"]);
    expect(host.sandbox.host.issues.size).toBe(3);
    await host.act("permit", { permission: "write" });
    // Of eighty a minute six were asked for, refused ones among them.
    for (let n = 0; n < 74; n += 1) await make({ title: `Child ${n}` });
    const input = { repositoryId: node.repository.id, title: "One too many" };
    const document = "mutation M($input: CreateIssueInput!) { createIssue(input: $input) { issue { id } } }";
    expect((await host.call("POST", "/graphql", { query: document, variables: { input } })).status).toBe(403);
  });

  it("tells GraphQL's primary limit with status 200, and REST's with 403", async () => {
    host = await startRaw();
    host.sandbox.limits.drain("graphql");
    const answer = await host.call("POST", "/graphql", { query: "query Q { viewer { login } }" });
    expect([answer.status, answer.json["errors"]]).toMatchObject([200, [{ type: "RATE_LIMITED" }]]);
    expect((await host.repo("GET", "/issues")).status).toBe(200);
    host.sandbox.clock.advance(3_600_000);
    expect((await host.query("query Q { viewer { login } }"))["data"]).toEqual({ viewer: { login: "acme-sync" } });
  });

  it("lets nobody create more than five hundred things an hour, however slowly", async () => {
    host = await startRaw();
    let made = 0;
    for (; made < 510; made += 1) {
      host.sandbox.clock.advance(2000);
      if ((await host.repo("POST", "/issues", { title: "x" })).status !== 201) break;
    }
    expect(made).toBe(500);
    expect((await host.repo("GET", "/issues")).status).toBe(200);
    host.sandbox.clock.advance(3_600_000);
    expect((await host.repo("POST", "/issues", { title: "x" })).status).toBe(201);
  });

  it("renames labels and repositories under everybody's hands", async () => {
    host = await startRaw();
    await host.issue({ labels: ["bug"] });
    await host.act("renameLabel", { label: "bug", name: "defect" });
    await host.act("renameRepository", { name: "acme-labs/shop" });
    const { json } = await host.call("GET", "/repos/acme-labs/shop/issues/1");
    expect((json["labels"] as unknown as Json[]).map(({ name }) => name)).toEqual(["defect"]);
    await expect(host.act("fly")).rejects.toThrow(/known: create, openPullRequest, edit/);
  });

  it("shows an issue to a person's browser, and keeps the token out of its log", async () => {
    host = await startRaw();
    await host.issue({ title: "<b>Pay</b>" });
    const page = await (await fetch(`${host.sandbox.url}/${REPOSITORY}/issues/1`)).text();
    expect(page).toContain("#1");
    expect(page).not.toContain("<b>Pay");
    expect((await fetch(`${host.sandbox.url}/${REPOSITORY}/issues/9`)).status).toBe(404);
    expect(JSON.stringify(host.sandbox.log.all())).not.toContain(host.sandbox.credentials.GH_TOKEN);
  });
});

describe.skipIf(!existsSync(SPEC))("the published OpenAPI document (skipped where it is not at hand)", () => {
  it("finds nothing wrong with good exchanges, and names what it does not cover", async () => {
    const fields = [{ name: "Priority", kind: "single_select", options: ["High", "Low"] }] as const;
    const milestones = [{ title: "Sprint 1", due: "2026-12-24" }];
    host = await startRaw({ spec: SPEC, repositories: [{ name: REPOSITORY, types: ["Epic"], fields, milestones }] });
    const [{ id: field }] = (await host.call("GET", "/orgs/acme/issue-fields")).json as unknown as [{ id: number }];
    const parent = await host.issue({ labels: ["a"], assignees: ["ada"], milestone: 1, type: "Epic" });
    const child = await host.issue({ body: "x", issue_field_values: [{ field_id: field, value: "High" }] });
    await host.repo("POST", "/issues/1/sub_issues", { sub_issue_id: child["id"] });
    await host.act("openPullRequest", { fields: { title: "A pull request" } });
    await host.repo(
      "GET",
      "/issues?state=all&sort=updated&direction=asc&per_page=100&since=2026-01-01T00:00:00Z&page=1",
    );
    await host.repo("GET", "/issue-types");
    await host.repo("PATCH", "/issues/2", {
      state: "closed",
      state_reason: "duplicate",
      duplicate_issue_id: parent["id"],
    });
    await host.repo("POST", "/issues/2/labels", { labels: ["b"] });
    await host.repo("DELETE", "/issues/1/sub_issue", { sub_issue_id: child["id"] });
    await host.repo("POST", "/issues", { title: "" });
    await host.repo("GET", "/issues/99");
    const { id } = host.sandbox.host.repositories[0]!;
    await host.call("GET", `/repositories/${id}/issues`);
    expect(host.sandbox.spec.active).toBe(true);
    expect(host.sandbox.spec.violations()).toEqual([]);
    // Links and redirects lead there, and nobody has documented it.
    expect(host.sandbox.spec.uncovered()).toEqual(["GET /repositories/{id}/issues"]);
  });

  it("catches a wrong request, a wrong answer, an unknown parameter and a status nobody described", async () => {
    host = await startRaw();
    const check = new SpecCheck(SPEC, SPEC_OPTIONS);
    const record = { id: 1, at: "", operation: "", write: false, headers: {}, answerHeaders: {}, body: "", answer: "" };
    const path = `/repos/${REPOSITORY}/issues`;
    check.check({ ...record, method: "POST", path, status: 201, body: '{"labels":[]}', answer: '{"id":"1"}' });
    check.check({ ...record, method: "GET", path: `${path}?order=asc`, status: 299 });
    check.check({ ...record, method: "GET", path: `${path}/1`, status: 404, answer: '{"message":1}' });
    expect(check.violations()).toEqual([
      expect.stringContaining("GET /repos/{owner}/{repo}/issues/{issue_number} 404: /message must be string"),
      expect.stringContaining('GET /repos/{owner}/{repo}/issues: query parameter "order"'),
      expect.stringContaining("GET /repos/{owner}/{repo}/issues: status 299"),
      expect.stringContaining("POST /repos/{owner}/{repo}/issues 201:  must have required property"),
      expect.stringContaining("POST /repos/{owner}/{repo}/issues request:  must have required property 'title'"),
    ]);
  });
});
