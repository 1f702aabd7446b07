/** Twins that stand in the tools before the store knows them. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createSyncEngine, type SyncEngine } from "../../src/index.ts";
import { expectSettled } from "../support/invariants.ts";
import { liveKeys, viewOf } from "../support/sides.ts";
import { startWorld, stopTemporal, type World } from "../support/world.ts";

const HUB = `project: {id: "{ID}", name: Checkout}
implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: in_progress, priority: P1}
  stories:
    - {id: US-001, epic: EPIC-001, title: Store a card, status: ready, estimation: 3}
    - {id: US-002, epic: EPIC-001, title: Delete a card, status: in_progress}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;
const TOOLS = ["jira", "linear"] as const;

let world: World;
let second: SyncEngine | undefined;
afterEach(async () => {
  await second?.close();
  second = undefined;
  await world.close();
});
afterAll(stopTemporal);

/** The hub as it was before its first sync, and an engine that remembers nothing of it. */
async function forget(): Promise<SyncEngine> {
  await world.engine.close();
  await world.writeHub(HUB.replaceAll("{ID}", world.project));
  await writeFile(join(world.root, "sdlc-sync.yaml"), "store: {url: 'sqlite:second.db'}\n");
  await rm(join(world.root, "second.db"), { force: true });
  return (second = createSyncEngine({ root: world.root, env: world.env }));
}

describe("scenario 20: an item that stands in the tool already, found by our marker", () => {
  it("is linked again by a store that remembers nothing, and nothing is made twice", async () => {
    world = await startWorld({ hub: HUB });
    await world.sync();
    const [keys, text] = [TOOLS.map((tool) => liveKeys(world, tool)), await world.hubText()];
    const engine = await forget();
    const mark = world.mark();
    const report = await engine.syncProject(world.project);
    expect([report.outcome, report.findings, mark.writes()]).toEqual(["success", [], 0]);
    expect(TOOLS.map((tool) => liveKeys(world, tool))).toEqual(keys);
    expect(await world.hubText()).toBe(text);
  });

  it("asks about what differs, and overwrites neither side", async () => {
    world = await startWorld({ hub: HUB });
    await world.sync();
    const key = await world.key("US-002", "jira");
    const engine = await forget();
    await world.jira.human({ action: "edit", key, fields: { summary: "Erase a card" } });
    const report = await engine.syncProject(world.project);
    expect(report.conflicts).toMatchObject([{ item: "US-002", field: "title", state: "open" }]);
    expect(viewOf(world, "jira", "story", key)?.title).toBe("Erase a card");
    expect((await world.item("US-002")).fields.title).toBe("Delete a card");
    expect(liveKeys(world, "jira")).toHaveLength(3);
  });
});

describe("an item that people rename in the hub", () => {
  it("keeps its twins, and its edits go on flowing both ways", async () => {
    world = await startWorld({ hub: HUB });
    await world.sync();
    const keys = TOOLS.map((tool) => liveKeys(world, tool));
    await world.editHub("id: US-002", "id: US-777");
    await world.editHub("title: Delete a card", "title: Delete a card now");
    const report = await world.sync();
    expect([report.findings, report.conflicts]).toEqual([[], []]);
    expect(TOOLS.map((tool) => liveKeys(world, tool))).toEqual(keys);
    for (const tool of TOOLS)
      expect(viewOf(world, tool, "story", await world.key("US-777", tool))?.title).toBe("Delete a card now");
    await world.linear.human({ action: "edit", item: await world.key("US-777", "linear"), fields: { estimate: 5 } });
    await world.sync();
    expect((await world.item("US-777")).fields.estimate).toBe(5);
    await expectSettled(world);
  });

  it("takes its stories along when it is an epic", async () => {
    world = await startWorld({ hub: HUB });
    await world.sync();
    await world.writeHub((await world.hubText()).replaceAll("EPIC-001", "EPIC-100"));
    const mark = world.mark();
    expect((await world.sync()).findings).toEqual([]);
    expect(mark.writes()).toBe(0);
    await expectSettled(world);
  });
});
