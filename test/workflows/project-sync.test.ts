import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestSyncSignal } from "../../workflows/messages.ts";
import { ALL_DONE, failure, FakeSteps, NOTHING_PLANNED, SETTLED } from "../support/fake-steps.ts";
import { Workflows } from "./workflows.ts";

const ACCEPTED = "workflowExecutionUpdateAcceptedEventAttributes";

let workflows: Workflows;
beforeAll(async () => {
  workflows = await Workflows.start();
});
afterAll(() => workflows.stop());

const newProject = () => workflows.newProject();
const working = <T>(fake: FakeSteps, body: () => Promise<T>) => workflows.working(fake, body);
const sync = (project: string) => workflows.sync(project);

describe("projectSync", () => {
  it("pulls, plans, applies and commits, and ends when nothing is left", async () => {
    const fake = new FakeSteps();
    fake.onPlan = (attempt) =>
      attempt === 1 ? { ...NOTHING_PLANNED, writes: { alpha: 2, beta: 1 } } : NOTHING_PLANNED;
    const project = newProject();
    const answer = await working(fake, async () => {
      const given = await sync(project);
      await workflows.handle(project).result();
      return given;
    });
    expect(answer.outcome).toBe("success");
    expect(fake.journal[0]).toBe("prepare manual");
    expect(fake.journal.slice(1, 3).toSorted()).toEqual(["pull alpha", "pull beta"]);
    expect(fake.journal[3]).toBe("plan alpha:ready beta:ready");
    expect(fake.journal.slice(4, 6).toSorted()).toEqual(["apply alpha", "apply beta"]);
    expect(fake.journal.slice(6)).toEqual(["commit alpha:ready beta:ready"]);
    expect(await workflows.events(project)).toBeLessThanOrEqual(30 + 12 * 2);
  });

  it("syncs what its own commit calls for once it is over", async () => {
    const fake = new FakeSteps();
    fake.onCommit = (attempt) =>
      attempt === 1 ? { ...SETTLED, followUp: { trigger: "epic-completed", full: true } } : SETTLED;
    const project = newProject();
    await working(fake, async () => {
      await workflows.sync(project, { trigger: "gate-advancement", tools: ["alpha"] });
      await workflows.handle(project).result();
    });
    expect(fake.journal.filter((entry) => entry.startsWith("prepare"))).toEqual([
      "prepare gate-advancement",
      "prepare epic-completed",
    ]);
  });

  it("is not held up by a slow tool, which joins a later pass", async () => {
    const fake = new FakeSteps();
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    fake.onPull["beta"] = () => gate;
    fake.onCommit = (attempt) => {
      if (attempt === 1) release();
      return SETTLED;
    };
    await working(fake, () => sync(newProject()));
    expect(fake.journal).toContain("commit alpha:ready beta:slow");
    expect(fake.journal.at(-1)).toBe("commit alpha:ready beta:ready");
    expect(fake.count("pull beta")).toBe(1);
  });

  it("leaves a tool whose credential fails alone, and finishes the others", async () => {
    const fake = new FakeSteps();
    fake.onPull["beta"] = async () => {
      throw failure("AuthFailed");
    };
    fake.onPlan = () => ({ ...NOTHING_PLANNED, writes: { alpha: 1 } });
    await working(fake, () => sync(newProject()));
    expect(fake.journal.at(-1)).toBe("commit alpha:ready beta:failed");
    expect(fake.count("apply alpha")).toBe(1);
    expect(fake.count("pull beta")).toBe(1);
  });

  it("tries a tool that is down again from a durable timer, then gives up", async () => {
    const fake = new FakeSteps();
    fake.onPull["beta"] = async () => {
      throw failure("Unavailable");
    };
    await working(fake, () => sync(newProject()));
    expect(fake.count("pull beta")).toBe(3);
    expect(fake.count("pull alpha")).toBe(1);
    expect(fake.journal.at(-1)).toBe("commit alpha:ready beta:failed");
  });

  it("takes a tool in again that comes back", async () => {
    const fake = new FakeSteps();
    fake.onPull["beta"] = async (attempt) => {
      if (attempt === 1) throw failure("Unavailable");
    };
    await working(fake, () => sync(newProject()));
    expect(fake.journal.at(-1)).toBe("commit alpha:ready beta:ready");
  });

  it("commits before it waits for a rate limit, and goes on after it", async () => {
    const fake = new FakeSteps();
    fake.onPlan = () => ({ ...NOTHING_PLANNED, writes: { alpha: 3, beta: 1 } });
    fake.onApply["alpha"] = async (attempt) =>
      attempt === 1 ? { ...ALL_DONE, remaining: 2, waitUntilMs: Date.now() + 200 } : ALL_DONE;
    await working(fake, () => sync(newProject()));
    expect(fake.journal).toContain("commit alpha:waiting beta:ready");
    expect(fake.count("apply alpha")).toBe(2);
    // So short a wait makes nothing stale: the calls it waited for are for the writes.
    expect(fake.count("pull alpha")).toBe(1);
    expect(fake.count("pull beta")).toBe(1);
  });

  it("plans again from the new text when the hub changed under it", async () => {
    const fake = new FakeSteps();
    fake.onCommit = (attempt) => (attempt === 1 ? { ...SETTLED, stale: true } : SETTLED);
    await working(fake, () => sync(newProject()));
    expect(fake.count("plan")).toBe(2);
    expect(fake.count("pull alpha")).toBe(1);
  });

  it("asks the histories first where they decide a conflict", async () => {
    const fake = new FakeSteps();
    fake.onPlan = (attempt) => (attempt === 1 ? { ...NOTHING_PLANNED, evidence: { alpha: 1 } } : NOTHING_PLANNED);
    await working(fake, () => sync(newProject()));
    expect(fake.journal.filter((entry) => /^(plan|evidence)/.test(entry))).toEqual([
      "plan alpha:ready beta:ready",
      "evidence alpha",
      "plan alpha:ready beta:ready",
    ]);
  });

  it("answers requests that arrive meanwhile with one more run", async () => {
    const fake = new FakeSteps();
    const project = newProject();
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    fake.onPull["alpha"] = (attempt) => (attempt === 1 ? gate : Promise.resolve());
    const runs = await working(fake, async () => {
      const first = sync(project);
      while (fake.count("pull alpha") === 0) await new Promise((resolve) => setImmediate(resolve));
      const handle = workflows.handle(project);
      const later = [sync(project), sync(project), handle.signal(requestSyncSignal, { trigger: "webhook" })] as const;
      await later[2];
      // Both updates are accepted before the first run goes on, or they would make a run each.
      while ((await workflows.events(project, ACCEPTED)) < 3) await new Promise((resolve) => setImmediate(resolve));
      release();
      return [await first, await later[0], await later[1]];
    });
    expect(runs[1]).toEqual(runs[2]);
    expect(runs[1]!.run).not.toBe(runs[0]!.run);
    expect(fake.count("prepare")).toBe(2);
    expect(fake.finishedFirst).toEqual([undefined, [runs[0]!.run]]);
  });

  it("does nothing with a hub that must not be acted on", async () => {
    const fake = new FakeSteps();
    fake.prepared = { status: "refused", tools: [] };
    const answer = await working(fake, () => sync(newProject()));
    expect(answer.outcome).toBe("error");
    expect(fake.journal).toEqual(["prepare manual"]);
  });
});
