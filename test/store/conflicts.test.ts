import { expect, test } from "vitest";
import { onEveryHome } from "./homes.ts";
import { conflictOf } from "./samples.ts";

onEveryHome("conflicts", (home) => {
  test("new ones open with the next numbers, and are told as stored", async () => {
    const { store } = home;
    const project = home.fresh();
    const saved = await store.saveConflicts(project, [conflictOf("S-2"), conflictOf("S-1")], "t1");
    expect(saved).toEqual([
      { number: 1, project, state: "open", openedAt: "t1", conflict: conflictOf("S-2") },
      { number: 2, project, state: "open", openedAt: "t1", conflict: conflictOf("S-1") },
    ]);
    expect(await store.openConflicts(project)).toEqual(saved);
  });

  test("a known one keeps its number and its day, with its newest candidates", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.saveConflicts(project, [conflictOf("S-1"), conflictOf("S-2")], "t1");
    const moved = conflictOf("S-2", { candidates: [{ side: "hub", value: "newer" }] });
    await store.saveConflicts(project, [conflictOf("S-3"), moved, conflictOf("S-1")], "t2");
    const open = await store.openConflicts(project);
    expect(open.map(({ number, conflict, openedAt }) => [number, conflict.item, openedAt])).toEqual([
      [1, "S-1", "t1"],
      [2, "S-2", "t1"],
      [3, "S-3", "t2"],
    ]);
    expect(open[1]!.conflict).toEqual(moved);
  });

  test("one no longer named closes; asked again in the same way it has its number back, else a new one", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.saveConflicts(project, [conflictOf("S-1"), conflictOf("S-2")], "t1");
    expect((await store.saveConflicts(project, [conflictOf("S-1")], "t2")).map(({ number }) => number)).toEqual([1]);
    expect(await store.saveConflicts(project, [], "t3")).toEqual([]);
    const stamp = { at: "2026-01-02T00:00:00.000Z", resolutionMs: 1 };
    const timed = conflictOf("S-1").candidates.map((candidate) => ({ ...candidate, stamp }));
    const moved = conflictOf("S-2", { candidates: [{ side: "hub", value: "newer" }] });
    const again = await store.saveConflicts(project, [moved, conflictOf("S-1", { candidates: timed })], "t4");
    expect(again.map(({ number, conflict, openedAt }) => [number, conflict.item, openedAt])).toEqual([
      [1, "S-1", "t1"],
      [3, "S-2", "t4"],
    ]);
    await store.saveConflicts(project, [], "t5");
    const old = await store.saveConflicts(project, [conflictOf("S-2")], "t6");
    expect(old.map(({ number }) => number)).toEqual([4]);
  });

  test("fields of one item are conflicts of their own", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.saveConflicts(project, [conflictOf("S-1"), conflictOf("S-1", { field: "status" })], "t1");
    await store.saveConflicts(project, [conflictOf("S-1", { field: "status" })], "t2");
    expect((await store.openConflicts(project)).map(({ number, conflict }) => [number, conflict.field])).toEqual([
      [2, "status"],
    ]);
  });

  test("every project counts for itself", async () => {
    const { store } = home;
    const [one, other] = [home.fresh(), home.fresh()];
    await store.saveConflicts(one, [conflictOf("S-1")], "t1");
    const saved = await store.saveConflicts(other, [conflictOf("S-1")], "t1");
    expect(saved.map(({ number }) => number)).toEqual([1]);
    await store.saveConflicts(other, [], "t2");
    expect(await store.openConflicts(one)).toHaveLength(1);
  });

  test("more than one statement takes open and close as few do", async () => {
    const { store } = home;
    const project = home.fresh();
    const many = Array.from({ length: 1_050 }, (_, n) => conflictOf(`S-${n}`));
    expect(await store.saveConflicts(project, many, "t1")).toHaveLength(1_050);
    expect((await store.saveConflicts(project, many.slice(-1), "t2")).map(({ number }) => number)).toEqual([1_050]);
  });
});
