import { randomUUID } from "node:crypto";
import { ApplicationFailure } from "@temporalio/common";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProjectTurn } from "../../src/core/ports.ts";
import {
  PORTFOLIO_SYNC,
  portfolioProgressQuery,
  WORKFLOW_QUEUE,
  type PortfolioInput,
  type PortfolioProgress,
} from "../../workflows/messages.ts";
import { failure, FakeSteps } from "../support/fake-steps.ts";
import { portfolioInput, Workflows } from "./workflows.ts";

let workflows: Workflows;
beforeAll(async () => {
  workflows = await Workflows.start();
});
afterAll(() => workflows.stop());

const HOUR_MS = 3_600_000;
/** A hang guard, and no measurement. */
const PATIENT = { timeout: 30_000 };

function portfolioOf(count: number): FakeSteps {
  const fake = new FakeSteps();
  const turns = Array.from({ length: count }, (): ProjectTurn => ({ project: workflows.newProject(), priority: 3 }));
  fake.batches = Array.from({ length: Math.ceil(count / 10) }, (_, n) => turns.slice(n * 10, n * 10 + 10));
  fake.scanned = {
    projects: count + 5,
    credentials: [
      { tool: "alpha", account: "alpha:1", projects: count },
      { tool: "beta", account: "beta:1", projects: count },
    ],
  };
  return fake;
}

async function start(over: Partial<PortfolioInput> = {}) {
  const input = portfolioInput(over);
  const workflowId = `portfolio/manual/${randomUUID()}`;
  await workflows.client.workflow.start(PORTFOLIO_SYNC, { workflowId, taskQueue: WORKFLOW_QUEUE, args: [input] });
  return workflows.client.workflow.getHandle(workflowId);
}

describe("a portfolio", () => {
  it("is looked at once a credential, then synced in batches, and summed up", async () => {
    const fake = portfolioOf(23);
    await workflows.working(fake, async () => {
      const handle = await start();
      const done = (await handle.result()) as PortfolioProgress;
      expect(done).toMatchObject({
        projects: 28,
        dirty: 23,
        synced: 23,
        failed: [],
        joined: 0,
        underWay: [],
        step: "done",
      });
      expect((await handle.describe()).historyLength).toBeLessThan(70);
    });
    expect(fake.journal.slice(0, 4).toSorted()).toEqual([
      "detect alpha alpha:1",
      "detect beta beta:1",
      "rank",
      "scan manual",
    ]);
    expect(fake.count("prepare")).toBe(23);
    expect(fake.summaries).toMatchObject([{ dirty: 23, synced: 23 }]);
  });

  it("with nothing to do costs no workflow but its own", async () => {
    const fake = portfolioOf(0);
    await workflows.working(fake, async () => {
      const handle = await start();
      await handle.result();
      expect((await handle.describe()).historyLength).toBeLessThan(60);
    });
    expect(fake.count("prepare")).toBe(0);
  });

  it("loses one project where one is poisoned, and one credential where that fails", async () => {
    const fake = portfolioOf(12);
    const poisoned = fake.batches[0]![3]!.project;
    fake.onDetect = async (account) => {
      if (account === "beta:1") throw failure("AuthFailed");
    };
    fake.onPrepare = (project) => {
      if (project === poisoned) throw failure("Bug");
    };
    await workflows.working(fake, async () => {
      const done = (await (await start()).result()) as PortfolioProgress;
      expect(done).toMatchObject({ synced: 11, failed: [poisoned], unread: ["beta: AuthFailed"] });
    });
  });

  it("waits for a busy credential as often as it asks to, and never longer than a quarter of an hour", async () => {
    const fake = portfolioOf(1);
    let asked = 0;
    fake.onDetect = async (account) => {
      if (account !== "beta:1") return;
      asked += 1;
      // The hour at the end is longer than the run may wait.
      const nextRetryDelay = asked < 8 ? 20 : HOUR_MS;
      throw ApplicationFailure.create({ type: "RateLimited", message: "busy", nextRetryDelay });
    };
    await workflows.working(fake, async () => {
      const done = (await (await start()).result()) as PortfolioProgress;
      expect(done).toMatchObject({ synced: 1, unread: ["beta: RateLimited"] });
    });
    expect(asked).toBe(8);
  });

  it("joins a project that is under way instead of doubling it", async () => {
    const fake = portfolioOf(2);
    const [busy] = fake.batches[0]!;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    fake.onPull["alpha"] = async (attempt) => {
      if (attempt === 1) await held;
    };
    await workflows.working(fake, async () => {
      await workflows.begin(busy!.project);
      await expect.poll(() => fake.count("pull alpha"), PATIENT).toBe(1);
      const done = (await (await start()).result()) as PortfolioProgress;
      expect(done).toMatchObject({ synced: 1, joined: 1 });
      release();
      await workflows.handle(busy!.project).result();
    });
    expect(fake.journal.filter((entry) => entry === "prepare manual")).toHaveLength(3);
  });

  it("goes on in a new execution when its history has grown long, and forgets nothing", async () => {
    const fake = portfolioOf(40);
    await workflows.working(fake, async () => {
      const handle = await start({ batchesInFlight: 1, maxEvents: 45 });
      const done = (await handle.result()) as PortfolioProgress;
      expect(done).toMatchObject({ dirty: 40, synced: 40 });
    });
    expect([fake.count("scan"), fake.count("conclude"), fake.count("prepare")]).toEqual([1, 1, 40]);
  });

  it("tells where it stands, and stops where it is cancelled", async () => {
    const fake = portfolioOf(20);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    fake.onPull["alpha"] = () => held;
    await workflows.working(fake, async () => {
      const handle = await start({ batchesInFlight: 1 });
      await expect.poll(() => fake.count("prepare"), PATIENT).toBe(10);
      const progress = await handle.query(portfolioProgressQuery);
      expect([progress.step, progress.underWay.length]).toEqual(["syncing", 10]);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
      release();
      for (const { project } of fake.batches[0]!) await workflows.handle(project).result();
    });
    expect(fake.count("prepare")).toBe(10);
  });
});
