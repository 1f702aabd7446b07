/** A process that works: workflows, the workspace's hub activities, and one activity queue per tool. */
import {
  NativeConnection,
  Worker,
  type NativeConnectionOptions,
  type WorkerOptions as TemporalOptions,
  type WorkerDeploymentOptions,
} from "@temporalio/worker";
import { toolQueue, WORKFLOW_QUEUE } from "../../workflows/messages.ts";
import type { HubActivities, ToolActivities } from "../core/ports.ts";
import type { ToolKey } from "../core/model.ts";
import type { DeploymentVersion } from "./deployment.ts";
import { bundleWorkflows } from "./workflow-bundle.ts";

/** The queues that a worker takes. */
export interface Served {
  readonly workflows: boolean;
  /** The queue of this workspace's hub activities: for a process that has the folder. */
  readonly hub: boolean;
  readonly tools: readonly ToolKey[];
}

/** Their names in Temporal. */
export function queuesOf({ workflows, hub, tools }: Served, hubQueue: string): string[] {
  return [...(workflows ? [WORKFLOW_QUEUE] : []), ...(hub ? [hubQueue] : []), ...tools.map(toolQueue)];
}

export interface WorkerOptions {
  readonly connection: NativeConnectionOptions;
  readonly namespace: string;
  readonly hubQueue: string;
  readonly serves: Served;
  readonly activities: HubActivities & ToolActivities;
  /** Which build this is, where versions are routed; null: whoever polls gets the work. */
  readonly version: DeploymentVersion | null;
  /** How long a stopping worker lets its activities finish. */
  readonly shutdownGraceMs: number;
  /** Shown in the UI as who worked. */
  readonly identity: string;
}

export interface RunningWorker {
  /** Resolves when every part has stopped; rejects when one fails. */
  readonly stopped: Promise<void>;
  stop(): Promise<void>;
}

/** Connections of one tool's activities: enough to hide latency, few enough to be polite. */
const CONCURRENT_PER_TOOL = 6;

export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { serves, activities } = options;
  const [connection, workflowBundle] = await Promise.all([
    NativeConnection.connect(options.connection),
    serves.workflows ? bundleWorkflows(options.version ? "routed" : "index") : undefined,
  ]);
  const common = {
    connection,
    namespace: options.namespace,
    identity: options.identity,
    shutdownGraceTime: options.shutdownGraceMs,
    shutdownForceTime: options.shutdownGraceMs * 2,
    ...(options.version ? { workerDeploymentOptions: routed(options.version) } : {}),
  };
  const { ofHub, ofTools } = byQueue(activities);
  const queues: QueueOptions[] = serves.tools.map((tool) => toolOptions(tool, ofTools));
  if (serves.hub)
    queues.push({ taskQueue: options.hubQueue, activities: ofHub, maxConcurrentActivityTaskExecutions: 10 });
  if (workflowBundle) queues.push(workflowOptions(workflowBundle));
  const workers = await Promise.all(queues.map((queue) => Worker.create({ ...common, ...queue })));
  const runs = workers.map((worker) => worker.run());
  const stopped = Promise.all(runs).then(() => connection.close());
  return {
    stopped,
    async stop() {
      for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
      await Promise.allSettled(runs);
      await stopped;
    },
  };
}

type QueueOptions = Omit<TemporalOptions, "connection" | "namespace">;

function byQueue({ pull, evidence, apply, detect, probe, ...ofHub }: HubActivities & ToolActivities) {
  return { ofHub, ofTools: { pull, evidence, apply, detect, probe } satisfies ToolActivities };
}

function workflowOptions(workflowBundle: { readonly code: string }): QueueOptions {
  return {
    taskQueue: WORKFLOW_QUEUE,
    workflowBundle,
    // Three batches with their projects, and some that wait; one that is looked at again is replayed from some fifty events.
    maxCachedWorkflows: 100,
    maxConcurrentWorkflowTaskExecutions: 100,
    // A dead worker's sticky queue holds up its workflows for this long.
    stickyQueueScheduleToStartTimeout: "2 seconds",
  };
}

function toolOptions(tool: ToolKey, activities: ToolActivities): QueueOptions {
  return {
    taskQueue: toolQueue(tool),
    activities,
    maxConcurrentActivityTaskExecutions: CONCURRENT_PER_TOOL,
    // Heartbeats carry cancellation; the default throttle would delay it by half a minute.
    maxHeartbeatThrottleInterval: "1 second",
  };
}

/** A run ends on the build that it began on; which workflows move on says `workflows/routed.ts`. */
function routed({ deployment, buildId }: DeploymentVersion): WorkerDeploymentOptions {
  return {
    useWorkerVersioning: true,
    version: { deploymentName: deployment, buildId },
    defaultVersioningBehavior: "PINNED",
  };
}
