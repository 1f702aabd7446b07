import { afterEach, describe, expect, it } from "vitest";
import type { CreateRequest } from "../../../src/connectors/contract.ts";
import type { Http } from "../../../src/connectors/http.ts";
import { isSyncFailure } from "../../../src/core/errors.ts";
import { Clock } from "../../../sandbox/kit/clock.ts";
import { ISSUE_TYPES, POINTS_FIELD } from "../../../sandbox/jira/model.ts";
import { collect, createRequest, sendingBy, twinIn } from "../requests.ts";
import { closeHarness, connector, startHarness, statusId, updateRequest, type Harness } from "./harness.ts";

let h: Harness;
afterEach(() => closeHarness(h));

const ALAN = "5b10c0ffee00000000000001";
const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);
const stories = (): string[] => [...h.sandbox.site.issues.values()].map(({ data }) => data.summary).sort();
const again = (requests: readonly CreateRequest[]): CreateRequest[] =>
  requests.map((request) => ({ ...request, recover: true }));

describe("a create that was begun", () => {
  it("is not made once more where its issue cannot be read: that is told", async () => {
    h = await startHarness();
    const request = createRequest(1);
    const { ref, key } = twinIn((await h.create([request]))[0]);
    await h.sandbox.human({ action: "delete", key });
    const [outcome] = await h.create([{ ...request, recover: true, begun: ref }]);
    expect(outcome).toMatchObject({ kind: "rejected", message: expect.stringContaining("cannot be read") as string });
    expect(h.sandbox.log.count("POST issue/bulk")).toBe(1);
  });

  it("goes on with an issue that a bulk answer leaves out, hours after its first step", async () => {
    h = await startHarness();
    const request = createRequest(1, { status: statusId(h.scope, "Done") });
    const { ref, key } = twinIn((await h.create([createRequest(1)]))[0]);
    h.sandbox.clock.advance(3_600_000);
    await h.update([updateRequest(ref, { status: statusId(h.scope, "In Progress") })]);
    const send: Http["send"] = async (asked) => {
      const answer = await h.scope.http.send(asked);
      return asked.url.includes("bulkfetch")
        ? { ...answer, text: answer.text.replaceAll(key, "OTHER-1").replaceAll(`"${ref}"`, '"1"') }
        : answer;
    };
    const outcomes = await collect((report) =>
      connector.create(sendingBy(h.scope, send), [{ ...request, recover: true, begun: ref }], report),
    );
    expect(outcomes[0]).toMatchObject({ kind: "done", twin: { ref } });
    expect(h.sandbox.log.count("POST issue/bulk")).toBe(1);
    expect(h.sandbox.site.get(ref).data.statusId).toBe(statusId(h.scope, "Done"));
  });
});

