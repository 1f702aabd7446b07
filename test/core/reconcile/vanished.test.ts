import { expect, test } from "vitest";
import { Project, STORY } from "../project-fixture.ts";

const told = (project: Project) =>
  project.plan().findings.map(({ code, tool, field, items }) => [code, tool, field, items]);

function withoutEstimates(change: { readonly available?: boolean } = {}): Project {
  const project = new Project(STORY, ["jira", "notion"]);
  const { lens } = project.tools["notion"]!;
  project.addTool("notion", {
    ...change,
    lens: (type, field) => (field === "estimate" ? undefined : lens(type, field)),
  });
  return project;
}

test("a place that a tool held a field in and has no more is one finding, and nothing else happens", () => {
  const project = withoutEstimates();
  expect(told(project)).toEqual([["place-vanished", "notion", "estimate", ["US-1"]]]);
  project.edit("US-1", "estimate", 8);
  const { writes, hubEdits } = project.plan();
  expect([writes.map(({ tool }) => tool), hubEdits]).toEqual([["jira"], []]);
});

test("a tool that did not answer, and a field that was not asked for, say nothing of it", () => {
  expect(told(withoutEstimates({ available: false }))).toEqual([]);
  const project = withoutEstimates();
  project.policy.fields = ["title"];
  expect(told(project)).toEqual([]);
});

test("a type that is not bound there any more is somebody's choice", () => {
  const project = new Project(STORY, ["jira", "notion"]);
  project.addTool("notion", { lens: () => undefined });
  expect(told(project)).toEqual([]);
});
