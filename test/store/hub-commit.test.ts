import { expect, test } from "vitest";
import type { HubCommit } from "../../src/store/store.ts";
import { onEveryHome, onSharedHomes } from "./homes.ts";
import { inProcesses } from "./processes.ts";
import { auditOf, linkOf, twinOf } from "./samples.ts";

const NOTHING = { hubBase: [], baseUpdates: [], presence: [], forget: [], audit: [] };
const titled = (item: string, value: string) => ({ item, type: "story" as const, field: "title" as const, value });

onEveryHome("hub commits", (home) => {
  test("agreed values are kept field by field, a clear as a clear", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.commitHub({
      ...NOTHING,
      project,
      hubBase: [titled("S-1", "a"), { item: "S-1", type: "story", field: "labels", value: ["x"] }, titled("S-2", "b")],
    });
    await store.commitHub({
      ...NOTHING,
      project,
      hubBase: [{ item: "S-1", type: "task", field: "labels", value: null }, titled("S-3", "c")],
    });
    expect((await store.projectState(project)).hubBase).toEqual({
      "S-1": { type: "task", fields: { title: "a", labels: null } },
      "S-2": { type: "story", fields: { title: "b" } },
      "S-3": { type: "story", fields: { title: "c" } },
    });
  });

  test("an agreed value keeps the time of its author, and the next one does not inherit it", async () => {
    const { store } = home;
    const project = home.fresh();
    const stamp = { at: "2026-01-02T03:04:05.006Z", resolutionMs: 1_000 };
    const labels = { item: "S-1", type: "story" as const, field: "labels" as const, value: ["x"] };
    const hubBase = [{ ...titled("S-1", "a"), from: "jira", stamp }, labels];
    await store.commitHub({ ...NOTHING, project, hubBase });
    await store.commitHub({ ...NOTHING, project, hubBase: [{ ...labels, value: ["y"], stamp }] });
    const known = async () => (await store.projectState(project)).hubBase["S-1"];
    const stamps = { title: stamp, labels: stamp };
    expect(await known()).toEqual({ type: "story", fields: { title: "a", labels: ["y"] }, stamps });
    await store.commitHub({ ...NOTHING, project, hubBase: [titled("S-1", "b"), labels] });
    expect(await known()).toEqual({ type: "story", fields: { title: "b", labels: ["x"] } });
  });

  test("bases advance in every tool, and only where a link is", async () => {
    const { store } = home;
    const project = home.fresh();
    const status = { value: "s", agreed: "s" };
    await store.adopt(project, linkOf("S-1", "1", { base: { status } }), twinOf("1"));
    await store.adopt(project, linkOf("S-1", "L1", { tool: "linear" }), twinOf("L1"));
    const base = { value: "t", agreed: "t" };
    const refused = { agreed: "x", refused: { wanted: "x", reason: "no" } };
    await store.commitHub({
      ...NOTHING,
      project,
      baseUpdates: [
        { tool: "jira", item: "S-1", field: "title", base },
        { tool: "linear", item: "S-1", field: "title", base },
        { tool: "linear", item: "S-1", field: "due", base: refused },
        { tool: "linear", item: "S-404", field: "title", base },
      ],
    });
    const { links } = await store.projectState(project);
    expect(links.map((link) => [link.tool, link.item, link.base])).toEqual([
      ["jira", "S-1", { status, title: base }],
      ["linear", "S-1", { title: base, due: refused }],
    ]);
  });

  test("what is forgotten loses base, links and twins in every tool, and keeps how many there were", async () => {
    const { store } = home;
    const [project, other] = [home.fresh(), home.fresh()];
    for (const name of [project, other]) {
      await store.adopt(name, linkOf("S-1", "1"), twinOf("1"));
      await store.adopt(name, linkOf("S-1", "L1", { tool: "linear", generation: 2 }), twinOf("L1"));
      await store.adopt(name, linkOf("S-2", "2"), twinOf("2"));
      await store.commitHub({ ...NOTHING, project: name, hubBase: [titled("S-1", "a"), titled("S-2", "b")] });
    }
    await store.commitHub({ ...NOTHING, project, presence: [], forget: ["S-1", "S-404"] });
    const { links, hubBase, mirror, freed } = await store.projectState(project);
    expect(freed).toEqual({ jira: { "S-1": 1 }, linear: { "S-1": 3 } });
    expect(links).toEqual([linkOf("S-2", "2")]);
    expect(Object.keys(hubBase)).toEqual(["S-2"]);
    expect(mirror).toEqual({ jira: { "2": twinOf("2") } });
    expect((await store.projectState(other)).links).toHaveLength(3);
  });

  test("a twin that is known to be deleted is marked, and is no more once it is back", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.adopt(project, linkOf("S-1", "1"), twinOf("1"));
    const news = { tool: "jira", item: "S-1" };
    await store.commitHub({ ...NOTHING, project, hubBase: [], presence: [{ ...news, gone: true }], forget: [] });
    expect((await store.projectState(project)).links).toEqual([linkOf("S-1", "1", { gone: true })]);
    await store.commitHub({ ...NOTHING, project, hubBase: [], presence: [{ ...news, gone: false }], forget: [] });
    expect((await store.projectState(project)).links).toEqual([linkOf("S-1", "1")]);
  });

  test("the same commit again, after a crash, changes nothing", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    await store.adopt(project, linkOf("S-1", "1"), twinOf("1"));
    const commit: HubCommit = {
      project,
      hubBase: [titled("S-1", "a")],
      baseUpdates: [{ tool: "jira", item: "S-1", field: "title", base: { value: "a", agreed: "a" } }],
      presence: [],
      forget: ["S-9"],
      audit: [auditOf(project, run, { tool: "hub" })],
    };
    await store.commitHub(commit);
    const [state, audit] = [await store.projectState(project), await store.audit(project)];
    await store.commitHub({ ...commit, audit: [auditOf(project, run, { tool: "hub", timestamp: "later" })] });
    expect(await store.projectState(project)).toEqual(state);
    expect(await store.audit(project)).toEqual(audit);
  });

  test("commits larger than one statement takes arrive whole", async () => {
    const { store } = home;
    const project = home.fresh();
    const ids = Array.from({ length: 1_100 }, (_, n) => `S-${n}`);
    await store.commitHub({ ...NOTHING, project, hubBase: ids.map((id) => titled(id, id)) });
    expect(Object.keys((await store.projectState(project)).hubBase)).toHaveLength(1_100);
    await store.commitHub({ ...NOTHING, project, presence: [], forget: ids.slice(1) });
    expect((await store.projectState(project)).hubBase).toEqual({ "S-0": { type: "story", fields: { title: "S-0" } } });
  });
});

