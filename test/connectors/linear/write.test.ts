import { afterEach, describe, expect, it } from "vitest";
import type { CreateRequest, Shared, WriteOutcome } from "../../../src/connectors/contract.ts";
import { syncKeyAsUuid } from "../../../src/connectors/sync-key.ts";
import type { ToolValues } from "../../../src/core/model.ts";
import { idOf } from "../../../sandbox/linear/seed.ts";
import { twinIn } from "../requests.ts";
import { connector, startBench, type Bench } from "./bench.ts";

let bench: Bench;
afterEach(() => bench.close());

const refOf = (request: CreateRequest): string => syncKeyAsUuid(request.syncKey);
const issues = (): string[] => [...bench.sandbox.store.issues.values()].map((issue) => issue.title).toSorted();
const labelNames = (ref: string): string[] =>
  (bench.sandbox.store.issues.get(ref)?.labelIds ?? [])
    .map((id) => bench.sandbox.store.labels.get(id)?.name ?? "?")
    .toSorted();

async function operations(work: () => Promise<unknown>): Promise<string[]> {
  const mark = bench.sandbox.log.total();
  await work();
  return bench.sandbox.log.since(mark).map((record) => record.operation);
}

describe("labels", () => {
  it("are made once, whatever their case, and joined to those that others made meanwhile", async () => {
    bench = await startBench({ seed: { teams: [{ key: "PAY" }], labels: [{ name: "Known" }] } });
    await bench.sandbox.human({ action: "create", fields: { title: "By hand", labels: ["Meanwhile"] } });
    const requests = [
      bench.request("US-1", { title: "One", labels: ["known", "Fresh", "meanwhile"] }),
      bench.request("US-2", { title: "Two", labels: ["fresh"] }),
    ];
    const twins = (await bench.create(requests)).map(twinIn);
    expect(twins.map((twin) => twin.fields.labels)).toEqual([["Fresh", "Known", "Meanwhile"], ["Fresh"]]);
    expect([...bench.sandbox.store.labels.values()].map((label) => label.name).toSorted()).toEqual([
      "Fresh",
      "Known",
      "Meanwhile",
    ]);
  });

  it("travel as a difference: ours, and those added by hand before our read, stay apart", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "T", labels: ["a", "b"] });
    await bench.sandbox.human({
      action: "edit",
      item: "PAY-1",
      fields: { labels: ["a", "b", "status:ready", "sdlc-tracked"] },
    });
    await bench.updateOne(twin, { labels: ["b", "c"] });
    expect(labelNames(twin.ref)).toEqual(["b", "c", "sdlc-tracked", "status:ready"]);
    const record = bench.sandbox.log.all().findLast((one) => one.operation === "UpdateIssue");
    expect(Object.keys(JSON.parse(record?.body ?? "").variables.input)).toEqual(["addedLabelIds", "removedLabelIds"]);
  });

  it("are named before the write: its answer needs no request that could fail after it", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "T" });
    await bench.sandbox.human({ action: "edit", item: "PAY-1", fields: { labels: ["newer than the schema"] } });
    expect(await operations(() => bench.updateOne(twin, { title: "U" }))).toEqual([
      "Read",
      "FindLabels",
      "UpdateIssue",
    ]);
  });

  it("are looked up once for all that is made under one scope, and made once", async () => {
    bench = await startBench();
    const names = [["a"], ["b", "a"], ["c"], []];
    const make = (from: number) => () =>
      connector.create(
        bench.scope,
        names.map((labels, n) => bench.request(`US-${from + n}`, { title: "T", labels })),
        async () => undefined,
      );
    expect(await operations(make(1))).toEqual([
      "FindLabels",
      "CreateLabel",
      "CreateLabel",
      "CreateLabel",
      "CreateIssues",
    ]);
    expect(await operations(make(5))).toEqual(["CreateIssues"]);
  });

  it("are asked for once by all projects of a credential", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "T", labels: ["newer than the schema"] });
    const kept = new Map<string, Promise<unknown>>();
    const shared: Shared = <T>(what: string, read: () => Promise<T>) => {
      const answer = kept.get(what) ?? read();
      kept.set(what, answer);
      return answer as Promise<T>;
    };
    const reading = () => connector.read({ ...bench.scope, shared }, [twin.ref]);
    expect(await operations(reading)).toEqual(["Read", "FindLabels"]);
    expect(await operations(reading)).toEqual(["Read"]);
    expect((await reading()).items[0]?.fields.labels).toEqual(["newer than the schema"]);
  });

  it("of projects are set as a whole, ours among them", async () => {
    bench = await startBench();
    const epic = await bench.createOne("EPIC-1", { title: "E", labels: ["a", "b"] }, "epic");
    const done = twinIn(await bench.updateOne(epic, { labels: ["b", "c"] }, "epic"));
    expect(done.fields.labels).toEqual(["b", "c"]);
    expect([...bench.sandbox.store.projectLabels.values()].map((label) => label.name)).toEqual(["a", "b", "c"]);
  });
});

