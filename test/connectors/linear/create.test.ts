import { afterEach, describe, expect, it } from "vitest";
import type { CreateRequest, WriteOutcome } from "../../../src/connectors/contract.ts";
import { syncKeyAsUuid } from "../../../src/connectors/sync-key.ts";
import type { ToolValues } from "../../../src/core/model.ts";
import { idOf } from "../../../sandbox/linear/seed.ts";
import { twinIn } from "../requests.ts";
import { connector, startBench, type Bench } from "./bench.ts";

let bench: Bench;
afterEach(() => bench.close());

const refOf = (request: CreateRequest): string => syncKeyAsUuid(request.syncKey);
const issues = (): string[] => [...bench.sandbox.store.issues.values()].map((issue) => issue.title).toSorted();
const refused = (outcome: WriteOutcome | undefined): unknown =>
  outcome?.kind === "done" ? outcome.refused : outcome?.kind;

async function operations(work: () => Promise<unknown>): Promise<string[]> {
  const mark = bench.sandbox.log.total();
  await work();
  return bench.sandbox.log.since(mark).map((record) => record.operation);
}

describe("creating", () => {
  it("takes the sync key as the twin's id, in batches of fifty", async () => {
    bench = await startBench();
    const requests = Array.from({ length: 120 }, (_, n) => bench.request(`US-${n}`, { title: `Story ${n}` }));
    let outcomes: WriteOutcome[] = [];
    expect(await operations(async () => (outcomes = await bench.create(requests)))).toEqual([
      "CreateIssues",
      "CreateIssues",
      "CreateIssues",
    ]);
    expect(outcomes.map((outcome) => twinIn(outcome).ref)).toEqual(requests.map(refOf));
  });

  it("sends the rest of a batch where some exist already, and tells those as done", async () => {
    bench = await startBench();
    const requests = ["A", "B", "C"].map((title) => bench.request(title, { title }));
    await bench.create(requests.slice(1, 2));
    const outcomes = await bench.create(requests);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["done", "done", "done"]);
    expect(issues()).toEqual(["A", "B", "C"]);
  });

  it("adopts a trashed twin as archived, and refuses an id that is spent for good", async () => {
    bench = await startBench();
    const [trashed, erased] = ["A", "B"].map((title) => bench.request(title, { title }));
    if (!trashed || !erased) throw new Error("no requests");
    await bench.create([trashed, erased]);
    await bench.sandbox.human({ action: "delete", item: "PAY-1" });
    await bench.sandbox.human({ action: "delete-permanently", item: "PAY-2" });
    const outcomes = await bench.create([trashed, erased]);
    expect(twinIn(outcomes[0]).state).toBe("archived");
    expect(outcomes[1]).toMatchObject({
      kind: "rejected",
      message: expect.stringContaining("recreate needs approval"),
    });
  });

  it.each(["drop-after", "truncated", "unavailable-after"] as const)(
    "makes exactly one twin when the answer is lost (%s), whatever was being made",
    async (kind) => {
      bench = await startBench();
      const requests = [
        bench.request("EPIC-1", { title: "Epic" }, "epic"),
        bench.request("US-1", { title: "One", labels: ["fresh"], pr: ["https://github.com/acme/a/pull/1"] }),
        bench.request("US-2", { title: "Two", labels: ["fresh"] }),
      ];
      for (const operation of ["^CreateProject$", "^CreateLabel$", "^CreateIssues$", "^Attach$"]) {
        bench.sandbox.faults.add({ kind, operation });
        const recovering = requests.map((request) => ({ ...request, recover: operation !== "^CreateProject$" }));
        await expect(bench.create(recovering), operation).rejects.toMatchObject({
          code: "Unavailable",
          details: { outcomeUnknown: true },
        });
      }
      const outcomes = await bench.create(requests.map((request) => ({ ...request, recover: true })));
      expect(outcomes.map(({ id }) => id).toSorted()).toEqual(requests.map(({ id }) => id).toSorted());
      expect(bench.sandbox.store.projects.size).toBe(1);
      expect(issues()).toEqual(["One", "Two"]);
      expect([...bench.sandbox.store.labels.values()].map((label) => label.name)).toEqual(["fresh"]);
      expect(bench.sandbox.store.attachments.size).toBe(1);
    },
  );

  it("goes on with what is left when a batch meets a limit", async () => {
    bench = await startBench();
    const requests = Array.from({ length: 60 }, (_, n) => bench.request(`US-${n}`, { title: `${n}` }));
    bench.sandbox.faults.add({ kind: "rate-limited", operation: "^CreateIssues$", nth: 2 });
    const told: string[] = [];
    const report = async (outcome: WriteOutcome): Promise<void> => void told.push(outcome.id);
    await expect(connector.create(bench.scope, requests, report)).rejects.toMatchObject({
      code: "RateLimited",
      details: { retryAfterMs: 7200 },
    });
    expect(told).toHaveLength(50);
    await connector.create(bench.scope, requests.slice(50), report);
    expect(issues()).toHaveLength(60);
    expect(new Set(told).size).toBe(60);
  });

  it("leaves out the fields that are refused, and says so in Linear's words", async () => {
    bench = await startBench({
      seed: {
        teams: [{ key: "PAY" }, { key: "OPS" }],
        users: [{ email: "sync@acme.test" }, { email: "gone@acme.test", active: false }],
        labels: [
          { name: "Area", group: true },
          { name: "UI", parent: "Area" },
          { name: "API", parent: "Area" },
        ],
      },
    });
    const fields: ToolValues = {
      title: "Half good",
      status: idOf.state("OPS", "Done"),
      assignee: idOf.user("gone@acme.test"),
      estimate: 4,
      due: "30 November",
      labels: ["UI", "API"],
      sprint: "no-such-cycle",
      pr: ["no url"],
    };
    const [outcome] = await bench.create([bench.request("US-1", fields)]);
    expect(refused(outcome)).toEqual({
      status: "The state does not belong to the issue's team.",
      assignee: "assigneeId must be the id of an active user.: assigneeId must be the id of an active user",
      estimate: "estimate must be one of the following values: 1, 2, 3, 5, 8",
      due: "dueDate must be a date (YYYY-MM-DD).: dueDate must be a date (YYYY-MM-DD)",
      labels: "The label group allows only one of its labels.",
      sprint: "Could not find referenced Cycle.",
      pr: expect.stringContaining("url must be a valid URL"),
    });
    expect(issues()).toEqual(["Half good"]);
  });

  it("rejects an epic whose name Linear refuses, and makes the others", async () => {
    bench = await startBench();
    const requests = ["x".repeat(81), "Good"].map((title) => bench.request(title.slice(0, 4), { title }, "epic"));
    const outcomes = await bench.create(requests);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["rejected", "done"]);
  });

  it("stores Markdown as the server rewrote it, in canonical form", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "T", description: "- [x] see https://example.com\n- _b_" });
    expect(bench.sandbox.store.issues.get(twin.ref)?.description).toBe(
      "* [X] see [https://example.com](<https://example.com>)\n* *b*",
    );
    expect(
      bench
        .lens("story", "description")
        .represents(twin.fields.description ?? null, "- [x] see https://example.com\n- _b_"),
    ).toBe(true);
  });
});
