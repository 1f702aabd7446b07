/** Facts of a run in which all went well; tests change what they are about. */
import type { ConflictFacts, RunFacts, ToolRunFacts } from "../../src/core/run-facts.ts";

const STARTED = Date.parse("2026-11-20T10:00:00.000Z");

export function toolFacts(tool: string, more: Partial<ToolRunFacts> = {}): ToolRunFacts {
  const name = tool.charAt(0).toUpperCase() + tool.slice(1);
  const env = [`${tool.toUpperCase()}_API_TOKEN`];
  return {
    tool,
    name,
    env,
    successful: 0,
    failed: 0,
    skipped: 0,
    durationMs: 1000,
    rateLimit: null,
    standing: "ready",
    ...more,
  };
}

export function conflictFacts(more: Partial<ConflictFacts> = {}): ConflictFacts {
  return {
    number: 7,
    item: "EPIC-001",
    type: "epic",
    field: "title",
    strategy: "manual",
    sides: ["hub", "jira"],
    ...more,
  };
}

export function runFacts(more: Partial<RunFacts> = {}): RunFacts {
  return {
    project: "PROJ-2026-001",
    run: "r-1",
    trigger: "manual",
    passes: 1,
    startedAt: STARTED,
    finishedAt: STARTED + 45_000,
    tools: [toolFacts("jira", { successful: 8 })],
    hub: { edits: 0, hash: "abc" },
    findings: [],
    conflicts: [],
    consistency: { compared: 100, found: 0, resolved: 0 },
    ...more,
  };
}
