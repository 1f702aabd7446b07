import { expect, test } from "vitest";
import { onSharedHomes } from "./homes.ts";
import { linkOf, twinOf } from "./samples.ts";

onSharedHomes("how far projects are in step", (home) => {
  const of = async (project: string) => (await home.store.standings()).get(project);
  const SETTLED = { inputHash: "h1", syncedAt: "t1", answered: 0, owedAtMs: null };

  test("is unknown first, then what a sync left", async () => {
    const { store } = home;
    const project = home.fresh();
    expect(await of(project)).toBeUndefined();
    await store.settle(project, SETTLED);
    expect(await of(project)).toEqual({ inputHash: "h1", syncedAt: "t1", hasNews: false, owedAtMs: null });
    await store.settle(project, { ...SETTLED, inputHash: "h2", syncedAt: null, owedAtMs: 5_000 });
    expect(await of(project)).toEqual({ inputHash: "h2", syncedAt: "t1", hasNews: false, owedAtMs: 5_000 });
  });

  test("news stay until a plan that saw all of them is settled", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.markNews([project]);
    const seen = await store.news(project);
    await store.markNews([project, project]);
    await store.settle(project, { ...SETTLED, answered: seen });
    expect(await of(project)).toMatchObject({ hasNews: true });
    await store.settle(project, { ...SETTLED, answered: await store.news(project) });
    expect(await of(project)).toMatchObject({ hasNews: false });
    // A run that began earlier and ends later takes nothing back.
    await store.settle(project, { ...SETTLED, answered: seen });
    expect(await of(project)).toMatchObject({ hasNews: false });
  });

  test("a changed row is news, the same row and an older one are none", async () => {
    const { store } = home;
    const project = home.fresh();
    const at = (time: string) => ({ updated: { at: time, resolutionMs: 1 } });
    expect(await store.saveChanges(project, "jira", [twinOf("1", at("2026-01-02"))], "c1")).toBe(true);
    await store.settle(project, { ...SETTLED, answered: await store.news(project) });
    expect(await store.saveChanges(project, "jira", [twinOf("1", at("2026-01-03"))], "c2")).toBe(false);
    const old = twinOf("1", { fields: { title: "before" }, ...at("2026-01-01") });
    expect(await store.saveChanges(project, "jira", [old], "c3")).toBe(false);
    expect((await store.projectState(project)).mirror["jira"]?.["1"]?.fields).toEqual({ title: "twin 1" });
    expect(await of(project)).toMatchObject({ hasNews: false });
    await store.markGone(project, "jira", ["1"]);
    expect(await of(project)).toMatchObject({ hasNews: true });
  });

  test("twins are found by their refs, whatever projects hold them", async () => {
    const [one, other] = [home.fresh(), home.fresh()].toSorted();
    const ref = home.fresh();
    await home.store.adopt(one!, linkOf("S-1", ref), twinOf(ref));
    await home.store.adopt(other!, linkOf("S-7", ref), twinOf(ref));
    expect([...((await home.store.owners("jira", [ref, "another"])).get(ref) ?? [])].toSorted()).toEqual([one, other]);
    expect((await home.store.owners("linear", [ref])).get(ref)).toBeUndefined();
    expect(await home.store.owners("jira", ["another"])).toEqual(new Map());
  });

  test("a stream goes on where it was left", async () => {
    const account = home.fresh();
    expect(await home.store.stream(account)).toBeNull();
    await home.store.saveStream(account, { cursor: null, sinceMs: 0, members: { P: 1 }, atMs: 1 });
    const next = { cursor: "c2", sinceMs: 0, members: { P: 1, Q: 2 }, atMs: 2 };
    await home.store.saveStream(account, next);
    expect(await home.store.stream(account)).toEqual(next);
  });
});
