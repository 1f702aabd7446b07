/** Puts an engine's activities on Temporal: the one place where all parts meet. */
import { hostname } from "node:os";
import { Context } from "@temporalio/activity";
import { createActivities } from "../../activities/index.ts";
import type { Engine } from "../../activities/engine.ts";
import type { ToolKey } from "../core/model.ts";
import { temporalConversations } from "./conversations.ts";
import { installRuntime } from "./runtime.ts";
import type { Target } from "./target.ts";
import { startWorker, type RunningWorker } from "./worker.ts";

export interface HostOptions {
  readonly engine: Engine;
  readonly hubQueue: string;
  /** Tool queues to take; all connectors' when absent. */
  readonly tools?: readonly ToolKey[];
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
    tools: options.tools ?? Object.keys(options.engine.connectors),
    activities: createActivities(options.engine, () => {
      const { client, info } = Context.current();
      return temporalConversations(client, { workspace: options.engine.workspace, hubQueue: info.taskQueue });
    }),
    shutdownGraceMs: 10_000,
    identity: `${hostname()}:${process.pid}`,
  });
}
