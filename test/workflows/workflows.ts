import type { Client } from "@temporalio/client";
import { Worker, type WorkflowBundleWithSourceMap } from "@temporalio/worker";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import type { SyncRequest } from "../../src/core/ports.ts";
import { requestSync } from "../../src/temporal/client.ts";
import {
  projectWorkflowId,
  PROJECT_SYNC,
  toolQueue,
  WORKFLOW_QUEUE,
  type PortfolioInput,
  type ProjectSyncInput,
  type RunAnswer,
} from "../../workflows/messages.ts";
import type { FakeSteps } from "../support/fake-steps.ts";
import { startTemporal, workflowBundle } from "../support/temporal.ts";

const MANUAL: SyncRequest = { trigger: "manual" };
export const HUB_QUEUE = "hub.test";

/** The workflow on a real server, with steps that a test scripts. */
/** What a portfolio's sync is started with, where a test wants nothing else. */
export function portfolioInput(over: Partial<PortfolioInput> = {}): PortfolioInput {
  return {
    trigger: "manual",
    filter: {},
    all: false,
    hubQueue: HUB_QUEUE,
    heartbeatTimeoutMs: 5_000,
    batchesInFlight: 2,
    ...over,
  };
}

export class Workflows {
  private projects = 0;
  private readonly env: TestWorkflowEnvironment;

  private constructor(env: TestWorkflowEnvironment) {
    this.env = env;
  }

  static async start(): Promise<Workflows> {
    return new Workflows(await startTemporal());
  }

  stop(): Promise<void> {
    return this.env.teardown();
  }

  get client(): Client {
    return this.env.client;
  }

  newProject(): string {
    return `PROJ-2026-${String(++this.projects).padStart(3, "0")}`;
  }

  /** Runs `body` while workers with these steps poll: with today's workflows, or those of another bundle. */
  async working<T>(
    fake: FakeSteps,
    body: () => Promise<T>,
    bundle: Promise<WorkflowBundleWithSourceMap> = workflowBundle(),
  ): Promise<T> {
    const { pull, evidence, apply, detect, probe, ...ofHub } = fake.steps;
    const common = { connection: this.env.nativeConnection, namespace: "default" };
    const workers = await Promise.all([
      Worker.create({ ...common, taskQueue: WORKFLOW_QUEUE, workflowBundle: await bundle }),
      Worker.create({ ...common, taskQueue: HUB_QUEUE, activities: ofHub }),
      ...fake.tools.map((tool) =>
        Worker.create({
          ...common,
          taskQueue: toolQueue(tool),
          activities: { pull, evidence, apply, detect, probe },
          shutdownGraceTime: 100,
        }),
      ),
    ]);
    const [first, ...rest] = workers;
    const nested = rest.reduce<() => Promise<T>>((inner, worker) => () => worker.runUntil(inner), body);
    return first!.runUntil(nested);
  }

  sync(project: string, request: SyncRequest = MANUAL): Promise<RunAnswer> {
    return requestSync(this.env.client, { project, hubQueue: HUB_QUEUE, heartbeatTimeoutMs: 5_000, request });
  }

  /** Starts the project's workflow by hand, with more than a request. */
  async begin(project: string, input: Partial<ProjectSyncInput> = {}): Promise<void> {
    await this.env.client.workflow.start(PROJECT_SYNC, {
      workflowId: projectWorkflowId(project),
      taskQueue: WORKFLOW_QUEUE,
      args: [{ project, hubQueue: HUB_QUEUE, heartbeatTimeoutMs: 5_000, request: MANUAL, ...input }],
    });
  }

  handle(project: string) {
    return this.env.client.workflow.getHandle(projectWorkflowId(project));
  }

  /** How many events of this kind the project's newest history holds; of all kinds when none is named. */
  async events(project: string, kind?: `${string}EventAttributes`): Promise<number> {
    const { events } = await this.handle(project).fetchHistory();
    const all = events ?? [];
    return kind ? all.filter((event) => (event as unknown as Record<string, unknown>)[kind]).length : all.length;
  }
}
