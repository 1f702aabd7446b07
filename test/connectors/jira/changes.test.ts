import { afterEach, describe, expect, it } from "vitest";
import type { Http, HttpRequest } from "../../../src/connectors/http.ts";
import { isSyncFailure } from "../../../src/core/errors.ts";
import { Clock } from "../../../sandbox/kit/clock.ts";
import { createRequest, twinIn } from "../requests.ts";
import { closeHarness, connector, startHarness, statusId, type Harness } from "./harness.ts";

let h: Harness;
afterEach(() => closeHarness(h));

const list = (cursor: string | null, recheck: readonly string[] = []): ReturnType<typeof connector.changes> =>
  connector.changes(h.scope, { cursor, recheck });
const human = (fields: object): Promise<unknown> => h.sandbox.human({ action: "create", project: "CHK", fields });
const searches = (): { jql: string; maxResults: number; reconcileIssues?: number[]; nextPageToken?: string }[] =>
  h.sandbox.log
    .all()
    .filter(({ operation }) => operation === "POST search/jql")
    .map(({ body }) => JSON.parse(body) as never);

describe("a listing", () => {
  it("asks for minutes back from the vendor's now, with ten of overlap, by the project's id", async () => {
    h = await startHarness();
    await human({ summary: "One" });
    const { cursor } = await list(null);
    h.sandbox.clock.advance(5 * 60_000);
    await h.redescribe();
    await list(cursor, ["10001", "CHK-7"]);
    // Beside those that look for an issue of a type, to ask for its edit screen.
    const listings = searches().filter(({ jql }) => !jql.includes("issuetype"));
    expect(listings.map(({ jql }) => jql)).toEqual([
      "project = 10000 ORDER BY updated ASC, key ASC",
      // The vendor's `Date` counts whole seconds.
      expect.stringMatching(/^project = 10000 AND updated >= "-1[56]m" ORDER BY updated ASC, key ASC$/),
    ]);
    expect(searches().at(-1)).toMatchObject({ maxResults: 100, reconcileIssues: [10001] });
  });

  it.each([-600_000, 0, 600_000])("misses nothing where the vendor's clock is off by %i ms", async (skewMs) => {
    h = await startHarness({ clock: Object.assign(new Clock(), { skewMs }) });
    await human({ summary: "One" });
    let { cursor } = await list(null);
    for (const title of ["Two", "Three"]) {
      h.sandbox.clock.advance(90_000);
      await h.sandbox.human({ action: "edit", key: "CHK-1", fields: { summary: title } });
      const next = await list(cursor);
      expect(next.items.map(({ fields }) => fields.title)).toEqual([title]);
      cursor = next.cursor;
    }
    expect((await list(cursor)).items).toEqual([]);
  });

  it("lists a burst of changes for an hour, and not until somebody changes something more", async () => {
    h = await startHarness();
    for (let n = 0; n < 5; n += 1) await human({ summary: `Imported ${n}` });
    let { cursor } = await list(null);
    const rows: number[] = [];
    for (let hours = 1; hours <= 3; hours += 1) {
      h.sandbox.clock.advance(3_600_000);
      ({ cursor } = await list(cursor));
      rows.push((JSON.parse(h.sandbox.log.all().at(-1)?.answer ?? "{}") as { issues: unknown[] }).issues.length);
    }
    expect(rows).toEqual([5, 5, 0]);
  });

  it("widens its window when only the answer tells that the vendor is far ahead", async () => {
    h = await startHarness();
    await human({ summary: "One" });
    const { cursor } = await list(null);
    h.sandbox.clock.advance(2 * 3_600_000);
    await human({ summary: "An hour ago" });
    h.sandbox.clock.advance(3_600_000);
    await h.redescribe();
    const blind: Http = { ...h.scope.http, skewMs: undefined, send: h.scope.http.send.bind(h.scope.http) };
    let asked = false;
    const late: Http = {
      baseUrl: blind.baseUrl,
      hasAnswered: false,
      get skewMs() {
        return asked ? h.scope.http.skewMs : undefined;
      },
      vendorNow: undefined,
      async send(request) {
        const answer = await blind.send(request);
        asked = true;
        return answer;
      },
    };
    const { items } = await connector.changes({ ...h.scope, http: late }, { cursor, recheck: [] });
    expect(items.map(({ fields }) => fields.title)).toEqual(["An hour ago"]);
  });

  it("tells late what the index shows late, once, although newer changes were told before", async () => {
    h = await startHarness();
    await human({ summary: "Old" });
    let { cursor } = await list(null);
    const told: unknown[] = [];
    h.sandbox.faults.conditions.staleSearchMs = 120_000;
    await h.sandbox.human({ action: "edit", key: "CHK-1", fields: { summary: "Late" } });
    const [ours] = await h.create([createRequest(1, { title: "Ours" })]);
    for (let round = 0; round < 8; round++) {
      const next = await list(cursor, [twinIn(ours).ref]);
      told.push(...next.items.map(({ fields }) => fields.title));
      cursor = next.cursor;
      h.sandbox.clock.advance(60_000);
    }
    expect(told).toEqual(["Ours", "Late"]);
  });

  it("reads a change made while it was paging at the latest in the next one, and never skips a row", async () => {
    h = await startHarness();
    for (let n = 0; n < 230; n++) await human({ summary: `Item ${n}` });
    let calls = 0;
    h.sandbox.onBeforeAnswer = async () => {
      if (++calls === 1) await h.sandbox.human({ action: "edit", key: "CHK-5", fields: { summary: "Edited" } });
    };
    const first = await list(null);
    const second = await list(first.cursor);
    const titles = new Map([...first.items, ...second.items].map(({ key, fields }) => [key, fields.title]));
    expect(titles.size).toBe(230);
    expect(titles.get("CHK-5")).toBe("Edited");
  });

  it("survives a cursor it cannot read by listing everything", async () => {
    h = await startHarness();
    await human({ summary: "One" });
    expect((await list("garbage")).items).toHaveLength(1);
  });

  it("stops at a page that comes again and again", async () => {
    h = await startHarness();
    let calls = 0;
    const http: Http = {
      ...h.scope.http,
      skewMs: 0,
      send: async (_: HttpRequest) => {
        calls += 1;
        return { status: 200, headers: new Headers(), text: '{"issues":[],"nextPageToken":"same"}' };
      },
    };
    const failure = await connector
      .changes({ ...h.scope, http }, { cursor: null, recheck: [] })
      .catch((error: unknown) => error);
    expect(isSyncFailure(failure, "Unavailable")).toBe(true);
    expect(calls).toBe(2);
  });

  it("tells issues of any type, the project's own among them by its type", async () => {
    h = await startHarness({}, { container: { project_key: "CHK", epic_id: "CHK-1" } });
    const [epic] = await h.create([createRequest(1, { title: "Programme" }, { type: "epic" })]);
    await h.sandbox.human({ action: "create", project: "CHK", type: "Bug", fields: { summary: "A bug", points: 2 } });
    const { items } = await list(null);
    expect(items.map(({ type, fields }) => ({ type, fields }))).toMatchObject([
      { type: "epic", fields: { title: "Programme", description: null } },
      { type: null, fields: { title: "A bug", estimate: 2 } },
    ]);
    const [updated] = await h.update([
      {
        id: "p",
        item: "PROJ",
        type: "project",
        ref: twinIn(epic).ref,
        fields: { title: "Renamed", description: "*why*" },
      },
    ]);
    expect(twinIn(updated).fields).toMatchObject({ title: "Renamed", description: "*why*" });
  });
});

