/** Puts an engine's activities on Temporal: the one place where all parts meet. */
import { hostname } from "node:os";
import { Context } from "@temporalio/activity";
import { createActivities } from "../../activities/index.ts";
import type { Engine } from "../../activities/engine.ts";
import { temporalConversations } from "./conversations.ts";
import { installRuntime } from "./runtime.ts";
import type { Target } from "./target.ts";
import type { DeploymentVersion } from "./deployment.ts";
import { startWorker, type RunningWorker, type Served } from "./worker.ts";

/** Activities under way have this long to end; then they are told to, and have as long again. */
export const SHUTDOWN_GRACE_MS = 10_000;

export interface HostOptions {
  readonly engine: Engine;
  readonly hubQueue: string;
  /** All queues when absent. */
  readonly serves?: Served;
  readonly version: DeploymentVersion | null;
  /** `-` is stderr. */
  readonly logFile: string;
}

export async function hostWorker(options: HostOptions, target: Target): Promise<RunningWorker> {
  installRuntime(options.logFile);
  const { apiKey, address, tls, metadata } = target.options;
  return startWorker({
    connection: {
      ...(address === undefined ? {} : { address }),
      ...(tls === undefined || tls === null ? {} : { tls }),
      ...(typeof apiKey === "string" ? { apiKey } : {}),
      ...(metadata === undefined ? {} : { metadata: metadata as Record<string, string> }),
    },
    namespace: target.namespace,
    hubQueue: options.hubQueue,
    serves: options.serves ?? { workflows: true, hub: true, tools: Object.keys(options.engine.connectors) },
    version: options.version,
    activities: createActivities(options.engine, () => {
      const { client, info } = Context.current();
      return temporalConversations(client, { workspace: options.engine.workspace, hubQueue: info.taskQueue });
    }),
    shutdownGraceMs: SHUTDOWN_GRACE_MS,
    identity: `${hostname()}:${process.pid}`,
  });
}
