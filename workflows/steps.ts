/** The activities as a run calls them: on which queue, how long, and how often. */
import { ActivityFailure, ApplicationFailure, proxyActivities } from "@temporalio/workflow";
import type { RetryPolicy } from "@temporalio/common";
import type { ErrorCode } from "../src/core/errors.ts";
import type { ToolKey } from "../src/core/model.ts";
import type { HubActivities, Prepared, Timings, ToolActivities } from "../src/core/ports.ts";
import { toolQueue, type ProjectSyncInput } from "./messages.ts";

export function hubActivities(input: ProjectSyncInput, summary: string, prepared?: Prepared | null): HubActivities {
  return proxyActivities<HubActivities>({
    taskQueue: input.hubQueue,
    startToCloseTimeout: "2 minutes",
    scheduleToCloseTimeout: "1 day",
    heartbeatTimeout: input.heartbeatTimeoutMs,
    summary,
    ...(prepared ? { priority: { priorityKey: prepared.priority } } : {}),
    retry: prepared
      ? retryOf(prepared.timings)
      : { initialInterval: "1 second", backoffCoefficient: 2, maximumInterval: "30 seconds" },
  });
}

/** The steps of what waits for people, or for a tool: short ones, and before everything else. */
export function promptActivities(
  { hubQueue, heartbeatTimeoutMs }: Pick<ProjectSyncInput, "hubQueue" | "heartbeatTimeoutMs">,
  summary: string,
): HubActivities {
  return proxyActivities<HubActivities>({
    taskQueue: hubQueue,
    startToCloseTimeout: "1 minute",
    heartbeatTimeout: heartbeatTimeoutMs,
    summary,
    priority: { priorityKey: 1 },
    retry: { initialInterval: "1 second", backoffCoefficient: 2, maximumInterval: "1 minute" },
  });
}

/** The last word on a run that broke: whoever waits for it is told soon, even where the store cannot be. */
export function lastWord(input: ProjectSyncInput): HubActivities {
  return proxyActivities<HubActivities>({
    taskQueue: input.hubQueue,
    scheduleToCloseTimeout: "30 seconds",
    heartbeatTimeout: input.heartbeatTimeoutMs,
    summary: "report that the run failed",
    retry: { initialInterval: "1 second", maximumAttempts: 3 },
  });
}

export function toolActivities(tool: ToolKey, doing: string, { timings, priority }: Prepared): ToolActivities {
  return proxyActivities<ToolActivities>({
    taskQueue: toolQueue(tool),
    startToCloseTimeout: timings.activityTimeoutMs,
    scheduleToStartTimeout: timings.queueTimeoutMs,
    // Longer than the longest wait that a vendor may ask for (an hour), or the retry would never come.
    scheduleToCloseTimeout: "6 hours",
    heartbeatTimeout: timings.heartbeatTimeoutMs,
    cancellationType: "TRY_CANCEL",
    summary: `${tool}: ${doing}`,
    priority: { priorityKey: priority },
    retry: retryOf(timings),
  });
}

/** For dead workers and a store that is busy; what a vendor asks for comes with the failure, and outages are passes of their own. */
function retryOf({ retryWaitMs, retryMaxWaitMs }: Timings): RetryPolicy {
  return { initialInterval: retryWaitMs, backoffCoefficient: 2, maximumInterval: retryMaxWaitMs };
}

/** Classes do not survive the wire; the failure's type does. Timeouts and the like are outages. */
export function failureCode(error: unknown): ErrorCode {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.type ? (cause.type as ErrorCode) : "Unavailable";
}
