import { describe, expect, test } from "vitest";
import type { ItemId, ItemType } from "../../../src/core/model.ts";
import { Project, STORY } from "../project-fixture.ts";
import type { FixtureItem } from "../project-fixture.ts";

const TREE: Readonly<Record<ItemId, FixtureItem>> = {
  "US-1": { type: "story", fields: { title: "Story", parent: "EPIC-1" } },
  "TASK-1": { type: "task", fields: { title: "Task", parent: "US-1" } },
  "EPIC-1": { type: "epic", fields: { title: "Epic" } },
};

function unlinked(tools: readonly string[] = ["jira"]): Project {
  const project = new Project(TREE, []);
  for (const tool of tools) project.addTool(tool);
  for (const id of Object.keys(project.hubBase)) delete project.hubBase[id];
  return project;
}

function stories(count: number, tools: readonly string[]): Project {
  const ids = Array.from({ length: count }, (_, n) => `US-${String(n + 1).padStart(3, "0")}`);
  const item = (id: string): FixtureItem => ({ type: "story", fields: { title: id } });
  return new Project(Object.fromEntries(ids.map((id) => [id, item(id)])), tools);
}

describe("new items", () => {
  test("are created parents first, children waiting for their parents' refs", () => {
    const { writes } = unlinked().plan();
    expect(writes.map(({ kind, item }) => [kind, item])).toEqual([
      ["create", "EPIC-1"],
      ["create", "US-1"],
      ["create", "TASK-1"],
    ]);
    expect(writes[1]).toMatchObject({ fields: { parent: { value: { awaits: "EPIC-1" }, agreed: "EPIC-1" } } });
    expect(writes[1]).toMatchObject({ generation: 0 });
  });

  test("are created in the order of the file", () => {
    const project = stories(3, []);
    project.addTool("jira");
    project.policy.itemOrder = ["US-003", "US-001", "US-002"];
    expect(project.plan().writes.map(({ item }) => item)).toEqual(["US-003", "US-001", "US-002"]);
  });

  test("send what is known and nothing that is absent or cleared", () => {
    const project = unlinked();
    project.edit("EPIC-1", "estimate", null);
    const [create] = project.plan().writes;
    expect(create).toMatchObject({ kind: "create", fields: { title: { value: "Epic", agreed: "Epic" } } });
    expect(create?.kind === "create" && Object.keys(create.fields)).toEqual(["title"]);
  });

  test.each([
    ["the tool does not hold their type", { types: ["story"] as ItemType[] }, ["US-1"]],
    ["the tool is pull-only", { mode: "pull-only" as const }, []],
    ["the tool did not answer", { available: false }, []],
    ["a ref may still be found", { awaiting: ["EPIC-1", "US-1"] }, ["TASK-1"]],
  ])("are not created where %s", (_, change, expected) => {
    const project = unlinked();
    project.addTool("jira", change);
    expect(project.plan().writes.map(({ item }) => item)).toEqual(expected);
  });

  test("are not created while the hub names a ref, nor without a title, nor in quarantine", () => {
    const project = unlinked();
    const epic = project.hub["EPIC-1"];
    if (epic) epic.refs["jira"] = "CHK-10";
    project.edit("US-1", "title", undefined);
    project.quarantined = ["TASK-1"];
    const plan = project.plan();
    expect(plan.writes).toEqual([]);
    expect(plan.findings).toMatchObject([{ code: "unresolved-ref", items: ["EPIC-1"] }]);
  });

  test("of the project itself are never made", () => {
    const project = new Project({ P: { type: "project", fields: { title: "Project" } } }, []);
    project.addTool("jira", { types: ["project", "epic"] });
    expect(project.plan().writes).toEqual([]);
  });

  test("get their key written into the hub once they are linked", () => {
    const project = new Project(STORY, ["jira"]);
    const item = project.hub["US-1"];
    if (item) item.refs = {};
    expect(project.plan().hubEdits).toEqual([
      { kind: "ref", item: "US-1", type: "story", tool: "jira", ref: "jira:US-1" },
    ]);
  });
});

