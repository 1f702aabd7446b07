import { describe, expect, test } from "vitest";
import type { ConflictStrategy, Plan } from "../../../src/core/plan.ts";
import { Project, withLens } from "../project-fixture.ts";
import { hubEdit, isEmpty, sides, story, written } from "./plan-readers.ts";

const STRATEGIES: readonly ConflictStrategy[] = ["last-modified-wins", "source-wins", "manual", "field-merge"];

describe("one field, many sides, one pass", () => {
  test("with nothing changed a plan is empty", () => {
    expect(isEmpty(story().plan())).toBe(true);
  });

  test("an edit in one tool reaches the hub and every other tool in the same plan", () => {
    const project = story(["jira", "linear", "notion"]);
    project.editIn("jira", "US-1", "title", "Pay by card or invoice");
    const plan = project.plan();
    expect(hubEdit(plan, "title")).toBe("Pay by card or invoice");
    expect(written(plan, "linear", "title")).toBe("Pay by card or invoice");
    expect(written(plan, "notion", "title")).toBe("Pay by card or invoice");
    expect(written(plan, "jira", "title")).toBeUndefined();
    expect(plan.conflicts).toEqual([]);
  });

  test("a hub edit is written with what the mirror held, so that a race is seen", () => {
    const project = story(["jira"]);
    project.edit("US-1", "title", "New");
    expect(project.plan().writes).toEqual([
      {
        kind: "update",
        tool: "jira",
        item: "US-1",
        type: "story",
        ref: "jira:US-1",
        fields: { title: { value: "New", agreed: "New", expect: "Pay by card" } },
      },
    ]);
  });

  test("both sides made the same edit: no conflict and no write (scenario 4)", () => {
    const project = story();
    project.edit("US-1", "title", "Same");
    project.editIn("jira", "US-1", "title", "Same");
    project.editIn("linear", "US-1", "title", "Same");
    const plan = project.plan();
    expect(plan.writes).toEqual([]);
    expect(plan.hubEdits).toEqual([]);
    expect(plan.conflicts).toEqual([]);
    expect(isEmpty(project.sync().at(-1) as Plan)).toBe(true);
  });

  test.each(STRATEGIES)("different fields edited on two sides both survive under %s (scenario 3)", (strategy) => {
    const project = story(["jira"]);
    project.addTool("jira", { strategy });
    project.editIn("jira", "US-1", "title", "From Jira");
    project.edit("US-1", "estimate", 8);
    const plan = project.plan();
    expect(hubEdit(plan, "title")).toBe("From Jira");
    expect(written(plan, "jira", "estimate")).toBe(8);
    expect(plan.conflicts).toEqual([]);
  });

  test("an update that failed is written again, though nobody changed anything since", () => {
    const project = story();
    project.edit("US-1", "title", "New");
    project.hubBase["US-1"] = { type: "story", fields: { ...project.hub["US-1"]?.fields } };
    expect(written(project.plan(), "linear", "title")).toBe("New");
  });
});

