/** Jira takes no status, only transitions: what stands half-way is nobody's edit, and what a person sets there is one. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { expectSettled } from "../support/invariants.ts";
import { stopTemporal, type World } from "../support/world.ts";
import { synced } from "./checkout.ts";

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

describe("a status that Jira reaches in several steps, one of which gets no answer", () => {
  it.each([
    ["first", "drop-after", 1],
    ["second", "drop-after", 2],
    ["second", "drop-before", 2],
    ["second", "server-error", 2],
    ["second", "rate-limited", 2],
    ["last", "drop-after", 3],
  ] as const)("the %s, %s: is nobody's edit on the way", async (_, kind, nth) => {
    world = await synced();
    await world.editHub("status: ready", "status: done");
    world.jira.faults.add({ kind, operation: "POST issue/.*transitions$", nth, retryAfterSeconds: 1 });
    const report = await world.sync();
    expect(world.jira.faults.hits.get(kind)).toBe(1);
    expect([report.findings, report.conflicts, (await world.item("US-001")).fields.status]).toEqual([[], [], "done"]);
    await expectSettled(world);
  });
});

describe("a status that is taken back in the hub while a limit keeps it half-way", () => {
  it("goes back in Jira too, and the half is nobody's edit", async () => {
    world = await synced();
    await world.editHub("status: ready", "status: done");
    const key = await world.key("US-001", "jira");
    const before = world.jira.site.get(key).data.statusId;
    const rule = {
      kind: "rate-limited",
      operation: "POST issue/.*transitions$",
      nth: 2,
      retryAfterSeconds: 4,
    } as const;
    world.jira.faults.add(rule);
    const running = world.sync();
    await expect.poll(() => world.jira.faults.hits.get(rule.kind), { timeout: 20_000 }).toBe(1);
    expect(world.jira.site.get(key).data.statusId, "half-way").not.toBe(before);
    await expect.poll(() => world.hubText()).toContain("status: done");
    await world.editHub("status: done", "status: ready");
    await world.editHub("title: Store a card", "title: Keep a card");
    const reports = [await running, await world.sync()];
    expect(reports.map(({ conflicts, findings }) => [conflicts, findings])).toEqual([
      [[], []],
      [[], []],
    ]);
    expect((await world.item("US-001")).fields).toMatchObject({ title: "Keep a card", status: "ready" });
    expect(world.jira.site.get(key).data).toMatchObject({ summary: "Keep a card", statusId: before });
    await expectSettled(world);
  });
});

describe("a person who moves an issue to where our own steps lead", () => {
  it.each([
    ["after the last of them, whose answer is lost", "drop-after", 3],
    ["while a limit keeps the first of them from being sent", "rate-limited", 1],
  ] as const)("%s: is heard", async (_, kind, nth) => {
    world = await synced();
    await world.editHub("status: ready", "status: done");
    const key = await world.key("US-001", "jira");
    world.jira.faults.add({ kind, operation: "POST issue/.*transitions$", nth, retryAfterSeconds: 3 });
    const mark = world.jira.log.total();
    const running = world.sync();
    await expect.poll(() => world.jira.faults.hits.get(kind), { timeout: 20_000 }).toBe(1);
    const steps = world.jira.log.since(mark).filter(({ operation }) => /^POST .*transitions$/.test(operation)).length;
    expect(steps, "moved before").toBe(nth);
    await world.jira.human({ action: "transition", key, to: "In Progress" });
    await running;
    await world.sync();
    expect((await world.item("US-001")).fields.status).toBe("in_progress");
    expect(world.jira.site.get(key).data.statusId).toBe("3");
    await expectSettled(world);
  });
});

describe("a status on its way that waits for a limit while change detection looks", () => {
  it("is nobody's edit", async () => {
    world = await synced();
    for (let round = 0; round < 2; round += 1) expect((await world.run(["sync", "--all"])).code).toBe(0);
    await world.editHub("status: ready", "status: done");
    const rule = { kind: "rate-limited", operation: "POST issue/.*transitions$", retryAfterSeconds: 6 } as const;
    world.jira.faults.add({ ...rule, nth: 2 });
    const mark = world.jira.log.total();
    const running = world.sync();
    await expect.poll(() => world.jira.faults.hits.get(rule.kind), { timeout: 20_000 }).toBe(1);
    expect((await world.run(["sync", "--all"])).code).toBe(0);
    const report = await running;
    const calls = world.jira.log.since(mark).map(({ operation }) => operation);
    const moves = calls.flatMap((call, n) => (/^POST .*transitions$/.test(call) ? [n] : []));
    // Half-way it was listed: else the test would say nothing.
    expect(calls.slice(moves[1], moves[2])).toContain("POST search/jql");
    expect([report.conflicts, (await world.item("US-001")).fields.status]).toEqual([[], "done"]);
    await expectSettled(world);
  });
});
