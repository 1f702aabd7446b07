import { ApplicationFailure, CancelledFailure } from "@temporalio/common";
import { describe, expect, it } from "vitest";
import { toApplicationFailure } from "../../activities/failures.ts";
import { SyncFailure } from "../../src/core/errors.ts";

const SECRET = "Salary of Ana";

describe("an error on its way into a history", () => {
  it.each([
    [
      "ours",
      new SyncFailure("Rejected", SECRET, { tool: "jira", status: 400 }),
      "Rejected",
      true,
      "jira Rejected (HTTP 400)",
    ],
    [
      "a limit",
      new SyncFailure("RateLimited", SECRET, { tool: "jira", retryAfterMs: 41_000 }),
      "RateLimited",
      false,
      "jira RateLimited: wait 41 s",
    ],
    ["a defect", new SyntaxError(`"${SECRET}" is not valid JSON`), "Bug", true, "SyntaxError"],
    ["a full disk", Object.assign(new Error(SECRET), { code: "ENOSPC" }), "Unavailable", false, "Error ENOSPC"],
    ["no error at all", SECRET, "Unavailable", false, "an unknown failure"],
  ] as const)("%s: carries its code and none of its words", (_, error, type, nonRetryable, message) => {
    const failure = toApplicationFailure(error) as ApplicationFailure;
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type, nonRetryable, message });
    expect(JSON.stringify(failure) + String(failure.cause)).not.toContain(SECRET);
  });

  it("leaves Temporal's own as they are", () => {
    const cancelled = new CancelledFailure("cancelled");
    expect(toApplicationFailure(cancelled)).toBe(cancelled);
  });
});
