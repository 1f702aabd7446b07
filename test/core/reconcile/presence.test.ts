/** Which twins are known to be deleted, and what a wave of deletions is. */
import { expect, test } from "vitest";
import type { Plan } from "../../../src/core/plan.ts";
import { Project } from "../project-fixture.ts";

const ids = Array.from({ length: 30 }, (_, n) => `US-${String(n + 1).padStart(3, "0")}`);

function stories(): Project {
  return new Project(Object.fromEntries(ids.map((id) => [id, { type: "story", fields: { title: id } }])), ["jira"]);
}

/** What the commit of a plan remembers. */
function commit(project: Project): Plan {
  const plan = project.plan();
  const news = new Map(plan.presence.map(({ item, gone }) => [item, gone]));
  project.links = project.links.map((link) => ({ ...link, gone: news.get(link.item) ?? link.gone ?? false }));
  return plan;
}

const alarms = ({ guards }: Plan): number => guards.filter(({ kind }) => kind === "mass-deletion").length;

test("deletions one by one are no wave, however many they come to", () => {
  const project = stories();
  for (const id of ids.slice(0, 12)) {
    project.setTwin("jira", id, { state: "gone" });
    const plan = commit(project);
    expect(plan.presence).toEqual([{ tool: "jira", item: id, gone: true, seen: { title: id } }]);
    expect(alarms(plan)).toBe(0);
  }
  expect(commit(project).presence).toEqual([]);
});

test("a wave is one whatever was deleted before, and is not got used to", () => {
  const project = stories();
  for (const id of ids.slice(0, 4)) project.setTwin("jira", id, { state: "gone" });
  commit(project);
  for (const id of ids.slice(4, 10)) project.setTwin("jira", id, { state: "gone" });
  for (let run = 0; run < 2; run += 1) {
    const plan = commit(project);
    expect(plan.guards).toEqual([{ side: "jira", kind: "mass-deletion", count: 6, limit: 5 }]);
    expect(plan.presence).toEqual([]);
  }
});

test("a twin that is back counts again when it goes", () => {
  const project = stories();
  project.setTwin("jira", "US-001", { state: "gone" });
  commit(project);
  project.setTwin("jira", "US-001", { state: "live" });
  expect(commit(project).presence).toEqual([{ tool: "jira", item: "US-001", gone: false }]);
  for (const id of ids.slice(0, 6)) project.setTwin("jira", id, { state: "gone" });
  expect(alarms(commit(project))).toBe(1);
});

test("what a tool archives because it is finished is neither news nor part of a wave", () => {
  const project = stories();
  for (const id of ids) project.edit(id, "status", "done");
  for (const id of ids) project.setTwin("jira", id, { state: "archived" });
  const plan = commit(project);
  expect([plan.presence, alarms(plan)]).toEqual([[], 0]);
});

test("a first twin of an id that was used before does not ask for the dead one's identity", () => {
  const project = stories();
  project.links = project.links.filter(({ item }) => item !== "US-001" && item !== "US-002");
  for (const id of ["US-001", "US-002"]) delete project.hub[id]?.refs["jira"];
  project.addTool("jira", { generations: { "US-001": 2 } });
  expect(project.plan().writes).toMatchObject([
    { kind: "create", item: "US-001", generation: 2 },
    { kind: "create", item: "US-002", generation: 0 },
  ]);
});
