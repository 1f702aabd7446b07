import {
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  setCurrentDetails,
  sleep,
  startChild,
} from "@temporalio/workflow";
import { TypedSearchAttributes, WorkflowExecutionAlreadyStartedError } from "@temporalio/common";
import {
  projectWorkflowId,
  requestSyncSignal,
  SYNC_PROJECT,
  SYNC_TRIGGER,
  type BatchAnswer,
  type BatchInput,
} from "./messages.ts";
import type { ProjectTurn } from "../src/core/ports.ts";
import { projectSync } from "./project-sync.ts";

/** A project that waits for a tool goes on by itself: it must not hold up those behind it. */
const TURN_MS = 300_000;

type Turn = "synced" | "failed" | "joined";

/** Ten projects side by side; each is a workflow of its own, so that one that fails, fails alone. */
export async function batchSync(input: BatchInput): Promise<BatchAnswer> {
  const done = await Promise.all(input.turns.map(async (turn) => ({ turn, result: await take(turn, input) })));
  const of = (result: Turn) => done.filter((one) => one.result === result).map(({ turn }) => turn.project);
  const answer = { synced: of("synced").length, joined: of("joined").length, failed: of("failed") };
  setCurrentDetails(`${answer.synced} synced, ${answer.joined} joined, failed: ${answer.failed.join(", ") || "none"}.`);
  return answer;
}

async function take({ project, priority }: ProjectTurn, input: BatchInput): Promise<Turn> {
  const { hubQueue, heartbeatTimeoutMs, request } = input;
  const workflowId = projectWorkflowId(project);
  try {
    const child = await startChild(projectSync, {
      workflowId,
      args: [{ project, hubQueue, heartbeatTimeoutMs, request }],
      // Who cancels a portfolio wants no more of it; what is under way ends in its own time and in order.
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `sync of ${project}`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: SYNC_PROJECT, value: project },
        { key: SYNC_TRIGGER, value: request.trigger },
      ]),
      priority: { priorityKey: priority },
    });
    const answer = await Promise.race([
      child.result(),
      sleep(input.turnMs ?? TURN_MS, { summary: "no longer than a turn" }).then(() => "open" as const),
    ]);
    if (answer === "open") return "joined";
    return answer?.outcome === "error" ? "failed" : "synced";
  } catch (error) {
    if (isCancellation(error)) throw error;
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) return "failed";
    return join(project, input);
  }
}

/** It is under way already: it syncs once more, and nobody here waits for it. */
async function join(project: string, input: BatchInput): Promise<Turn> {
  try {
    await getExternalWorkflowHandle(projectWorkflowId(project)).signal(requestSyncSignal, input.request);
    return "joined";
  } catch (error) {
    if (isCancellation(error)) throw error;
    // It ended just now: this turn is its own again.
    return take({ project, priority: 3 }, input);
  }
}