describe("parents", () => {
  test("travel between ids in the hub and refs in the tools", () => {
    const project = new Project({ ...TREE, "EPIC-2": { type: "epic", fields: { title: "Other" } } }, [
      "jira",
      "linear",
    ]);
    project.editIn("jira", "US-1", "parent", "jira:EPIC-2");
    const plan = project.plan();
    expect(plan.hubEdits).toMatchObject([{ field: "parent", value: "EPIC-2" }]);
    expect(plan.writes).toMatchObject([{ tool: "linear", fields: { parent: { value: "linear:EPIC-2" } } }]);
  });

  test("that are no items of the project are no opinion and one finding", () => {
    const project = new Project(TREE, ["jira"]);
    project.editIn("jira", "US-1", "parent", "foreign");
    const plan = project.plan();
    expect(plan.hubEdits).toEqual([]);
    expect(plan.findings).toMatchObject([{ code: "unknown-parent", items: ["US-1"] }]);
  });

  test("without a twin hold the field back until they have one", () => {
    const project = new Project({ ...TREE, "EPIC-2": { type: "epic", fields: { title: "Other" } } }, ["jira"]);
    project.links = project.links.filter(({ item }) => item !== "EPIC-2");
    project.addTool("jira", { awaiting: ["EPIC-2"] });
    const epic = project.hub["EPIC-2"];
    if (epic) epic.refs = {};
    project.edit("US-1", "parent", "EPIC-2");
    expect(project.plan().writes).toEqual([]);
    expect(project.plan().findings).toMatchObject([{ code: "parent-not-linked", items: ["US-1"] }]);
    project.addTool("jira", { awaiting: [] });
    expect(project.plan().writes).toMatchObject([
      { kind: "create", item: "EPIC-2" },
      { kind: "update", item: "US-1", fields: { parent: { value: { awaits: "EPIC-2" } } } },
    ]);
  });
});

