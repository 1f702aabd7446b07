/** The project's tools that take no part in a plan. */
import { describe, expect, test } from "vitest";
import type { Policy } from "../../../src/core/policy.ts";
import { Project } from "../project-fixture.ts";

const TASK = { "TASK-1": { type: "task", fields: { title: "Task" } } } as const;

describe("whether the hub may propose", () => {
  function edited(others: Policy["others"]): Project {
    const project = new Project(TASK, ["jira"]);
    project.addTool("jira", { mode: "pull-only" });
    project.policy.others = others;
    project.edit("TASK-1", "title", "From the hub");
    project.editIn("jira", "TASK-1", "title", "From Jira");
    for (const side of ["hub", "jira"])
      project.at(side, "TASK-1", "title", `2026-01-02T0${side === "hub" ? 2 : 1}:00:00.000Z`);
    return project;
  }

  test.each([
    ["one that is written to, so the newest wins", [{ mode: "bidirectional", types: ["story", "task"] }], "hub"],
    ["one that only receives as well", [{ mode: "push-only", types: ["task"] }], "hub"],
    ["none that is written to, so the tool wins", [{ mode: "pull-only", types: ["story", "task"] }], "jira"],
    ["none that holds such items", [{ mode: "bidirectional", types: ["story"] }], "jira"],
    ["none at all", [], "jira"],
  ] as const)("counts the tools that were not asked: %s", (_, others, winner) => {
    expect(edited(others).plan().conflicts).toMatchObject([{ field: "title", decided: { side: winner } }]);
  });

  test("is the same for a plan of one tool as for the plan of all", () => {
    for (const mode of ["bidirectional", "push-only", "pull-only"] as const) {
      const alone = edited([{ mode, types: ["task"] }]).plan();
      const together = edited([]);
      together.addTool("linear", { mode });
      together.link("linear", "TASK-1");
      const twin = together.twin("linear", "TASK-1");
      together.setTwin("linear", "TASK-1", { fields: { ...twin.fields, title: "Task" } });
      together.setBase("linear", "TASK-1", "title", { value: "Task", agreed: "Task" });
      expect(alone.hubEdits).toEqual(together.plan().hubEdits);
    }
  });

  test("under manual a pull overrules nothing: the hub's edit is asked about", () => {
    const project = edited([]);
    project.addTool("jira", { strategy: "manual" });
    const plan = project.plan();
    expect([plan.hubEdits, plan.conflicts[0]?.decided]).toEqual([[], undefined]);
  });
});
