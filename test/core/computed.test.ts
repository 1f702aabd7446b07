import { describe, expect, it } from "vitest";
import { averageVelocityOf, healthOf, progressOf } from "../../src/core/computed.ts";
import type { FieldValues, ItemType } from "../../src/core/model.ts";

const story = (fields: FieldValues, type: ItemType = "story") => ({ type, fields });

describe("progress is done stories of all stories", () => {
  it.each([
    [[], 0],
    [["done"], 1],
    [["done", "ready", "cancelled"], 0.33],
    [["done", "done", "in_review"], 0.67],
  ])("%j: %d", (statuses, progress) => {
    const epics = [story({ status: "completed" }, "epic"), story({ status: "done" }, "task")];
    expect(progressOf([...statuses.map((status) => story({ status })), ...epics])).toBe(progress);
  });
});

describe("health", () => {
  const facts = { daysBehind: null, criticalBugs: null, velocity: null, averageVelocity: null };
  it.each([
    [{}, null],
    [{ daysBehind: 0 }, "Green"],
    [{ daysBehind: -3 }, "Green"],
    [{ daysBehind: 5 }, "Green"],
    [{ daysBehind: 6 }, "Yellow"],
    [{ daysBehind: 10 }, "Yellow"],
    [{ daysBehind: 11 }, "Red"],
    [{ criticalBugs: 1 }, "Red"],
    [{ criticalBugs: 0 }, "Green"],
    [{ criticalBugs: 0, daysBehind: 6 }, "Yellow"],
    [{ daysBehind: 0, criticalBugs: 1 }, "Red"],
    [{ velocity: 8, averageVelocity: 10 }, "Green"],
    [{ velocity: 7.9, averageVelocity: 10 }, "Yellow"],
    [{ velocity: 7.9 }, null],
    [{ daysBehind: 0, velocity: 1, averageVelocity: 10 }, "Yellow"],
  ])("of %j is %s", (known, health) => {
    expect(healthOf({ ...facts, ...known })).toBe(health);
  });
});

describe("the average velocity", () => {
  const done = (sprint: string, estimate: number) => story({ status: "done", sprint, estimate });
  it.each([
    [[], null],
    [[done("S1", 8)], null],
    [[done("S1", 8), done("S1", 2), done("S2", 20)], 15],
    [[done("S1", 8), done("S2", 4), story({ status: "ready", sprint: "S3", estimate: 99 })], 6],
    [[done("S1", 8), story({ status: "done", estimate: 5 }), story({ status: "done", sprint: "S2" })], null],
  ])("of %j is %s", (items, average) => {
    expect(averageVelocityOf(items)).toBe(average);
  });
});
