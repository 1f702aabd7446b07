/** What people may say about an item that is gone somewhere, and how long it holds. */
import { describe, expect, test } from "vitest";
import { stageOf } from "../../../src/core/conflict.ts";
import type { Deletion, DeletionChoice, Plan } from "../../../src/core/plan.ts";
import type { DeletionAnswer } from "../../../src/core/policy.ts";
import { Project, STORY } from "../project-fixture.ts";

/** Deleted in Jira; it lives in the hub, in Linear and in GitHub. */
function lost(change: Parameters<Project["addTool"]>[1] = {}): Project {
  const project = new Project(STORY, ["github", "jira", "linear"]);
  project.addTool("jira", change);
  project.setTwin("jira", "US-1", { state: "gone" });
  return project;
}

/** Taken out of the hub; its twins stand. */
function removed(): Project {
  const project = new Project(STORY, ["jira", "linear"]);
  delete project.hub["US-1"];
  return project;
}

function asked(project: Project): Deletion {
  const [deletion] = project.plan().deletions;
  if (!deletion || deletion.decided) throw new Error("nothing is asked");
  return deletion;
}

/** A person answers what the project's plan asks now. */
function answer(project: Project, choice: DeletionChoice): void {
  const shown = asked(project);
  expect(shown.choices).toContain(choice);
  project.policy.answers = [{ kind: "deletion", choice, shown }];
}

/** What the store makes of it once the plan says that nothing is left to do. */
function hold(project: Project): void {
  const [known] = (project.policy.answers ?? []) as DeletionAnswer[];
  if (known) project.policy.answers = [{ ...known, holds: true }];
}

const stages = ({ deletions }: Plan): string[] => deletions.map(stageOf);
const writes = (plan: Plan): string[] => plan.writes.map(({ kind, tool }) => `${kind} ${tool}`);
const asks = ({ findings }: Plan): boolean => findings.some(({ needsDecision }) => needsDecision);

