/** What the activities work with: one set per worker process. */
import { SyncFailure, type ErrorCode } from "../src/core/errors.ts";
import type { Finding } from "../src/core/findings.ts";
import type { ItemId, ItemType, ToolKey } from "../src/core/model.ts";
import type { SyncRequest } from "../src/core/ports.ts";
import type { ConnectorModule } from "../src/connectors/contract.ts";
import type { HubFolder } from "../src/hub/folder.ts";
import type { ResolvedTool } from "../src/registry/resolve.ts";
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

/** A ref that people wrote into the hub and that no link stands for yet. */
export interface UnlinkedRef {
  readonly item: ItemId;
  readonly type: ItemType;
  readonly ref: string;
  /** The item that had this ref when it was last seen, where the hub has it no more: renamed by hand. */
  readonly heirOf?: ItemId;
}

/** How one tool of a project is synced in one run: what `prepare` resolved, without secrets. */
export type ToolContext = Omit<ResolvedTool, "credentials" | "missingEnv"> & {
  /** Whether a person waits for the run. */
  readonly urgent: boolean;
  readonly unlinked: readonly UnlinkedRef[];
  /** Items with neither a ref nor a link: a twin may carry their marker all the same. */
  readonly unmarked: readonly { readonly item: ItemId; readonly type: ItemType }[];
};

/** What the rest of the project must know of a tool that takes no part in a run. */
export interface OtherTool extends Pick<ToolContext, "tool" | "mode" | "adoption"> {
  readonly tasks: boolean;
}

/** What a run was prepared with; stored, so that a tool's worker needs no hub folder. */
export interface RunContext {
  readonly project: string;
  readonly run: string;
  readonly request: SyncRequest;
  readonly startedAt: number;
  readonly tools: readonly ToolContext[];
  /** Tools that the project binds and that take no part: not asked for, or without credentials. */
  readonly others: readonly OtherTool[];
  readonly findings: readonly Finding[];
  /** Runs that were under way when this one was asked for. */
  readonly finishedFirst?: readonly string[];
}

/** What a run notes for its own steps is kept this long: longer than any wait inside a run. */
export const KEEP_MS = 3 * 86_400_000;

export async function storeContext(engine: Engine, context: RunContext): Promise<void> {
  await engine.store.cache(`context/${context.run}`, context, engine.now() + KEEP_MS);
}

export async function loadContext(engine: Engine, run: string): Promise<RunContext> {
  const context = await engine.store.cached(`context/${run}`, engine.now());
  if (context) return context as RunContext;
  throw new SyncFailure(
    "Bug",
    `run ${run} has no stored context; was the store replaced while it ran? Start a new sync.`,
  );
}

export function toolContext(context: RunContext, tool: ToolKey): ToolContext {
  const found = context.tools.find((candidate) => candidate.tool === tool);
  if (found) return found;
  throw new SyncFailure("Bug", `run ${context.run} was not prepared for ${tool}`, { tool });
}

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
