import { describe, expect, test } from "vitest";
import type { Plan } from "../../../src/core/plan.ts";
import { Project, STORY, withLens } from "../project-fixture.ts";
import { hubEdit, isEmpty, sides, story, written } from "./plan-readers.ts";

describe("lossy tools are lenses", () => {
  function coarse(): Project {
    const project = new Project(STORY, []);
    project.addTool("github", { lossiness: { status: "coarse", rounds: true, somePeople: true } });
    project.link("github", "US-1");
    return project;
  }

  test("a coarse state that stands for the hub's is no difference and no write", () => {
    const project = coarse();
    expect(project.twin("github", "US-1").fields.status).toBe("open");
    project.edit("US-1", "status", "in_review");
    const plan = project.plan();
    expect(plan.writes).toEqual([]);
    expect(plan.hubEdits).toEqual([]);
    expect(isEmpty(project.sync().at(-1) as Plan)).toBe(true);
  });

  test("a real change in a coarse tool does travel", () => {
    const project = coarse();
    project.editIn("github", "US-1", "status", "closed");
    expect(hubEdit(project.plan(), "status")).toBe("done");
  });

  test("ten rounds over a scale that does not match write nothing after the first (scenario 32)", () => {
    const project = coarse();
    project.edit("US-1", "estimate", 7.5);
    const plans = Array.from({ length: 10 }, () => project.sync());
    expect(written(plans[0]?.[0] as Plan, "github", "estimate")).toBe(8);
    expect(plans.slice(1).flat().every(isEmpty)).toBe(true);
    expect(project.hub["US-1"]?.fields.estimate).toBe(7.5);
  });

  test("a value that the tool cannot hold is one finding on every run, and no write", () => {
    const project = coarse();
    project.hub["US-2"] = { id: "US-2", type: "story", fields: { title: "Two", assignee: null }, refs: {} };
    project.hubBase["US-2"] = { type: "story", fields: { title: "Two", assignee: null } };
    project.link("github", "US-2");
    project.edit("US-2", "assignee", "p3");
    project.sync();
    const plan = project.plan();
    expect(plan.writes).toEqual([]);
    expect(plan.findings).toMatchObject([{ code: "unknown-person", tool: "github", items: ["US-2"] }]);
    expect(project.hub["US-2"].fields.assignee).toBe("p3");
  });

  test("a state that nobody mapped is no opinion, one finding, and never overwritten", () => {
    const project = story(["jira", "linear"]);
    project.editIn("jira", "US-1", "status", "strange");
    project.edit("US-1", "status", "in_progress");
    const plans = project.sync();
    expect(plans[0]?.findings).toMatchObject([{ code: "unknown-status", tool: "jira", items: ["US-1"] }]);
    expect(project.twin("jira", "US-1").fields.status).toBe("strange");
    expect(project.twin("linear", "US-1").fields.status).toBe("IN_PROGRESS");
    project.editIn("jira", "US-1", "status", "DONE");
    expect(sides(project.plan().conflicts[0])).toEqual(["hub", "jira"]);
  });

  test("a value that the tool refused is reported and not asked for again until someone moves", () => {
    const project = story(["jira"]);
    project.edit("US-1", "title", "Too long");
    project.hubBase["US-1"] = { type: "story", fields: { ...project.hub["US-1"]?.fields } };
    const refused = { wanted: "Too long", reason: "at most 5 characters" };
    project.setBase("jira", "US-1", "title", { value: "Pay by card", agreed: "Pay by card", refused });
    const plan = project.plan();
    expect(plan.writes).toEqual([]);
    expect(plan.findings).toMatchObject([{ code: "not-applied", tool: "jira", field: "title" }]);
    expect(plan.findings[0]?.message).toContain("at most 5 characters");
    project.policy.force = true;
    expect(written(project.plan(), "jira", "title")).toBe("Too long");
    project.policy.force = false;
    project.edit("US-1", "title", "Short");
    expect(written(project.plan(), "jira", "title")).toBe("Short");
  });

  test("a field that the vendor computes is read and never written", () => {
    const project = story(["jira"]);
    const table = project.tools["jira"]?.lens;
    const lens = table?.("story", "title");
    if (!table || !lens) throw new Error("no lens");
    project.addTool("jira", { lens: withLens(table, "title", { ...lens, writable: false }) });
    project.edit("US-1", "title", "New");
    expect(project.plan().writes).toEqual([]);
    project.edit("US-1", "title", "Pay by card");
    project.editIn("jira", "US-1", "title", "From Jira");
    expect(hubEdit(project.plan(), "title")).toBe("From Jira");
  });
});

