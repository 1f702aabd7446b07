/** What `track-sdlc update` computes of a project. */
import type { HubItem } from "./model.ts";

type Item = Pick<HubItem, "type" | "fields">;

/** Stories done of all stories, in hundredths; 0 where there are none. */
export function progressOf(items: Iterable<Item>): number {
  const stories = [...items].filter(({ type }) => type === "story");
  const done = stories.filter(({ fields }) => fields.status === "done").length;
  return stories.length === 0 ? 0 : Math.round((done / stories.length) * 100) / 100;
}

/** What health is judged by; null where nobody says. */
export interface HealthFacts {
  readonly daysBehind: number | null;
  /** Bugs of priority P1 that are open; null where there were never any. */
  readonly criticalBugs: number | null;
  /** Points of the newest sprint. */
  readonly velocity: number | null;
  readonly averageVelocity: number | null;
}

/** `Red`, `Yellow` or `Green` by the contract's thresholds; null where nothing is known to judge by, and people's own word stands. */
export function healthOf(facts: HealthFacts): "Green" | "Yellow" | "Red" | null {
  const { daysBehind, criticalBugs, velocity, averageVelocity } = facts;
  const isSlow = velocity !== null && averageVelocity !== null && velocity < 0.8 * averageVelocity;
  if ((daysBehind ?? 0) > 10 || (criticalBugs ?? 0) > 0) return "Red";
  if ((daysBehind ?? 0) > 5 || isSlow) return "Yellow";
  const isPaceKnown = velocity !== null && averageVelocity !== null;
  return daysBehind !== null || criticalBugs !== null || isPaceKnown ? "Green" : null;
}

/** Points of done stories a sprint, over the sprints that have any; null for fewer than two, which make no average. */
export function averageVelocityOf(items: Iterable<Item>): number | null {
  const points = new Map<string, number>();
  for (const { type, fields } of items) {
    const { status, sprint, estimate } = fields;
    if (type !== "story" || status !== "done" || typeof sprint !== "string" || typeof estimate !== "number") continue;
    points.set(sprint, (points.get(sprint) ?? 0) + estimate);
  }
  const sprints = [...points.values()];
  return sprints.length < 2 ? null : sprints.reduce((sum, one) => sum + one, 0) / sprints.length;
}
