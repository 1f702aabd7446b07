import { expect, test } from "vitest";
import { onEveryHome } from "./homes.ts";
import { intentOf, linkOf, twinOf, updateOf } from "./samples.ts";

/** After the samples' own time. */
const LATER = "2026-03-01T10:00:00.001Z";

onEveryHome("what the tools said", (home) => {
  test("a project nobody knows is empty", async () => {
    const project = home.fresh();
    expect(await home.store.projectState(project)).toEqual({
      links: [],
      hubBase: {},
      mirror: {},
      consents: [],
      answers: [],
      freed: {},
    });
    expect(await home.store.cursor(project, "jira")).toBeNull();
  });

  test("changes and their cursor are there together, tool by tool", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.saveChanges(project, "jira", [twinOf("1"), twinOf("2")], "c1");
    await store.saveChanges(project, "linear", [twinOf("1", { key: "LIN-1" })], "l1");
    const { mirror } = await store.projectState(project);
    expect(mirror).toEqual({
      jira: { "1": twinOf("1"), "2": twinOf("2") },
      linear: { "1": twinOf("1", { key: "LIN-1" }) },
    });
    expect([await store.cursor(project, "jira"), await store.cursor(project, "linear")]).toEqual(["c1", "l1"]);
  });

  test("a newer answer replaces the item whole: a field it lacks is no opinion again", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.saveChanges(project, "jira", [twinOf("1", { fields: { title: "a", assignee: "u1" } })], "c1");
    await store.saveChanges(project, "jira", [twinOf("1", { fields: { title: "b" } })], "c2");
    expect((await store.projectState(project)).mirror["jira"]?.["1"]?.fields).toEqual({ title: "b" });
    expect(await store.cursor(project, "jira")).toBe("c2");
  });

  test("of one item told twice the last counts", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.saveChanges(project, "jira", [twinOf("1", { key: "A-1" }), twinOf("1", { key: "A-2" })], null);
    expect((await store.projectState(project)).mirror["jira"]?.["1"]?.key).toBe("A-2");
  });

  test("an answer that comes after a newer edit was listed does not hide it", async () => {
    const { store } = home;
    const project = home.fresh();
    const [read, edited] = [
      twinOf("1"),
      twinOf("1", { updated: { at: LATER, resolutionMs: 1 }, fields: { title: "x" } }),
    ];
    await store.saveChanges(project, "jira", [edited], null);
    await store.saveTwins(project, "jira", [read]);
    await store.saveTwins(project, "jira", [read], { "1": read });
    await store.adopt(project, linkOf("S-1", "1"), read);
    const intent = intentOf(project, home.fresh(), updateOf("S-1", "1"));
    await store.storeIntents(project, [intent]);
    await store.acknowledge(project, { intent: intent.id, twin: read, bases: {}, audit: [] });
    expect((await store.projectState(project)).mirror["jira"]?.["1"]).toEqual(edited);
  });

  test("a tool that was restored is believed where nothing else was told meanwhile", async () => {
    const { store } = home;
    const project = home.fresh();
    const [restored, newer] = [twinOf("1"), twinOf("1", { updated: { at: LATER, resolutionMs: 1 } })];
    await store.saveChanges(project, "jira", [newer], null);
    await store.saveTwins(project, "jira", [restored], { "1": newer });
    expect((await store.projectState(project)).mirror["jira"]?.["1"]).toEqual(restored);
  });

  test("changes without a cursor leave the cursor where it was", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.saveChanges(project, "jira", [], "c1");
    await store.saveChanges(project, "jira", [twinOf("1")], null);
    expect(await store.cursor(project, "jira")).toBe("c1");
  });

  test("gone is a mark on a known twin; unknown refs stay unknown", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.saveChanges(project, "jira", [twinOf("1"), twinOf("2")], null);
    await store.saveChanges(project, "linear", [twinOf("1")], null);
    await store.markGone(project, "jira", ["1", "never-seen"]);
    const { mirror } = await store.projectState(project);
    expect(mirror["jira"]).toEqual({ "1": twinOf("1", { state: "gone" }), "2": twinOf("2") });
    expect(mirror["linear"]).toEqual({ "1": twinOf("1") });
  });

  test("projects do not see each other", async () => {
    const { store } = home;
    const [one, other] = [home.fresh(), home.fresh()];
    await store.saveChanges(one, "jira", [twinOf("1")], "c1");
    await store.markGone(other, "jira", ["1"]);
    expect((await store.projectState(other)).mirror).toEqual({});
    expect((await store.projectState(one)).mirror["jira"]?.["1"]?.state).toBe("live");
  });

  test("text of every script, quotes and NUL come back as they went in", async () => {
    const { store } = home;
    const project = home.fresh();
    const description = `'"\\ \0 \u{1f680} Straße 日本 \ud800`;
    await store.saveChanges(project, "jira", [twinOf("1", { fields: { description, labels: [] } })], "c");
    expect((await store.projectState(project)).mirror["jira"]?.["1"]?.fields).toEqual({ description, labels: [] });
  });

  test("keys are ordered by their code points, whatever the home's language", async () => {
    const { store } = home;
    const project = home.fresh();
    const refs = ["a", "B", "ä", "Z", "_"];
    for (const item of refs) await store.adopt(project, linkOf(item, item), twinOf(item));
    const { links } = await store.projectState(project);
    expect(links.map(({ item }) => item)).toEqual(["B", "Z", "_", "a", "ä"]);
  });

  test("an adoption makes the link and the mirror's row, with nothing agreed", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.adopt(project, linkOf("S-1", "1"), twinOf("1"));
    const { links, mirror } = await store.projectState(project);
    expect(links).toEqual([linkOf("S-1", "1")]);
    expect(mirror["jira"]?.["1"]).toEqual(twinOf("1"));
  });

  test("an adoption that comes again keeps what was agreed since; another twin starts anew", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.adopt(project, linkOf("S-1", "1"), twinOf("1"));
    const base = { value: "t", agreed: "t" };
    await store.commitHub({
      project,
      hubBase: [],
      baseUpdates: [{ tool: "jira", item: "S-1", field: "title", base }],
      presence: [],
      forget: [],
      audit: [],
    });
    await store.adopt(project, linkOf("S-1", "1"), twinOf("1", { key: "MOVED-1" }));
    const again = await store.projectState(project);
    expect(again.links[0]?.base).toEqual({ title: base });
    expect(again.mirror["jira"]?.["1"]?.key).toBe("MOVED-1");
    await store.adopt(project, linkOf("S-1", "2"), twinOf("2"));
    expect((await store.projectState(project)).links).toEqual([linkOf("S-1", "2")]);
  });

  test("a renamed item inherits the link and what was agreed, once, and nobody else's", async () => {
    const { store } = home;
    const project = home.fresh();
    const base = { title: { value: "t", agreed: "t" } };
    await store.adopt(project, linkOf("S-1", "1", { base }), twinOf("1"));
    await store.adopt(project, linkOf("S-1", "L1", { tool: "linear" }), twinOf("L1"));
    const agreed = { item: "S-1", type: "story", field: "title", value: "t" } as const;
    await store.commitHub({ project, hubBase: [agreed], baseUpdates: [], presence: [], forget: [], audit: [] });
    await store.inherit(project, "jira", "S-1", "S-9");
    await store.inherit(project, "jira", "S-1", "S-9");
    await store.inherit(project, "jira", "nobody", "S-8");
    const { links, hubBase } = await store.projectState(project);
    expect(await store.links(project, "jira")).toEqual([linkOf("S-9", "1", { base })]);
    expect(links).toEqual([linkOf("S-9", "1", { base }), linkOf("S-1", "L1", { tool: "linear" })]);
    expect(hubBase["S-9"]).toEqual({ type: "story", fields: { title: "t" } });
    await store.adopt(project, linkOf("S-2", "2"), twinOf("2"));
    await store.inherit(project, "jira", "S-2", "S-9");
    expect((await store.projectState(project)).links).toContainEqual(linkOf("S-9", "1", { base }));
  });

  test("1,000 items in 4 tools are read at once (the time is printed)", async () => {
    const { store } = home;
    const project = home.fresh();
    const tools = ["github", "jira", "linear", "notion"];
    const items = Array.from({ length: 1_000 }, (_, n) =>
      twinOf(String(n), { fields: { title: `t${n}`, description: "x".repeat(400), labels: ["a", "b"] } }),
    );
    const base = { title: { value: "t", agreed: "t" } };
    for (const tool of tools) {
      await store.saveChanges(project, tool, items, "c");
      for (const { ref } of items.slice(0, 50))
        await store.adopt(project, linkOf(ref, ref, { tool, base }), twinOf(ref));
    }
    const startedAt = performance.now();
    const state = await store.projectState(project);
    console.info(
      `projectState of 1,000 items x 4 tools, ${home.name}: ${Math.round(performance.now() - startedAt)} ms`,
    );
    expect(Object.keys(state.mirror)).toEqual(tools);
    for (const tool of tools) expect(Object.keys(state.mirror[tool]!)).toHaveLength(1_000);
    expect(state.links).toHaveLength(200);
  });
});
