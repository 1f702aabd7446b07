import { ApplicationFailure } from "@temporalio/common";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SyncRequest } from "../../src/core/ports.ts";
import { requestSyncSignal, SYNC_TOOL } from "../../workflows/messages.ts";
import { ALL_DONE, failure, FakeSteps, NOTHING_PLANNED, QUICK, SETTLED } from "../support/fake-steps.ts";
import { Workflows } from "./workflows.ts";

let workflows: Workflows;
beforeAll(async () => {
  workflows = await Workflows.start();
});
afterAll(() => workflows.stop());

const BETA_ONLY: SyncRequest = { trigger: "manual", tools: ["beta"] };
const HOUR_MS = 3_600_000;
const until = (isDone: () => boolean) => expect.poll(isDone, { timeout: 10_000, interval: 20 }).toBe(true);

/** Steps where each tool that a request names is bound, as the real ones do it. */
class NamedTools extends FakeSteps {
  override get steps() {
    const { steps } = { steps: super.steps };
    return {
      ...steps,
      prepare: async (input: Parameters<typeof steps.prepare>[0]) => {
        const prepared = await steps.prepare(input);
        return { ...prepared, tools: input.request.tools ?? prepared.tools };
      },
    };
  }
}

/** Alpha has a write that it asks to wait with; `waitMs` after its first apply it takes it. */
function withWait(waitMs: number): NamedTools {
  const fake = new NamedTools();
  fake.onPlan = () => ({ ...NOTHING_PLANNED, writes: fake.count("apply alpha") < 2 ? { alpha: 1 } : {} });
  fake.onApply["alpha"] = async (attempt) =>
    attempt === 1 ? { ...ALL_DONE, done: 0, remaining: 1, waitUntilMs: Date.now() + waitMs } : ALL_DONE;
  return fake;
}