describe("reading by id", () => {
  it("asks a hundred at a time and doubts each that is left out", async () => {
    h = await startHarness();
    for (let n = 0; n < 150; n++) await human({ summary: `Item ${n}` });
    const refs = [...h.sandbox.site.issues.keys()];
    await h.sandbox.human({ action: "delete", key: "CHK-3" });
    const mark = h.sandbox.log.total();
    const { items, gone } = await connector.read(h.scope, [...refs, "CHK-9999", "999999"]);
    expect(items).toHaveLength(149);
    expect(gone).toEqual([refs[2], "CHK-9999", "999999"]);
    expect(h.sandbox.log.total() - mark).toBe(2 + 3);
  });

  it("follows an issue that moved to another project, and names the key it was asked by", async () => {
    h = await startHarness({ projects: [{ key: "CHK" }, { key: "OPS" }] });
    await human({ summary: "Moves" });
    await h.sandbox.human({ action: "move", key: "CHK-1", project: "OPS" });
    const { items, gone } = await connector.read(h.scope, ["CHK-1"]);
    expect(gone).toEqual([]);
    expect(items).toMatchObject([{ ref: "10001", key: "OPS-1", aliases: ["CHK-1"] }]);
    expect((await connector.read(h.scope, ["10001"])).items).toMatchObject([{ key: "OPS-1" }]);
  });

  it("never calls gone what it may not see at the moment", async () => {
    h = await startHarness();
    await human({ summary: "One" });
    h.sandbox.faults.add({ kind: "server-error", operation: "^GET issue/" });
    const failure = await connector.read(h.scope, ["CHK-99"]).catch((error: unknown) => error);
    expect(isSyncFailure(failure, "Unavailable")).toBe(true);
  });
});

