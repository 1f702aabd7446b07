import { afterEach, describe, expect, it } from "vitest";
import type { RemoteItem } from "../../../src/core/model.ts";
import { idOf, type SeedLabel, type SeedUser } from "../../../sandbox/linear/seed.ts";
import { connector, startBench, type Bench } from "./bench.ts";

let bench: Bench;
afterEach(() => bench.close());

const PAY = idOf.team("PAY");
const list = (cursor: string | null = null): ReturnType<typeof connector.changes> =>
  connector.changes(bench.scope, { cursor, recheck: [] });
const titles = (items: readonly RemoteItem[]): string[] => items.map((item) => item.fields.title as string).toSorted();

async function spent(work: () => Promise<unknown>): Promise<number> {
  const mark = bench.sandbox.log.total();
  await work();
  return bench.sandbox.log.total() - mark;
}

describe("describing the workspace", () => {
  it("costs one request", async () => {
    bench = await startBench();
    expect(await spent(() => bench.refreshed())).toBe(1);
    expect(bench.sandbox.log.byOperation()).toEqual({ Describe: 2 });
  });

  it("reads every page of people and labels", async () => {
    const users = Array.from({ length: 260 }, (_, n): SeedUser => ({ email: `user${n}@acme.test` }));
    const labels = Array.from({ length: 510 }, (_, n): SeedLabel => ({ name: `label ${n}` }));
    bench = await startBench({ seed: { users, labels, teams: [{ key: "PAY" }] } });
    expect(bench.lens("story", "assignee").write("user259@acme.test").kind).toBe("value");
    expect(bench.scope.schema["labels"]).toHaveLength(510);
    expect(bench.sandbox.log.byOperation()).toEqual({ Describe: 1, MoreLabels: 2, MoreUsers: 1 });
  });

  it("takes a team by key, whatever its case, or by id", async () => {
    bench = await startBench({ container: { team_id: "pay", project_id: null } });
    const byKey = bench.scope.schema["team"];
    await bench.close();
    bench = await startBench({ container: { team_id: PAY, project_id: null } });
    expect(bench.scope.schema["team"]).toEqual(byKey);
  });

  it.each([
    [{ team_id: "NONE", project_id: null }, "NotFound", "team_id"],
    [{ team_id: "PAY", project_id: idOf.project("Nowhere") }, "NotFound", "project_id"],
    [{ project_id: null }, "InvalidConfig", "team_id"],
  ])("says what is wrong with %j", async (container: Record<string, string | null>, code, key) => {
    bench = await startBench();
    const scope = { ...bench.scope, binding: { ...bench.scope.binding, container } };
    await expect(connector.describe(scope)).rejects.toMatchObject({ code, message: expect.stringContaining(key) });
  });

  it("refuses a description that another version stored", async () => {
    bench = await startBench();
    const scope = { ...bench.scope, schema: { team: "PAY" } };
    expect(() => connector.lenses(scope.binding, scope.schema)).toThrow("read it again");
  });
});

