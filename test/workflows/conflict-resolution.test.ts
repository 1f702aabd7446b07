import { randomUUID } from "node:crypto";
import { WorkflowUpdateFailedError } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Question } from "../../src/core/ports.ts";
import {
  CONFLICT_RESOLUTION,
  conflictStateQuery,
  conflictWorkflowId,
  questionsSignal,
  resolveSignal,
  resolveUpdate,
  WORKFLOW_QUEUE,
  type ConflictInput,
} from "../../workflows/messages.ts";
import { FakeSteps } from "../support/fake-steps.ts";
import { HUB_QUEUE, Workflows } from "./workflows.ts";

let workflows: Workflows;
beforeAll(async () => {
  workflows = await Workflows.start();
});
afterAll(() => workflows.stop());

const HOUR_MS = 3_600_000;
const TITLE: Question = {
  number: 1,
  type: "story",
  field: "title",
  kind: "edit",
  sides: ["hub", "alpha"],
  revision: "a",
};
const STATUS: Question = { ...TITLE, number: 2, field: "status", sides: ["hub", "alpha", "beta"] };
const GONE: Question = {
  ...TITLE,
  number: 3,
  field: "deletion",
  kind: "deletion",
  choices: ["archive", "keep"],
  about: "deleted in alpha; live in the hub",
};
const until = (isDone: () => unknown) => expect.poll(isDone, { timeout: 10_000, interval: 20 }).toBe(true);

/** An item's conversation on the real server. */
class Conversation {
  readonly item = `US-${randomUUID().slice(0, 8)}`;
  readonly handle = workflows.client.workflow.getHandle(conflictWorkflowId("P", this.item));

  async begin(questions: readonly Question[], remindAfterMs = HOUR_MS): Promise<this> {
    const input: ConflictInput = {
      project: "P",
      item: this.item,
      hubQueue: HUB_QUEUE,
      heartbeatTimeoutMs: 5_000,
      remindAfterMs,
    };
    await workflows.client.workflow.signalWithStart(CONFLICT_RESOLUTION, {
      workflowId: this.handle.workflowId,
      taskQueue: WORKFLOW_QUEUE,
      args: [input],
      signal: questionsSignal,
      signalArgs: [questions],
    });
    return this;
  }

  ask = (...questions: Question[]) => this.handle.signal(questionsSignal, questions);
  send = (resolution: object) => this.handle.signal(resolveSignal, resolution);
  answer = (resolution: object) => this.handle.executeUpdate(resolveUpdate, { args: [resolution] });
  state = () => this.handle.query(conflictStateQuery);
  /** What the validator says. */
  refusal = (resolution: object) =>
    this.answer(resolution).then(
      () => "taken",
      (error: unknown) => (error instanceof WorkflowUpdateFailedError ? error.cause?.message : String(error)),
    );
}

async function conversing(fake: FakeSteps, body: () => Promise<void>): Promise<void> {
  fake.tools = ["alpha"];
  await workflows.working(fake, body);
}

