/** The registry's limits in a shorter time, for a vendor whose clock runs as much faster than ours. */
import { join } from "node:path";
import { loadWorkspace } from "../src/registry/workspace.ts";
import type { RateRow } from "../src/rate/budget.ts";
import { Clock } from "../sandbox/kit/clock.ts";
import type { Tool } from "../test/support/sides.ts";

/** The tool's own rows, each in a `speed`th of its time. */
export function scaledLimits(tool: Tool, speed: number): readonly RateRow[] {
  const { capabilities } = loadWorkspace(join(import.meta.dirname, "..")).registry;
  const rows = capabilities["tracking"]?.tools[tool]?.rateLimits;
  if (!rows) throw new Error(`the registry has no limits of ${tool}`);
  // The registry counts whole seconds: where a period has none of them, more calls go in the whole one.
  return rows.map((row) =>
    row.periodMs % (speed * 1_000) === 0
      ? { ...row, periodMs: row.periodMs / speed }
      : { ...row, limit: row.limit * speed },
  );
}

/** Text of a workspace's `registry/tool-registry.yaml` with these rows. */
export function registryOf(tool: Tool, rows: readonly RateRow[]): string {
  const lines = rows.map(
    ({ name, limit, periodMs, scope }) =>
      `{name: ${name}, limit: ${limit}, per: ${periodMs / 1_000}s, scope: ${scope}}`,
  );
  return `capabilities: {tracking: {tools: {${tool}: {rate_limits: [${lines.join(", ")}]}}}}\n`;
}

/** A vendor's clock that is right now and `speed` times as fast as ours: its own limits pass as quickly. */
export function fastClock(speed: number): Clock {
  const start = Date.now();
  return new Clock(() => start + (Date.now() - start) * speed);
}