describe("deletes are proposals", () => {
  function deleted(change: Parameters<Project["addTool"]>[1] = {}): Project {
    const project = new Project(STORY, ["jira", "linear"]);
    project.addTool("jira", change);
    project.setTwin("jira", "US-1", { state: "gone" });
    return project;
  }

  test("flag: asked, nothing written or resurrected, the others flow on (scenario 23)", () => {
    const project = deleted();
    project.edit("US-1", "title", "New");
    const plan = project.plan();
    expect(plan.findings).toMatchObject([{ code: "deleted-in-tool", tool: "jira", needsDecision: true }]);
    expect(plan.writes).toMatchObject([{ tool: "linear", kind: "update" }]);
  });

  test("archive: proposed, and done in the other tools only after a yes", () => {
    const project = deleted({ deletes: "archive" });
    expect(project.plan().writes).toEqual([]);
    expect(project.plan().findings).toMatchObject([{ code: "deleted-in-tool", needsDecision: true }]);
    project.policy.yes = true;
    expect(project.plan().writes).toMatchObject([{ kind: "archive", tool: "linear", ref: "linear:US-1" }]);
  });

  test("archive: an edit made elsewhere since is kept, and asked about (scenario 24)", () => {
    const project = deleted({ deletes: "archive" });
    project.policy.yes = true;
    project.editIn("linear", "US-1", "title", "Still needed");
    const plan = project.plan();
    expect(plan.writes).toEqual([]);
    expect(plan.hubEdits).toMatchObject([{ field: "title", value: "Still needed" }]);
    expect(plan.findings).toMatchObject([{ code: "deleted-in-tool", needsDecision: true }]);
  });

  test("recreate: made anew with the next generation", () => {
    const { writes } = deleted({ deletes: "recreate" }).plan();
    expect(writes).toMatchObject([{ kind: "create", tool: "jira", item: "US-1", generation: 1 }]);
  });

  test("a twin that was trashed and restored is as it was (scenario 26)", () => {
    const project = deleted();
    project.setTwin("jira", "US-1", { state: "live" });
    expect(project.plan().findings).toEqual([]);
  });

  test("a finished item that its tool archived is no deletion", () => {
    const project = new Project({ "US-1": { type: "story", fields: { title: "T", status: "done" } } }, ["jira"]);
    project.setTwin("jira", "US-1", { state: "archived" });
    expect(project.plan().findings).toEqual([]);
  });

  test("many gone at once stop the deletes of that tool and raise an alarm (scenario 25)", () => {
    const project = stories(20, ["jira", "linear"]);
    project.addTool("jira", { deletes: "recreate" });
    for (let n = 1; n <= 12; n += 1) project.setTwin("jira", `US-${String(n).padStart(3, "0")}`, { state: "gone" });
    const plan = project.plan();
    expect(plan.writes).toEqual([]);
    expect(plan.guards).toEqual([{ side: "jira", kind: "mass-deletion", count: 12, limit: 5 }]);
    expect(plan.findings).toMatchObject([{ code: "mass-deletion", severity: "error", tool: "jira" }]);
  });

  test.each([
    [5, 20, false],
    [6, 20, true],
    [6, 60, false],
    [7, 60, true],
  ])("%i of %i gone: alarm %s", (gone, all, alarm) => {
    const project = stories(all, ["jira"]);
    for (let n = 1; n <= gone; n += 1) project.setTwin("jira", `US-${String(n).padStart(3, "0")}`, { state: "gone" });
    expect(project.plan().guards.some(({ kind }) => kind === "mass-deletion")).toBe(alarm);
  });

  test("an item taken out of the hub is proposed for archive, not imported again (scenario 27)", () => {
    const project = new Project(STORY, ["jira"]);
    delete project.hub["US-1"];
    const plan = project.plan();
    expect([plan.writes, plan.hubEdits, plan.baseUpdates]).toEqual([[], [], []]);
    expect(plan.findings).toMatchObject([{ code: "removed-from-hub", tool: "jira", needsDecision: true }]);
    project.addTool("jira", { deletes: "archive" });
    expect(project.plan().writes).toEqual([]);
    project.policy.yes = true;
    expect(project.plan().writes).toMatchObject([{ kind: "archive", tool: "jira", item: "US-1" }]);
    project.editIn("jira", "US-1", "title", "Edited since");
    expect(project.plan()).toMatchObject({ writes: [], findings: [{ needsDecision: true }] });
  });

  test("an item in quarantine is not taken for removed", () => {
    const project = new Project(STORY, ["jira"]);
    delete project.hub["US-1"];
    project.quarantined = ["US-1"];
    expect(project.plan().findings).toEqual([]);
  });

  test("an item that got a new id keeps its twin", () => {
    const project = new Project(STORY, ["jira"]);
    const item = project.hub["US-1"];
    delete project.hub["US-1"];
    project.hub["US-01"] = { id: "US-01", type: "story", fields: item?.fields ?? {}, refs: { jira: "jira:US-1" } };
    project.addTool("jira", { deletes: "archive" });
    project.policy.yes = true;
    const plan = project.plan();
    expect(plan.writes).toEqual([]);
    expect(plan.findings.map(({ code }) => code)).not.toContain("removed-from-hub");
  });
});

test("two items that claim one twin are left alone there, the rest flow (scenario 21)", () => {
  const project = stories(3, ["jira", "linear"]);
  const second = project.hub["US-002"];
  if (second) second.refs["jira"] = "jira:US-001";
  for (const id of ["US-001", "US-002", "US-003"]) project.edit(id, "title", `New ${id}`);
  const plan = project.plan();
  expect(plan.findings).toMatchObject([{ code: "duplicate-ref", tool: "jira", items: ["US-001", "US-002"] }]);
  const jira = plan.writes.filter(({ tool }) => tool === "jira").map(({ item }) => item);
  const linear = plan.writes.filter(({ tool }) => tool === "linear").map(({ item }) => item);
  expect(jira).toEqual(["US-003"]);
  expect(linear).toEqual(["US-001", "US-002", "US-003"]);
});

