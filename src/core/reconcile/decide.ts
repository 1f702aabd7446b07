import type { FieldValue, Side, Stamp } from "../model.ts";
import type { Candidate, FieldConflict, ConflictStrategy } from "../plan.ts";

export type Decision = NonNullable<FieldConflict["decided"]>;

/** From most to least careful. */
const STRATEGIES: readonly ConflictStrategy[] = ["manual", "field-merge", "source-wins", "last-modified-wins"];

export function mostCareful(strategies: readonly ConflictStrategy[]): ConflictStrategy {
  return STRATEGIES.find((strategy) => strategies.includes(strategy)) ?? "manual";
}

/** The winner by strategy; undefined where a person has to say. Candidates come hub first, then by tool key. */
export function decide(
  strategy: ConflictStrategy,
  candidates: readonly Candidate[],
  force: boolean,
): Decision | undefined {
  if (strategy === "manual" || strategy === "field-merge") return undefined;
  const hub = candidates.find(({ side }) => side === "hub");
  if (hub && strategy === "source-wins") return decision(hub, "the hub is the source");
  if (hub && force) return decision(hub, "forced: the hub wins");
  return decideByTime(candidates);
}

/**
 * The newest candidate. Times within their resolution are a tie, and so is a time that nobody knows;
 * ties go to the hub, else to the first tool.
 */
export function decideByTime(candidates: readonly Candidate[]): Decision | undefined {
  const first = candidates[0];
  if (!first) return undefined;
  const timed = candidates.flatMap((candidate) => (candidate.stamp ? [{ candidate, stamp: candidate.stamp }] : []));
  if (timed.length < candidates.length) return decision(first, "a time is not known");
  const newest = timed.reduce((best, one) => (epoch(one.stamp) > epoch(best.stamp) ? one : best));
  const ties = timed.filter((one) => isTie(one.stamp, newest.stamp));
  const winner = ties[0]?.candidate ?? newest.candidate;
  return decision(winner, ties.length > 1 ? "edited at the same time" : "newest");
}

export function decision({ side, value }: { side?: Side; value: FieldValue }, reason: string): Decision {
  return { ...(side !== undefined && { side }), value, reason };
}

function isTie(a: Stamp, b: Stamp): boolean {
  return Math.abs(epoch(a) - epoch(b)) < Math.max(a.resolutionMs, b.resolutionMs, 1);
}

function epoch(stamp: Stamp): number {
  return Date.parse(stamp.at);
}