describe("listing changes", () => {
  it("reads issues and projects of many pages, and counts what each request costs", async () => {
    bench = await startBench();
    for (let n = 0; n < 301; n++) await bench.sandbox.human({ action: "create", fields: { title: `Issue ${n}` } });
    for (let n = 0; n < 3; n++)
      await bench.sandbox.human({ action: "create", kind: "project", fields: { name: `Epic ${n}` } });
    let found: readonly RemoteItem[] = [];
    expect(await spent(async () => (found = (await list()).items))).toBe(2);
    expect(found).toHaveLength(304);
    expect(new Set(found.map((item) => item.ref)).size).toBe(304);
  });

  it("stays under the points of a single query with full pages of both, and costs little where little changed", async () => {
    bench = await startBench();
    const { cursor } = await list();
    await list(cursor);
    const points = bench.sandbox.log
      .all()
      .filter((record) => record.operation === "Changes")
      .map((record) => Number(record.answerHeaders["x-complexity"]));
    expect(points[0]).toBeLessThan(10_000);
    // 3,000,000 points an hour let 500 projects be asked four times.
    expect(points[1]).toBeLessThan(1500);
  });

  it("reads a few items for few points", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "A story" });
    await connector.read(bench.scope, [twin.ref]);
    const record = bench.sandbox.log.all().findLast((one) => one.operation === "Read");
    expect(Number(record?.answerHeaders["x-complexity"])).toBeLessThan(50);
  });

  it("lists a burst of changes for an hour, and not until somebody changes something more", async () => {
    bench = await startBench();
    for (const title of ["One", "Two", "Three"])
      await bench.sandbox.human({ action: "create", team: "PAY", fields: { title } });
    let { cursor } = await list(null);
    const rows: number[] = [];
    for (let hours = 1; hours <= 3; hours += 1) {
      bench.sandbox.clock.advance(3_600_000);
      ({ cursor } = await list(cursor));
      const answer = JSON.parse(bench.sandbox.log.all().at(-1)?.answer ?? "{}") as {
        data: { issues: { nodes: unknown[] } };
      };
      rows.push(answer.data.issues.nodes.length);
    }
    expect(rows).toEqual([3, 3, 0]);
  });

  it("asks again for what changed shortly before the newest change it saw, but tells it once", async () => {
    bench = await startBench();
    await bench.sandbox.human({ action: "create", fields: { title: "One" } });
    const { cursor } = await list();
    // A row that became visible late: changed before the newest one that was seen.
    const [issue] = bench.sandbox.store.issues.values();
    bench.sandbox.clock.skewMs = -60_000;
    await bench.sandbox.human({ action: "create", fields: { title: "Late" } });
    const next = await list(cursor);
    expect(titles(next.items)).toEqual(["Late"]);
    expect((await list(next.cursor)).items).toEqual([]);
    expect(issue?.title).toBe("One");
  });

  it("follows the vendor's clock, however wrong ours or theirs is", async () => {
    bench = await startBench();
    bench.sandbox.clock.skewMs = 600_000;
    await bench.sandbox.human({ action: "create", fields: { title: "Fast" } });
    const first = await list();
    expect(first.items[0]?.updated).toEqual({ at: "2026-11-20T10:10:00.000Z", resolutionMs: 1 });
    await bench.sandbox.human({ action: "edit", item: "PAY-1", fields: { title: "Fast again" } });
    expect(titles((await list(first.cursor)).items)).toEqual(["Fast again"]);
    expect(bench.scope.http.skewMs).toBe(600_000);
  });

  it("shows trashed, archived and restored issues", async () => {
    bench = await startBench();
    for (const title of ["Trashed", "Archived"]) await bench.sandbox.human({ action: "create", fields: { title } });
    let { cursor } = await list();
    bench.sandbox.clock.advance(1000);
    await bench.sandbox.human({ action: "delete", item: "PAY-1" });
    await bench.sandbox.human({ action: "archive", item: "PAY-2" });
    const away = await list(cursor);
    expect(away.items.map((item) => item.state)).toEqual(["archived", "archived"]);
    ({ cursor } = away);
    bench.sandbox.clock.advance(1000);
    await bench.sandbox.human({ action: "restore", item: "PAY-1" });
    expect((await list(cursor)).items).toMatchObject([{ key: "PAY-1", state: "live" }]);
  });

  it("names labels that are newer than the cached schema, with one more request", async () => {
    bench = await startBench();
    await bench.sandbox.human({ action: "create", fields: { title: "Labelled", labels: ["fresh", "status:ready"] } });
    let items: readonly RemoteItem[] = [];
    expect(await spent(async () => (items = (await list()).items))).toBe(2);
    expect(items[0]?.fields.labels).toEqual(["fresh"]);
  });

  it("ends in an error where the vendor repeats a page", async () => {
    bench = await startBench();
    await bench.createOne("US-1", { title: "A story" });
    const { scope } = bench;
    let first: Awaited<ReturnType<typeof scope.http.send>> | undefined;
    const stuck: typeof scope.http.send = async (request) => {
      first ??= await scope.http.send(request);
      return { ...first, text: first.text.replace('"hasNextPage":false', '"hasNextPage":true') };
    };
    const http = { baseUrl: scope.http.baseUrl, skewMs: 0, hasAnswered: true, vendorNow: undefined, send: stuck };
    await expect(connector.changes({ ...scope, http }, { cursor: null, recheck: [] })).rejects.toMatchObject({
      code: "Unavailable",
      message: expect.stringContaining("repeats a page"),
    });
  });

  it("reads everything again with a cursor that it cannot read", async () => {
    bench = await startBench();
    await bench.createOne("US-1", { title: "A story" });
    expect(titles((await list("not json")).items)).toEqual(["A story"]);
    expect(titles((await list('{"page":3}')).items)).toEqual(["A story"]);
  });
});

