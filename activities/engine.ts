/** What the activities work with: one set per worker process. */
import type { ErrorCode } from "../src/core/errors.ts";
import type { Finding } from "../src/core/findings.ts";
import type { ToolKey } from "../src/core/model.ts";
import type { ConnectorModule } from "../src/connectors/contract.ts";
import type { HubFolder } from "../src/hub/folder.ts";
import type { Workspace } from "../src/registry/workspace.ts";
import type { Store } from "../src/store/store.ts";

export interface Engine {
  readonly workspace: Workspace;
  readonly hub: HubFolder;
  readonly store: Store;
  readonly connectors: Readonly<Record<ToolKey, ConnectorModule>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
}

/** What a run notes for its own steps is kept this long: longer than any wait inside a run. */
export const KEEP_MS = 3 * 86_400_000;

/** What happened to one tool in one run, for the report. */
export interface ToolFacts {
  readonly durationMs: number;
  readonly changed: number;
  readonly rejected: number;
  readonly raced: number;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
  readonly skewMs?: number;
  /** What the newest pull found. */
  readonly findings: readonly Finding[];
  /** Change detection's reading stood in for the run's first listing. */
  readonly isDetected?: boolean;
  /** Edits of people that a write replaced unseen. */
  readonly overwritten: readonly Finding[];
}

export const NO_FACTS: ToolFacts = {
  durationMs: 0,
  changed: 0,
  rejected: 0,
  raced: 0,
  findings: [],
  overwritten: [],
};

export async function toolFacts(engine: Engine, run: string, tool: ToolKey): Promise<ToolFacts> {
  return ((await engine.store.cached(`facts/${run}/${tool}`, engine.now())) as ToolFacts | null) ?? NO_FACTS;
}

/** Only one activity of a tool and run is under way at a time, so read-change-write is safe. */
export async function noteFacts(
  engine: Engine,
  run: string,
  tool: ToolKey,
  change: (facts: ToolFacts) => ToolFacts,
): Promise<void> {
  await engine.store.cache(`facts/${run}/${tool}`, change(await toolFacts(engine, run, tool)), engine.now() + KEEP_MS);
}

/** What became of the hub file in the run so far. */
export interface HubFacts {
  readonly edits: number;
  readonly hash: string | null;
  /** What the file could not take, and why. */
  readonly findings: readonly Finding[];
}

const NO_HUB_FACTS: HubFacts = { edits: 0, hash: null, findings: [] };

export async function hubFacts(engine: Engine, run: string): Promise<HubFacts> {
  return ((await engine.store.cached(`hub/${run}`, engine.now())) as HubFacts | null) ?? NO_HUB_FACTS;
}

export async function noteHub(engine: Engine, run: string, latest: HubFacts): Promise<void> {
  const { edits } = await hubFacts(engine, run);
  await engine.store.cache(`hub/${run}`, { ...latest, edits: edits + latest.edits }, engine.now() + KEEP_MS);
}