describe("while a tool waits", () => {
  it("a request for other tools is answered at once, and what is owed is written on time", async () => {
    const fake = withWait(3_000);
    const only = fake.onPlan;
    fake.onPlan = (attempt) => (attempt === 2 ? NOTHING_PLANNED : only(attempt));
    const project = workflows.newProject();
    await workflows.working(fake, async () => {
      const startedAt = Date.now();
      let firstEnded = false;
      const first = workflows.sync(project).finally(() => (firstEnded = true));
      await until(() => fake.journal.includes("commit alpha:waiting beta:ready"));
      const second = await workflows.sync(project, BETA_ONLY);
      expect(firstEnded).toBe(false);
      expect(second.run).not.toBe((await first).run);
      expect(Date.now() - startedAt).toBeGreaterThanOrEqual(2_900);
    });
    expect(fake.count("apply alpha")).toBe(2);
    expect(fake.count("pull alpha")).toBe(1);
    expect(fake.journal.at(-1)).toBe("commit alpha:ready beta:ready");
  });

  it("the project is found by the tool that it waits for, and by all that took part when it has ended", async () => {
    const fake = withWait(1_500);
    const project = workflows.newProject();
    const toolsOf = async () => (await workflows.handle(project).describe()).typedSearchAttributes.get(SYNC_TOOL);
    await workflows.working(fake, async () => {
      const ended = workflows.sync(project);
      await expect.poll(toolsOf, { timeout: 10_000, interval: 20 }).toEqual(["alpha"]);
      await ended;
      await workflows.handle(project).result();
    });
    expect(await toolsOf()).toEqual(["alpha", "beta"]);
  });

  it("a request for the same work makes one more pass of the run that waits, without that tool", async () => {
    const fake = withWait(HOUR_MS);
    const project = workflows.newProject();
    await workflows.working(fake, async () => {
      await workflows.begin(project);
      await until(() => fake.count("commit") === 1);
      await workflows.handle(project).signal(requestSyncSignal, { trigger: "webhook" });
      await until(() => fake.count("commit") === 2);
      await workflows.handle(project).terminate();
    });
    expect(fake.count("pull beta")).toBe(2);
    expect(fake.count("pull alpha")).toBe(1);
    expect(fake.journal.at(-1)).toBe("commit alpha:waiting beta:ready");
  });

  it("a run that includes it leaves it alone until it is due", async () => {
    const fake = withWait(HOUR_MS);
    const project = workflows.newProject();
    await workflows.working(fake, async () => {
      await workflows.begin(project);
      await until(() => fake.count("commit") === 1);
      await workflows.handle(project).signal(requestSyncSignal, { trigger: "manual", force: true });
      await until(() => fake.count("commit") === 2);
      await workflows.handle(project).terminate();
    });
    expect(fake.count("prepare")).toBe(2);
    expect(fake.count("pull alpha")).toBe(1);
    expect(fake.journal.at(-1)).toBe("commit alpha:waiting beta:ready");
  });

  it("a pull that waits holds up nobody who asks for the other tools", async () => {
    const fake = new NamedTools();
    fake.onPull["alpha"] = async (attempt) => {
      if (attempt === 1)
        throw ApplicationFailure.create({ type: "RateLimited", message: "wait", nextRetryDelay: 3_000 });
    };
    const project = workflows.newProject();
    await workflows.working(fake, async () => {
      const first = workflows.sync(project);
      await until(() => fake.count("commit") === 1);
      const askedAt = Date.now();
      await workflows.sync(project, BETA_ONLY);
      expect(Date.now() - askedAt).toBeLessThan(2_000);
      await first;
    });
    expect(fake.journal.at(-1)).toBe("commit alpha:ready beta:ready");
  });

  it("one that is down is tried in its own time and no more often than it may be", async () => {
    const fake = new FakeSteps();
    fake.prepared = { timings: { ...QUICK, outageWaitMs: 700, outageMaxWaitMs: 10_000, outageTries: 2 } };
    const pulls: number[] = [];
    fake.onPull["alpha"] = async () => {
      pulls.push(Date.now());
      throw failure("Unavailable");
    };
    fake.onPlan = (attempt) => (attempt < 6 ? { ...NOTHING_PLANNED, writes: { beta: 1 } } : NOTHING_PLANNED);
    fake.onApply["beta"] = async (attempt) =>
      attempt < 6 ? { ...ALL_DONE, remaining: 1, waitUntilMs: Date.now() + 50 } : ALL_DONE;
    await workflows.working(fake, () => workflows.sync(workflows.newProject()));
    expect(pulls).toHaveLength(3);
    expect(pulls[1]! - pulls[0]!).toBeGreaterThanOrEqual(700);
    expect(pulls[2]! - pulls[1]!).toBeGreaterThanOrEqual(1_400);
  });

  it("leaves no timer behind when something else ended the wait", async () => {
    const fake = withWait(HOUR_MS);
    const project = workflows.newProject();
    await workflows.working(fake, async () => {
      await workflows.begin(project);
      await until(() => fake.count("commit") === 1);
      await workflows.handle(project).signal(requestSyncSignal, { trigger: "webhook" });
      await until(() => fake.count("commit") === 2);
      await expect
        .poll(() => workflows.events(project, "timerCanceledEventAttributes"), { timeout: 10_000 })
        .toBeGreaterThan(0);
      await workflows.handle(project).terminate();
    });
  });
});

describe("histories", () => {
  const conflicts = () => {
    const fake = new FakeSteps();
    fake.onPlan = (attempt) => (attempt === 1 ? { ...NOTHING_PLANNED, evidence: { alpha: 1 } } : NOTHING_PLANNED);
    return fake;
  };

  it.each([
    ["fails", failure("Bug")],
    ["asks to wait for an hour", ApplicationFailure.create({ type: "RateLimited", nextRetryDelay: HOUR_MS })],
  ])("one that %s is planned without, and asked no second time", async (_what, error) => {
    const fake = conflicts();
    fake.onEvidence["alpha"] = async () => {
      throw error;
    };
    await workflows.working(fake, () => workflows.sync(workflows.newProject()));
    expect(fake.count("evidence")).toBe(1);
    expect(fake.evidenceAsked).toEqual([undefined, true]);
    expect(fake.count("commit")).toBe(1);
  });

  it("are not asked of a tool that takes no part in the pass", async () => {
    const fake = conflicts();
    fake.onPull["alpha"] = async () => {
      throw failure("AuthFailed");
    };
    await workflows.working(fake, () => workflows.sync(workflows.newProject()));
    expect(fake.count("evidence")).toBe(0);
    expect(fake.count("plan")).toBe(2);
  });
});

