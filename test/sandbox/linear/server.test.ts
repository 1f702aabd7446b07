import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { idOf } from "../../../sandbox/linear/seed.ts";
import type { LinearSandbox } from "../../../sandbox/linear/server.ts";
import { CREATE, gql, start, START, UPDATE } from "./gql.ts";

const PAY = idOf.team("PAY");
const VIEWER = "{ viewer { id email } }";

let box: LinearSandbox;
beforeEach(async () => {
  box = await start({
    seed: {
      teams: [{ key: "PAY" }, { key: "OPS" }],
      projects: [{ name: "Checkout", teams: ["PAY"] }],
      cycles: [{ team: "PAY", number: 1 }],
    },
  });
});
afterEach(() => box.close());

const make = (input: object = {}): ReturnType<typeof gql> =>
  gql(box, CREATE, { input: { teamId: PAY, title: "An issue", ...input } });

describe("letting in", () => {
  it.each(["", "lin_api_wrong"])("refuses the key %j with a body without data", async (key) => {
    const { status, body } = await gql(box, VIEWER, {}, key);
    expect(status).toBe(401);
    expect(Object.keys(body)).toEqual(["errors"]);
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: "AUTHENTICATION_ERROR", type: "authentication error" });
  });

  it("refuses everybody once the credential is revoked", async () => {
    box.faults.conditions.authRevoked = true;
    expect((await gql(box, VIEWER)).status).toBe(401);
  });

  it("tells who one is", async () => {
    expect((await gql(box, VIEWER)).body.data).toMatchObject({ viewer: { email: "sync@acme.test" } });
  });
});

describe("errors", () => {
  it("tells of a missing issue with HTTP 200 and null data", async () => {
    const { status, body } = await gql(box, '{ issue(id: "PAY-99") { id } }');
    expect(status).toBe(200);
    expect(body.data).toBeNull();
    expect(body.errors?.[0]).toMatchObject({
      message: "Entity not found: Issue",
      path: ["issue"],
      extensions: {
        type: "invalid input",
        code: "INPUT_ERROR",
        userPresentableMessage: "Could not find referenced Issue.",
      },
    });
  });

  it("names a taken id only in words", async () => {
    const id = "11111111-1111-4111-8111-111111111111";
    await make({ id });
    expect((await make({ id })).body).toMatchObject({
      data: null,
      errors: [
        { extensions: { code: "INPUT_ERROR", userPresentableMessage: `Entity Issue with id ${id} already exists.` } },
      ],
    });
  });

  it.each(["{ viewer { nickname } }", "{ viewer {", "mutation { issueCreate { success } }"])(
    "answers the invalid document %j with HTTP 400",
    async (document) => {
      const { status, body } = await gql(box, document);
      expect(status).toBe(400);
      expect(body.errors?.[0]?.extensions).toMatchObject({ code: "GRAPHQL_VALIDATION_FAILED", type: "graphql error" });
    },
  );

  it("nulls the whole answer for one failing alias, after the earlier ones took effect", async () => {
    const query = `mutation M($good: IssueCreateInput!, $bad: IssueCreateInput!) {
      a: issueCreate(input: $good) { success } b: issueCreate(input: $bad) { success } c: issueCreate(input: $good) { success }
    }`;
    const { body } = await gql(box, query, { good: { teamId: PAY, title: "Good" }, bad: { teamId: PAY, title: "" } });
    expect(body.data).toBeNull();
    expect(box.store.issues.size).toBe(1);
  });

  it("refuses half points, as its input is an integer", async () => {
    expect((await make({ estimate: 2.5 })).body.errors?.[0]?.message).toContain(
      "Int cannot represent non-integer value",
    );
  });

  it.each([
    ["a project of another team", { teamId: idOf.team("OPS"), projectId: idOf.project("Checkout") }, "Discrepancy"],
    ["an unknown user", { assigneeId: "nobody" }, "Entity not found: User"],
    ["an unknown label", { labelIds: ["none"] }, "Entity not found: IssueLabel"],
    [
      "a cycle of another team",
      { teamId: idOf.team("OPS"), cycleId: idOf.cycle("PAY", 1) },
      "Argument Validation Error",
    ],
    ["a priority beyond 4", { priority: 5 }, "Argument Validation Error"],
    ["an unknown team", { teamId: "none" }, "Entity not found: Team"],
  ])("refuses %s", async (_what, input, message) => {
    expect((await make(input)).body.errors?.[0]?.message).toContain(message);
    expect(box.store.issues.size).toBe(0);
  });
});

