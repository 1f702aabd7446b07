/** A write that a tool refuses rests and is sent again by itself; the rest of the project flows. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { startWorld, stopTemporal, type World } from "../support/world.ts";

const HUB = `project: {id: "{ID}", name: Checkout}
implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: in_progress}
  stories:
    - {id: US-001, epic: EPIC-001, title: Refused, status: ready}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;
let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

const creates = () => world.jira.log.byOperation()["POST issue/bulk"] ?? 0;
const bySchedule = () => world.engine.syncProject(world.project, { trigger: "schedule" });

describe("a write that a tool refuses", () => {
  it("rests, is told with when it is sent again, and holds up nothing else", async () => {
    world = await startWorld({
      hub: HUB,
      jira: { projects: [{ key: "CHK", offCreateScreen: { Story: ["summary"] } }] },
    });
    const first = await bySchedule();
    expect(first).toMatchObject({
      outcome: "error",
      tools: { jira: { status: "warning" }, linear: { status: "success" } },
    });
    expect(first.errors).toMatchObject([
      { project: world.project, tool: "jira", item: "US-001", retryCount: 0, severity: "high" },
    ]);
    const rest = Date.parse(first.errors[0]!.nextRetry!) - Date.now();
    expect(rest / 60_000).toBeGreaterThan(55);
    expect((await world.item("EPIC-001")).refs["jira"]).toBeDefined();
    expect((await world.item("US-001")).refs["linear"]).toBeDefined();

    const sent = creates();
    const second = await bySchedule();
    expect([creates() - sent, second.errors[0]?.retryCount]).toEqual([0, 0]);
    expect(second.findings.find(({ code }) => code === "write-rejected")).toMatchObject({
      items: ["US-001"],
      message: expect.stringMatching(/^jira refused the create once: /),
      remedy: expect.stringContaining("it is sent again when it changes, with a sync by hand, or 20"),
    });
    expect((await world.store.standings()).get(world.project)?.owedAtMs).toBe(Date.parse(first.errors[0]!.nextRetry!));

    const byHand = await world.sync();
    expect([creates() - sent, byHand.errors[0]?.retryCount]).toEqual([1, 1]);
    await world.editHub("Refused", "Another title");
    const edited = await bySchedule();
    expect([creates() - sent, edited.errors[0]?.retryCount]).toEqual([2, 0]);

    for (const [type, { edit }] of Object.entries(world.jira.site.project("CHK")!.screens))
      world.jira.site.project("CHK")!.screens[type] = { edit, create: edit };
    const mended = await world.sync();
    expect([mended.outcome, mended.errors]).toEqual(["success", []]);
    expect((await world.item("US-001")).refs["jira"]).toBeDefined();
    expect(await world.store.deadLetters(world.project)).toEqual([]);
    expect((await world.store.standings()).get(world.project)?.owedAtMs).toBeNull();
  });
});