describe("sets and texts merge", () => {
  test.each(STRATEGIES)(
    "one side adds x, another removes y, the hub adds z: x and z in, y out, under %s (scenario 10)",
    (strategy) => {
      const project = new Project({ "US-1": { type: "story", fields: { title: "T", labels: ["a", "y"] } } }, [
        "jira",
        "linear",
      ]);
      for (const tool of ["jira", "linear"]) project.addTool(tool, { strategy });
      project.edit("US-1", "labels", ["a", "y", "z"]);
      project.editIn("jira", "US-1", "labels", ["a", "y", "x"]);
      project.editIn("linear", "US-1", "labels", ["a"]);
      const [plan] = project.sync();
      expect(plan?.conflicts).toEqual([]);
      expect(project.hub["US-1"]?.fields.labels).toEqual(["a", "z", "x"]);
      expect(project.twin("jira", "US-1").fields.labels).toEqual(["a", "z", "x"]);
      expect(project.twin("linear", "US-1").fields.labels).toEqual(["a", "z", "x"]);
    },
  );

  test("a label removed where blanks become dashes is removed everywhere", () => {
    const project = new Project(
      { "US-1": { type: "story", fields: { title: "T", labels: ["needs design", "api"] } } },
      [],
    );
    project.addTool("jira", { lossiness: { dashes: true } });
    project.link("jira", "US-1");
    expect(project.twin("jira", "US-1").fields.labels).toEqual(["needs-design", "api"]);
    project.editIn("jira", "US-1", "labels", ["api"]);
    expect(hubEdit(project.plan(), "labels")).toEqual(["api"]);
  });

  test("the order of labels is no difference", () => {
    const project = new Project({ "US-1": { type: "story", fields: { title: "T", labels: ["a", "b"] } } }, ["jira"]);
    project.editIn("jira", "US-1", "labels", ["b", "a"]);
    expect(project.plan().hubEdits).toEqual([]);
    expect(project.plan().writes).toEqual([]);
  });

  const TEXT = "# Goal\n\nPay by card.\n\n# Scope\n\nWeb only.\n";
  function described(strategy: ConflictStrategy): Project {
    const project = new Project({ "US-1": { type: "story", fields: { title: "T", description: TEXT } } }, [
      "jira",
      "linear",
    ]);
    for (const tool of ["jira", "linear"]) project.addTool(tool, { strategy });
    return project;
  }

  test.each(STRATEGIES)("a text edited in two paragraphs by two sides is merged under %s (scenario 11)", (strategy) => {
    const project = described(strategy);
    project.editIn("jira", "US-1", "description", TEXT.replace("card", "card or invoice"));
    project.editIn("linear", "US-1", "description", TEXT.replace("Web only", "Web and app"));
    const [plan] = project.sync();
    const merged = "# Goal\n\nPay by card or invoice.\n\n# Scope\n\nWeb and app.\n";
    expect(plan?.conflicts).toEqual([]);
    expect(project.hub["US-1"]?.fields.description).toBe(merged);
    expect(project.twin("jira", "US-1").fields.description).toBe(merged);
    expect(project.twin("linear", "US-1").fields.description).toBe(merged);
  });

  test("a text edited in the same paragraph by two sides is a conflict (scenario 11)", () => {
    const project = described("field-merge");
    project.edit("US-1", "description", TEXT.replace("card", "card or invoice"));
    project.editIn("jira", "US-1", "description", TEXT.replace("card", "cash"));
    const plan = project.plan();
    expect(sides(plan.conflicts[0])).toEqual(["hub", "jira"]);
    expect(plan.conflicts[0]?.decided).toBeUndefined();
    expect(plan.writes).toEqual([]);
  });

  test("what a tool strips from a text stays in the hub when another paragraph is edited there", () => {
    const text = "Line one  \n\nLine two\n";
    const project = new Project({ "US-1": { type: "story", fields: { title: "T", description: text } } }, []);
    project.addTool("jira", { lossiness: { strips: true } });
    project.link("jira", "US-1");
    project.editIn("jira", "US-1", "description", "Line one\n\nLine 2");
    expect(hubEdit(project.plan(), "description")).toBe("Line one  \n\nLine 2\n");
  });
});

