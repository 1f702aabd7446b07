import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWorld, stopTemporal, type World } from "../support/world.ts";

const HUB = `
project: {id: "{ID}", name: Checkout}
implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: in_progress, priority: P1}
  stories:
    - id: US-001
      epic: EPIC-001
      title: Store a card      # by stand-up
      status: ready
      assignee: ana.ruiz@example.com
      estimation: 3
      labels: [payments, pci]
    - id: US-002
      epic: EPIC-001
      title: Delete a card
      status: in_progress
external_sync:
  jira: {project_key: CHK}
  linear: {team_id: PAY}
`;

let world: World;
beforeEach(async () => {
  world = await startWorld({ hub: HUB });
});
afterEach(() => world.close());
afterAll(stopTemporal);

describe("the main job", () => {
  it("makes one twin each, then is silent, then finds one edit on every side", async () => {
    const first = await world.sync();
    expect(first.outcome).toBe("success");
    expect(first.tools["jira"]?.operations).toBe(3);

    await world.sync();
    const quiet = world.mark();
    const before = { text: await world.hubText(), ...(await world.hubStat()) };
    const third = await world.sync();
    expect(third.summary.total_operations).toBe(0);
    expect(quiet.writes()).toBe(0);
    expect(quiet.requests()).toBeLessThanOrEqual(2);
    expect(await world.hubText()).toBe(before.text);
    expect((await world.hubStat()).mtimeMs).toBe(before.mtimeMs);

    const [jiraKey, linearKey] = [await world.key("US-001", "jira"), await world.key("US-002", "linear")];
    await world.jira.human({ action: "edit", key: jiraKey, fields: { summary: "Keep a card" } });
    await world.linear.human({ action: "edit", item: linearKey, fields: { state: "Done" } });
    await world.editHub("estimation: 3", "estimation: 5");
    await world.sync();
    expect((await world.item("US-001")).fields).toMatchObject({
      title: "Keep a card",
      estimate: 5,
      labels: ["payments", "pci"],
    });
    expect((await world.item("US-002")).fields.status).toBe("done");
    expect(await world.hubText()).toContain("title: Keep a card      # by stand-up");
    expect(world.jira.spec.violations()).toEqual([]);
    expect(world.linear.specViolations()).toEqual([]);
  });
});