describe("history", () => {
  it("tells per field when it last changed, of many issues in one call", async () => {
    h = await startHarness();
    const twins = (await h.create([1, 2].map((n) => createRequest(n)))).map(twinIn);
    h.sandbox.clock.advance(60_000);
    await h.sandbox.human({ action: "edit", key: twins[0]?.key, fields: { points: 3, labels: ["x"] } });
    const first = new Date(h.sandbox.clock.now()).toISOString();
    h.sandbox.clock.advance(60_000);
    await h.sandbox.human({ action: "transition", key: twins[1]?.key, to: "Done" });
    const mark = h.sandbox.log.total();
    const times = await connector.history(
      h.scope,
      twins.map(({ ref }) => ref),
      ["status", "estimate", "labels", "due"],
    );
    expect(h.sandbox.log.total() - mark).toBe(1);
    expect(times.map(({ ref, field }) => `${ref} ${field}`).sort()).toEqual(
      [`${twins[0]?.ref} estimate`, `${twins[0]?.ref} labels`, `${twins[1]?.ref} status`].sort(),
    );
    const estimate = times.find(({ field }) => field === "estimate");
    expect(Math.abs(Date.parse(estimate?.stamp.at ?? "") - Date.parse(first))).toBeLessThan(5000);
    expect(estimate?.stamp).toMatchObject({ resolutionMs: 1, by: expect.any(String) as string });
  });
});

it("archives, and shows it as archived", async () => {
  h = await startHarness();
  const [made] = await h.create([createRequest(1, { status: statusId(h.scope, "Done") })]);
  expect(await connector.archive(h.scope, [twinIn(made).ref])).toEqual(new Map());
  expect((await connector.read(h.scope, [twinIn(made).ref])).items).toMatchObject([{ state: "archived" }]);
});

it("tells what was not archived, in Jira's words, whether some of it was or none", async () => {
  h = await startHarness();
  const story = twinIn((await h.create([createRequest(1)]))[0]).ref;
  const task = createRequest(2, { title: "Task", parent: story }, { type: "task" });
  const subtask = twinIn((await h.create([task]))[0]).ref;
  const other = twinIn((await h.create([createRequest(3)]))[0]).ref;
  const none = await connector.archive(h.scope, [subtask]);
  expect([...none]).toEqual([[subtask, expect.stringContaining("No valid issue to archive")]]);
  const some = await connector.archive(h.scope, [subtask, other, "99999"]);
  expect([...some]).toEqual([
    [subtask, "Issue is subtask."],
    ["99999", "Issue not found."],
  ]);
  const states = async (): Promise<string[]> =>
    (await connector.read(h.scope, [story, subtask, other])).items.map(({ state }) => state);
  expect(await states()).toEqual(["live", "live", "archived"]);
  await connector.archive(h.scope, [story, subtask]);
  expect(await states()).toEqual(["archived", "archived", "archived"]);
});