describe("a question", () => {
  it("waits, is answered by an Update, and is over when the sides agree", async () => {
    const fake = new FakeSteps();
    await conversing(fake, async () => {
      const talk = await new Conversation().begin([TITLE]);
      expect(await talk.answer({ choice: "alpha", by: "ana", note: "as agreed" })).toEqual({
        number: 1,
        field: "title",
        status: "taken",
      });
      expect((await talk.state()).questions).toMatchObject([{ number: 1, answer: { choice: "alpha", by: "ana" } }]);
      await talk.ask();
      await talk.handle.result();
    });
    expect(fake.journal).toEqual(['answer 1 {"choice":"alpha","field":"title","by":"ana","note":"as agreed"}']);
  });

  it("is answered by the Signal that a form sends, and a useless one is told and changes nothing", async () => {
    const fake = new FakeSteps();
    await conversing(fake, async () => {
      const talk = await new Conversation().begin([TITLE]);
      await talk.send({ choice: "nowhere" });
      await until(async () => (await talk.state()).refused?.includes("choose one of hub, alpha"));
      await talk.send({ value: "Neither of them" });
      await until(() => fake.count("answer") === 1);
      await until(async () => (await talk.state()).refused === null);
    });
    expect(fake.journal).toEqual(['answer 1 {"value":"Neither of them","field":"title"}']);
  });

  it.each([
    [{ choice: "beta" }, "name the field, one of title, status"],
    [{ field: "due", choice: "hub" }, '"due" is not asked about; open: title, status'],
    [{ field: "title", choice: "beta" }, '"beta" has no value here; choose one of hub, alpha, or give a value'],
    [{ field: "title", choice: "hub", revision: "z" }, "the candidates have changed since; look again"],
    [{ field: "title", choice: "hub", number: 7 }, "the candidates have changed since; look again"],
    [{ field: "title" }, "give one of choice and value"],
    [{ field: "title", choice: "hub", value: "x" }, "give one of choice and value"],
    [
      { field: "status", value: "almost" },
      'value: "almost" is none of ready, in_progress, in_review, done, blocked, cancelled',
    ],
    [{ field: "title", value: "" }, "value: title cannot be empty"],
    [[], 'send an object, as in {"choice": "hub"} or {"value": "..."}'],
  ])("is not decided by %j", async (resolution, message) => {
    const fake = new FakeSteps();
    await conversing(fake, async () => {
      const talk = await new Conversation().begin([TITLE, STATUS]);
      expect(await talk.refusal(resolution)).toBe(message);
      expect((await talk.handle.describe()).historyLength).toBeLessThan(10);
    });
    expect(fake.journal).toEqual([]);
  });

  it("about a deletion is told in words, and answered by its own words and its number alone", async () => {
    const fake = new FakeSteps();
    await conversing(fake, async () => {
      const talk = await new Conversation().begin([TITLE, GONE]);
      const asked = { field: "deletion" };
      expect(await talk.refusal({ ...asked, choice: "hub" })).toBe(
        '"hub" is no answer here; choose one of archive, keep',
      );
      expect(await talk.refusal({ ...asked, value: "x" })).toBe("no value is asked for; choose one of archive, keep");
      expect(await talk.answer({ choice: "keep", number: 3 })).toMatchObject({ field: "deletion", status: "taken" });
      expect((await talk.state()).questions).toMatchObject([{}, { about: GONE.about, answer: { choice: "keep" } }]);
    });
    expect(fake.journal).toEqual(['answer 3 {"choice":"keep","field":"deletion"}']);
  });

  it("is asked anew when a candidate changes: the answer to the old one is void", async () => {
    const fake = new FakeSteps();
    fake.onAnswer = ({ revision }) => ({ status: revision === "b" ? "taken" : "outdated" });
    await conversing(fake, async () => {
      const talk = await new Conversation().begin([TITLE, STATUS]);
      expect(await talk.answer({ field: "title", choice: "hub" })).toMatchObject({ status: "outdated" });
      expect((await talk.state()).refused).toContain("the candidates have changed");
      await talk.ask({ ...TITLE, revision: "b" }, STATUS);
      expect(await talk.answer({ field: "title", choice: "hub" })).toMatchObject({ status: "taken" });
      expect(await talk.answer({ field: "title", choice: "alpha" })).toMatchObject({ replaced: "hub" });
      await talk.ask({ ...TITLE, revision: "c" }, STATUS);
      const { questions } = await talk.state();
      expect(questions.map(({ field, answer }) => [field, answer])).toEqual([
        ["title", undefined],
        ["status", undefined],
      ]);
    });
  });

  it("is brought back to mind, further and further, until it is answered", async () => {
    const fake = new FakeSteps();
    await conversing(fake, async () => {
      const talk = await new Conversation().begin([TITLE], 200);
      await until(() => fake.count("remind") >= 2);
      await talk.answer({ choice: "hub" });
      const { questions } = await talk.state();
      const reminded = fake.count("remind");
      expect(questions[0]?.reminders).toBe(reminded);
      await talk.ask();
      await talk.handle.result();
      expect(fake.count("remind")).toBe(reminded);
    });
    expect(fake.journal.slice(0, 2)).toEqual(["remind 1", "remind 1 again"]);
  });

  it("is brought back to mind as well where it follows one that was answered", async () => {
    const fake = new FakeSteps();
    await conversing(fake, async () => {
      const talk = await new Conversation().begin([TITLE], 500);
      await talk.answer({ choice: "hub", number: 1, revision: "a" });
      await talk.ask({ ...TITLE, revision: "b" });
      await until(() => fake.count("remind") >= 1);
    });
    expect(fake.journal.slice(0, 2).map((entry) => entry.split(" ")[0])).toEqual(["answer", "remind"]);
  });

  it("that was answered while no worker ran is decided as soon as one does", async () => {
    const talk = await new Conversation().begin([TITLE]);
    await talk.send({ choice: "alpha" });
    const fake = new FakeSteps();
    await conversing(fake, () => until(() => fake.count("answer") === 1));
  });
});
