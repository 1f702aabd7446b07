/** Questions wait for weeks, and workers are replaced meanwhile by ones with other workflow code. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundleWithSourceMap } from "@temporalio/worker";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Question } from "../../src/core/ports.ts";
import {
  CONFLICT_RESOLUTION,
  conflictWorkflowId,
  questionsSignal,
  resolveUpdate,
  WORKFLOW_QUEUE,
  type ConflictInput,
} from "../../workflows/messages.ts";
import { FakeSteps } from "../support/fake-steps.ts";
import { HUB_QUEUE, Workflows } from "./workflows.ts";

const OPEN = 200;
const DAY_MS = 86_400_000;
const AT_ONCE = 20;
/** A step as a later version may well have it: people are told of a question before it waits. */
const STEP = `await promptActivities(input, "Remind").remind({ project: input.project, item: input.item, numbers: [], escalate: false });`;

let workflows: Workflows;
let folder: string;
beforeAll(async () => {
  workflows = await Workflows.start();
  folder = await mkdtemp(join(tmpdir(), "sdlc-redeployed-"));
});
afterAll(async () => {
  await workflows.stop();
  await rm(folder, { recursive: true });
});

const repository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Today's workflows with a step more at the beginning of every conversation. */
async function changed(name: string, step: string): Promise<WorkflowBundleWithSourceMap> {
  const root = join(folder, name);
  await cp(repository("workflows"), join(root, "workflows"), { recursive: true });
  for (const path of ["src", "node_modules"]) await symlink(repository(path), join(root, path));
  const file = join(root, "workflows/conflict-resolution.ts");
  const source = await readFile(file, "utf8");
  const marked = "  await condition(() => conversation.isAsked);\n";
  expect(source).toContain(marked);
  const grown = source.replace("  continueAsNew,\n", "  continueAsNew,\n  patched,\n");
  await writeFile(file, grown.replace(marked, `  ${step}\n${marked}`));
  return bundleWorkflowCode({
    workflowsPath: join(root, "workflows/index.ts"),
    logger: new DefaultLogger("ERROR"),
  });
}

const item = (n: number): string => `US-${n}`;
const handleOf = (n: number) => workflows.client.workflow.getHandle(conflictWorkflowId("P", item(n)));

/** Fields and deletions in turn: what people are asked is none of the worker's code. */
function questionOf(n: number): Question {
  const common = { number: n, type: "story", sides: ["hub", "alpha"], revision: `r${n}` } as const;
  if (n % 2 === 0) return { ...common, field: "title", kind: "edit" };
  const choices = ["archive", "keep"];
  return { ...common, field: "deletion", kind: "deletion", choices, about: "deleted in alpha; live in the hub" };
}

async function ask(n: number): Promise<void> {
  const start: ConflictInput = {
    project: "P",
    item: item(n),
    hubQueue: HUB_QUEUE,
    heartbeatTimeoutMs: 30_000,
    remindAfterMs: DAY_MS,
  };
  await workflows.client.workflow.signalWithStart(CONFLICT_RESOLUTION, {
    workflowId: conflictWorkflowId("P", item(n)),
    taskQueue: WORKFLOW_QUEUE,
    args: [start],
    signal: questionsSignal,
    signalArgs: [[questionOf(n)]],
  });
}

/** Answered, and agreed by all sides. */
async function answer(n: number): Promise<string> {
  const resolution = { choice: n % 2 === 0 ? "alpha" : "keep", number: n, revision: `r${n}` };
  const { status } = await handleOf(n).executeUpdate(resolveUpdate, { args: [resolution] });
  await handleOf(n).signal(questionsSignal, []);
  await handleOf(n).result();
  return status;
}

async function each<T>(act: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let first = 1; first <= OPEN; first += AT_ONCE)
    results.push(...(await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => act(first + n)))));
  return results;
}

/** Whether the first worker has taken it in: what is recorded then is what the next one must go along with. */
async function isWaiting(n: number): Promise<boolean> {
  const { events = [] } = await handleOf(n).fetchHistory();
  return (events ?? []).some(({ timerStartedEventAttributes }) => timerStartedEventAttributes);
}

async function replayError(bundle: WorkflowBundleWithSourceMap, n: number): Promise<string | undefined> {
  const history = await handleOf(n).fetchHistory();
  const kept = [{ workflowId: conflictWorkflowId("P", item(n)), history }];
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: bundle }, kept)) return error?.message;
  throw new Error("nothing was replayed");
}

it("200 open questions outlive a worker whose workflows are changed: all are answered by the next one (14, 15)", async () => {
  const [patched, careless] = await Promise.all([
    changed("patched", `if (patched("a-step-more")) ${STEP}`),
    changed("careless", STEP),
  ]);
  const fake = new FakeSteps();
  fake.tools = [];
  await workflows.working(fake, async () => {
    await each(ask);
    await expect
      .poll(async () => (await each(isWaiting)).every(Boolean), { timeout: 60_000, interval: 200 })
      .toBe(true);
  });
  // The control: without `patched` the very same change breaks what waits.
  expect(await replayError(careless, 1)).toContain("TMPRL1100");
  await workflows.working(
    fake,
    async () => {
      expect(await each(answer)).toEqual(Array.from({ length: OPEN }, () => "taken"));
      // And what is asked from now on goes the new way.
      await ask(OPEN + 1);
      expect(await answer(OPEN + 1)).toBe("taken");
    },
    Promise.resolve(patched),
  );
  expect([fake.count("answer"), fake.count("remind")]).toEqual([OPEN + 1, 1]);
}, 180_000);
