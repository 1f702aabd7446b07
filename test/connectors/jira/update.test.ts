import { afterEach, describe, expect, it } from "vitest";
import { isSyncFailure } from "../../../src/core/errors.ts";
import { deliveryWorkflow, openWorkflow, ROOT_CAUSE_FIELD, type Workflow } from "../../../sandbox/jira/model.ts";
import { createRequest, twinIn } from "../requests.ts";
import { closeHarness, connector, startHarness, statusId, updateRequest, type Harness } from "./harness.ts";
import type { RemoteItem, ToolValues } from "../../../src/core/model.ts";

let h: Harness;
afterEach(() => closeHarness(h));

async function made(fields: ToolValues = {}): Promise<RemoteItem> {
  return twinIn((await h.create([createRequest(1, fields)]))[0]);
}
const dataOf = (
  twin: RemoteItem,
): Harness["sandbox"]["site"] extends { get(ref: string): { data: infer D } } ? D : never =>
  h.sandbox.site.get(twin.ref).data;

describe("an update", () => {
  it("is one write for all fields of an item, counted on that item's own budget", async () => {
    h = await startHarness();
    const twin = await made({ labels: ["a", "b"], assignee: "5b109f2e9729b51b54dc274d", due: "2026-12-01" });
    const [mark, used] = [h.sandbox.log.writes(), h.reserved.length];
    const [outcome] = await h.update([
      updateRequest(twin.ref, { title: "New", labels: ["b", "c"], assignee: null, due: null, priority: "2" }),
    ]);
    expect(twinIn(outcome).fields).toMatchObject({
      title: "New",
      labels: ["b", "c"],
      assignee: null,
      due: null,
      priority: "2",
    });
    expect(h.sandbox.log.writes() - mark).toBe(1);
    expect(h.reserved.slice(used).filter(({ name }) => name.startsWith("write:"))).toEqual([
      { name: `write:${twin.ref}`, cost: 1 },
    ]);
  });

  it("changes labels by delta, so that one added meanwhile and ours both stay", async () => {
    h = await startHarness();
    const twin = await made({ labels: ["a"] });
    await h.sandbox.human({ action: "edit", key: twin.key, fields: { labels: ["a", "sdlc-sync", "status:x"] } });
    await h.update([updateRequest(twin.ref, { labels: ["b"] })]);
    expect(dataOf(twin).labels).toEqual(["b", "sdlc-sync", "status:x"]);
    await h.update([updateRequest(twin.ref, { task_type: "qa" }, { type: "task" })]);
    await h.update([updateRequest(twin.ref, { task_type: "dev" }, { type: "task" })]);
    expect(dataOf(twin).labels).toEqual(["b", "sdlc-sync", "status:x", "type:dev"]);
  });

  it("writes nothing where labels are as wanted already", async () => {
    h = await startHarness();
    const twin = await made({ labels: ["a"] });
    const mark = h.sandbox.log.writes();
    const [outcome] = await h.update([updateRequest(twin.ref, { labels: ["a"] })]);
    expect(twinIn(outcome).fields.labels).toEqual(["a"]);
    expect(h.sandbox.log.writes()).toBe(mark);
  });

  it("leaves out what Jira refuses by name, one after the other, and writes the rest", async () => {
    h = await startHarness();
    const twin = await made();
    const [outcome] = await h.update([
      updateRequest(twin.ref, { title: "New", assignee: "nobody", parent: "99999", due: "x", estimate: 5 }),
    ]);
    expect(outcome).toMatchObject({
      kind: "done",
      refused: {
        assignee: expect.any(String) as string,
        parent: expect.any(String) as string,
        due: expect.any(String) as string,
      },
    });
    expect(twinIn(outcome).fields).toMatchObject({ title: "New", estimate: 5, due: null });
  });

  it("leaves out a description that Jira refuses without naming it", async () => {
    h = await startHarness();
    const twin = await made({ description: "first" });
    h.sandbox.site.refusedWords.add("unfit");
    const [outcome] = await h.update([updateRequest(twin.ref, { description: "unfit", title: "New" })]);
    expect(outcome).toMatchObject({ kind: "done", refused: { description: "INVALID_INPUT" } });
    expect(twinIn(outcome).fields).toMatchObject({ title: "New", description: "first" });
    const [alone] = await h.update([updateRequest(twin.ref, { description: "unfit" })]);
    expect(alone).toMatchObject({ kind: "done", refused: { description: "INVALID_INPUT" } });
  });

  it("is rejected where nothing is left, and others go on", async () => {
    h = await startHarness();
    const twin = await made();
    const outcomes = await h.update([
      updateRequest(twin.ref, { title: "" }),
      updateRequest("99999", { title: "x" }),
      updateRequest(twin.ref, { title: "Fine" }, { id: "last" }),
    ]);
    expect(outcomes.map(({ id, kind }) => [id, kind])).toEqual(
      [
        [`u-${twin.ref}`, "done"],
        ["u-99999", "gone"],
        ["last", "done"],
      ].sort(([a], [b]) => outcomes.findIndex(({ id }) => id === a) - outcomes.findIndex(({ id }) => id === b)),
    );
    expect(outcomes.find(({ id }) => id === `u-${twin.ref}`)).toMatchObject({
      refused: { title: "You must specify a summary of the issue." },
    });
    expect(dataOf(twin).summary).toBe("Fine");
  });

  it.each([
    ["an edit", { title: "Not now" }],
    ["a transition", { status: "In Progress" }],
  ])(
    "leaves an issue that somebody changes at this moment to the next plan (%s), and does the others",
    async (_, asked) => {
      h = await startHarness();
      const [one, two] = [await made(), await made()];
      const fields = "status" in asked ? { status: statusId(h.scope, asked.status) } : asked;
      h.sandbox.site.busy.add(one.ref);
      const outcomes = await h.update([updateRequest(one.ref, fields), updateRequest(two.ref, fields)]);
      const of = (ref: string) => outcomes.find(({ id }) => id === `u-${ref}`);
      const raced = "status" in asked ? { kind: "done", raced: ["status"] } : { kind: "raced" };
      expect([of(one.ref), of(two.ref)]).toMatchObject([raced, { kind: "done", twin: { fields } }]);
    },
  );

  it("leaves a status that somebody sets between our reading and our writing to the next plan", async () => {
    h = await startHarness();
    const twin = await made();
    h.sandbox.onArrival = async ({ operation }) => {
      if (!operation.startsWith("PUT issue/")) return;
      h.sandbox.onArrival = undefined;
      await h.sandbox.human({ action: "transition", key: twin.key, to: "In Progress" });
    };
    const fields = { title: "Ours", status: statusId(h.scope, "Done") };
    const [outcome] = await h.update([updateRequest(twin.ref, fields, { expect: twin.fields })]);
    const now = { title: "Ours", status: statusId(h.scope, "In Progress") };
    expect(outcome).toMatchObject({ kind: "done", raced: ["status"], twin: { fields: now } });
  });

  it("takes no issue that cannot be read just now for one that is gone", async () => {
    h = await startHarness();
    const twin = await made();
    h.sandbox.site.unreadable.add(twin.ref);
    const failure = h.update([updateRequest(twin.ref, { title: "Later" })]);
    await expect(failure).rejects.toMatchObject({ code: "Unavailable", details: { tool: "jira" } });
  });

  it("keeps what a person made in a description beyond Markdown", async () => {
    h = await startHarness();
    const twin = await made({ description: "first" });
    const expand = {
      type: "expand",
      attrs: { title: "More" },
      content: [{ type: "paragraph", content: [{ type: "text", text: "inside" }] }],
    };
    await h.sandbox.human({
      action: "edit",
      key: twin.key,
      fields: { description: { type: "doc", version: 1, content: [expand] } },
    });
    const [read] = (await h.update([updateRequest(twin.ref, { title: "T" })])).map(twinIn);
    const [written] = await h.update([
      updateRequest(twin.ref, { description: `second\n\n${read?.fields.description as string}` }),
    ]);
    expect(dataOf(twin).description?.content).toEqual([
      { type: "paragraph", content: [{ type: "text", text: "second" }] },
      expand,
    ]);
    expect(twinIn(written).fields.description).toContain("```adf");
  });

  it("links a pull request once, however often it is written, and shows it", async () => {
    h = await startHarness();
    const twin = await made();
    for (const pr of ["https://git.test/pull/12", "https://git.test/pull/12", "https://git.test/pull/123"]) {
      const [outcome] = await h.update([updateRequest(twin.ref, { pr })]);
      expect(twinIn(outcome)).toMatchObject({ syncKey: twin.syncKey, fields: { pr } });
    }
    expect(h.sandbox.site.get(twin.ref).links.map(({ url }) => url)).toEqual([
      "https://git.test/pull/12",
      "https://git.test/pull/123",
    ]);
  });

  it("sets and clears a sprint by its id, and a parent", async () => {
    h = await startHarness({ projects: [{ key: "CHK", sprints: [{ id: 7, name: "Sprint 7", state: "active" }] }] });
    const [epic] = await h.create([createRequest(9, { title: "E" }, { type: "epic" })]);
    const twin = await made();
    const sprint = { id: 7, name: "Sprint 7" };
    const [set] = await h.update([updateRequest(twin.ref, { sprint, parent: twinIn(epic).ref })]);
    expect(twinIn(set).fields).toMatchObject({ sprint, parent: twinIn(epic).ref });
    const [cleared] = await h.update([updateRequest(twin.ref, { sprint: null, parent: null })]);
    expect(twinIn(cleared).fields).toMatchObject({ sprint: null, parent: null });
  });

  it("sets a task's hours by the minute, and clears them so that no write is due again", async () => {
    h = await startHarness();
    const [made] = await h.create([createRequest(1, { title: "T" }, { type: "task" })]);
    const { ref } = twinIn(made);
    const hours = connector.lenses(h.scope.binding, h.scope.schema)("task", "estimate");
    for (const canonical of [0.33, 0.1, 1.005, null, 2, 0]) {
      const written = hours?.write(canonical);
      if (written?.kind !== "value") throw new Error(JSON.stringify(written));
      const [outcome] = await h.update([updateRequest(ref, { estimate: written.value }, { type: "task" })]);
      const { estimate = null } = twinIn(outcome).fields;
      expect([canonical, hours?.represents(estimate, canonical)]).toEqual([canonical, true]);
    }
    expect(h.sandbox.site.get(ref).data.estimateSeconds).toBe(0);
  });

  it("tells the time of Jira, not of its zone", async () => {
    h = await startHarness();
    const twin = await made();
    expect(Math.abs(Date.parse(twin.updated.at) - h.sandbox.clock.now())).toBeLessThan(60_000);
    expect(twin.updated.resolutionMs).toBe(1);
  });
});

