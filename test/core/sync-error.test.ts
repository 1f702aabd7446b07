import { describe, expect, it } from "vitest";
import { restMs, syncErrorsOf } from "../../src/core/sync-error.ts";
import { runFacts, toolFacts } from "./report-facts.ts";

const HOUR_MS = 3_600_000;

describe("the errors of a run, as the contract has them", () => {
  it("rates a tool by what can mend it, and says when it is asked again", () => {
    const failed = (code: "AuthFailed" | "Unavailable") =>
      toolFacts("jira", {
        standing: "failed",
        error: { code, message: "no" },
        ...(code === "AuthFailed" ? { retries: { count: 3, nextAt: "2026-11-20T12:00:00.000Z" } } : {}),
      });
    const common = { project: "PROJ-2026-001", tool: "jira", error: "no" };
    expect(syncErrorsOf(runFacts({ tools: [failed("AuthFailed")] }))).toEqual([
      { ...common, retryCount: 3, nextRetry: "2026-11-20T12:00:00.000Z", severity: "critical" },
    ]);
    expect(syncErrorsOf(runFacts({ tools: [failed("Unavailable")] }))).toEqual([
      { ...common, retryCount: 0, nextRetry: null, severity: "medium" },
    ]);
  });

  it("names a wait that a tool asked for, and says nothing of tools that did well", () => {
    const tools = [
      toolFacts("jira", { standing: "waiting", waitUntil: "2026-11-20T12:00:00.000Z" }),
      toolFacts("linear", {}),
    ];
    expect(syncErrorsOf(runFacts({ tools }))).toMatchObject([
      { tool: "jira", severity: "low", nextRetry: "2026-11-20T12:00:00.000Z" },
    ]);
  });

  it("names each item that a tool refused, with how often and until when it rests", () => {
    const refused = {
      tool: "jira",
      item: "US-1",
      message: "no such label",
      attempts: 3,
      nextAt: "2026-11-20T16:00:00.000Z",
    };
    expect(syncErrorsOf(runFacts({ refusedWrites: [refused] }))).toEqual([
      {
        project: "PROJ-2026-001",
        tool: "jira",
        item: "US-1",
        error: "no such label",
        retryCount: 2,
        nextRetry: "2026-11-20T16:00:00.000Z",
        severity: "high",
      },
    ]);
  });

  it("lets a refused write rest twice as long each time, at most a day", () => {
    expect([1, 2, 3, 4, 5, 6, 60].map((attempts) => restMs(attempts) / HOUR_MS)).toEqual([1, 2, 4, 8, 16, 24, 24]);
  });
});