describe("a first sync", () => {
  it("needs four creating calls for 6 epics and 120 stories, and no search", async () => {
    h = await startHarness();
    const searches = h.sandbox.log.count("POST search/jql");
    const epics = await h.create(range(6).map((n) => createRequest(n, { title: `Epic ${n}` }, { type: "epic" })));
    const parent = twinIn(epics[0]).ref;
    const before = h.sandbox.log.total();
    const made = await h.create(range(120).map((n) => createRequest(100 + n, { parent })));
    expect(made.map((outcome) => twinIn(outcome).fields.parent)).toEqual(range(120).map(() => parent));
    expect(h.sandbox.log.count("POST issue/bulk")).toBe(4);
    expect(h.sandbox.log.writes()).toBe(4);
    expect(h.sandbox.log.count("POST search/jql")).toBe(searches);
    expect(h.sandbox.log.total() - before).toBe(6);
  });

  it("creates parents' level first in one batch, fifty at a time", async () => {
    h = await startHarness();
    const requests = [
      ...range(51).map((n) => createRequest(n)),
      createRequest(90, { title: "Epic" }, { type: "epic" }),
    ];
    const outcomes = await h.create(requests);
    expect(outcomes[0]?.id).toBe("r90");
    expect(
      h.sandbox.log
        .all()
        .filter(({ operation }) => operation === "POST issue/bulk")
        .map(({ body }) => (JSON.parse(body) as { issueUpdates: [] }).issueUpdates.length),
    ).toEqual([1, 50, 1]);
  });

  it("moves to their status what does not start there, learning the workflow once", async () => {
    h = await startHarness();
    const status = statusId(h.scope, "In Progress");
    const outcomes = await h.create(range(10).map((n) => createRequest(n, { status })));
    expect(outcomes.map((outcome) => twinIn(outcome).fields.status)).toEqual(range(10).map(() => status));
    expect(h.sandbox.log.byOperation()).toMatchObject({
      "POST issue/bulk": 1,
      "GET issue/{ref}/transitions": 1,
      "POST issue/{ref}/transitions": 10,
      "POST issue/bulkfetch": 2,
    });
  });

  it("asks once for the ways of a workflow, however many creates and updates of a scope follow", async () => {
    h = await startHarness();
    const status = statusId(h.scope, "In Progress");
    const made = await h.create([createRequest(1, { status })]);
    await h.create([createRequest(2, { status })]);
    await h.update([updateRequest(twinIn(made[0]).ref, { status: statusId(h.scope, "To Do") })]);
    const asked = h.sandbox.log.count("GET issue/{ref}/transitions");
    await h.update([updateRequest(twinIn(made[0]).ref, { status })]);
    expect([asked, h.sandbox.log.count("GET issue/{ref}/transitions")]).toEqual([2, 2]);
  });

  it("marks each twin with the entity property and the one common label", async () => {
    h = await startHarness();
    await h.create([createRequest(1, { labels: ["a"] })]);
    const { data } = h.sandbox.site.get("CHK-1");
    expect(data.properties).toEqual({ "sdlc-sync": { key: "1".padStart(64, "0") } });
    expect(data.labels).toEqual(["a", "sdlc-sync"]);
  });
});

describe("what Jira refuses", () => {
  it("costs the item only the refused field, named with Jira's words", async () => {
    h = await startHarness();
    const outcomes = await h.create([
      createRequest(1, { assignee: ALAN, due: "tomorrow", estimate: 3 }),
      createRequest(2),
      createRequest(3, { title: "" }),
    ]);
    const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
    expect(byId.get("r1")).toMatchObject({
      kind: "done",
      refused: {
        assignee: `User '${ALAN}' cannot be assigned issues.`,
        due: expect.stringContaining("yyyy-MM-dd") as string,
      },
    });
    expect(twinIn(byId.get("r1")).fields).toMatchObject({ estimate: 3, assignee: null, due: null });
    expect(byId.get("r2")).toMatchObject({ kind: "done", refused: {} });
    expect(byId.get("r3")).toEqual({ id: "r3", kind: "rejected", message: "You must specify a summary of the issue." });
    expect(h.sandbox.log.count("POST issue/bulk")).toBe(2);
  });

  it("is each element's own affair where all of them fail", async () => {
    h = await startHarness();
    const outcomes = await h.create([createRequest(1, { title: "" }), createRequest(2, { title: "\n" })]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["rejected", "rejected"]);
    expect(h.sandbox.site.issues.size).toBe(0);
  });

  it("may be a description, without a word about it", async () => {
    h = await startHarness();
    h.sandbox.site.refusedWords.add("unfit");
    const outcomes = await h.create([createRequest(1, { description: "unfit", estimate: 3 }), createRequest(2)]);
    const bad = outcomes.find(({ id }) => id === "r1");
    expect(bad).toMatchObject({ kind: "done", refused: { description: "INVALID_INPUT" } });
    expect(twinIn(bad).fields).toMatchObject({ title: "Story 1", estimate: 3, description: null });
    expect(outcomes.find(({ id }) => id === "r2")).toMatchObject({ kind: "done", refused: {} });
    expect(stories()).toEqual(["Story 1", "Story 2"]);
  });

  it("may be labels at all: the twin is made without, and known by its property", async () => {
    h = await startHarness({ projects: [{ key: "CHK", hiddenFields: ["labels"] }] });
    const [outcome] = await h.create([createRequest(1, { labels: ["x"] })]);
    expect(outcome).toMatchObject({ kind: "done", refused: { labels: expect.stringContaining("screen") as string } });
    expect(twinIn(outcome).syncKey).toBe("1".padStart(64, "0"));
  });
});