describe("a status", () => {
  async function moved(
    workflow: Workflow,
    to: string,
  ): Promise<{ status: string | undefined; refused: string | undefined; hops: number }> {
    h = await startHarness({ projects: [{ key: "CHK", workflows: { Story: workflow } }] });
    const twin = await made();
    const [outcome] = await h.update([updateRequest(twin.ref, { status: statusId(h.scope, to), title: "Moved" })]);
    const after = twinIn(outcome);
    const { status } = after.fields;
    expect(after.fields.title).toBe("Moved");
    const refused = outcome?.kind === "done" ? outcome.refused.status : undefined;
    const name = deliveryWorkflow().statuses.find(({ id }) => id === status)?.name;
    return { status: name, refused, hops: h.sandbox.log.count("POST issue/{ref}/transitions") };
  }

  it("is reached over two and three hops", async () => {
    expect(await moved(deliveryWorkflow(), "Blocked")).toEqual({ status: "Blocked", refused: undefined, hops: 2 });
    await h.sandbox.close();
    expect(await moved(deliveryWorkflow(), "Done")).toEqual({ status: "Done", refused: undefined, hops: 3 });
  });

  it("that no way leads to is refused, the issue stands where it was, and the other fields are in", async () => {
    const workflow = deliveryWorkflow();
    workflow.transitions = workflow.transitions.filter(({ name }) => name !== "Accept");
    const { status, refused } = await moved(workflow, "Done");
    expect(status).toBe("To Do");
    expect(refused).toMatch(/no transition from "In Review" towards "Done"|more than 4 transitions/);
  });

  it("whose screen asks something is refused in Jira's words", async () => {
    const workflow = openWorkflow("toDo", "inProgress", "done");
    workflow.transitions = workflow.transitions.map((one) =>
      one.name === "Done" ? { ...one, requires: [ROOT_CAUSE_FIELD] } : one,
    );
    const { status, refused, hops } = await moved(workflow, "Done");
    expect(status).toBe("To Do");
    expect(refused).toBe('transition "Done": This field is required.');
    expect(hops).toBe(1);
  });

  it("is never reached through a closed one", async () => {
    const workflow = openWorkflow("toDo", "inProgress", "done", "blocked");
    const id = (name: string): string => workflow.statuses.find((status) => status.name === name)?.id ?? "";
    workflow.transitions = [
      { id: "1", name: "Close", from: [id("To Do")], to: id("Done") },
      { id: "2", name: "Reopen as blocked", from: [id("Done")], to: id("Blocked") },
    ];
    const { status, refused, hops } = await moved(workflow, "Blocked");
    expect({ status, hops }).toEqual({ status: "To Do", hops: 0 });
    expect(refused).toContain('from "To Do" towards "Blocked"');
  });

  it("says where it stands when there is no way back", async () => {
    const workflow = openWorkflow("toDo", "inProgress", "inReview", "done");
    const id = (name: string): string => workflow.statuses.find((status) => status.name === name)?.id ?? "";
    workflow.transitions = [{ id: "1", name: "Start", from: [id("To Do")], to: id("In Progress") }];
    const { status, refused } = await moved(workflow, "Done");
    expect(status).toBe("In Progress");
    expect(refused).toContain('it stands at "In Progress" now');
  });
});

