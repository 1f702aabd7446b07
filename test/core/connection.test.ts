import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { probeWaitMs, secretAge } from "../../src/core/connection.ts";

const DAY_MS = 86_400_000;

describe("a refused credential", () => {
  it("is asked about ever more seldom, up to the longest wait", () => {
    const waits = [0, 1, 2, 3, 4, 5, 100].map((probes) => probeWaitMs(probes, { afterMs: 60_000, maxMs: 900_000 }));
    expect(waits).toEqual([60_000, 120_000, 240_000, 480_000, 900_000, 900_000, 900_000]);
  });
});

describe("the age of a secret", () => {
  const rotation = { days: 90, alertBeforeDays: 7 };
  it.each([
    [0, "fine"],
    [82, "fine"],
    [83, "due"],
    [89, "due"],
    [90, "overdue"],
    [500, "overdue"],
  ])("after %i days is %s", (days, state) => {
    expect(secretAge(1_000, 1_000 + days * DAY_MS, rotation)).toEqual({ days, of: 90, state });
  });

  it("is nobody's business without a rotation, and is never negative", () => {
    expect(secretAge(0, 900 * DAY_MS, { days: 0, alertBeforeDays: 7 })).toBeNull();
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (first, now) => {
        expect(secretAge(first, now, rotation)?.days).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
