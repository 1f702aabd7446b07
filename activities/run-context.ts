/** What a run was prepared with, for its steps on whichever worker. */
import { SyncFailure } from "../src/core/errors.ts";
import type { Finding } from "../src/core/findings.ts";
import type { ItemId, ItemType, ToolKey } from "../src/core/model.ts";
import type { SyncRequest } from "../src/core/ports.ts";
import type { ResolvedTool } from "../src/registry/resolve.ts";
import { KEEP_MS, type Engine } from "./engine.ts";
import { restoredAll, storedAll, type Stored } from "./stored-binding.ts";

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

type StoredContext = Omit<RunContext, "tools"> & { readonly tools: readonly Stored<ToolContext>[] };

export async function storeContext(engine: Engine, context: RunContext): Promise<void> {
  const tools = await storedAll(engine, context.tools);
  await engine.store.cache(`context/${context.run}`, { ...context, tools }, engine.now() + KEEP_MS);
}

export async function loadContext(engine: Engine, run: string): Promise<RunContext> {
  const context = (await engine.store.cached(`context/${run}`, engine.now())) as StoredContext | null;
  const tools = context && (await restoredAll<ToolContext>(engine, context.tools));
  if (tools) return { ...context, tools };
  throw new SyncFailure(
    "Bug",
    `run ${run} has no stored context, or not the whole of it; was the store replaced while it ran? Start a new sync.`,
  );
}

export function toolContext(context: RunContext, tool: ToolKey): ToolContext {
  const found = context.tools.find((candidate) => candidate.tool === tool);
  if (found) return found;
  throw new SyncFailure("Bug", `run ${context.run} was not prepared for ${tool}`, { tool });
}