describe("absent is not null", () => {
  test("a field that a tool does not show clears nothing", () => {
    const project = story();
    const { title, status } = project.twin("jira", "US-1").fields;
    project.setTwin("jira", "US-1", {
      fields: { ...(title !== undefined && { title }), ...(status !== undefined && { status }) },
    });
    expect(isEmpty(project.plan())).toBe(true);
  });

  test("a key taken out of the hub clears nothing and is not put back", () => {
    const project = story();
    project.edit("US-1", "estimate", undefined);
    expect(isEmpty(project.plan())).toBe(true);
  });

  test("it comes back only with news from elsewhere", () => {
    const project = story();
    project.edit("US-1", "estimate", undefined);
    project.editIn("jira", "US-1", "estimate", 13);
    expect(hubEdit(project.plan(), "estimate")).toBe(13);
  });

  test("an explicit clear travels once (scenario 31)", () => {
    const project = story();
    project.editIn("jira", "US-1", "estimate", null);
    const [plan] = project.sync();
    expect(hubEdit(plan as Plan, "estimate")).toBeNull();
    expect(project.twin("linear", "US-1").fields.estimate).toBeNull();
    expect(isEmpty(project.plan())).toBe(true);
  });
});

describe("the first agreement", () => {
  function unbased(tool = "Title in Jira"): Project {
    const project = story(["jira"]);
    delete project.hubBase["US-1"];
    project.links = project.links.map((link) => ({ ...link, base: {} }));
    project.editIn("jira", "US-1", "title", tool);
    return project;
  }

  test("equal values become the base without a write", () => {
    const project = unbased("Pay by card");
    const [plan] = project.sync();
    expect([plan?.writes, plan?.hubEdits, plan?.conflicts]).toEqual([[], [], []]);
    expect(plan?.baseUpdates.map(({ field }) => field)).toEqual(["title", "status", "estimate", "labels"]);
  });

  test("ask: different values are one question, and nothing is written", () => {
    const plan = unbased().plan();
    expect(plan.conflicts).toMatchObject([{ kind: "adoption", field: "title" }]);
    expect(plan.conflicts[0]?.decided).toBeUndefined();
    expect(plan.findings).toMatchObject([{ code: "first-agreement", needsDecision: true }]);
  });

  test.each([
    ["hub", "Pay by card"],
    ["tool", "Title in Jira"],
    ["newest", "Title in Jira"],
  ] as const)("%s decides: %s, and the other value is kept", (adoption, expected) => {
    const project = unbased();
    project.policy.adoption = adoption;
    project.at("hub", "US-1", "title", "2026-03-01T10:00:00.000Z");
    project.at("jira", "US-1", "title", "2026-03-01T11:00:00.000Z");
    const [plan] = project.sync();
    expect(plan?.conflicts).toHaveLength(1);
    expect(project.hub["US-1"]?.fields.title).toBe(expected);
    expect(project.twin("jira", "US-1").fields.title).toBe(expected);
  });

  test("what only the tool knows is remembered and goes nowhere", () => {
    const project = unbased("Pay by card");
    project.edit("US-1", "estimate", undefined);
    const [plan] = project.sync();
    expect(plan && hubEdit(plan, "estimate")).toBeUndefined();
    expect(plan?.baseUpdates).toContainEqual({ tool: "jira", item: "US-1", field: "estimate", base: { value: 3 } });
  });
});