describe("an update whose answer is lost", () => {
  it("says that its outcome is unknown, and can be repeated", async () => {
    h = await startHarness();
    const twin = await made();
    h.sandbox.faults.add({ kind: "unavailable-after", operation: "^PUT issue/", retryAfterSeconds: 9 });
    const failure = await h.update([updateRequest(twin.ref, { title: "New" })]).catch((error: unknown) => error);
    expect(isSyncFailure(failure, "Unavailable") && failure.details).toMatchObject({
      outcomeUnknown: true,
      retryAfterMs: 9000,
    });
    expect(dataOf(twin).summary).toBe("New");
    const [outcome] = await h.update([updateRequest(twin.ref, { title: "New" })]);
    expect(twinIn(outcome).fields.title).toBe("New");
  });

  it("reports what was finished before a limit stopped the batch", async () => {
    h = await startHarness();
    const twins = (await h.create([1, 2, 3].map((n) => createRequest(n)))).map(twinIn);
    h.sandbox.faults.add({ kind: "rate-limited", operation: "^PUT issue/", nth: 3, retryAfterSeconds: 4 });
    const told: string[] = [];
    const failure = await (
      await import("./harness.ts")
    ).connector
      .update(
        h.scope,
        twins.map(({ ref }) => updateRequest(ref, { title: "New" })),
        async ({ id }) => void told.push(id),
      )
      .catch((error: unknown) => error);
    expect(isSyncFailure(failure, "RateLimited") && failure.details.retryAfterMs).toBe(4000);
    expect(told).toEqual(twins.slice(0, 2).map(({ ref }) => `u-${ref}`));
  });
});
