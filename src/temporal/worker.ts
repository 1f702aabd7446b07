/** A process that works: workflows, the workspace's hub activities, and one activity queue per tool. */
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode, NativeConnection, Worker, type NativeConnectionOptions } from "@temporalio/worker";
import { toolQueue, WORKFLOW_QUEUE } from "../../workflows/messages.ts";
import type { HubActivities, ToolActivities } from "../core/ports.ts";
import type { ToolKey } from "../core/model.ts";

export interface WorkerOptions {
  readonly connection: NativeConnectionOptions;
  readonly namespace: string;
  readonly hubQueue: string;
  readonly tools: readonly ToolKey[];
  readonly activities: HubActivities & ToolActivities;
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
  const [connection, workflowBundle] = await Promise.all([NativeConnection.connect(options.connection), bundle()]);
  const { pull, evidence, apply, detect, ...ofHub } = options.activities;
  const common = {
    connection,
    namespace: options.namespace,
    identity: options.identity,
    shutdownGraceTime: options.shutdownGraceMs,
    shutdownForceTime: options.shutdownGraceMs * 2,
  };
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: WORKFLOW_QUEUE,
      workflowBundle,
      maxCachedWorkflows: 500,
      maxConcurrentWorkflowTaskExecutions: 100,
      // A dead worker's sticky queue holds up its workflows for this long.
      stickyQueueScheduleToStartTimeout: "2 seconds",
    }),
    Worker.create({
      ...common,
      taskQueue: options.hubQueue,
      activities: ofHub,
      maxConcurrentActivityTaskExecutions: 10,
    }),
    ...options.tools.map((tool) =>
      Worker.create({
        ...common,
        taskQueue: toolQueue(tool),
        activities: { pull, evidence, apply, detect },
        maxConcurrentActivityTaskExecutions: CONCURRENT_PER_TOOL,
        // Heartbeats carry cancellation; the default throttle would delay it by half a minute.
        maxHeartbeatThrottleInterval: "1 second",
      }),
    ),
  ]);
  const stopped = Promise.all(workers.map((worker) => worker.run())).then(() => connection.close());
  return {
    stopped,
    async stop() {
      for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
      await stopped;
    },
  };
}

async function bundle() {
  const workflowsPath = fileURLToPath(
    new URL(`../../workflows/index${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url),
  );
  return bundleWorkflowCode({
    workflowsPath,
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error },
  });
}