describe("exactly once", () => {
  it.each(["drop-after", "truncated", "unavailable-after"] as const)(
    "after %s, with the index a minute behind",
    async (kind) => {
      h = await startHarness();
      h.sandbox.faults.conditions.staleSearchMs = 60_000;
      const requests = range(70).map((n) => createRequest(n));
      h.sandbox.faults.add({ kind, operation: "^POST issue/bulk$", nth: 2 });
      const told = new Set<string>();
      const tell = async ({ id }: { id: string }): Promise<void> => void told.add(id);
      const failure = await connector.create(h.scope, requests, tell).catch((error: unknown) => error);
      expect(isSyncFailure(failure, "Unavailable") && failure.details).toMatchObject({
        outcomeUnknown: true,
        retryAfterMs: 3000,
      });
      expect(told.size).toBe(50);
      const untold = again(requests.filter(({ id }) => !told.has(id)));
      const recovered = await h.create(untold);
      expect(recovered.map(({ id }) => id).sort()).toEqual(untold.map(({ id }) => id).sort());
      expect(stories()).toEqual(
        range(70)
          .map((n) => `Story ${n}`)
          .sort(),
      );
    },
  );

  it("when the worker dies between the create and the record of it, at every such point", async () => {
    h = await startHarness();
    const status = statusId(h.scope, "In Review");
    const requests = range(3).map((n) => createRequest(n, { status, pr: `https://git.test/pull/${n}` }));
    for (let at = 1; at <= 12; at++) {
      let calls = 0;
      const dying = new AbortController();
      h.sandbox.onBeforeAnswer = () => {
        if (++calls === at) dying.abort(new Error("killed"));
      };
      await connector
        .create({ ...h.scope, signal: dying.signal }, at === 1 ? requests : again(requests), async () => {})
        .catch(() => {});
    }
    h.sandbox.onBeforeAnswer = undefined;
    const outcomes = await h.create(again(requests));
    expect(outcomes.map((outcome) => twinIn(outcome).fields)).toMatchObject(requests.map(({ fields }) => fields));
    expect(stories()).toEqual(["Story 1", "Story 2", "Story 3"]);
    for (const issue of h.sandbox.site.issues.values()) expect(issue.links).toHaveLength(1);
  });

  it("finds by key what the index does not show yet, however many others were made meanwhile", async () => {
    h = await startHarness();
    await h.sandbox.human({ action: "create", project: "CHK", fields: { summary: "Old" } });
    h.sandbox.clock.advance(3_600_000);
    h.sandbox.faults.conditions.staleSearchMs = 600_000;
    for (const n of range(160))
      await h.sandbox.human({ action: "create", project: "CHK", fields: { summary: `Other ${n}` } });
    const [made] = await h.create([createRequest(1)]);
    const [found] = await h.create(again([createRequest(1)]));
    expect(twinIn(found).ref).toBe(twinIn(made).ref);
  });

  it("finds by the index what was made long ago, and without the label what is young", async () => {
    h = await startHarness();
    const [old] = await h.create([createRequest(1)]);
    for (const n of range(80))
      await h.sandbox.human({ action: "create", project: "CHK", fields: { summary: `Other ${n}` } });
    const [young] = await h.create([createRequest(2)]);
    await h.sandbox.human({ action: "edit", key: twinIn(young).key, fields: { labels: [] } });
    const outcomes = await h.create(again([createRequest(1), createRequest(2)]));
    expect(outcomes.map((outcome) => twinIn(outcome).ref)).toEqual([twinIn(old).ref, twinIn(young).ref]);
  });

  it.each([0, 40 * 60_000, -40 * 60_000])(
    "looks through what was made since it was sent only, the vendor's clock being off by %i ms, label or not",
    async (skewMs) => {
      const clock = new Clock(() => Date.now() + skewMs - 3 * 3_600_000);
      h = await startHarness({ clock, projects: [{ key: "CHK", hiddenFields: ["labels"] }] });
      for (const n of range(3))
        await h.sandbox.human({ action: "create", project: "CHK", fields: { summary: `Old ${n}` } });
      h.sandbox.clock.advance(3 * 3_600_000);
      const sentSince = new Date(Date.now() - 30_000).toISOString();
      const [made] = await h.create([createRequest(1)]);
      for (const n of range(80))
        await h.sandbox.human({ action: "create", project: "CHK", fields: { summary: `Other ${n}` } });
      const mark = h.sandbox.log.all().length;
      const [found] = await h.create([{ ...createRequest(1), recover: true, sentSince }]);
      expect(twinIn(found).ref).toBe(twinIn(made).ref);
      const searches = h.sandbox.log
        .all()
        .slice(mark)
        .filter(({ operation }) => operation === "POST search/jql");
      const rows = searches.map(({ answer }) => (JSON.parse(answer) as { issues: [] }).issues.length);
      expect(rows).toEqual([1, 81]);
    },
  );

  it("looks through all of ours where the time of one is not known", async () => {
    h = await startHarness();
    const [old] = await h.create([createRequest(1)]);
    h.sandbox.clock.advance(30 * 86_400_000);
    const sentSince = new Date().toISOString();
    for (const n of range(80))
      await h.sandbox.human({ action: "create", project: "CHK", fields: { summary: `Other ${n}` } });
    const lost = again([createRequest(1), createRequest(2)]);
    const outcomes = await h.create(lost.map((one, n) => (n === 1 ? { ...one, sentSince } : one)));
    expect(twinIn(outcomes.find(({ id }) => id === "r1")).ref).toBe(twinIn(old).ref);
  });

  it("takes the oldest where two carry one key", async () => {
    h = await startHarness();
    const [first] = await h.create([createRequest(1)]);
    await h.create([createRequest(1)]);
    const [found] = await h.create(again([createRequest(1)]));
    expect(twinIn(found).ref).toBe(twinIn(first).ref);
  });

  it("does not move on again what people have moved since", async () => {
    h = await startHarness();
    const status = statusId(h.scope, "In Progress");
    const [made] = await h.create([createRequest(1, { status })]);
    await h.sandbox.human({ action: "transition", key: twinIn(made).key, to: "Done" });
    const [found] = await h.create(again([createRequest(1, { status })]));
    expect(twinIn(found).fields.status).toBe(statusId(h.scope, "Done"));
  });
});

