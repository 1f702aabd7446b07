import { expect, test } from "vitest";
import { onSharedHomes } from "./homes.ts";
import { linkOf, twinOf } from "./samples.ts";

onSharedHomes("how far projects are in step", (home) => {
  const of = async (project: string) => (await home.store.standings()).get(project);
  const SETTLED = { inputHash: "h1", syncedAt: "t1", startedAtMs: 1_000, dueAtMs: null };

  test("is unknown first, then what a sync left", async () => {
    const project = home.fresh();
    expect(await of(project)).toBeUndefined();
    await home.store.settle(project, SETTLED);
    expect(await of(project)).toEqual({ inputHash: "h1", syncedAt: "t1", dueAtMs: null });
  });

  test("the earliest mark counts, and a sync that began later answers it", async () => {
    const project = home.fresh();
    await home.store.settle(project, SETTLED);
    await home.store.markDue([project, project], 5_000);
    await home.store.markDue([project], 9_000);
    expect(await of(project)).toMatchObject({ inputHash: "h1", dueAtMs: 5_000 });
    await home.store.markDue([project], 4_000);
    expect(await of(project)).toMatchObject({ dueAtMs: 4_000 });
    await home.store.settle(project, { ...SETTLED, startedAtMs: 4_000 });
    expect(await of(project)).toMatchObject({ dueAtMs: null });
  });

  test("what is found while a sync runs is left for the next one", async () => {
    const project = home.fresh();
    await home.store.markDue([project], 2_000);
    await home.store.settle(project, SETTLED);
    expect(await of(project)).toMatchObject({ dueAtMs: 2_000 });
    await home.store.settle(project, { ...SETTLED, dueAtMs: 1_500 });
    expect(await of(project)).toMatchObject({ dueAtMs: 1_500 });
  });

  test("twins are found by their refs, whatever projects hold them", async () => {
    const [one, other] = [home.fresh(), home.fresh()].toSorted();
    const ref = home.fresh();
    await home.store.adopt(one!, linkOf("S-1", ref), twinOf(ref));
    await home.store.adopt(other!, linkOf("S-7", ref), twinOf(ref));
    expect([...((await home.store.owners("jira")).get(ref) ?? [])].toSorted()).toEqual([one, other]);
    expect((await home.store.owners("linear")).get(ref)).toBeUndefined();
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