describe("an item deleted in a tool", () => {
  test("is asked about with what is left of it, once, and by itself no more when it is back", () => {
    const project = lost();
    expect(asked(project)).toEqual({
      kind: "deletion",
      item: "US-1",
      type: "story",
      traces: [
        { side: "hub", state: "live" },
        { side: "github", state: "live" },
        { side: "jira", state: "deleted" },
        { side: "linear", state: "live" },
      ],
      choices: ["archive", "recreate", "keep"],
    });
    project.setTwin("jira", "US-1", { state: "live" });
    expect(project.plan().deletions).toEqual([]);
  });

  test("keep: nothing is written, and it is asked no more, whatever is edited elsewhere", () => {
    const project = lost();
    answer(project, "keep");
    expect([writes(project.plan()), stages(project.plan()), asks(project.plan())]).toEqual([[], ["settled"], false]);
    hold(project);
    project.edit("US-1", "title", "Edited since");
    const plan = project.plan();
    expect([writes(plan), stages(plan)]).toEqual([["update github", "update linear"], ["settled"]]);
  });

  test("keep: is over where the item is lost at another side too", () => {
    const project = lost();
    answer(project, "keep");
    hold(project);
    project.setTwin("linear", "US-1", { state: "gone" });
    expect(asked(project).traces.filter(({ state }) => state === "deleted")).toHaveLength(2);
  });

  test("recreate: made anew where it was deleted, with the next generation, and nowhere else", () => {
    const project = lost({ deletes: "archive" });
    answer(project, "recreate");
    const plan = project.plan();
    expect(plan.writes).toMatchObject([{ kind: "create", tool: "jira", generation: 1, fields: { title: {} } }]);
    expect(stages(plan)).toEqual(["settling"]);
    project.addTool("jira", { available: false });
    expect([writes(project.plan()), stages(project.plan())]).toEqual([[], ["settling"]]);
  });

  test("archive: put away in all other tools, the hub's lines stay, and it stays so", () => {
    const project = lost();
    project.addTool("linear", { deletes: "recreate" });
    answer(project, "archive");
    expect([writes(project.plan()), stages(project.plan())]).toEqual([
      ["archive github", "archive linear"],
      ["settling"],
    ]);
    for (const tool of ["github", "linear"]) project.setTwin(tool, "US-1", { state: "archived" });
    const done = project.plan();
    expect([writes(done), done.hubEdits, stages(done), asks(done)]).toEqual([[], [], ["settled"], false]);
    hold(project);
    expect(writes(project.plan())).toEqual([]);
    // Somebody wants it after all: that is no reason to put it away again.
    project.setTwin("linear", "US-1", { state: "live" });
    expect([writes(project.plan()), asked(project).item]).toEqual([[], "US-1"]);
  });

  test("archive: waits for a tool that is away", () => {
    const project = lost();
    project.addTool("linear", { available: false });
    answer(project, "archive");
    expect([writes(project.plan()), stages(project.plan())]).toEqual([["archive github"], ["settling"]]);
  });

  test.each([
    ["in a tool", (project: Project) => project.editIn("linear", "US-1", "title", "Still needed")],
    ["in the hub", (project: Project) => project.edit("US-1", "title", "Still needed")],
  ])("archive: is void where it was edited %s since it was shown, and asked with the edit", (_, edit) => {
    const project = lost();
    answer(project, "archive");
    edit(project);
    expect(asked(project).traces[0]).toEqual({ side: "hub", state: "live", edits: { title: "Still needed" } });
    expect(writes(project.plan())).not.toContain("archive linear");
  });

  test("an edit since goes on counting after everybody agreed on it, so that a yes puts nothing away (scenario 24)", () => {
    const project = lost({ deletes: "archive" });
    project.policy.yes = true;
    project.editIn("linear", "US-1", "title", "Still needed");
    for (const plan of project.sync()) expect(writes(plan).filter((write) => write.startsWith("archive"))).toEqual([]);
    expect(project.hub["US-1"]?.fields.title).toBe("Still needed");
    expect(asked(project).traces[0]?.edits).toEqual({ title: "Still needed" });
    answer(project, "archive");
    expect(writes(project.plan())).toEqual(["archive github", "archive linear"]);
  });

  test("a tool that may not be written to is neither filled nor emptied", () => {
    const project = lost({ mode: "pull-only" });
    project.addTool("github", { mode: "pull-only" });
    project.addTool("linear", { mode: "pull-only" });
    expect(asked(project).choices).toEqual(["keep"]);
  });

  test("the project's own twin is nobody's to make anew, or to put away", () => {
    const project = new Project({ P: { type: "project", fields: { title: "Project" } } }, []);
    for (const tool of ["jira", "linear"]) {
      project.addTool(tool, { types: ["project", "epic"] });
      project.link(tool, "P");
    }
    project.setTwin("jira", "P", { state: "gone" });
    expect(asked(project)).toMatchObject({ item: "P", choices: ["keep"] });
  });

  test("an answer in a wave of deletions is kept for when it is over", () => {
    const ids = Array.from({ length: 20 }, (_, n) => `US-${n + 10}`);
    const project = new Project(Object.fromEntries(ids.map((id) => [id, { type: "story", fields: { title: id } }])), [
      "jira",
      "linear",
    ]);
    project.setTwin("jira", "US-10", { state: "gone" });
    answer(project, "keep");
    project.links = project.links.map((link) => (link.ref === "jira:US-10" ? { ...link, gone: true } : link));
    for (const id of ids.slice(1, 9)) project.setTwin("jira", id, { state: "gone" });
    const plan = project.plan();
    expect(plan.guards).toMatchObject([{ kind: "mass-deletion", count: 8 }]);
    expect(plan.deletions).toMatchObject([{ item: "US-10", decided: { choice: "keep", holds: true } }]);
  });
});

describe("an item taken out of the hub", () => {
  test("is asked about once, for all tools", () => {
    expect(asked(removed())).toEqual({
      kind: "deletion",
      item: "US-1",
      type: "story",
      traces: [
        { side: "hub", state: "removed" },
        { side: "jira", state: "live" },
        { side: "linear", state: "live" },
      ],
      choices: ["archive", "keep"],
    });
  });

  test("keep: the twins stand, nothing is imported again, and it is asked no more", () => {
    const project = removed();
    answer(project, "keep");
    hold(project);
    project.editIn("jira", "US-1", "title", "Edited since");
    const plan = project.plan();
    expect([writes(plan), plan.hubEdits, stages(plan), asks(plan)]).toEqual([[], [], ["settled"], false]);
  });

  test("archive: all twins are put away, whatever the policies; not what was edited since it was shown", () => {
    const project = removed();
    answer(project, "archive");
    expect([writes(project.plan()), stages(project.plan())]).toEqual([
      ["archive jira", "archive linear"],
      ["settling"],
    ]);
    project.editIn("jira", "US-1", "title", "Edited since");
    expect(writes(project.plan())).toEqual([]);
    expect(asked(project).traces[1]).toEqual({ side: "jira", state: "live", edits: { title: "Edited since" } });
    answer(project, "archive");
    expect(writes(project.plan())).toEqual(["archive jira", "archive linear"]);
  });

  test("that is back in the hub is no question, and its answer is none", () => {
    const project = removed();
    const before = new Project(STORY, ["jira", "linear"]);
    answer(project, "keep");
    Object.assign(project.hub, before.hub);
    expect(project.plan().deletions).toEqual([]);
  });
});