describe("tasks", () => {
  it("are subtasks below a story and tasks below an epic, with hours and their type", async () => {
    h = await startHarness();
    const [epic] = await h.create([createRequest(1, { title: "E" }, { type: "epic" })]);
    const [story] = await h.create([createRequest(2)]);
    const task = (n: number, parent: string): CreateRequest =>
      createRequest(n, { title: `Task ${n}`, parent, estimate: 1.5, task_type: "qa" }, { type: "task" });
    const outcomes = await h.create([task(3, twinIn(epic).ref), task(4, twinIn(story).ref)]);
    expect(outcomes.map((outcome) => twinIn(outcome).type)).toEqual(["task", "task"]);
    expect(twinIn(outcomes[1]).fields).toMatchObject({ estimate: 1.5, task_type: "qa", parent: twinIn(story).ref });
    const types = [...h.sandbox.site.issues.values()].map(
      ({ data }) => ISSUE_TYPES.find(({ id }) => id === data.typeId)?.name,
    );
    expect(types).toEqual(["Epic", "Story", "Task", "Sub-task"]);
    expect(h.sandbox.site.get(twinIn(outcomes[0]).ref).data.labels).toEqual(["sdlc-sync", "type:qa"]);
  });
});

describe("story points", () => {
  it("go to the field on the screen, not to its namesake", async () => {
    h = await startHarness();
    await h.create([createRequest(1, { estimate: 0.5 })]);
    expect(h.sandbox.site.get("CHK-1").data.custom).toEqual({ [POINTS_FIELD]: 0.5 });
    const otherwise = await h.redescribe({ mapping: { fields: { estimate: "customfield_10026" } } });
    const lens = connector.lenses(otherwise.binding, otherwise.schema)("story", "estimate");
    expect(lens?.writable).toBe(false);
  });
});

it("a report that fails ends the batch", async () => {
  h = await startHarness();
  const failing = collect((report) =>
    connector.create(h.scope, [createRequest(1)], async (outcome) => {
      await report(outcome);
      throw new Error("store is down");
    }),
  );
  await expect(failing).rejects.toThrow("store is down");
});
