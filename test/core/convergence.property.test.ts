import * as fc from "fast-check";
import { expect, test } from "vitest";
import { histories, isLossy, live } from "./simulation/history.ts";

const seed = Number(process.env["SDLC_SYNC_SEED"] ?? (Date.now() ^ (process.pid << 8)) & 0x7fffffff);
const numRuns = Number(process.env["SDLC_SYNC_PROPERTY_RUNS"] ?? 2_000);
/** Grows with the runs, so that a busy machine fails no heavy run. */
const HANG_GUARD_MS = 120_000 + numRuns * 50;

const COUNTED = [
  "conflicts",
  "deletes",
  "restores",
  "failures",
  "crashes",
  "races",
  "answers",
  "deletionAnswers",
  "guardAnswers",
] as const;

test(
  "every history of edits, failures and crashes ends in agreement with nothing lost",
  () => {
    const kinds = [...COUNTED, "lossy", "all"] as const;
    const shares = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<(typeof kinds)[number], number>;
    fc.assert(
      fc.property(histories, (history) => {
        const seen = live(history);
        shares.all += 1;
        if (isLossy(history)) shares.lossy += 1;
        for (const kind of COUNTED) if (seen[kind] > 0) shares[kind] += 1;
      }),
      { seed, numRuns },
    );
    const percent = Object.fromEntries(
      Object.entries(shares).map(([kind, count]) => [kind, `${Math.round((100 * count) / shares.all)}%`]),
    );
    console.info(`convergence: ${shares.all} histories, SDLC_SYNC_SEED=${seed}, of these with`, percent);
    for (const kind of ["conflicts", "deletes", "failures", "lossy"] as const) {
      expect(shares[kind] / shares.all, `share of histories with ${kind}`).toBeGreaterThanOrEqual(0.1);
    }
    for (const kind of ["deletionAnswers", "guardAnswers"] as const) {
      expect(shares[kind] / shares.all, `share of histories with ${kind}`).toBeGreaterThanOrEqual(0.02);
    }
  },
  HANG_GUARD_MS,
);
