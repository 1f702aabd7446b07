/** An edit in the moment before our write, and the answer of that write, which would have shown it, never comes. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { expectSettled } from "../support/invariants.ts";
import { startWorld, stopTemporal, type World } from "../support/world.ts";
import { Workers } from "../support/workers.ts";

const HUB = `project: {id: "{ID}", name: Checkout}
implementation:
  stories:
    - {id: US-001, title: Old, status: ready}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;

let world: World;
const workers = new Workers();
afterEach(async () => {
  await workers.kill();
  await world.close();
});
afterAll(stopTemporal);

const worker = () => workers.start(world);

/** A new title in the hub; and a person's in the tool, as the sync's own write arrives there. */
async function editInTheMoment(tool: "jira" | "linear"): Promise<void> {
  const key = await world.key("US-001", tool);
  const action = tool === "jira" ? { key, fields: { summary: "Unseen" } } : { item: key, fields: { title: "Unseen" } };
  await world.editHub("title: Old", "title: New");
  world[tool].onArrival = async ({ write }) => {
    if (!write) return;
    world[tool].onArrival = undefined;
    await world[tool].human({ action: "edit", ...action });
    // Vendors tell times by the millisecond.
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
}

async function expectKept(tool: "jira" | "linear"): Promise<void> {
  await expectSettled(world);
  expect((await world.item("US-001")).fields.title).toBe("New");
  const kept = (await world.store.audit(world.project)).filter(({ operation }) => operation === "keep");
  expect(kept).toMatchObject([{ tool, item: "US-001", field: "title", oldValue: "Unseen", newValue: "New" }]);
}

describe.each(["jira", "linear"] as const)("an edit in %s that nobody has seen", (tool) => {
  it("is told and kept where the answer of the write that replaced it is lost", async () => {
    world = await startWorld({ hub: HUB });
    await world.sync();
    await editInTheMoment(tool);
    world[tool].faults.add({ kind: "drop-after", operation: tool === "jira" ? "^PUT" : "^UpdateIssue" });
    const { findings } = await world.sync();
    expect(findings.map(({ code }) => code)).toEqual(["overwritten-edit"]);
    await expectKept(tool);
  });

  it("is kept where the worker dies before it has the answer", async () => {
    world = await startWorld({ hub: HUB });
    const first = await worker();
    await world.sync();
    await editInTheMoment(tool);
    world[tool].onBeforeAnswer = async ({ write }) => {
      if (!write) return;
      world[tool].onBeforeAnswer = undefined;
      await first.kill();
      void worker();
    };
    await world.sync();
    await expectKept(tool);
  });

  it("is not made up where the answer of a write is lost that replaced nothing", async () => {
    world = await startWorld({ hub: HUB });
    await world.sync();
    await world.editHub("title: Old", "title: New");
    world[tool].faults.add({ kind: "drop-after", operation: tool === "jira" ? "^PUT" : "^UpdateIssue" });
    expect((await world.sync()).findings).toEqual([]);
    await expectSettled(world);
    expect((await world.store.audit(world.project)).filter(({ operation }) => operation === "keep")).toEqual([]);
  });
});
