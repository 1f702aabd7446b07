import { expect, test } from "vitest";
import { placeOf } from "../../src/core/conflict.ts";
import type { DeletionChoice } from "../../src/core/plan.ts";
import { onEveryHome } from "./homes.ts";
import { answerOf, AT, conflictOf, deletionOf, guardOf } from "./samples.ts";

onEveryHome("conflicts", (home) => {
  test("new ones open with the next numbers, and are told as stored", async () => {
    const { store } = home;
    const project = home.fresh();
    const saved = await store.saveConflicts(project, [conflictOf("S-2"), conflictOf("S-1")], "t1");
    const common = { project, state: "open", openedAt: "t1", answer: null, reminders: 0 };
    expect(saved).toMatchObject([
      { ...common, number: 1, conflict: conflictOf("S-2") },
      { ...common, number: 2, conflict: conflictOf("S-1") },
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
    expect(open.map(({ number, conflict, openedAt }) => [number, placeOf(conflict).item, openedAt])).toEqual([
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
    expect(again.map(({ number, conflict, openedAt }) => [number, placeOf(conflict).item, openedAt])).toEqual([
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
    expect(
      (await store.openConflicts(project)).map(({ number, conflict }) => [number, placeOf(conflict).topic]),
    ).toEqual([[2, "status"]]);
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

  test("an answer holds for the candidates it was given to, and for no others", async () => {
    const { store } = home;
    const project = home.fresh();
    const [asked] = await store.saveConflicts(project, [conflictOf("S-1")], "t1");
    const answer = answerOf("S-1", "hub");
    expect(await store.answerConflict(project, 1, "another", answer)).toBe(false);
    expect(await store.answerConflict(project, 2, asked!.revision, answer)).toBe(false);
    expect(await store.answerConflict(project, 1, asked!.revision, answer)).toBe(true);
    expect((await store.projectState(project)).answers).toEqual([answer]);
    await store.saveConflicts(project, [conflictOf("S-1")], "t2");
    expect(await store.conflict(project, 1)).toMatchObject({ state: "open", answer });
    const moved = conflictOf("S-1", { candidates: [{ side: "hub", value: "newer" }] });
    await store.saveConflicts(project, [moved], "t3");
    expect(await store.conflict(project, 1)).toMatchObject({ state: "open", answer: null });
    expect((await store.projectState(project)).answers).toEqual([]);
  });

  test("one that an answer is settling stays as it is until it is named no more, and the answer with it", async () => {
    const { store } = home;
    const project = home.fresh();
    const [asked] = await store.saveConflicts(project, [conflictOf("S-1"), conflictOf("S-2")], "t1");
    const answer = answerOf("S-1", { value: "Neither" });
    await store.answerConflict(project, 1, asked!.revision, answer);
    const left = await store.saveConflicts(project, [], "t2", [{ item: "S-1", topic: "title" }]);
    expect(left).toEqual([{ ...asked, answer }]);
    expect(await store.saveConflicts(project, [], "t3")).toEqual([]);
    expect(await store.conflict(project, 1)).toMatchObject({ state: "closed", answer });
    expect(await store.answerConflict(project, 1, asked!.revision, { ...answer, at: "later" })).toBe(true);
    expect(await store.answerConflict(project, 1, asked!.revision, { ...answer, choice: "hub" })).toBe(false);
    expect((await store.saveConflicts(project, [conflictOf("S-1")], "t4"))[0]).toMatchObject({
      number: 1,
      answer: null,
    });
    expect(await store.conflict(project, 9)).toBeNull();
  });

  test("what people were told is remembered: a new one, a changed one and one that is over are news", async () => {
    const { store } = home;
    const project = home.fresh();
    expect(await store.untoldItems(project)).toEqual([]);
    const saved = await store.saveConflicts(project, [conflictOf("S/2"), conflictOf("S-1")], "t1");
    expect(await store.untoldItems(project)).toEqual(["S-1", "S/2"]);
    for (const item of ["S-1", "S/2"])
      await store.markTold(
        project,
        item,
        saved.filter(({ conflict }) => placeOf(conflict).item === item),
      );
    await store.saveConflicts(project, [conflictOf("S/2"), conflictOf("S-1")], "t2");
    expect(await store.untoldItems(project)).toEqual([]);
    const moved = conflictOf("S-1", { candidates: [{ side: "hub", value: "newer" }] });
    await store.saveConflicts(project, [moved], "t3");
    expect(await store.untoldItems(project)).toEqual(["S-1", "S/2"]);
    await store.markTold(project, "S/2", []);
    expect(await store.untoldItems(project)).toEqual(["S-1"]);
  });

  test("reminders count, and begin anew with another question", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.saveConflicts(project, [conflictOf("S-1"), conflictOf("S-2")], "t1");
    await store.noteReminder(project, [1]);
    await store.noteReminder(project, [1, 2]);
    expect((await store.openConflicts(project)).map(({ reminders }) => reminders)).toEqual([2, 1]);
    const moved = conflictOf("S-1", { candidates: [{ side: "hub", value: "newer" }] });
    await store.saveConflicts(project, [moved, conflictOf("S-2")], "t2");
    expect((await store.openConflicts(project)).map(({ reminders }) => reminders)).toEqual([0, 1]);
  });

  test("all projects' questions are found at once", async () => {
    const { store } = home;
    const [one, other] = [home.fresh(), home.fresh()].toSorted();
    await store.saveConflicts(other!, [conflictOf("S-1")], "t1");
    await store.saveConflicts(one!, [conflictOf("S-1"), conflictOf("S-2")], "t1");
    const found = (await store.openConflicts()).filter(({ project }) => [one, other].includes(project));
    expect(found.map(({ project, number }) => [project, number])).toEqual([
      [one, 1],
      [one, 2],
      [other, 1],
    ]);
  });

  test("an answer that holds is asked no more, is given to the planner, and ends with what it is about", async () => {
    const { store } = home;
    const project = home.fresh();
    const shown = deletionOf("S-1");
    const [asked] = await store.saveConflicts(project, [shown], "t1");
    await store.markTold(project, "S-1", [asked!]);
    const answer = { kind: "deletion", choice: "keep", shown, by: "ana", note: null, at: AT } as const;
    expect(await store.answerConflict(project, 1, asked!.revision, answer)).toBe(true);
    const place = { item: "S-1", topic: "deletion" } as const;
    expect(await store.saveConflicts(project, [], "t2", [], [place])).toEqual([]);
    expect(await store.settledConflicts(project)).toMatchObject([{ number: 1, state: "settled", answer }]);
    expect(await store.untoldItems(project)).toEqual(["S-1"]);
    await store.markTold(project, "S-1", []);
    expect(await store.untoldItems(project)).toEqual([]);
    expect((await store.projectState(project)).answers).toEqual([{ ...answer, holds: true }]);
    await store.saveConflicts(project, [], "t3", [place]);
    expect(await store.settledConflicts(project)).toHaveLength(1);
    await store.saveConflicts(project, [], "t4");
    expect((await store.projectState(project)).answers).toEqual([]);
    expect(await store.conflict(project, 1)).toMatchObject({ state: "closed", answer });
  });

  test("an answer that holds may be given anew, and is void where the question is asked again", async () => {
    const { store } = home;
    const project = home.fresh();
    const shown = deletionOf("S-1");
    const [asked] = await store.saveConflicts(project, [shown], "t1");
    const answer = { kind: "deletion", shown, by: null, note: null, at: AT } as const;
    const settle = async (choice: DeletionChoice) => {
      expect(await store.answerConflict(project, 1, asked!.revision, { ...answer, choice })).toBe(true);
      await store.saveConflicts(project, [], "t2", [], [{ item: "S-1", topic: "deletion" }]);
    };
    await settle("keep");
    await store.markTold(project, "S-1", []);
    expect(await store.answerConflict(project, 1, asked!.revision, { ...answer, choice: "recreate" as const })).toBe(
      true,
    );
    expect(await store.openConflicts(project)).toMatchObject([{ number: 1, answer: { choice: "recreate" } }]);
    await settle("keep");
    await store.markTold(project, "S-1", []);
    // The very same question, asked again: by its old number, and people are told.
    expect(await store.saveConflicts(project, [shown], "t3")).toMatchObject([{ number: 1, answer: null }]);
    expect(await store.untoldItems(project)).toEqual(["S-1"]);
    await settle("keep");
    const more = deletionOf("S-1", { traces: [{ side: "hub", state: "removed" }] });
    expect(await store.saveConflicts(project, [more], "t4")).toMatchObject([
      { number: 1, answer: null, conflict: more },
    ]);
  });

  test("a question about a whole side stands for the project, and is another one where much more or less is asked", async () => {
    const { store } = home;
    const project = home.fresh();
    const [asked] = await store.saveConflicts(project, [guardOf(60)], "t1");
    expect(await store.untoldItems(project)).toEqual(["project"]);
    const answer = { kind: "guard", choice: "proceed", shown: guardOf(60), by: null, note: null, at: AT } as const;
    await store.answerConflict(project, 1, asked!.revision, answer);
    for (const count of [61, 75, 55]) {
      const [same] = await store.saveConflicts(project, [guardOf(count)], "t2");
      expect(same).toMatchObject({ number: 1, revision: asked!.revision, conflict: guardOf(60), answer });
    }
    for (const count of [76, 30]) {
      const [other] = await store.saveConflicts(project, [guardOf(count)], "t3");
      expect(other).toMatchObject({ number: 1, conflict: guardOf(count), answer: null });
    }
  });
});
