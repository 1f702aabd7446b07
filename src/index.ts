/** sdlc-sync as a library. Everything else is internal and may change. */
import { resolveConflict } from "./core/conflict-resolver.ts";
import { SyncFailure } from "./core/errors.ts";
import { FIELD_DEFINITIONS } from "./core/fields.ts";
import type { FieldName, ToolKey } from "./core/model.ts";
import type { ConflictStrategy } from "./core/plan.ts";
import type { SyncMode, SyncRequest } from "./core/ports.ts";
import type { SyncReport } from "./core/report.ts";
import { checkTools } from "./cli/asked-tools.ts";
import { openContext, requireProject, type CliContext } from "./cli/context.ts";
import { openSession, runSync } from "./sync-runner.ts";
import type { EngineSession } from "./temporal/engine-session.ts";

export { SyncFailure } from "./core/errors.ts";
export type { ErrorCode, ErrorDetails } from "./core/errors.ts";
export type { SyncReport } from "./core/report.ts";
export type { SyncMode } from "./core/ports.ts";
export type { ConflictStrategy } from "./core/plan.ts";

export interface SyncEngineOptions {
  /** Workspace folder; the nearest parent of the working directory that has one when absent. */
  readonly root?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Lines about what the engine is doing (starting Temporal, building its CLI). */
  readonly onProgress?: (line: string) => void;
}

export interface SyncOptions {
  readonly tools?: readonly ToolKey[];
  readonly mode?: SyncMode;
  readonly conflictResolution?: ConflictStrategy;
  /** Who asks: `manual`, `gate-advancement`, ... */
  readonly trigger?: string;
  /** Only these fields flow (canonical names or the hub's). */
  readonly fields?: readonly FieldName[];
  readonly force?: boolean;
  readonly yes?: boolean;
}

export interface SyncEngine {
  /** Syncs one project through its workflow and resolves with the contract's sync report. */
  syncProject(projectId: string, options?: SyncOptions): Promise<SyncReport>;
  /** Applies what changed in the tools to the hub; the report lists what changed since then. */
  pullUpdates(projectId: string, since: string | Date): Promise<SyncReport>;
  readonly conflictResolver: typeof conflictResolver;
  /** Stops what was started for this engine. */
  close(): Promise<void>;
}

/** The contract's conflict resolver: decides one conflict of two values by a strategy. */
export const conflictResolver = {
  async resolve(conflict: Parameters<typeof resolveConflict>[0], strategy: ConflictStrategy) {
    checkOneOf("strategy", strategy, STRATEGIES);
    return resolveConflict(conflict, strategy);
  },
};

/**
 * An engine over one workspace. Temporal is the configured one, the one already running there, or an
 * embedded one that is started with the first call and stopped by `close`.
 */
export function createSyncEngine(options: SyncEngineOptions = {}): SyncEngine {
  let opened: Promise<{ context: CliContext; session: EngineSession }> | undefined;
  const open = () => (opened ??= openEngine(options));
  const sync = async (projectId: string, request: SyncRequest) => {
    const { context, session } = await open();
    const project = await requireProject(context, projectId);
    await checkTools(context, project, request.tools);
    return runSync(context, session, project, request);
  };
  return {
    conflictResolver,
    async syncProject(projectId, { trigger = "manual", ...rest } = {}) {
      checkOptions(rest);
      return sync(projectId, { trigger, ...rest });
    },
    pullUpdates: async (projectId, since) =>
      sync(projectId, { trigger: "manual", mode: "pull-only", since: isoTime(since) }),
    async close() {
      if (!opened) return;
      const { context, session } = await opened;
      opened = undefined;
      await session.close();
      await context.close();
    },
  };
}

async function openEngine(options: SyncEngineOptions): Promise<{ context: CliContext; session: EngineSession }> {
  const tell = options.onProgress ?? (() => undefined);
  const context = await openContext(
    { out: tell, err: tell, env: options.env ?? process.env, cwd: process.cwd(), ask: null, live: null },
    options.root,
  );
  return { context, session: await openSession(context, "if-none") };
}

function isoTime(since: string | Date): string {
  const time = new Date(since);
  if (Number.isNaN(time.getTime()))
    throw new SyncFailure("Usage", `since: "${String(since)}" is not a time; give ISO 8601, e.g. 2026-11-20T08:00:00Z`);
  return time.toISOString();
}

const MODES: readonly SyncMode[] = ["bidirectional", "push-only", "pull-only"];
const STRATEGIES: readonly ConflictStrategy[] = ["last-modified-wins", "source-wins", "manual", "field-merge"];

/** Callers without types get an answer too, before anything is asked or written. */
function checkOptions({ tools, mode, conflictResolution, fields }: SyncOptions): void {
  checkOneOf("mode", mode, MODES);
  checkOneOf("conflictResolution", conflictResolution, STRATEGIES);
  for (const field of listOf("fields", fields)) checkOneOf("fields", field, Object.keys(FIELD_DEFINITIONS));
  if (tools && listOf("tools", tools).length === 0)
    throw new SyncFailure("Usage", "tools: is empty; name at least one tool, or leave it out for all.");
}

function listOf(name: string, value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new SyncFailure("Usage", `${name}: is no list; give ["..."].`);
}

function checkOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (value === undefined || (typeof value === "string" && allowed.includes(value))) return;
  throw new SyncFailure("Usage", `${name}: ${JSON.stringify(value)} is not allowed; allowed: ${allowed.join(", ")}.`);
}
