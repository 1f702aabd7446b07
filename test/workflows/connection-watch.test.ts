import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CONNECTION_WATCH,
  connectionStateQuery,
  connectionWorkflowId,
  probeSignal,
  probeUpdate,
  WORKFLOW_QUEUE,
  type ConnectionInput,
} from "../../workflows/messages.ts";
import { failure, FakeSteps } from "../support/fake-steps.ts";
import { HUB_QUEUE, Workflows } from "./workflows.ts";

let workflows: Workflows;
beforeAll(async () => {
  workflows = await Workflows.start();
});
afterAll(() => workflows.stop());

const HOUR_MS = 3_600_000;

/** A watch of a credential of `alpha`, on the real server. */
async function watch() {
  const account = `alpha:${randomUUID().slice(0, 8)}`;
  const input: ConnectionInput = {
    tool: "alpha",
    account,
    hubQueue: HUB_QUEUE,
    heartbeatTimeoutMs: 5_000,
    batchesInFlight: 1,
  };
  const workflowId = connectionWorkflowId(account);
  await workflows.client.workflow.start(CONNECTION_WATCH, { workflowId, taskQueue: WORKFLOW_QUEUE, args: [input] });
  return { account, handle: workflows.client.workflow.getHandle(workflowId) };
}

const refused = (waitMs: number) => ({ status: "refused" as const, waiting: 1, waitMs });
const accepted = { status: "accepted" as const, waiting: 1, waitMs: 0 };

function waiting(...projects: string[]): FakeSteps {
  const fake = new FakeSteps();
  fake.tools = ["alpha"];
  fake.waitingProjects = projects;
  return fake;
}

describe("a credential that its tool refuses", () => {
  it("is told once, asked about until it is accepted, and then those who waited are synced", async () => {
    const fake = waiting("P-1", "P-2");
    fake.onProbe = (attempt) => (attempt < 3 ? refused(30) : accepted);
    await workflows.working(fake, async () => {
      const { account, handle } = await watch();
      await handle.result();
      await expect.poll(() => fake.count("conclude"), { timeout: 20_000 }).toBe(1);
      expect(fake.journal.filter((entry) => !entry.startsWith("rank") && entry !== "conclude")).toEqual([
        `alert ${account}`,
        `probe ${account}`,
        `probe ${account}`,
        `probe ${account}`,
        `reconnect ${account}`,
        "scan reconnected P-1,P-2",
      ]);
    });
  });

  it("is asked about at once where somebody says so, and answers who wants to know", async () => {
    const fake = waiting();
    fake.onProbe = (attempt) => (attempt < 3 ? refused(HOUR_MS) : accepted);
    await workflows.working(fake, async () => {
      const { handle } = await watch();
      expect(await handle.executeUpdate(probeUpdate)).toMatchObject({ status: "refused", probes: 1 });
      await handle.signal(probeSignal);
      await expect.poll(() => handle.query(connectionStateQuery)).toMatchObject({ status: "refused", probes: 2 });
      expect(await handle.executeUpdate(probeUpdate)).toMatchObject({ status: "accepted" });
      await handle.result();
      expect([fake.count("alert"), fake.count("scan")]).toEqual([1, 0]);
    });
  });

  it("is asked about again after a probe that failed", async () => {
    const fake = waiting();
    fake.onProbe = (attempt) => {
      if (attempt === 1) throw failure("Bug");
      return accepted;
    };
    await workflows.working(fake, async () => {
      const { handle } = await watch();
      expect(await handle.executeUpdate(probeUpdate)).toMatchObject({ status: "away" });
      await handle.signal(probeSignal);
      await handle.result();
    });
  });
});