describe("the end of a run", () => {
  it("a step that fails for good ends its own run only, and tells the code", async () => {
    const fake = new NamedTools();
    fake.onPlan = (attempt) => {
      if (attempt === 1) throw failure("NotFound");
      return NOTHING_PLANNED;
    };
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    fake.onPull["alpha"] = () => gate;
    fake.prepared = { timings: { ...QUICK, slowToolAfterMs: 5_000 } };
    const project = workflows.newProject();
    await workflows.working(fake, async () => {
      const first = workflows.sync(project);
      await until(() => fake.count("pull alpha") === 1);
      const second = workflows.sync(project, BETA_ONLY);
      await workflows.handle(project).signal(requestSyncSignal, { trigger: "webhook", force: true });
      release();
      expect(await first).toMatchObject({ outcome: "error", code: "NotFound" });
      expect((await second).outcome).toBe("success");
      await workflows.handle(project).result();
    });
    expect(fake.count("broken NotFound")).toBe(1);
    expect(fake.count("prepare")).toBe(3);
  });

  it("is told even where it cannot be stored", async () => {
    const fake = new FakeSteps();
    fake.onPlan = () => {
      throw failure("Bug");
    };
    fake.onBroken = () => {
      throw failure("Bug");
    };
    const answer = await workflows.working(fake, () => workflows.sync(workflows.newProject()));
    expect(answer).toMatchObject({ outcome: "error", code: "Bug" });
  });

  it("a tool that no worker serves costs the others nothing, and is told as one that is down", async () => {
    const fake = new FakeSteps();
    fake.prepared = { tools: ["alpha", "nobodys"], timings: { ...QUICK, queueTimeoutMs: 600 } };
    const answer = await workflows.working(fake, () => workflows.sync(workflows.newProject()));
    expect(answer.code).toBeUndefined();
    expect(fake.journal.find((entry) => entry.startsWith("commit"))).toMatch(/alpha:ready nobodys:(?:slow|failed)/);
    expect(fake.journal.at(-1)).toBe("commit alpha:ready nobodys:failed");
  });

  it("a cancelled workflow is cancelled", async () => {
    const fake = withWait(HOUR_MS);
    const project = workflows.newProject();
    await workflows.working(fake, async () => {
      await workflows.begin(project);
      await until(() => fake.count("commit") === 1);
      await workflows.handle(project).cancel();
      await expect(workflows.handle(project).result()).rejects.toThrow();
    });
    expect((await workflows.handle(project).describe()).status.name).toBe("CANCELLED");
    expect(fake.count("broken")).toBe(0);
  });

  it("comes when nothing moves any more, and not while something does", async () => {
    const still = new FakeSteps();
    still.onCommit = () => ({ ...SETTLED, more: true });
    const answer = await workflows.working(still, () => workflows.sync(workflows.newProject()));
    expect(answer.outcome).toBe("warning");
    expect(still.count("commit")).toBe(40);

    const busy = new FakeSteps();
    busy.onCommit = (attempt) => ({ ...SETTLED, hubEdits: 1, more: attempt < 42 });
    const done = await workflows.working(busy, () => workflows.sync(workflows.newProject()));
    expect([done.outcome, busy.count("commit")]).toEqual(["success", 42]);
  }, 30_000);

  it("a long history is left behind with what is owed, and a wait is kept", async () => {
    const fake = withWait(2_000);
    const project = workflows.newProject();
    await workflows.working(fake, async () => {
      await workflows.begin(project, { maxEvents: 10 });
      await until(() => fake.count("prepare") === 2);
      const { status } = await workflows.handle(project).describe();
      expect(status.name).toBe("RUNNING");
      await workflows.handle(project).terminate();
    });
    expect(fake.count("pull alpha")).toBe(1);
    expect(fake.journal.filter((entry) => entry.startsWith("prepare"))).toEqual(["prepare manual", "prepare manual"]);
  });
});
