/** Names and shapes by which clients talk to the workflows. Imports nothing but Temporal and types. */
import { defineQuery, defineSignal, defineUpdate } from "@temporalio/workflow";
import { defineSearchAttributeKey } from "@temporalio/common";
import type { ErrorCode } from "../src/core/errors.ts";
import type { ItemId } from "../src/core/model.ts";
import type {
  ConnectionRef,
  PortfolioFilter,
  Probed,
  ProjectTurn,
  Question,
  Resolution,
  SyncMode,
  SyncRequest,
  ToolStanding,
} from "../src/core/ports.ts";

export interface ProjectSyncInput {
  readonly project: string;
  /** Task queue of the activities that need the workspace's folder. */
  readonly hubQueue: string;
  /** After this much silence a worker counts as dead and its step starts again elsewhere. */
  readonly heartbeatTimeoutMs: number;
  /** Absent when an Update or a Signal brings the request. */
  readonly request?: SyncRequest;
  /** What the execution before this one, whose history had grown long, leaves to do. */
  readonly carried?: {
    readonly requests: readonly SyncRequest[];
    /** Tools that asked to wait, until when (epoch ms). */
    readonly holds: Readonly<Record<string, number>>;
  };
  /** A history longer than this is long, whatever the server allows. */
  readonly maxEvents?: number;
}

export interface RunAnswer {
  readonly run: string;
  readonly outcome: "success" | "warning" | "error";
  /** Why the run could not go on. */
  readonly code?: ErrorCode;
}

export interface SyncProgress {
  readonly project: string;
  readonly run: string | null;
  readonly pass: number;
  /** `preparing`, `pulling`, `planning`, `applying`, `committing`, `waiting`, `idle`. */
  readonly step: string;
  readonly standings: readonly ToolStanding[];
  readonly written: number;
  readonly waitingUntilMs: number | null;
}

export interface PortfolioInput {
  readonly trigger: string;
  readonly filter: PortfolioFilter;
  /** Sync every project, whether anything is known to have changed or not. */
  readonly all: boolean;
  /** Read everything in full; under last-modified-wins the hub wins. */
  readonly force?: boolean;
  /** Read everything in full. */
  readonly full?: boolean;
  readonly mode?: SyncMode;
  readonly hubQueue: string;
  readonly heartbeatTimeoutMs: number;
  readonly batchesInFlight: number;
  /** The batches are spread over this long; at once where absent. */
  readonly windowMs?: number;
  /** A history longer than this is long, whatever the server allows. */
  readonly maxEvents?: number;
  /** What the execution before this one left to do. */
  readonly carried?: {
    readonly id: string;
    readonly batches: readonly (readonly ProjectTurn[])[];
    readonly progress: PortfolioProgress;
  };
}

export interface PortfolioProgress {
  /** `looking`, `detecting`, `syncing`, `done`. */
  readonly step: string;
  /** Epoch ms. */
  readonly startedAtMs: number;
  /** Changes that came later are the next run's. */
  readonly detectedAtMs: number;
  readonly projects: number;
  readonly dirty: number;
  readonly synced: number;
  readonly failed: readonly string[];
  readonly joined: number;
  /** `<tool>: <code>` of credentials whose changes could not be read. */
  readonly unread: readonly string[];
  readonly underWay: readonly string[];
}

export interface BatchInput {
  readonly turns: readonly ProjectTurn[];
  readonly hubQueue: string;
  readonly heartbeatTimeoutMs: number;
  readonly request: SyncRequest;
  /** Longest time that the batch waits for one project; five minutes where absent. */
  readonly turnMs?: number;
}
export interface BatchAnswer {
  readonly synced: number;
  /** Under way when their turn came, or still when it was over. */
  readonly joined: number;
  readonly failed: readonly string[];
}

export const PORTFOLIO_SYNC = "portfolioSync";
export const BATCH_SYNC = "batchSync";
export const portfolioProgressQuery = defineQuery<PortfolioProgress>("progress");