onSharedHomes("several writers of one project", (home) => {
  test("read-then-write is safe: no writer's field is lost", async () => {
    const project = home.fresh();
    const fields = ["title", "description", "status", "priority", "due", "sprint", "branch", "health"] as const;
    // One process has one connection to a SQLite file, so there the writers share it.
    const stores =
      home.name === "postgres" ? await Promise.all(fields.map(() => home.another())) : fields.map(() => home.store);
    await home.store.adopt(project, linkOf("S-1", "1"), twinOf("1"));
    await Promise.all(
      fields.map((field, n) =>
        stores[n]!.commitHub({
          ...NOTHING,
          project,
          hubBase: [{ item: "S-1", type: "story", field, value: field }],
          baseUpdates: [{ tool: "jira", item: "S-1", field, base: { value: field, agreed: field } }],
        }),
      ),
    );
    const { links, hubBase } = await home.store.projectState(project);
    expect(Object.keys(hubBase["S-1"]!.fields).toSorted()).toEqual([...fields].toSorted());
    expect(Object.keys(links[0]!.base).toSorted()).toEqual([...fields].toSorted());
  });

  test("processes as well: each finds what the others stored, and keeps it", async () => {
    const project = home.fresh();
    const fields = ["title", "description", "status"] as const;
    const commits = { project, fields, count: 25 };
    await inProcesses(3, { url: home.url, attempts: 0, limits: [], now: 0, commits });
    const { hubBase } = await home.store.projectState(project);
    expect(hubBase["S-1"]?.fields).toEqual({ title: 25, description: 25, status: 25 });
  });
});
