import { describe, expect, test } from "vitest";
import { leavesWork, type ConflictStrategy } from "../../../src/core/plan.ts";
import { Project } from "../project-fixture.ts";
import { hubEdit, isEmpty, sides, story, written } from "./plan-readers.ts";

describe("conflicts", () => {
  function threeWays(strategy: ConflictStrategy): Project {
    const project = story(["jira", "linear", "notion"]);
    for (const tool of ["jira", "linear", "notion"]) {
      project.addTool(tool, { strategy });
      project.editIn(tool, "US-1", "title", `From ${tool}`);
    }
    return project;
  }

  test("three tools, three values: the newest wins and the losers are kept (scenario 2)", () => {
    const project = threeWays("last-modified-wins");
    project.at("jira", "US-1", "title", "2026-03-01T10:00:00.000Z");
    project.at("linear", "US-1", "title", "2026-03-01T12:00:00.000Z");
    project.at("notion", "US-1", "title", "2026-03-01T11:00:00.000Z");
    const plan = project.plan();
    expect(plan.conflicts).toHaveLength(1);
    expect(sides(plan.conflicts[0])).toEqual(["jira", "linear", "notion"]);
    expect(plan.conflicts[0]?.decided).toMatchObject({ side: "linear", value: "From linear" });
    expect(hubEdit(plan, "title")).toBe("From linear");
  });

  test("three tools, three values under manual: one conflict with all candidates, nothing written (scenario 2)", () => {
    const plan = threeWays("manual").plan();
    expect(plan.conflicts).toHaveLength(1);
    expect(plan.conflicts[0]?.decided).toBeUndefined();
    expect(sides(plan.conflicts[0])).toEqual(["jira", "linear", "notion"]);
    expect([plan.writes, plan.hubEdits, plan.baseUpdates, plan.hubBase]).toEqual([[], [], [], []]);
    expect(plan.findings).toMatchObject([{ code: "conflict", needsDecision: true, items: ["US-1"] }]);
  });

  test("a parked conflict parks one field; the others go on flowing", () => {
    const project = threeWays("manual");
    project.editIn("jira", "US-1", "estimate", 5);
    const plan = project.plan();
    expect(hubEdit(plan, "estimate")).toBe(5);
    expect(hubEdit(plan, "title")).toBeUndefined();
  });

  test.each([
    ["last-modified-wins", "last-modified-wins", "last-modified-wins"],
    ["last-modified-wins", "source-wins", "source-wins"],
    ["source-wins", "field-merge", "field-merge"],
    ["field-merge", "manual", "manual"],
  ] as const)("of %s and %s the more careful decides: %s", (one, other, expected) => {
    const project = story();
    project.addTool("jira", { strategy: one });
    project.addTool("linear", { strategy: other });
    project.editIn("jira", "US-1", "title", "A");
    project.editIn("linear", "US-1", "title", "B");
    expect(project.plan().conflicts[0]?.strategy).toBe(expected);
  });

  test("the strategy of a tool that is no party does not count", () => {
    const project = story();
    project.addTool("linear", { strategy: "manual" });
    project.edit("US-1", "title", "A");
    project.editIn("jira", "US-1", "title", "B");
    expect(project.plan().conflicts[0]?.strategy).toBe("last-modified-wins");
  });

  test("edits within one minute at a tool that tells minutes are a tie, and ties go to the hub (scenario 5)", () => {
    const project = story(["jira", "notion"]);
    project.edit("US-1", "title", "From the hub");
    project.editIn("jira", "US-1", "title", "From Jira");
    project.editIn("notion", "US-1", "title", "From Notion");
    project.at("hub", "US-1", "title", "2026-03-01T10:04:30.000Z");
    project.at("jira", "US-1", "title", "2026-03-01T10:04:59.000Z");
    project.at("notion", "US-1", "title", "2026-03-01T10:05:00.000Z", 60_000);
    expect(project.plan().conflicts[0]?.decided).toMatchObject({ side: "hub", reason: "edited at the same time" });
  });

  test("Notion and Jira edited within one minute: a tie, never newest by rounding (scenario 5)", () => {
    const project = story(["jira", "notion"]);
    project.editIn("jira", "US-1", "title", "From Jira");
    project.editIn("notion", "US-1", "title", "From Notion");
    project.at("jira", "US-1", "title", "2026-03-01T10:05:20.000Z");
    project.at("notion", "US-1", "title", "2026-03-01T10:06:00.000Z", 60_000);
    expect(project.plan().conflicts[0]?.decided?.side).toBe("jira");
    project.at("notion", "US-1", "title", "2026-03-01T10:07:00.000Z", 60_000);
    expect(project.plan().conflicts[0]?.decided?.side).toBe("notion");
  });

  test("a time that nobody knows decides nothing: the hub keeps its value", () => {
    const project = story(["jira"]);
    project.edit("US-1", "title", "A");
    project.editIn("jira", "US-1", "title", "B");
    project.at("jira", "US-1", "title", "2026-03-01T10:00:00.000Z");
    expect(project.plan().conflicts[0]?.decided?.side).toBe("hub");
  });

  test("force lets the hub win over a newer tool", () => {
    const project = story(["jira"]);
    project.edit("US-1", "title", "A");
    project.editIn("jira", "US-1", "title", "B");
    project.at("hub", "US-1", "title", "2026-03-01T10:00:00.000Z");
    project.at("jira", "US-1", "title", "2026-03-01T11:00:00.000Z");
    expect(project.plan().conflicts[0]?.decided?.side).toBe("jira");
    project.policy.force = true;
    expect(project.plan().conflicts[0]?.decided?.side).toBe("hub");
  });

  test("the loser's value is overwritten only by the plan after the one that recorded it", () => {
    const project = story(["jira"]);
    project.addTool("jira", { strategy: "source-wins" });
    project.edit("US-1", "title", "From the hub");
    project.editIn("jira", "US-1", "title", "From Jira");
    const [first, second, third] = project.sync();
    expect(first?.writes).toEqual([]);
    expect(first && leavesWork(first)).toBe(true);
    expect(first?.conflicts[0]?.candidates.map(({ value }) => value)).toEqual(["From the hub", "From Jira"]);
    expect(second && written(second, "jira", "title")).toBe("From the hub");
    expect(second?.conflicts).toEqual([]);
    expect(third && isEmpty(third)).toBe(true);
  });

  test("an edit at a tool that never got the last value does not overwrite it silently", () => {
    const project = story(["jira"]);
    project.addTool("jira", { strategy: "manual" });
    project.edit("US-1", "title", "New in the hub");
    project.hubBase["US-1"] = { type: "story", fields: { ...project.hub["US-1"]?.fields } };
    project.editIn("jira", "US-1", "title", "Edited in Jira");
    const [conflict] = project.plan().conflicts;
    expect(sides(conflict)).toEqual(["hub", "jira"]);
    expect(conflict?.decided).toBeUndefined();
  });

  test("an edit by someone who saw the hub's new value supersedes it without a conflict", () => {
    const project = story(["jira"]);
    project.edit("US-1", "title", "One");
    project.setBase("jira", "US-1", "title", { value: "One", agreed: "One" });
    project.editIn("jira", "US-1", "title", "Two");
    const plan = project.plan();
    expect(plan.conflicts).toEqual([]);
    expect(hubEdit(plan, "title")).toBe("Two");
  });
});

