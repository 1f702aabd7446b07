/**
 * The one suite every connector passes. A connector's test file is
 * `describeConformance({name, module, start, operations, ...})`; what a tool lacks is skipped by its
 * declared capabilities or by what the harness leaves out, never by a copy of the suite.
 */
import { afterEach, beforeEach, describe } from "vitest";
import { describeBrokenOff } from "./conformance/broken-off.ts";
import { describeFailures } from "./conformance/failures.ts";
import type { Harness } from "./conformance/harness.ts";
import { describeLensLaws } from "./conformance/lens-laws.ts";
import { describeReads } from "./conformance/reads.ts";
import { openSession, type Session } from "./conformance/session.ts";
import { describeWrites } from "./conformance/writes.ts";

export function describeConformance(harness: Harness): void {
  describe(`${harness.name} as a connector`, () => {
    let session: Session | undefined;
    const use = (): Session => {
      if (!session) throw new Error("no stand-in is running");
      return session;
    };
    beforeEach(async () => {
      session = await openSession(harness);
    });
    afterEach(async () => {
      await session?.sandbox.close();
      session = undefined;
    });

    describe("mapping", () => describeLensLaws(use));
    describe("reading", () => describeReads(use));
    describe("writing", () => describeWrites(use));
    describe("failing", () => describeFailures(use));
    describe("broken off", () => describeBrokenOff(use));
  });
}
