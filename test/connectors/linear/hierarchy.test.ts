import { afterEach, describe, expect, it } from "vitest";
import type { ItemType, RemoteItem, ToolValues } from "../../../src/core/model.ts";
import { idOf } from "../../../sandbox/linear/seed.ts";
import { twinIn } from "../requests.ts";
import { connector, startBench, type Bench } from "./bench.ts";

let bench: Bench;
afterEach(() => bench.close());

const labelNames = (ref: string): string[] =>
  (bench.sandbox.store.issues.get(ref)?.labelIds ?? [])
    .map((id) => bench.sandbox.store.labels.get(id)?.name ?? "?")
    .toSorted();

describe("tasks below stories and epics", () => {
  const make = (item: string, type: ItemType, fields: ToolValues): Promise<RemoteItem> =>
    bench.createOne(item, fields, type);

  it("are sub-issues in their story's project, with a label for their type", async () => {
    bench = await startBench({ tasks: true });
    const epic = await make("EPIC-1", "epic", { title: "E" });
    const story = await make("US-1", "story", { title: "S", parent: epic.ref });
    const task = await make("TASK-1", "task", { title: "T", parent: story.ref, task_type: "dev" });
    expect(task).toMatchObject({ type: "task", fields: { parent: story.ref, task_type: "dev", labels: [] } });
    expect(bench.sandbox.store.issues.get(task.ref)).toMatchObject({ parentId: story.ref, projectId: epic.ref });
    const changed = twinIn(await bench.updateOne(task, { task_type: "qa", parent: epic.ref }, "task"));
    expect(changed.fields).toMatchObject({ parent: epic.ref, task_type: "qa" });
    expect(labelNames(task.ref)).toEqual(["type:qa"]);
    expect(twinIn(await bench.updateOne(task, { task_type: null, parent: null }, "task")).fields).toMatchObject({
      parent: null,
      task_type: null,
    });
  });
});

describe("a bound project whose parent issues are the epics", () => {
  const CONTAINER = { team_id: "PAY", project_id: idOf.project("Checkout") };
  const bound = (): Promise<Bench> =>
    startBench({
      container: CONTAINER,
      tasks: true,
      seed: { teams: [{ key: "PAY" }], projects: [{ name: "Checkout" }, { name: "Other" }] },
    });

  it("holds epics, stories and tasks as issues of three levels, and lists nothing else", async () => {
    bench = await bound();
    const epic = await bench.createOne("EPIC-1", { title: "E", estimate: 8 }, "epic");
    const story = await bench.createOne("US-1", { title: "S", parent: epic.ref });
    const task = await bench.createOne("TASK-1", { title: "T", parent: story.ref }, "task");
    await bench.sandbox.human({ action: "create", fields: { title: "Elsewhere", project: "Other" } });
    await bench.sandbox.human({ action: "create", kind: "project", fields: { name: "Third" } });
    const { items } = await connector.changes(bench.scope, { cursor: null, recheck: [] });
    expect(new Set(items.map((item) => [item.type, item.ref, item.fields.parent]))).toEqual(
      new Set([
        ["project", CONTAINER.project_id, undefined],
        ["epic", epic.ref, null],
        ["story", story.ref, epic.ref],
        ["task", task.ref, story.ref],
      ]),
    );
    expect(
      [...bench.sandbox.store.issues.values()].filter((issue) => issue.projectId === CONTAINER.project_id),
    ).toHaveLength(3);
  });

  it("writes the project's own name, text and health; health is told once", async () => {
    bench = await bound();
    const [project] = (await connector.read(bench.scope, [CONTAINER.project_id])).items;
    if (!project) throw new Error("no project");
    const health = bench.lens("project", "health").write("Yellow");
    expect(health).toEqual({ kind: "value", value: "atRisk" });
    for (let round = 0; round < 2; round++) {
      const outcome = await bench.updateOne(
        project,
        { title: "Checkout v2", description: "Words", health: "atRisk" },
        "project",
      );
      expect(twinIn(outcome)).toMatchObject({
        type: "project",
        fields: { title: "Checkout v2", description: "Words", health: "atRisk" },
      });
    }
    expect(bench.sandbox.store.projectUpdates.size).toBe(1);
    expect(bench.lens("project", "health").read("offTrack")).toEqual({ kind: "value", value: "Red" });
    expect(bench.lens("project", "health").write("Purple")).toMatchObject({ code: "unknown-health" });
    expect(bench.lens("project", "health").represents("atRisk", "yellow")).toBe(true);
  });
});
