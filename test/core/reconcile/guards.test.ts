/** What people may say about a whole side, and for how much of it that goes. */
import { describe, expect, test } from "vitest";
import { isAsShown } from "../../../src/core/bulk-guard.ts";
import { stageOf } from "../../../src/core/conflict.ts";
import type { GuardChoice, Plan } from "../../../src/core/plan.ts";
import { Project } from "../project-fixture.ts";

const id = (n: number): string => `US-${String(n).padStart(3, "0")}`;

function stories(count: number, tools: readonly string[]): Project {
  const item = (title: string) => ({ type: "story" as const, fields: { title } });
  return new Project(Object.fromEntries(Array.from({ length: count }, (_, n) => [id(n + 1), item(id(n + 1))])), tools);
}

/** A project whose items are new to Jira. */
function fresh(count: number): Project {
  const project = stories(count, []);
  project.addTool("jira");
  return project;
}

function answer(project: Project, choice: GuardChoice): void {
  project.policy.answers = project.plan().guards.map((shown) => ({ kind: "guard", choice, shown }));
}

const stages = ({ guards }: Plan): string[] => guards.map(stageOf);
const codes = ({ findings }: Plan): string[] => findings.map(({ code, severity }) => `${code} ${severity}`);

test.each([
  [60, 60, true],
  [60, 1, true],
  [60, 75, true],
  [60, 76, false],
  [6, 11, true],
  [6, 12, false],
])("shown %i, now %i: the same %s", (shown, now, same) => {
  expect(isAsShown(shown, now)).toBe(same);
});

describe("a bulk create", () => {
  test("proceed: all of it is written, an item more too; much more is asked again", () => {
    const project = fresh(60);
    answer(project, "proceed");
    const plan = project.plan();
    expect([plan.writes.length, stages(plan), codes(plan)]).toEqual([60, ["settling"], []]);
    for (const [count, expected] of [
      [75, 75],
      [76, 0],
    ] as const) {
      const grown = fresh(count);
      grown.policy.answers = project.policy.answers ?? [];
      expect([grown.plan().writes.length, stages(grown.plan())]).toEqual([
        expected,
        [expected === 0 ? "open" : "settling"],
      ]);
    }
  });

  test("refuse: nothing is written, quietly, until it has grown", () => {
    const project = fresh(60);
    answer(project, "refuse");
    const plan = project.plan();
    expect([plan.writes, stages(plan), codes(plan)]).toEqual([[], ["settled"], ["bulk-create info"]]);
    const grown = fresh(90);
    grown.policy.answers = project.policy.answers ?? [];
    expect([stages(grown.plan()), codes(grown.plan())]).toEqual([["open"], ["bulk-create warning"]]);
    project.policy.yes = true;
    expect(project.plan().writes).toHaveLength(60);
  });

  test("that waits or is refused holds back no update of what is there, but for what hangs below a new item", () => {
    const project = stories(2, ["jira"]);
    for (let n = 3; n <= 60; n += 1)
      project.hub[id(n)] = { id: id(n), type: "epic", fields: { title: id(n) }, refs: {} };
    project.edit(id(1), "title", "Everyday work");
    project.edit(id(2), "title", "Everyday too");
    project.editIn("jira", id(2), "parent", null);
    project.setBase("jira", id(2), "parent", { value: null, agreed: null });
    project.edit(id(2), "parent", id(3));
    const updates = project.plan().writes.map((write) => (write.kind === "update" ? Object.keys(write.fields) : []));
    expect(updates).toEqual([["title"], ["title"]]);
  });

  test("an answer to one side is none to another", () => {
    const project = fresh(60);
    answer(project, "proceed");
    project.addTool("linear");
    const plan = project.plan();
    expect(plan.guards).toMatchObject([{ side: "jira", decided: { choice: "proceed" } }, { side: "linear" }]);
    expect(plan.writes.every(({ tool }) => tool === "jira")).toBe(true);
  });
});

test("a bulk create that waits holds nothing else back: what two others first agree on is agreed once", () => {
  const project = stories(60, ["github", "linear"]);
  project.addTool("jira");
  for (const tool of ["github", "linear"]) project.setBase(tool, id(1), "title", {});
  project.policy.adoption = "tool";
  project.editIn("github", id(1), "title", "From GitHub");
  const hubEdits = project.sync().map((plan) => plan.hubEdits.length);
  expect([hubEdits[0], hubEdits.at(-1), project.hub[id(1)]?.fields.title]).toEqual([1, 0, "From GitHub"]);
  expect(project.plan().guards).toMatchObject([{ side: "jira", count: 60 }]);
});

test("a bulk overwrite of the hub goes on as a person says", () => {
  const project = stories(20, ["jira"]);
  for (let n = 1; n <= 6; n += 1) project.editIn("jira", id(n), "title", `From Jira ${n}`);
  answer(project, "proceed");
  expect([project.plan().hubEdits.length, stages(project.plan())]).toEqual([6, ["settling"]]);
  answer(project, "refuse");
  expect([project.plan().hubEdits.length, stages(project.plan())]).toEqual([0, ["settled"]]);
});

describe("a wave of deletions", () => {
  function wave(): Project {
    const project = stories(20, ["jira", "linear"]);
    for (let n = 1; n <= 8; n += 1) project.setTwin("jira", id(n), { state: "gone" });
    return project;
  }

  test("gone: each is asked about by itself from then on", () => {
    const project = wave();
    expect([codes(project.plan()), project.plan().deletions]).toEqual([["mass-deletion error"], []]);
    answer(project, "gone");
    const plan = project.plan();
    expect([stages(plan), codes(plan)]).toEqual([["settling"], ["deleted-in-tool warning"]]);
    expect(plan.presence).toHaveLength(8);
    expect(plan.deletions).toHaveLength(8);
  });

  test("keep: none of it is acted on, quietly, until it is much more", () => {
    const project = wave();
    project.addTool("jira", { deletes: "recreate" });
    answer(project, "keep");
    const plan = project.plan();
    expect([plan.writes, plan.presence, stages(plan), codes(plan)]).toEqual([
      [],
      [],
      ["settled"],
      ["mass-deletion info"],
    ]);
    for (let n = 9; n <= 14; n += 1) project.setTwin("jira", id(n), { state: "gone" });
    expect([stages(project.plan()), codes(project.plan())]).toEqual([["open"], ["mass-deletion error"]]);
  });
});
