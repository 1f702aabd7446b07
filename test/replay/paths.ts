/** The ways through the workflows whose histories are kept: each is run once when recorded, and replayed ever after. */
import { ApplicationFailure } from "@temporalio/common";
import type { ProjectTurn, Question } from "../../src/core/ports.ts";
import {
  CONFLICT_RESOLUTION,
  CONNECTION_WATCH,
  conflictWorkflowId,
  connectionWorkflowId,
  PORTFOLIO_SYNC,
  probeSignal,
  probeUpdate,
  questionsSignal,
  requestSyncSignal,
  resolveSignal,
  resolveUpdate,
  WORKFLOW_QUEUE,
  type ConflictInput,
  type ConnectionInput,
} from "../../workflows/messages.ts";
import { ALL_DONE, failure, FakeSteps, NOTHING_PLANNED, QUICK, SETTLED } from "../support/fake-steps.ts";
import { HUB_QUEUE, portfolioInput, type Workflows } from "../workflows/workflows.ts";

/** Workflow ids whose histories a path leaves behind, by the name of the file. */
export type Recorded = Readonly<Record<string, string>>;
type Path = (workflows: Workflows) => Promise<Recorded>;

const HOUR_MS = 3_600_000;

export const PATHS: readonly Path[] = [
  async (workflows) => ({ "project-quiet": await synced(workflows, new FakeSteps()) }),
  async (workflows) => {
    const fake = new FakeSteps();
    fake.onPlan = (attempt) =>
      attempt === 1 ? { ...NOTHING_PLANNED, writes: { alpha: 2, beta: 1 } } : NOTHING_PLANNED;
    fake.onCommit = (attempt) => ({ ...SETTLED, hubEdits: 1, more: attempt === 1 });
    return { "project-changed": await synced(workflows, fake) };
  },
  async (workflows) => {
    const fake = new FakeSteps();
    fake.onPlan = (attempt) =>
      attempt === 1
        ? { ...NOTHING_PLANNED, evidence: { alpha: 1 } }
        : { ...NOTHING_PLANNED, parked: 1, conflictFields: ["title"] };
    fake.onCommit = () => ({ ...SETTLED, untold: true, outcome: "warning" });
    return { "project-conflict": await synced(workflows, fake) };
  },
  async (workflows) => {
    const fake = new FakeSteps();
    fake.onPull["beta"] = async (attempt) => {
      if (attempt === 1)
        throw ApplicationFailure.create({ type: "RateLimited", message: "wait", nextRetryDelay: 1_000 });
    };
    fake.onPlan = () => ({ ...NOTHING_PLANNED, writes: fake.count("apply alpha") < 2 ? { alpha: 1 } : {} });
    fake.onApply["alpha"] = async (attempt) =>
      attempt === 1 ? { ...ALL_DONE, remaining: 1, waitUntilMs: Date.now() + 1_500 } : ALL_DONE;
    // Recorded before and after a project that waits showed what for.
    const workflowId = await synced(workflows, fake);
    return { "project-rate-limited": workflowId, "project-waited-for": workflowId };
  },
  async (workflows) => {
    const fake = new FakeSteps();
    fake.onPull["beta"] = async (attempt) => {
      throw failure(attempt === 1 ? "Unavailable" : "AuthFailed");
    };
    return { "project-refused-credential": await synced(workflows, fake) };
  },
  async (workflows) => {
    const fake = new FakeSteps();
    fake.onCommit = (attempt) => (attempt === 1 ? { ...SETTLED, followUp: { trigger: "epic-status" } } : SETTLED);
    return { "project-followed-up": await synced(workflows, fake) };
  },
  async (workflows) => {
    const fake = new FakeSteps();
    fake.tools = ["alpha"];
    fake.waitingProjects = ["P-1"];
    fake.onProbe = (attempt) => {
      if (attempt === 1) throw failure("Bug");
      return attempt < 4
        ? { status: "refused", waiting: 1, waitMs: 100 }
        : { status: "accepted", waiting: 1, waitMs: 0 };
    };
    const input: ConnectionInput = {
      tool: "alpha",
      account: "alpha:1",
      hubQueue: HUB_QUEUE,
      heartbeatTimeoutMs: 5_000,
      batchesInFlight: 1,
    };
    const workflowId = connectionWorkflowId(input.account);
    await workflows.working(fake, async () => {
      const start = { workflowId, taskQueue: WORKFLOW_QUEUE, args: [input] as [ConnectionInput] };
      const handle = await workflows.client.workflow.start(CONNECTION_WATCH, start);
      await handle.executeUpdate(probeUpdate);
      await handle.signal(probeSignal);
      await handle.result();
      await reached(() => fake.count("conclude") === 1);
    });
    return { connection: workflowId };
  },
  async (workflows) => {
    const fake = new FakeSteps();
    fake.onCommit = () => {
      throw failure("Bug");
    };
    return { "project-broken": await synced(workflows, fake) };
  },
  async (workflows) => {
    const fake = waiting();
    const project = workflows.newProject();
    await workflows.working(fake, async () => {
      await workflows.begin(project);
      await reached(() => fake.count("commit") === 1);
      await workflows.handle(project).signal(requestSyncSignal, { trigger: "webhook" });
      await reached(() => fake.count("commit") === 2);
      await workflows.handle(project).cancel();
      await workflows
        .handle(project)
        .result()
        .catch(() => undefined);
    });
    return { "project-joined-and-cancelled": workflows.handle(project).workflowId };
  },
  async (workflows) => {
    const fake = waiting();
    const project = workflows.newProject();
    let first = "";
    await workflows.working(fake, async () => {
      await workflows.begin(project, { maxEvents: 10 });
      first = (await workflows.handle(project).describe()).runId;
      await reached(() => fake.count("prepare") === 2);
      await workflows.handle(project).terminate();
    });
    return { "project-continued-as-new": `${workflows.handle(project).workflowId}#${first}` };
  },
  async (workflows) => {
    const fake = new FakeSteps();
    const turns = Array.from({ length: 12 }, (): ProjectTurn => ({ project: workflows.newProject(), priority: 3 }));
    fake.batches = [turns.slice(0, 10), turns.slice(10)];
    fake.scanned = { projects: 20, credentials: [{ tool: "alpha", account: "alpha:1", projects: 20 }] };
    const input = portfolioInput({ windowMs: 600 });
    const workflowId = "portfolio/manual/recorded";
    await workflows.working(fake, async () => {
      await workflows.client.workflow.execute(PORTFOLIO_SYNC, { workflowId, taskQueue: WORKFLOW_QUEUE, args: [input] });
    });
    return { portfolio: workflowId, batch: `${workflowId}/batch-0` };
  },
  async (workflows) => {
    const fake = new FakeSteps();
    fake.onAnswer = ({ revision }) => ({ status: revision === "b" ? "taken" : "outdated" });
    const workflowId = conflictWorkflowId("P", "US-1");
    const title: Question = {
      number: 1,
      type: "story",
      field: "title",
      kind: "edit",
      sides: ["hub", "alpha"],
      revision: "a",
    };
    const status: Question = { ...title, number: 2, field: "status" };
    const input: ConflictInput = {
      project: "P",
      item: "US-1",
      hubQueue: HUB_QUEUE,
      heartbeatTimeoutMs: 5_000,
      remindAfterMs: 300,
    };
    await workflows.working(fake, async () => {
      const start = { workflowId, taskQueue: WORKFLOW_QUEUE, args: [input] as [ConflictInput] };
      const asked = { signal: questionsSignal, signalArgs: [[title, status]] as [Question[]] };
      const handle = await workflows.client.workflow.signalWithStart(CONFLICT_RESOLUTION, { ...start, ...asked });
      await reached(() => fake.count("remind") > 0);
      await handle.signal(resolveSignal, { choice: "nowhere" });
      await handle.executeUpdate(resolveUpdate, { args: [{ field: "title", choice: "hub" }] });
      await handle.signal(questionsSignal, [{ ...title, revision: "b" }]);
      await handle.executeUpdate(resolveUpdate, { args: [{ value: "Neither" }] });
      await handle.signal(questionsSignal, []);
      await handle.result();
    });
    return { conflict: workflowId };
  },
];

async function synced(workflows: Workflows, fake: FakeSteps): Promise<string> {
  const project = workflows.newProject();
  await workflows.working(fake, async () => {
    await workflows.sync(project);
    await workflows.handle(project).result();
  });
  return workflows.handle(project).workflowId;
}

/** Alpha has a write that it asks to wait with for an hour. */
function waiting(): FakeSteps {
  const fake = new FakeSteps();
  fake.prepared = { timings: QUICK };
  fake.onPlan = () => ({ ...NOTHING_PLANNED, writes: { alpha: 1 } });
  fake.onApply["alpha"] = async () => ({ ...ALL_DONE, done: 0, remaining: 1, waitUntilMs: Date.now() + HOUR_MS });
  return fake;
}

async function reached(isThere: () => boolean): Promise<void> {
  const until = Date.now() + 30_000;
  while (!isThere()) {
    if (Date.now() > until) throw new Error("the path was not taken");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