describe("updating", () => {
  it("writes every field of a story at once, and answers the twin as kept", async () => {
    bench = await startBench({
      seed: { teams: [{ key: "PAY" }], cycles: [{ team: "PAY", number: 7 }], projects: [{ name: "E" }] },
    });
    const twin = await bench.createOne("US-1", { title: "Before" });
    const fields: ToolValues = {
      title: "After",
      description: "Words",
      status: idOf.state("PAY", "Done"),
      priority: 2,
      estimate: 5,
      due: "2026-12-24",
      parent: idOf.project("E"),
      assignee: idOf.user("ana@acme.test"),
      sprint: idOf.cycle("PAY", 7),
    };
    let outcome: WriteOutcome | undefined;
    expect(await operations(async () => (outcome = await bench.updateOne(twin, fields)))).toEqual([
      "Read",
      "UpdateIssue",
    ]);
    expect(twinIn(outcome).fields).toEqual({ ...fields, labels: [], pr: [], task_type: null });
    const cleared = Object.fromEntries(
      Object.keys(fields)
        .filter((field) => !["title", "status", "priority"].includes(field))
        .map((field) => [field, null]),
    );
    const after = twinIn(await bench.updateOne(twin, { ...cleared, priority: 0 }));
    expect(after.fields).toMatchObject({ ...cleared, title: "After", priority: 0 });
  });

  it("attaches a pull request once, beside what people attached", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "T" });
    await bench.sandbox.human({ action: "attach", item: "PAY-1", url: "https://docs.example.com/spec" });
    const url = "https://github.com/acme/checkout/pull/77";
    for (let round = 0; round < 3; round++) {
      expect(twinIn(await bench.updateOne(twin, { pr: [url] })).fields.pr).toEqual([
        "https://docs.example.com/spec",
        url,
      ]);
    }
    expect([...bench.sandbox.store.attachments.values()].map((one) => one.title)).toEqual([
      "https://docs.example.com/spec",
      "acme/checkout#77",
    ]);
    expect(bench.lens("story", "pr").represents([url, "https://docs.example.com/spec"], url)).toBe(true);
  });

  it("says which field of several is refused, and so where nothing is left", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "T" });
    const both = await bench.updateOne(twin, { title: "U", estimate: 4, pr: ["no url"] });
    expect(Object.keys((both as { refused: object }).refused).toSorted()).toEqual(["estimate", "pr"]);
    expect(issues()).toEqual(["U"]);
    expect(await bench.updateOne(twin, { estimate: 4 })).toMatchObject({
      kind: "done",
      twin: { fields: { title: "U" } },
      refused: { estimate: expect.stringContaining("estimate must be one of") },
    });
  });

  it("throws what stops every write", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "T" });
    bench.sandbox.faults.add({ kind: "rate-limited", operation: "^UpdateIssue$" });
    await expect(bench.updateOne(twin, { title: "U" })).rejects.toMatchObject({ code: "RateLimited" });
    bench.sandbox.faults.add({ kind: "bad-gateway", operation: "^UpdateIssue$" });
    await expect(bench.updateOne(twin, { title: "U" })).rejects.toMatchObject({
      code: "Unavailable",
      details: { outcomeUnknown: true },
    });
  });
});

describe("archiving", () => {
  it("puts issues and projects away, once, and leaves alone what is gone", async () => {
    bench = await startBench();
    const epic = await bench.createOne("EPIC-1", { title: "E" }, "epic");
    const story = await bench.createOne("US-1", { title: "S" });
    const archive = (): Promise<unknown> =>
      connector.archive(bench.scope, [epic.ref, story.ref, refOf(bench.request("US-9", {}))]);
    expect(await operations(archive)).toEqual(["Read", "ArchiveProject", "ArchiveIssue"]);
    expect(await operations(archive)).toEqual(["Read"]);
    expect((await connector.read(bench.scope, [epic.ref, story.ref])).items.map((item) => item.state)).toEqual([
      "archived",
      "archived",
    ]);
  });
});
