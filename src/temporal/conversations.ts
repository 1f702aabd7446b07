/** The workflows that people and projects answer through, as the activities and commands reach them. */
import { WithStartWorkflowOperation, WorkflowIdConflictPolicy, type Client } from "@temporalio/client";
import { TypedSearchAttributes, WorkflowNotFoundError } from "@temporalio/common";
import type { Watches } from "../../activities/connections.ts";
import type { Conversations } from "../../activities/questions.ts";
import type { ItemId } from "../core/model.ts";
import type { ConnectionRef, Question, Resolution } from "../core/ports.ts";
import { periodMs } from "../registry/registry-schema.ts";
import type { Workspace } from "../registry/workspace.ts";
import {
  CONFLICT_RESOLUTION,
  CONNECTION_WATCH,
  conflictWorkflowId,
  connectionWorkflowId,
  probeSignal,
  probeUpdate,
  questionsSignal,
  resolveUpdate,
  SYNC_PROJECT,
  WORKFLOW_QUEUE,
  type ConflictInput,
  type ConnectionInput,
  type ConnectionState,
  type ResolutionReceipt,
} from "../../workflows/messages.ts";
import { signalSync } from "./client.ts";

export interface ConversationOptions {
  readonly workspace: Pick<Workspace, "config">;
  readonly hubQueue: string;
}

export function temporalConversations(client: Client, options: ConversationOptions): Conversations & Watches {
  const { workspace, hubQueue } = options;
  const heartbeatTimeoutMs = workspace.config.engine.heartbeat_timeout_ms;
  return {
    async ask(project, item, questions) {
      if (questions.length === 0) return tellAgreed(client, project, item);
      await client.workflow.signalWithStart(CONFLICT_RESOLUTION, {
        ...conflictStart(options, project, item),
        signal: questionsSignal,
        signalArgs: [questions],
      });
    },
    async watch(connection) {
      await client.workflow.start(CONNECTION_WATCH, {
        ...watchStart(options, connection),
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      });
    },
    async probe(connection) {
      await client.workflow.signalWithStart(CONNECTION_WATCH, {
        ...watchStart(options, connection),
        signal: probeSignal,
        signalArgs: [],
      });
    },
    sync: (project, trigger) => signalSync(client, { project, hubQueue, heartbeatTimeoutMs, request: { trigger } }),
  };
}

/** Has the tool asked whether it takes a credential that it refused; resolves with its answer. */
export async function probeNow(
  client: Client,
  options: ConversationOptions,
  connection: ConnectionRef,
): Promise<ConnectionState> {
  const startWorkflowOperation = new WithStartWorkflowOperation(CONNECTION_WATCH, {
    ...watchStart(options, connection),
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
  });
  return client.workflow.executeUpdateWithStart(probeUpdate, { args: [], startWorkflowOperation });
}

function watchStart({ workspace, hubQueue }: ConversationOptions, { tool, account }: ConnectionRef) {
  const { engine, portfolio } = workspace.config;
  const input: ConnectionInput = {
    tool,
    account,
    hubQueue,
    heartbeatTimeoutMs: engine.heartbeat_timeout_ms,
    batchesInFlight: portfolio.batches_in_flight,
  };
  return {
    workflowId: connectionWorkflowId(account),
    taskQueue: WORKFLOW_QUEUE,
    args: [input] as [ConnectionInput],
    staticSummary: `${tool} refuses a credential`,
    staticDetails:
      "The credential is left alone in every project until the tool takes it again. Asks by itself, ever more seldom.",
    priority: { priorityKey: 1 },
  };
}

export interface AnswerCall extends ConversationOptions {
  readonly project: string;
  readonly item: ItemId;
  /** All that is asked about the item now: for a workflow that has to be started first. */
  readonly questions: readonly Question[];
  /** It was asked no more, because an answer holds: the workflow has to hear of it again. */
  readonly isAgain?: boolean;
  readonly resolution: Resolution;
}

/** Answers one question, and resolves when the answer is kept. Throws what the workflow's validator says. */
export async function sendAnswer(client: Client, call: AnswerCall): Promise<ResolutionReceipt> {
  const { project, item, questions, resolution } = call;
  const start = conflictStart(call, project, item);
  if (call.isAgain)
    await client.workflow.signalWithStart(CONFLICT_RESOLUTION, {
      ...start,
      signal: questionsSignal,
      signalArgs: [questions],
    });
  const startWorkflowOperation = new WithStartWorkflowOperation(CONFLICT_RESOLUTION, {
    ...start,
    args: [{ ...start.args[0], questions }],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
  });
  return client.workflow.executeUpdateWithStart(resolveUpdate, { args: [resolution], startWorkflowOperation });
}

function conflictStart({ workspace, hubQueue }: ConversationOptions, project: string, item: ItemId) {
  const { conflicts, engine } = workspace.config;
  const input: ConflictInput = {
    project,
    item,
    hubQueue,
    heartbeatTimeoutMs: engine.heartbeat_timeout_ms,
    remindAfterMs: periodMs(conflicts.remind_after),
  };
  return {
    workflowId: conflictWorkflowId(project, item),
    taskQueue: WORKFLOW_QUEUE,
    args: [input] as [ConflictInput],
    staticSummary: `${item} of ${project} waits for a decision`,
    staticDetails:
      "What only a person can decide about one item, or about the project. Waits for the Signal or Update `resolve`, as long as it takes.",
    typedSearchAttributes: new TypedSearchAttributes([{ key: SYNC_PROJECT, value: project }]),
    priority: { priorityKey: 1 },
  };
}

async function tellAgreed(client: Client, project: string, item: ItemId): Promise<void> {
  try {
    await client.workflow.getHandle(conflictWorkflowId(project, item)).signal(questionsSignal, []);
  } catch (error) {
    // It was never asked, or it is over already.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
