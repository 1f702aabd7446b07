/** What the limits allow, and how near a run came to it. */
import type { BucketLimit } from "../../src/store/store.ts";
import { bucketOf } from "../../src/rate/buckets.ts";
import type { Limits, Ran, ToolCalls } from "./world.ts";

const PERIOD_MS = 10_000;

/** How a run compares with the least time in which its calls may be made. */
export interface Bound {
  /** The tool whose calls need longest. */
  readonly tool: ToolCalls["tool"];
  readonly seconds: number;
  /** Of the run's own time. */
  readonly ratio: number;
}

/** Calls beyond those that may go at once, each at its share of the period; of the tool that needs longest. */
export function boundOf(ran: Ran, limits: Limits): Bound {
  const [longest] = ran.tools
    .map(({ tool, requests }) => ({ tool, seconds: secondsFor(requests, limits[tool]) }))
    .toSorted((a, b) => b.seconds - a.seconds);
  if (!longest) throw new Error("a run without tools has no bound");
  return { ...longest, ratio: ran.seconds / longest.seconds };
}

function secondsFor(calls: number, limit: number): number {
  const { burst }: BucketLimit = bucketOf("", { limit, periodMs: PERIOD_MS }, 1);
  return (Math.max(0, calls - burst) * PERIOD_MS) / limit / 1_000;
}
