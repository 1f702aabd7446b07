import { afterEach, describe, expect, it } from "vitest";
import { withMarker } from "../../../src/connectors/github/body.ts";
import type { Http } from "../../../src/connectors/http.ts";
import { sendingBy, twinIn } from "../requests.ts";
import { connector, REPOSITORY, startBench, type Bench } from "./bench.ts";

let bench: Bench;
afterEach(() => bench.close());

const issues = () => bench.sandbox.host.issuesOf(bench.sandbox.host.repositories[0]!);
const operationsSince = (mark: number) => bench.sandbox.log.since(mark).map(({ operation }) => operation);
const LABELS = { fields: { status: "labels", estimate: "labels" } };

describe("a create", () => {
  it("carries everything in one request, the identity unseen at the end of the body", async () => {
    bench = await startBench({ mapping: LABELS });
    const parent = await bench.createOne("EPIC-1", { title: "Cards" }, "epic");
    const mark = bench.sandbox.log.total();
    const fields = {
      title: "Store a card",
      description: "Safely.",
      status: "open:status:in_review",
      priority: "priority:p1",
      estimate: 5,
      labels: ["backend"],
      assignee: "ada",
      parent: parent.ref,
    };
    const request = bench.request("US-1", fields);
    const twin = twinIn((await bench.create([request]))[0]);
    expect(twin).toMatchObject({ key: `${REPOSITORY}#2`, type: "story", syncKey: request.syncKey, fields });
    // Labels are made by their first use, and have no ids before.
    expect(operationsSince(mark)).toEqual(["Read", "Names", "CreateIssue", "PATCH issues/{n}"]);
    const again = bench.sandbox.log.total();
    const next = twinIn((await bench.create([bench.request("US-2", { ...fields, title: "Show a card" })]))[0]);
    expect(next.fields).toEqual({ ...twin.fields, title: "Show a card" });
    expect(operationsSince(again)).toEqual(["Read", "Names", "CreateIssue"]);
    const known = bench.sandbox.log.total();
    const last = bench.request("US-3", { ...fields, title: "Forget a card" });
    await bench.create([last]);
    expect(operationsSince(known)).toEqual(["Read", "CreateIssue"]);
    const { input } = JSON.parse(bench.sandbox.log.all().at(-1)?.body ?? "").variables;
    expect(input).toMatchObject({
      title: "Forget a card",
      body: `Safely.\n\n<!-- sdlc-sync:${last.syncKey} -->`,
      parentIssueId: parent.ref,
    });
    expect([input.labelIds.length, input.assigneeIds.length]).toEqual([5, 1]);
    expect((await bench.readOne(twin.ref)).fields).toEqual(twin.fields);
  });

  it("counts as creation of content, and a write as five points", async () => {
    bench = await startBench();
    bench.reserved.length = 0;
    const twin = await bench.createOne("US-1", { title: "One" });
    const written = [
      { name: "requests", cost: 1 },
      { name: "points", cost: 5 },
      { name: "content", cost: 1 },
    ];
    expect(bench.reserved).toEqual(written);
    bench.reserved.length = 0;
    await bench.createOne("US-2", { title: "Below it", parent: twin.ref });
    expect(bench.reserved.slice(-3)).toEqual(written);
    expect(bench.reserved.filter(({ name }) => name === "content")).toHaveLength(1);
    bench.reserved.length = 0;
    await bench.updateOne(twin, { description: "x" });
    expect(bench.reserved.filter(({ name }) => name === "points").map(({ cost }) => cost)).toEqual([1, 5]);
    expect(bench.reserved.map(({ name }) => name)).not.toContain("content");
  });

  it("is closed at once where its status is, and says why", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "Never mind", status: "closed:not_planned" });
    expect(twin.fields.status).toBe("closed:not_planned");
    expect(issues()[0]).toMatchObject({ state: "closed", reason: "not_planned" });
  });

  it("uses the organization's issue types, and labels where there is none", async () => {
    bench = await startBench({ repositories: [{ name: REPOSITORY, types: ["Epic", "Bug", "Task"] }], tasks: true });
    const made = await bench.create([
      bench.request("EPIC-1", { title: "E" }, { type: "epic" }),
      bench.request("US-1", { title: "S" }),
      bench.request("T-1", { title: "T", task_type: "qa" }, { type: "task" }),
    ]);
    expect(made.map((outcome) => twinIn(outcome).type)).toEqual(["epic", "story", "task"]);
    expect(issues().map((one) => [one.type, bench.sandbox.host.labelNames(one)])).toEqual([
      ["Epic", []],
      [null, ["type:Story"]],
      ["Task", ["type:qa"]],
    ]);
    expect(twinIn(made[2]).fields.task_type).toBe("qa");
    const { items } = await connector.changes(bench.scope, { cursor: null, recheck: [] });
    expect(items.map(({ type }) => type)).toEqual(["epic", "story", "task"]);
  });

  it("whose answer was lost is found by its marker, however long the list, and only once", async () => {
    bench = await startBench({ quirks: { contentLimit: false } });
    const request = bench.request("US-1", { title: "Lost", status: "closed:completed" });
    bench.sandbox.faults.add({ kind: "drop-after", operation: "POST issues" });
    await expect(bench.create([request])).rejects.toMatchObject({
      code: "Unavailable",
      details: { outcomeUnknown: true, retryAfterMs: 5000 },
    });
    for (let n = 0; n < 120; n += 1) await bench.act("openPullRequest", { fields: { title: `Pull ${n}` } });
    const sentSince = new Date(bench.sandbox.clock.now()).toISOString();
    const twin = twinIn((await bench.create([{ ...request, recover: true, sentSince }]))[0]);
    expect([issues().filter(({ isPullRequest }) => !isPullRequest).length, twin.fields.status]).toEqual([
      1,
      "closed:completed",
    ]);
    const listing = bench.sandbox.log.all().findLast(({ operation }) => operation === "GET issues");
    expect(listing?.path).toContain("since=2026-11-20T09%3A50%3A00Z");
    expect(listing?.path).not.toContain("creator");
  });

  it("that is recovered with other points, status and priority keeps those that it was made with", async () => {
    bench = await startBench({ mapping: { fields: { status: "labels", estimate: "labels" } } });
    const made = { title: "Lost", estimate: 3, status: "open:status:ready", priority: "priority:p1", labels: ["api"] };
    const request = bench.request("US-1", made);
    bench.sandbox.faults.add({ kind: "drop-after", operation: "POST issues" });
    await expect(bench.create([request])).rejects.toMatchObject({ code: "Unavailable" });
    const newer = {
      ...made,
      estimate: 2,
      status: "open:status:blocked",
      priority: "priority:p2",
      labels: ["api", "ui"],
    };
    const twin = twinIn((await bench.create([{ ...request, fields: newer, recover: true }]))[0]);
    expect(twin.fields).toMatchObject({
      estimate: 3,
      status: made.status,
      priority: "priority:p1",
      labels: ["api", "ui"],
    });
  });

  it("that left two closes the newer one as a duplicate, and never a person's copy", async () => {
    bench = await startBench();
    const request = bench.request("US-1", { title: "Twice" });
    const first = twinIn((await bench.create([request]))[0]);
    await bench.create([request]);
    await bench.act("create", { fields: { title: "Twice", body: withMarker("", request.syncKey) } });
    const again = twinIn((await bench.create([{ ...request, recover: true }]))[0]);
    expect(again.ref).toBe(first.ref);
    expect(issues().map(({ state, reason }) => [state, reason])).toEqual([
      ["open", null],
      ["closed", "duplicate"],
      ["open", null],
    ]);
  });

  it("that is made once more under a newer title is closed as a duplicate of the first", async () => {
    bench = await startBench();
    const request = bench.request("US-1", { title: "Older", status: "open" });
    const first = twinIn((await bench.create([request]))[0]);
    bench.sandbox.faults.add({ kind: "empty-listing", operation: "^GET issues" });
    const newer = { ...request, fields: { title: "Newer", status: "open" }, recover: true };
    const twin = twinIn((await bench.create([newer]))[0]);
    expect([twin.ref, issues().length]).toEqual([first.ref, 2]);
    expect(issues().map(({ state, reason }) => [state, reason ?? null])).toEqual([
      ["open", null],
      ["closed", "duplicate"],
    ]);
  });

  it("that GitHub carries out and tells of in part only is not made once more", async () => {
    bench = await startBench();
    const parent = await bench.createOne("EPIC-1", { title: "Cards" }, "epic");
    const answered = {
      data: { createIssue: { issue: null } },
      errors: [{ type: "FORBIDDEN", path: ["createIssue", "issue"], message: "no" }],
    };
    const send: Http["send"] = async (asked) => {
      const answer = await bench.scope.http.send(asked);
      return /createIssue/.test(asked.body ?? "") ? { ...answer, text: JSON.stringify(answered) } : answer;
    };
    const request = bench.request("US-1", { title: "Below", parent: parent.ref });
    const failing = bench.create([request], sendingBy(bench.scope, send));
    await expect(failing).rejects.toMatchObject({ code: "Unavailable", details: { outcomeUnknown: true } });
    expect(issues()).toHaveLength(2);
    await bench.create([{ ...request, recover: true }]);
    expect(issues()).toHaveLength(2);
  });

  it("that is recovered leaves to people what they closed and reopened since", async () => {
    bench = await startBench();
    const request = bench.request("US-1", { title: "Done", status: "closed:completed" });
    const twin = twinIn((await bench.create([request]))[0]);
    bench.sandbox.clock.advance(600_000);
    await bench.act("reopen", { issue: twin.ref });
    const again = twinIn((await bench.create([{ ...request, recover: true }]))[0]);
    expect(again.fields.status).toBe("open");
  });

  it("in a repository that is not found any more is refused as a whole, and not item by item", async () => {
    bench = await startBench();
    await bench.act("permit", { permission: "none" });
    await expect(bench.create([bench.request("US-1", { title: "x" })])).rejects.toMatchObject({ code: "Forbidden" });
  });
});