export interface ConnectionInput extends ConnectionRef {
  readonly hubQueue: string;
  readonly heartbeatTimeoutMs: number;
  readonly batchesInFlight: number;
  /** What the execution before this one, whose history had grown long, had done. */
  readonly carried?: ConnectionState;
}

export interface ConnectionState extends Probed {
  /** Epoch ms. */
  readonly sinceMs: number;
  readonly probes: number;
}

export const CONNECTION_WATCH = "connectionWatch";
/** Ask the tool now. */
export const probeSignal = defineSignal("probe");
/** Ask the tool now, and say what it answered. */
export const probeUpdate = defineUpdate<ConnectionState>("probe");
export const connectionStateQuery = defineQuery<ConnectionState>("state");

/** A question as its workflow keeps it. */
export interface OpenQuestion extends Question {
  /** Epoch ms. */
  readonly askedAtMs: number;
  readonly reminders: number;
  /** Taken, and not yet agreed by all sides: the side, or that it was a value of the person's own. */
  readonly answer?: { readonly choice: string; readonly by: string | null; readonly atMs: number };
}

export interface ConflictInput {
  readonly project: string;
  readonly item: ItemId;
  readonly hubQueue: string;
  readonly heartbeatTimeoutMs: number;
  /** People are reminded this long after they were asked, and again when it has passed once more; each time it is told to more of them. */
  readonly remindAfterMs: number;
  /** Absent where a Signal brings them. */
  readonly questions?: readonly Question[];
  /** What the execution before this one, whose history had grown long, leaves open. */
  readonly carried?: readonly OpenQuestion[];
}

/** What became of one answer. */
export interface ResolutionReceipt {
  readonly number: number;
  readonly field: string;
  /** `outdated`: the candidates changed in that moment, and are asked about anew. */
  readonly status: "taken" | "outdated";
  /** The answer that this one replaces, not yet agreed by all sides. */
  readonly replaced?: string;
}

export interface ConflictState {
  readonly project: string;
  readonly item: ItemId;
  readonly questions: readonly OpenQuestion[];
  /** Why the newest Signal was not taken. */
  readonly refused: string | null;
}

export const CONFLICT_RESOLUTION = "conflictResolution";
/** The item's questions as they stand now; none: all sides agree. */
export const questionsSignal = defineSignal<[readonly Question[]]>("questions");
export const resolveSignal = defineSignal<[Resolution]>("resolve");
export const resolveUpdate = defineUpdate<ResolutionReceipt, [Resolution]>("resolve");
export const conflictStateQuery = defineQuery<ConflictState>("state");

export const PROJECT_SYNC = "projectSync";
export const requestSyncUpdate = defineUpdate<RunAnswer, [SyncRequest]>("requestSync");
export const requestSyncSignal = defineSignal<[SyncRequest]>("requestSync");
export const progressQuery = defineQuery<SyncProgress>("progress");

export const SYNC_PROJECT = defineSearchAttributeKey("SyncProject", "KEYWORD");
export const SYNC_TOOL = defineSearchAttributeKey("SyncTool", "KEYWORD_LIST");
export const SYNC_TRIGGER = defineSearchAttributeKey("SyncTrigger", "KEYWORD");
export const SYNC_OUTCOME = defineSearchAttributeKey("SyncOutcome", "KEYWORD");
export const CONFLICT_FIELD = defineSearchAttributeKey("ConflictField", "KEYWORD_LIST");

/** Workflow id of a project: one writer each. */
export function projectWorkflowId(project: string): string {
  return `project/${project}`;
}

/** Workflow id of an item with parked fields. */
export function conflictWorkflowId(project: string, item: ItemId): string {
  return `conflict/${project}/${item}`;
}

/** Workflow id of a credential that its tool refuses. */
export function connectionWorkflowId(account: string): string {
  return `connection/${account}`;
}

/** Queue of a tool's activities; a worker that takes it needs that tool's credentials. */
export function toolQueue(tool: string): string {
  return `sync.${tool}`;
}

export const WORKFLOW_QUEUE = "sync.workflows";
