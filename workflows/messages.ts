/** Names and shapes by which clients talk to the workflows. Imports nothing but Temporal and types. */
import { defineQuery, defineSignal, defineUpdate } from "@temporalio/workflow";
import { defineSearchAttributeKey } from "@temporalio/common";
import type { ErrorCode } from "../src/core/errors.ts";
import type { SyncRequest, ToolStanding } from "../src/core/ports.ts";

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

/** Queue of a tool's activities; a worker that takes it needs that tool's credentials. */
export function toolQueue(tool: string): string {
  return `sync.${tool}`;
}

export const WORKFLOW_QUEUE = "sync.workflows";
