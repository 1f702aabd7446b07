import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { FaultRule } from "../../sandbox/kit/faults.ts";
import { exitCodeOf } from "../../src/core/report.ts";
import { expectSettled } from "../support/invariants.ts";
import { startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const HUB = `project: {id: "{ID}", name: Checkout}
implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: in_progress, priority: P1}
  stories:
    - {id: US-001, epic: EPIC-001, title: Store a card, status: ready, estimation: 3}
    - {id: US-002, epic: EPIC-001, title: Delete a card, status: in_progress}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(options: Partial<WorldOptions> = {}): Promise<void> {
  world = await startWorld({ hub: HUB, ...options });
}

describe("scenario 36: the tool refuses for now", () => {
  const rules: readonly (readonly ["jira" | "linear", string, FaultRule])[] = [
    ["jira", "429 in mid-batch", { kind: "rate-limited", operation: "transitions$", retryAfterSeconds: 3 }],
    ["jira", "429 on the create", { kind: "rate-limited", operation: "POST issue/bulk$", retryAfterSeconds: 3 }],
    ["jira", "502 as HTML", { kind: "bad-gateway", operation: "POST issue/bulk$" }],
    ["jira", "500", { kind: "server-error", operation: "search/jql" }],
    ["linear", "HTTP 400 RATELIMITED", { kind: "rate-limited", operation: "CreateProject", retryAfterSeconds: 3 }],
    ["linear", "502 as HTML", { kind: "bad-gateway", operation: "CreateIssue" }],
    ["linear", "200 with errors", { kind: "server-error", operation: "CreateIssue" }],
  ];

  it.each(rules)("%s, %s: resumes where it stopped, no duplicate", async (tool, _what, rule) => {
    await start();
    world[tool].faults.add(rule);
    const report = await world.sync();
    expect(report.outcome).not.toBe("error");
    expect(report.summary.failed).toBe(0);
    await expectSettled(world);
  });
});

describe("a tool that is away", () => {
  it.each(["jira", "linear"] as const)(
    "%s revoked: that tool is in error, the other is done, and it heals",
    async (tool) => {
      await start();
      const other = tool === "jira" ? "linear" : "jira";
      world[tool].faults.conditions.authRevoked = true;
      const report = await world.sync();
      expect(report.tools[tool]).toMatchObject({
        status: "error",
        error: expect.stringContaining("Authentication failed"),
      });
      expect(report.tools[other]).toMatchObject({ status: "success", operations: 3 });
      expect(exitCodeOf(report)).toBe(1);
      world[tool].faults.conditions.authRevoked = false;
      expect((await world.sync()).outcome).toBe("success");
      await expectSettled(world);
    },
  );

  it("down: edits elsewhere go on, and it catches up to the latest state", async () => {
    await start();
    await world.sync();
    world.linear.faults.add({ kind: "server-error", operation: ".*", times: 0 });
    for (const title of ["Keep a card", "Save a card"]) {
      await world.editHub(/title: (Store|Keep) a card/, `title: ${title}`);
      const report = await world.sync();
      expect(report.tools["linear"]?.status).toBe("error");
      expect(report.tools["jira"]?.status).toBe("success");
    }
    world.linear.faults.clear();
    const mark = world.linear.log.writes();
    await world.sync();
    expect(world.linear.log.writes() - mark).toBe(1);
    await expectSettled(world);
  });

  it("slow: delays nobody, and joins a later pass of the same run", async () => {
    await start({ timings: { slow_tool_after_ms: 200, request_timeout_ms: 60_000 } });
    const isCreated = (): boolean => world.jira.log.all().some(({ operation }) => operation === "POST issue/bulk");
    // Linear says nothing before Jira has been written to: whoever waits for it waits for ever.
    world.linear.onBeforeAnswer = async () => {
      world.linear.onBeforeAnswer = undefined;
      await expect.poll(isCreated, { timeout: 50_000 }).toBe(true);
    };
    const report = await world.sync();
    expect(report.run.passes).toBeGreaterThan(1);
    await expectSettled(world);
  });
});

describe("scenario 40: the connection lets us down", () => {
  const rules: readonly (readonly ["jira" | "linear", string, FaultRule])[] = [
    ["jira", "reset after the edit was taken", { kind: "drop-after", operation: "PUT issue/" }],
    ["jira", "an answer cut in half", { kind: "truncated", operation: "PUT issue/" }],
    ["jira", "a listing cut in half", { kind: "truncated", operation: "search/jql" }],
    ["linear", "reset after the edit was taken", { kind: "drop-after", operation: "UpdateIssue" }],
    ["linear", "an answer cut in half", { kind: "truncated", operation: "UpdateIssue" }],
    ["linear", "a listing cut in half", { kind: "truncated", operation: "Changes" }],
  ];

  it.each(rules)("%s, %s: no wrong base, and it converges", async (tool, _what, rule) => {
    await start();
    await world.sync();
    world[tool].faults.add(rule);
    await world.editHub("title: Store a card", "title: Keep a card");
    await world.sync();
    await world.editHub("title: Keep a card", "title: Save a card");
    expect((await world.sync()).outcome).toBe("success");
    await expectSettled(world);
  });
});