describe("the bulk guard", () => {
  test("asks before more than 50 creates, and holds back only that tool", () => {
    const project = stories(51, ["linear"]);
    project.addTool("jira");
    const plan = project.plan();
    expect(plan.writes).toEqual([]);
    expect(plan.guards).toEqual([{ side: "jira", kind: "bulk-create", count: 51, limit: 50 }]);
    expect(plan.findings).toMatchObject([{ code: "bulk-create", needsDecision: true }]);
    expect(plan.findings[0]?.remedy).toContain("--yes");
  });

  test.each([
    ["yes", { yes: true }, {}],
    ["the consent given once for the binding", {}, { consented: true }],
  ])("%s answers it", (_, policy, tool) => {
    const project = stories(51, []);
    project.addTool("jira", tool);
    Object.assign(project.policy, policy);
    const plan = project.plan();
    expect(plan.guards).toEqual([]);
    expect(plan.writes).toHaveLength(51);
  });

  test("asks before a tool's bulk edit overwrites the hub; nothing of it advances", () => {
    const project = stories(20, ["jira"]);
    for (const id of Object.keys(project.hub).slice(0, 6)) project.editIn("jira", id, "title", `Oops ${id}`);
    const plan = project.plan();
    expect(plan.guards).toEqual([{ side: "hub", kind: "bulk-overwrite", count: 6, limit: 4 }]);
    expect([plan.hubEdits, plan.hubBase, plan.baseUpdates]).toEqual([[], [], []]);
  });

  test("what the hub has not accepted goes to no other tool, and what it has goes on", () => {
    const project = stories(20, ["jira", "linear"]);
    for (const id of Object.keys(project.hub).slice(0, 6)) project.editIn("jira", id, "title", `Oops ${id}`);
    project.edit("US-020", "title", "Everyday work");
    project.addTool("linear", { consented: true });
    const plan = project.plan();
    expect(plan.guards.map(({ side }) => side)).toEqual(["hub"]);
    const written = plan.writes.map((write) => [
      write.tool,
      write.item,
      write.kind === "update" && Object.keys(write.fields),
    ]);
    expect(written).toEqual([
      ["jira", "US-020", ["title"]],
      ["linear", "US-020", ["title"]],
    ]);
  });

  test("asks before a bulk edit in the hub overwrites a tool; the question stays until it is answered", () => {
    const project = stories(20, ["jira", "linear"]);
    project.addTool("linear", { consented: true });
    for (const id of Object.keys(project.hub).slice(0, 6)) project.edit(id, "title", `Oops ${id}`);
    const plan = project.plan();
    expect(plan.guards).toEqual([{ side: "jira", kind: "bulk-overwrite", count: 6, limit: 4 }]);
    expect(plan.writes.every(({ tool }) => tool === "linear")).toBe(true);
    expect(plan.writes).toHaveLength(6);
    project.sync();
    expect(project.plan().guards).toEqual(plan.guards);
    project.policy.yes = true;
    expect(project.plan().writes.map(({ tool }) => tool)).toEqual(Array.from({ length: 6 }, () => "jira"));
  });

  test("lets a handful of edits through, however small the project", () => {
    const project = stories(4, ["jira"]);
    for (const id of Object.keys(project.hub)) project.edit(id, "title", `New ${id}`);
    expect(project.plan().guards).toEqual([]);
  });
});

test("updates that carry a priority field go first", () => {
  const project = new Project(
    {
      "US-1": { type: "story", fields: { title: "One", status: "ready" } },
      "US-2": { type: "story", fields: { title: "Two", status: "ready" } },
    },
    ["jira"],
  );
  project.addTool("jira", { priorityFields: ["status"] });
  project.edit("US-1", "title", "New");
  project.edit("US-2", "status", "done");
  expect(project.plan().writes.map(({ item }) => item)).toEqual(["US-2", "US-1"]);
});
