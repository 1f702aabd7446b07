/** What callers ask of Temporal: one sync of one project, joined where it is under way already. */
import {
  WithStartWorkflowOperation,
  WorkflowIdConflictPolicy,
  type Client,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from "@temporalio/client";
import { isUrgent, type PortfolioFilter, type SyncRequest } from "../core/ports.ts";
import type { Workspace } from "../registry/workspace.ts";
import {
  PORTFOLIO_SYNC,
  progressQuery,
  projectWorkflowId,
  PROJECT_SYNC,
  requestSyncSignal,
  requestSyncUpdate,
  SYNC_PROJECT,
  SYNC_TRIGGER,
  WORKFLOW_QUEUE,
  type PortfolioInput,
  type ProjectSyncInput,
  type RunAnswer,
  type SyncProgress,
} from "../../workflows/messages.ts";
import { TypedSearchAttributes } from "@temporalio/common";

export interface SyncCall {
  readonly project: string;
  readonly hubQueue: string;
  readonly heartbeatTimeoutMs: number;
  readonly request: SyncRequest;
}

/** Starts `project/<id>` or joins the one that runs, and resolves when this request's run has ended. */
export async function requestSync(client: Client, call: SyncCall): Promise<RunAnswer> {
  const start = new WithStartWorkflowOperation(PROJECT_SYNC, {
    ...projectStart(call),
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
  });
  return client.workflow.executeUpdateWithStart(requestSyncUpdate, {
    args: [call.request],
    startWorkflowOperation: start,
  });
}

/** As `requestSync`, for who does not wait for the end. */
export async function signalSync(client: Client, call: SyncCall): Promise<void> {
  await client.workflow.signalWithStart(PROJECT_SYNC, {
    ...projectStart(call),
    signal: requestSyncSignal,
    signalArgs: [call.request],
  });
}

function projectStart({ project, hubQueue, heartbeatTimeoutMs, request }: SyncCall) {
  const input: ProjectSyncInput = { project, hubQueue, heartbeatTimeoutMs };
  return {
    workflowId: projectWorkflowId(project),
    taskQueue: WORKFLOW_QUEUE,
    args: [input] as [ProjectSyncInput],
    staticSummary: `sync of ${project}`,
    staticDetails:
      "Pulls each bound tool, plans, applies, and commits the hub file; pass by pass until nothing is left to do.",
    typedSearchAttributes: new TypedSearchAttributes([
      { key: SYNC_PROJECT, value: project },
      { key: SYNC_TRIGGER, value: request.trigger },
    ]),
    priority: { priorityKey: isUrgent(request) ? 1 : 3 },
  };
}

/** Where the project's run stands; null when none is running or no worker answers in time. */
export async function syncProgress(client: Client, project: string): Promise<SyncProgress | null> {
  try {
    return await client.workflow.getHandle(projectWorkflowId(project)).query(progressQuery);
  } catch {
    return null;
  }
}

export interface PortfolioCall {
  readonly trigger: string;
  readonly filter: PortfolioFilter;
  readonly all: boolean;
  readonly force: boolean;
  readonly hubQueue: string;
  readonly workspace: Pick<Workspace, "config">;
}

/** Starts a sync of the portfolio; its workflow id is `portfolio/<trigger>/<time>`. */
export async function startPortfolio(client: Client, call: PortfolioCall): Promise<WorkflowHandle> {
  const { trigger, filter, all, force, hubQueue, workspace } = call;
  const { engine, portfolio } = workspace.config;
  const input: PortfolioInput = {
    trigger,
    filter,
    all,
    ...(force ? { force } : {}),
    hubQueue,
    heartbeatTimeoutMs: engine.heartbeat_timeout_ms,
    batchesInFlight: portfolio.batches_in_flight,
  };
  return client.workflow.start(PORTFOLIO_SYNC, {
    workflowId: `portfolio/${trigger}/${new Date().toISOString()}`,
    taskQueue: WORKFLOW_QUEUE,
    args: [input],
    staticSummary: "sync of the portfolio",
    staticDetails:
      "Looks at each credential's changes and at the hub files once, then syncs the projects with something to do, in batches of ten.",
    typedSearchAttributes: new TypedSearchAttributes([{ key: SYNC_TRIGGER, value: trigger }]),
    priority: { priorityKey: 3 },
  });
}

/** A project's workflow that has not ended. */
export interface UnderWay {
  readonly project: string;
  /** ISO time. */
  readonly since: string;
  /** Null where no worker answers: nobody works on it now. */
  readonly progress: SyncProgress | null;
}

/** Longer than a busy worker takes for an answer, as long as a person waits for one. */
const QUERY_PATIENCE_MS = 3_000;

/** The project's workflow where one runs; null where none does. */
export async function syncUnderWay(client: Client, project: string): Promise<UnderWay | null> {
  const handle = client.workflow.getHandle(projectWorkflowId(project));
  const told = await handle.describe().catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  });
  if (told?.status.name !== "RUNNING") return null;
  const progress = await client.withDeadline(Date.now() + QUERY_PATIENCE_MS, () => syncProgress(client, project));
  return { project, since: told.startTime.toISOString(), progress };
}

/** One search, and one question for each project that it finds at work. */
export async function syncsUnderWay(client: Client, projects: readonly string[]): Promise<UnderWay[]> {
  const byId = new Map(projects.map((project) => [projectWorkflowId(project), project]));
  const query = `WorkflowType = "${PROJECT_SYNC}" AND ExecutionStatus = "Running"`;
  const found: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) {
    const project = byId.get(workflowId);
    if (project !== undefined) found.push(project);
  }
  const asked = await Promise.all(found.map((project) => syncUnderWay(client, project)));
  return asked.filter((one) => one !== null);
}