describe("budgets", () => {
  it("tells both budgets with every answer, and a reset that rolls", async () => {
    const first = await gql(box, VIEWER);
    box.clock.advance(60_000);
    const second = await gql(box, VIEWER);
    const told = (name: string): (string | null)[] => [first, second].map(({ headers }) => headers.get(name));
    expect(told("x-ratelimit-requests-limit")).toEqual(["2500", "2500"]);
    expect(told("x-ratelimit-requests-remaining")).toEqual(["2499", "2499"]);
    expect(told("x-ratelimit-requests-reset")).toEqual([START + 3_600_000, START + 3_660_000].map(String));
    expect(told("x-complexity")).toEqual(["2", "2"]);
    expect(told("x-ratelimit-complexity-remaining")).toEqual(["2999998", "2999998"]);
    expect(first.headers.get("date")).toBe("Fri, 20 Nov 2026 10:00:00 GMT");
  });

  it("refills all the time, and not at the reset", async () => {
    box.budgets.requests.drain();
    const limited = await gql(box, VIEWER);
    expect(limited.status).toBe(400);
    expect(limited.body.errors?.[0]).toMatchObject({
      extensions: { type: "ratelimited", code: "RATELIMITED", statusCode: 429 },
    });
    box.clock.advance(1439);
    expect((await gql(box, VIEWER)).status).toBe(400);
    box.clock.advance(1);
    expect((await gql(box, VIEWER)).status).toBe(200);
  });

  it("counts a connection by its page size, without what is left out", async () => {
    const cost = async (query: string, variables = {}): Promise<string | null> =>
      (await gql(box, query, variables)).headers.get("x-complexity");
    // 10 rows of 1 object and 2 scalars, rounded up.
    expect(await cost("{ issues(first: 10) { nodes { id title } } }")).toBe("12");
    expect(await cost("{ issues { nodes { id } } }")).toBe("55");
    const query =
      "query Q($w: Boolean!, $n: Int) { viewer { id } issues(first: $n) @include(if: $w) { nodes { id } } }";
    expect(await cost(query, { w: false, n: 100 })).toBe("2");
    expect(await cost(query, { w: true, n: 100 })).toBe("112");
  });

  it("tells the state of the budgets on request", async () => {
    const { body } = await gql(box, "{ rateLimitStatus { kind limits { type allowedAmount remainingAmount } } }");
    expect(body.data).toMatchObject({
      rateLimitStatus: { kind: "user", limits: [{ type: "requests", allowedAmount: 2500 }, { type: "complexity" }] },
    });
  });
});

describe("issues", () => {
  it("numbers them by team and finds them by identifier, also of before a move", async () => {
    await make();
    await make({ teamId: idOf.team("OPS") });
    await make();
    expect([...box.store.issues.values()].map((issue) => box.store.identifier(issue))).toEqual([
      "PAY-1",
      "OPS-1",
      "PAY-2",
    ]);
    await gql(box, UPDATE, { id: "PAY-2", input: { teamId: idOf.team("OPS") } });
    const { body } = await gql(box, '{ issue(id: "pay-2") { identifier previousIdentifiers state { team { key } } } }');
    expect(body.data).toMatchObject({
      issue: { identifier: "OPS-2", previousIdentifiers: ["PAY-2"], state: { team: { key: "OPS" } } },
    });
  });

  it("keeps one entry of history for each change", async () => {
    await make();
    box.clock.advance(1000);
    await gql(box, UPDATE, { id: "PAY-1", input: { title: "Other", priority: 2, description: "Words" } });
    await gql(box, UPDATE, { id: "PAY-1", input: { title: "Other" } });
    const query = `{ issue(id: "PAY-1") { updatedAt history { nodes {
      fromTitle toTitle fromPriority toPriority updatedDescription toStateId actor { email } } } } }`;
    expect((await gql(box, query)).body.data).toEqual({
      issue: {
        updatedAt: "2026-11-20T10:00:01.000Z",
        history: {
          nodes: [
            {
              fromTitle: "An issue",
              toTitle: "Other",
              fromPriority: 0,
              toPriority: 2,
              updatedDescription: true,
              toStateId: null,
              actor: { email: "sync@acme.test" },
            },
          ],
        },
      },
    });
  });

  it("adds and removes labels as a difference", async () => {
    for (const labels of [["a", "b"]]) await box.human({ action: "create", fields: { title: "L", labels } });
    const [a] = [...box.store.labels.values()];
    await gql(box, UPDATE, { id: "PAY-1", input: { removedLabelIds: [a?.id] } });
    const { body } = await gql(box, '{ issue(id: "PAY-1") { labels { nodes { name } } } }');
    expect(body.data).toEqual({ issue: { labels: { nodes: [{ name: "b" }] } } });
  });

  it("pages a listing without losing rows, and finds what changed since a time or a duration", async () => {
    for (let n = 0; n < 7; n++) {
      await make({ title: `Issue ${n}` });
      box.clock.advance(60_000);
    }
    const query = `query Q($after: String, $filter: IssueFilter) {
      issues(first: 3, after: $after, orderBy: updatedAt, filter: $filter) { nodes { title } pageInfo { hasNextPage endCursor } } }`;
    type Shown = { issues: { nodes: { title: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } };
    const titles: string[] = [];
    let after: string | null = null;
    for (let more = true; more;) {
      const shown = (await gql(box, query, { after })).body.data as unknown as Shown;
      titles.push(...shown.issues.nodes.map((node) => node.title));
      more = shown.issues.pageInfo.hasNextPage;
      after = shown.issues.pageInfo.endCursor;
    }
    expect(titles).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => `Issue ${n}`));
    for (const gte of ["2026-11-20T10:05:00.000Z", "-PT2M"]) {
      const shown = (await gql(box, query, { filter: { updatedAt: { gte } } })).body.data as unknown as Shown;
      expect(shown.issues.nodes.map((node) => node.title)).toEqual(["Issue 6", "Issue 5"]);
    }
  });

  it("refuses a parent below the issue", async () => {
    await make();
    await make({ parentId: "PAY-1" });
    const { body } = await gql(box, UPDATE, { id: "PAY-1", input: { parentId: "PAY-2" } });
    expect(body.errors?.[0]?.message).toBe("Argument Validation Error");
  });

  it("keeps all of a batch update or none", async () => {
    await make();
    const query =
      "mutation B($ids: [UUID!]!, $input: IssueUpdateInput!) { issueBatchUpdate(ids: $ids, input: $input) { success } }";
    const [issue] = [...box.store.issues.values()];
    const { body } = await gql(box, query, { ids: [issue?.id, "none"], input: { title: "Changed" } });
    expect(body.errors?.[0]?.message).toBe("Entity not found: Issue");
    expect([...box.store.issues.values()][0]?.title).toBe("An issue");
  });

  it("lets only admins delete for good", async () => {
    await make();
    const query = 'mutation D { issueDelete(id: "PAY-1", permanentlyDelete: true) { success } }';
    expect((await gql(box, query)).body.errors?.[0]?.extensions).toMatchObject({ type: "forbidden" });
  });
});