describe("a person's answer", () => {
  function asked(): Project {
    const project = story(["jira"]);
    project.addTool("jira", { strategy: "manual" });
    project.edit("US-1", "title", "From the hub");
    project.editIn("jira", "US-1", "title", "From Jira");
    return project;
  }
  const candidates = [
    { side: "hub", value: "From the hub" },
    { side: "jira", value: "From Jira" },
  ];

  test.each([
    ["hub", "From the hub"],
    ["jira", "From Jira"],
    [{ value: "Neither" }, "Neither"],
  ] as const)("%j becomes the value everywhere", (choice, expected) => {
    const project = asked();
    project.policy.answers = [{ item: "US-1", field: "title", choice, candidates }];
    expect(project.plan().conflicts[0]?.decided).toMatchObject({ value: expected, reason: "answered by a person" });
    project.sync();
    expect(project.hub["US-1"]?.fields.title).toBe(expected);
    expect(project.twin("jira", "US-1").fields.title).toBe(expected);
  });

  test("of a value of their own is no side's: the hub's value is overwritten like the others", () => {
    const project = asked();
    project.policy.answers = [{ item: "US-1", field: "title", choice: { value: "Neither" }, candidates }];
    expect(project.plan().conflicts[0]?.decided).toEqual({ value: "Neither", reason: "answered by a person" });
  });

  test("to candidates that have changed since is ignored, and asked again (scenario 12)", () => {
    const project = asked();
    project.editIn("jira", "US-1", "title", "Changed again");
    project.policy.answers = [{ item: "US-1", field: "title", choice: "hub", candidates }];
    const [conflict] = project.plan().conflicts;
    expect(conflict?.decided).toBeUndefined();
    expect(conflict?.candidates.map(({ value }) => value)).toEqual(["From the hub", "Changed again"]);
  });

  test("still counts after a crash that left only one of the candidates standing", () => {
    const project = asked();
    project.policy.answers = [{ item: "US-1", field: "title", choice: { value: "Neither" }, candidates }];
    project.editIn("jira", "US-1", "title", "Neither");
    project.setBase("jira", "US-1", "title", { value: "Neither", agreed: "Neither" });
    expect(hubEdit(project.plan(), "title")).toBe("Neither");
  });
});