describe("modes", () => {
  test("a push-only tool's edit is left alone and reported while the hub says nothing new", () => {
    const project = story(["notion"]);
    project.addTool("notion", { mode: "push-only" });
    project.editIn("notion", "US-1", "title", "From Notion");
    const plan = project.plan();
    expect([plan.writes, plan.hubEdits, plan.baseUpdates]).toEqual([[], [], []]);
    expect(plan.findings).toMatchObject([{ code: "drift", tool: "notion", field: "title" }]);
  });

  test("a newer hub value flows over it, and what it was is kept", () => {
    const project = story(["notion"]);
    project.addTool("notion", { mode: "push-only" });
    project.editIn("notion", "US-1", "title", "From Notion");
    project.edit("US-1", "title", "From the hub");
    const [plan] = project.sync();
    expect(plan?.conflicts[0]).toMatchObject({ decided: { side: "hub", value: "From the hub" } });
    expect(plan?.conflicts[0]?.candidates[1]).toMatchObject({ side: "notion", value: "From Notion" });
    expect(project.twin("notion", "US-1").fields.title).toBe("From the hub");
  });

  test("a pull-only tool is never written to, and its edits win over the hub's", () => {
    const project = story(["jira"]);
    project.addTool("jira", { mode: "pull-only" });
    project.edit("US-1", "title", "From the hub");
    expect(project.plan().writes).toEqual([]);
    expect(project.plan().hubEdits).toEqual([]);
    project.editIn("jira", "US-1", "title", "From Jira");
    const plan = project.plan();
    expect(hubEdit(plan, "title")).toBe("From Jira");
    expect(plan.conflicts[0]).toMatchObject({ decided: { side: "jira" } });
    expect(plan.conflicts[0]?.candidates[0]).toMatchObject({ side: "hub", value: "From the hub" });
    expect(isEmpty(project.sync().at(-1) as Plan)).toBe(true);
  });

  test("a value that the tools only receive is not taken from them", () => {
    const project = story(["jira"]);
    const table = project.tools["jira"]?.lens;
    const lens = table?.("story", "title");
    if (!table || !lens) throw new Error("no lens");
    project.addTool("jira", { lens: withLens(table, "pr", lens) });
    project.edit("US-1", "pr", "https://example.test/pull/1");
    project.hubBase["US-1"] = { type: "story", fields: { ...project.hub["US-1"]?.fields } };
    project.editIn("jira", "US-1", "pr", "https://example.test/pull/1");
    project.setBase("jira", "US-1", "pr", {
      value: "https://example.test/pull/1",
      agreed: "https://example.test/pull/1",
    });
    project.editIn("jira", "US-1", "pr", "something else");
    expect(project.plan().hubEdits).toEqual([]);
    expect(project.plan().findings).toMatchObject([{ code: "drift", field: "pr" }]);
  });

  test("a tool that did not answer is compared with but not written to, and delays nobody", () => {
    const project = story();
    project.addTool("jira", { available: false });
    project.edit("US-1", "title", "New");
    const plan = project.plan();
    expect(written(plan, "jira", "title")).toBeUndefined();
    expect(written(plan, "linear", "title")).toBe("New");
    project.sync();
    project.addTool("jira", { available: true });
    expect(written(project.plan(), "jira", "title")).toBe("New");
  });

  test("only the fields that were asked for flow", () => {
    const project = story(["jira"]);
    project.policy.fields = ["status"];
    project.edit("US-1", "title", "New");
    project.edit("US-1", "status", "done");
    const plan = project.plan();
    expect(written(plan, "jira", "status")).toBe("DONE");
    expect(written(plan, "jira", "title")).toBeUndefined();
    expect(plan.hubBase.map(({ field }) => field)).toEqual(["status"]);
  });
});

describe("where an agreed value came from", () => {
  test.each([
    ["the hub", (project: Project) => project.edit("US-1", "title", "New"), "hub"],
    ["a tool", (project: Project) => project.editIn("linear", "US-1", "title", "New"), "linear"],
    [
      "the hub and a tool that say the same",
      (project: Project) => {
        project.edit("US-1", "title", "New");
        project.editIn("linear", "US-1", "title", "New");
      },
      "hub",
    ],
  ] as const)("%s", (_, edit, from) => {
    const project = story();
    edit(project);
    expect(project.plan().hubBase).toEqual([{ item: "US-1", type: "story", field: "title", value: "New", from }]);
  });

  test("of one that was merged nobody can say", () => {
    const project = story();
    project.edit("US-1", "labels", ["api", "hub"]);
    project.editIn("linear", "US-1", "labels", ["api", "linear"]);
    const [agreed] = project.plan().hubBase;
    expect([agreed?.value, agreed?.from]).toEqual([["api", "hub", "linear"], undefined]);
  });
});

describe("determinism", () => {
  test("the order of keys in the input does not show in the plan", () => {
    const build = (tools: readonly string[]): Plan => {
      const project = story(tools);
      for (const tool of tools) project.editIn(tool, "US-1", "title", `From ${tool}`);
      return project.plan();
    };
    expect(JSON.stringify(build(["linear", "jira"]))).toBe(JSON.stringify(build(["jira", "linear"])));
  });
});