describe("people at work", () => {
  it("create, edit, comment, move, trash, restore and delete, over HTTP too", async () => {
    const act = async (action: object): Promise<Record<string, unknown>> => {
      const answer = await fetch(`${box.url}/__sandbox/human`, { method: "POST", body: JSON.stringify(action) });
      return (await answer.json()) as Record<string, unknown>;
    };
    expect(
      await act({ action: "create", fields: { title: "By hand", state: "Todo", project: "Checkout" } }),
    ).toMatchObject({
      identifier: "PAY-1",
      projectId: idOf.project("Checkout"),
    });
    expect(await act({ action: "edit", item: "PAY-1", fields: { assignee: "ana@acme.test", cycle: 1 } })).toMatchObject(
      {
        assigneeId: idOf.user("ana@acme.test"),
        cycleId: idOf.cycle("PAY", 1),
      },
    );
    expect(await act({ action: "state", item: "PAY-1", to: "Done" })).toMatchObject({
      stateId: idOf.state("PAY", "Done"),
    });
    await act({ action: "comment", item: "PAY-1", body: "Well done" });
    expect(box.store.comments.size).toBe(1);
    expect(await act({ action: "delete", item: "PAY-1" })).toMatchObject({ trashed: true });
    expect(await act({ action: "restore", item: "PAY-1" })).toMatchObject({ trashed: false, archivedAt: null });
    expect(await act({ action: "delete-permanently", item: "PAY-1" })).toEqual({});
    expect((await act({ action: "edit", item: "PAY-1", fields: {} }))["message"]).toBe("Entity not found: Issue");
    expect((await act({ action: "fly" }))["message"]).toContain("known: create, edit");
    expect(box.log.total()).toBe(0);
  });

  it("opens the pages that its URLs name", async () => {
    await box.human({ action: "create", fields: { title: "Read <me>", description: "Words" } });
    const query = "{ issues { nodes { url } } projects { nodes { url } } }";
    const data = (await gql(box, query)).body.data as unknown as Record<string, { nodes: { url: string }[] }>;
    const issue = await fetch(data["issues"]?.nodes[0]?.url ?? "");
    expect(issue.status).toBe(200);
    expect(await issue.text()).toContain("<h1>PAY-1 Read &lt;me&gt;</h1>");
    expect(await (await fetch(data["projects"]?.nodes[0]?.url ?? "")).text()).toContain("<h1>Checkout</h1>");
    expect((await fetch(`${box.url}/acme/issue/PAY-99/none`)).status).toBe(404);
  });
});
