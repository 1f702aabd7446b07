import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../src/core/errors.ts";
import { buildReport, exitCodeOf } from "../../src/core/report.ts";
import type { RunFacts } from "../../src/core/run-facts.ts";
import { conflictFacts, runFacts, toolFacts } from "./report-facts.ts";

const build = (more: Partial<RunFacts> = {}) => buildReport(runFacts(more));
const failing = (code: ErrorCode, message = "no") =>
  toolFacts("jira", { standing: "failed", error: { code, message } });

describe("the report of a run", () => {
  it("has the contract's keys, in its order", () => {
    const report = build();
    expect(Object.keys(report).slice(0, 7)).toEqual([
      "project_id",
      "timestamp",
      "duration_ms",
      "summary",
      "tools",
      "data_consistency",
      "recommendations",
    ]);
    expect(report).toMatchObject({
      project_id: "PROJ-2026-001",
      timestamp: "2026-11-20T10:00:45.000Z",
      duration_ms: 45_000,
      summary: { total_operations: 8, successful: 8, failed: 0, skipped: 0 },
      tools: { jira: { status: "success", operations: 8, duration_ms: 1000 } },
      data_consistency: { score: 1, drifts_found: 0, drifts_resolved: 0, manual_review_required: 0 },
      recommendations: [],
      outcome: "success",
    });
  });

  it("tells the contract's sample run", () => {
    const report = build({
      tools: [
        toolFacts("jira", { successful: 8, durationMs: 25_000, rateLimit: { used: 45, limit: 300 } }),
        toolFacts("linear", { successful: 4, durationMs: 15_000, rateLimit: { used: 55, limit: 60 } }),
        toolFacts("notion", { standing: "failed", error: { code: "AuthFailed", message: "401" } }),
      ],
      hub: { edits: 2, hash: "abc" },
      conflicts: [conflictFacts({ item: "PROJ-001-005", number: null })],
      consistency: { compared: 15, found: 2, resolved: 1 },
    });
    expect(report.summary).toEqual({ total_operations: 15, successful: 14, failed: 1, skipped: 0 });
    expect(report.tools).toEqual({
      jira: { status: "success", operations: 8, duration_ms: 25_000, rate_limit_used: "45/300" },
      linear: {
        status: "warning",
        operations: 4,
        duration_ms: 15_000,
        rate_limit_used: "55/60",
        warnings: ["Rate limit approaching"],
      },
      notion: { status: "error", operations: 0, duration_ms: 1000, error: "Authentication failed: 401" },
    });
    expect(report.data_consistency).toEqual({
      score: 0.9333,
      drifts_found: 2,
      drifts_resolved: 1,
      manual_review_required: 1,
    });
    expect(report.recommendations).toEqual([
      "Monitor Linear rate limit usage (55/60)",
      "Review Notion API key configuration: check NOTION_API_TOKEN",
      "Epic PROJ-001-005 requires manual conflict resolution (title): track-sdlc conflicts PROJ-2026-001",
    ]);
  });

  it("is the same for the same facts, and plain JSON", () => {
    const report = build({ conflicts: [conflictFacts()] });
    expect(JSON.stringify(build({ conflicts: [conflictFacts()] }))).toBe(JSON.stringify(report));
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it.each([
    [79, 100, false],
    [80, 100, false],
    [81, 100, true],
  ])("warns of a rate limit over 80%% (%i of %i: %s)", (used, limit, warned) => {
    const report = build({ tools: [toolFacts("jira", { rateLimit: { used, limit } })] });
    expect(report.tools["jira"]?.warnings?.includes("Rate limit approaching") ?? false).toBe(warned);
    expect(report.recommendations.some((sentence) => sentence.includes("rate limit usage"))).toBe(warned);
  });

  it("says what was rejected, what is left, who is slow, whose clock is off", () => {
    const tools = [
      toolFacts("a", { failed: 1, skipped: 2 }),
      toolFacts("b", { standing: "slow" }),
      toolFacts("c", { standing: "waiting", waitUntil: "2026-11-20T11:00:00.000Z" }),
      toolFacts("d", { skewMs: -600_000 }),
      toolFacts("e", { skewMs: 900 }),
    ];
    const report = build({ tools });
    expect(Object.fromEntries(Object.entries(report.tools).map(([tool, { warnings }]) => [tool, warnings]))).toEqual({
      a: ["1 write was rejected", "2 writes are left for the next run"],
      b: ["No answer in time: left out, the next run takes it in"],
      c: ["Waiting as asked until 2026-11-20T11:00:00.000Z"],
      d: ["Clock is 600 s slow; times are corrected by that"],
      e: undefined,
    });
    expect(report.summary).toEqual({ total_operations: 3, successful: 0, failed: 1, skipped: 2 });
  });

  it.each<[ErrorCode, RegExp]>([
    ["AuthFailed", /check JIRA_API_TOKEN/],
    ["InvalidConfig", /check JIRA_API_TOKEN/],
    ["Forbidden", /Give the account of Jira the right/],
    ["NotFound", /Check external_sync\.jira/],
    ["Unavailable", /the next run catches up/],
    ["Rejected", /Check the mapping of Jira/],
    ["EngineUnavailable", /Look into the error of Jira/],
  ])("names the remedy for %s", (code, remedy) => {
    const report = build({ tools: [failing(code)] });
    expect(report.tools["jira"]?.status).toBe("error");
    expect(report.recommendations).toHaveLength(1);
    expect(report.recommendations[0]).toMatch(remedy);
  });

  it("names a conflict by item, fields and number; many of them as one sentence", () => {
    const one = build({ conflicts: [conflictFacts()] });
    expect(one.recommendations).toEqual([
      "Epic EPIC-001 requires manual conflict resolution (title): track-sdlc resolve PROJ-2026-001 --conflict-id=7",
    ]);
    const two = build({ conflicts: [conflictFacts(), conflictFacts({ number: 8, field: "status" })] });
    expect(two.recommendations).toEqual([
      "Epic EPIC-001 requires manual conflict resolution (title, status): track-sdlc resolve PROJ-2026-001 --conflict-id=7, track-sdlc resolve PROJ-2026-001 --conflict-id=8",
    ]);
    const many = build({
      conflicts: Array.from({ length: 200 }, (_, number) => conflictFacts({ number, item: `EPIC-${number}` })),
    });
    expect(many.recommendations).toHaveLength(21);
    expect(many.recommendations.at(-1)).toContain("180 more items");
  });

  it("counts and recommends a parked conflict once, though a finding tells of it too", () => {
    const finding = {
      code: "first-agreement",
      severity: "warning",
      message: "title was changed on several sides",
      remedy: "Decide with track-sdlc resolve, or give both sides the same value.",
      needsDecision: true,
    } as const;
    const report = build({ conflicts: [conflictFacts()], findings: [finding] });
    expect(report.data_consistency.manual_review_required).toBe(1);
    expect(report.recommendations).toHaveLength(1);
    expect(report.recommendations[0]).toContain("track-sdlc resolve");
  });

  it("names a deletion and a bulk write with what happened, once, and leaves alone what is no question", () => {
    const deletion = conflictFacts({
      field: "deletion",
      sides: ["hub", "jira"],
      choices: ["recreate", "keep"],
      about: "deleted in jira; live in the hub",
    });
    const bulk = conflictFacts({
      number: 8,
      item: "project",
      type: "project",
      field: "bulk-create:jira",
      choices: ["proceed", "refuse"],
      about: "create 60 items in jira (limit 50)",
    });
    const finding = {
      severity: "warning",
      tool: "jira",
      message: "x",
      remedy: "Decide.",
      needsDecision: true,
    } as const;
    const told = [
      { ...finding, code: "deleted-in-tool", items: ["EPIC-001"] },
      { ...finding, code: "bulk-create" },
    ];
    const report = build({ conflicts: [deletion, bulk], findings: told });
    expect(report.data_consistency.manual_review_required).toBe(2);
    expect(report.recommendations).toEqual([
      "Epic EPIC-001 requires a decision (deleted in jira; live in the hub): track-sdlc resolve PROJ-2026-001 --conflict-id=7",
      "Project PROJ-2026-001 requires a decision (create 60 items in jira (limit 50)): track-sdlc resolve PROJ-2026-001 --conflict-id=8, or sync again with --yes",
    ]);
    const others = [{ ...finding, code: "deleted-in-tool", items: ["EPIC-001", "EPIC-002"] }];
    const more = build({ conflicts: [deletion], findings: others });
    expect(more.data_consistency.manual_review_required).toBe(2);
    expect(more.recommendations).toContain("Decide.");
  });

  it("shows a decided conflict with its winner and asks nothing", () => {
    const report = build({ conflicts: [conflictFacts({ number: null, decided: { side: "jira", reason: "newer" } })] });
    expect(report.conflicts).toMatchObject([{ state: "resolved", winner: "jira", reason: "newer" }]);
    expect(report.data_consistency.manual_review_required).toBe(0);
    expect(report.recommendations).toEqual([]);
  });

  it("tells each remedy once", () => {
    const finding = { code: "unknown-person", severity: "warning", message: "who?", remedy: "Add them." } as const;
    const report = build({
      findings: [
        { ...finding, tool: "jira" },
        { ...finding, tool: "linear" },
        { ...finding, severity: "info", remedy: "Never mind." },
      ],
    });
    expect(report.recommendations).toEqual(["Add them."]);
    expect(report.findings).toHaveLength(3);
  });

  it.each([
    [100, 0, 0, 1],
    [100, 10, 10, 1],
    [100, 10, 3, 0.93],
    [100_000, 1, 0, 0.9999],
    [0, 0, 0, 1],
    [1, 5, 0, 0],
  ])("scores %i fields with %i drifts, %i of them resolved: %f", (compared, found, resolved, score) => {
    expect(build({ consistency: { compared, found, resolved } }).data_consistency.score).toBe(score);
  });
});

describe("outcome and exit code", () => {
  const question = { code: "bulk-create", severity: "error", message: "60 creates", needsDecision: true } as const;
  it.each<[string, Partial<RunFacts>, string, number]>([
    ["all well", {}, "success", 0],
    ["a notice", { findings: [{ code: "x", severity: "info", message: "x" }] }, "success", 0],
    ["a warning", { findings: [{ code: "x", severity: "warning", message: "x" }] }, "warning", 0],
    ["an error in the hub", { findings: [{ code: "x", severity: "error", message: "x" }] }, "error", 1],
    ["a tool that failed", { tools: [failing("Unavailable")] }, "error", 1],
    ["a rejected write", { tools: [toolFacts("jira", { failed: 1 })] }, "error", 1],
    ["a slow tool", { tools: [toolFacts("jira", { standing: "slow" })] }, "warning", 0],
    ["a parked conflict", { conflicts: [conflictFacts()] }, "warning", 3],
    ["a decided conflict", { conflicts: [conflictFacts({ decided: { side: "hub", reason: "newer" } })] }, "success", 0],
    ["a question of the bulk guard", { findings: [question] }, "warning", 3],
    ["a failure and a question", { findings: [question], tools: [failing("AuthFailed")] }, "error", 1],
    ["nothing done at all", { refused: "the hub file cannot be read", tools: [] }, "error", 1],
  ])("%s", (_, facts, outcome, code) => {
    const report = build(facts);
    expect(report.outcome).toBe(outcome);
    expect(exitCodeOf(report)).toBe(code);
  });
});