describe("reading by id", () => {
  it("finds projects and issues, by id, by identifier and by that of before a move", async () => {
    bench = await startBench({ seed: { teams: [{ key: "PAY" }, { key: "OPS" }] } });
    const epic = await bench.createOne("EPIC-1", { title: "Epic" }, "epic");
    const story = await bench.createOne("US-1", { title: "Story" });
    await bench.sandbox.human({ action: "edit", item: "PAY-1", fields: { teamId: idOf.team("OPS") } });
    const found = await connector.read(bench.scope, [epic.ref, "pay-1", story.ref, "PAY-7"]);
    expect(found.items.map((item) => [item.type, item.key, item.aliases])).toEqual([
      ["epic", epic.ref, undefined],
      ["story", "OPS-1", ["PAY-1"]],
    ]);
    expect(found.gone).toEqual(["PAY-7"]);
  });

  it("reads many in few requests", async () => {
    bench = await startBench();
    const twins = await bench.create(
      Array.from({ length: 120 }, (_, n) => bench.request(`US-${n}`, { title: `${n}` })),
    );
    const refs = twins.flatMap((outcome) => (outcome.kind === "done" ? outcome.twin.ref : []));
    let result: Awaited<ReturnType<typeof connector.read>> | undefined;
    expect(await spent(async () => (result = await connector.read(bench.scope, refs)))).toBe(2);
    expect(result?.items).toHaveLength(120);
  });
});

describe("history", () => {
  it("tells the newest change of each asked field", async () => {
    bench = await startBench({
      seed: { cycles: [{ team: "PAY", number: 1 }], teams: [{ key: "PAY" }], projects: [{ name: "E" }] },
    });
    const twin = await bench.createOne("US-1", { title: "A" });
    const edits = [
      { title: "B" },
      { state: "Done" },
      { priority: 1 },
      { estimate: 3 },
      { dueDate: "2026-12-01" },
      { assignee: "ana@acme.test" },
      { project: "E" },
      { cycle: 1 },
      { labels: ["x"] },
      { description: "text" },
      { title: "C" },
    ];
    for (const fields of edits) {
      bench.sandbox.clock.advance(60_000);
      await bench.sandbox.human({ action: "edit", item: "PAY-1", fields });
    }
    const fields = [
      "title",
      "status",
      "priority",
      "estimate",
      "due",
      "assignee",
      "parent",
      "sprint",
      "labels",
      "description",
      "pr",
    ] as const;
    const times = await connector.history(bench.scope, [twin.ref], fields);
    expect(new Set(times.map(({ stamp }) => stamp.by))).toEqual(new Set(["Ana Pérez"]));
    expect(Object.fromEntries(times.map((time) => [time.field, time.stamp.at.slice(11, 16)]))).toEqual({
      title: "10:11",
      status: "10:02",
      priority: "10:03",
      estimate: "10:04",
      due: "10:05",
      assignee: "10:06",
      parent: "10:07",
      sprint: "10:08",
      labels: "10:09",
      description: "10:10",
    });
  });

  it("has nothing to tell of a project", async () => {
    bench = await startBench();
    const epic = await bench.createOne("EPIC-1", { title: "Epic" }, "epic");
    expect(await connector.history(bench.scope, [epic.ref], ["title"])).toEqual([]);
  });
});
