import { afterEach, describe, expect, it } from "vitest";
import { BODY_MAX } from "../../../src/connectors/github/body.ts";
import { twinIn } from "../requests.ts";
import { connector, startBench, type Bench } from "./bench.ts";

let bench: Bench;
afterEach(() => bench.close());

const issues = () => bench.sandbox.host.issuesOf(bench.sandbox.host.repositories[0]!);
const done = (outcome: unknown) => outcome as { refused: Record<string, string>; raced?: string[]; overwrote?: object };
const LABELS = { fields: { status: "labels", estimate: "labels" } };

describe("an update", () => {
  it("is one PATCH, and keeps the marker and what nobody asked about", async () => {
    bench = await startBench({ mapping: LABELS });
    const twin = await bench.createOne("US-1", { title: "Before", labels: ["a", "b"], status: "open:status:ready" });
    await bench.act("label", { issue: twin.ref, label: "status:foreign" });
    await bench.act("label", { issue: twin.ref, label: "theirs" });
    const mark = bench.sandbox.log.total();
    const fields = { title: "After", description: "New", status: "closed:completed", labels: ["b", "c", "theirs"] };
    const outcome = await bench.updateOne(twin, fields);
    expect(outcome).toMatchObject({ kind: "done", refused: {}, twin: { fields, syncKey: twin.syncKey } });
    const writes = bench.sandbox.log.since(mark).filter(({ write }) => write);
    expect(writes.map(({ operation }) => operation)).toEqual(["PATCH issues/{n}"]);
    expect(bench.sandbox.host.labelNames(issues()[0]!).toSorted()).toEqual(["b", "c", "theirs", "type:Story"]);
  });

  it("writes nothing again where an attempt died over what follows its write", async () => {
    bench = await startBench();
    const fields = { title: "After", description: "New", assignee: "ada" };
    const twin = await bench.createOne("US-1", { title: "Before" });
    bench.sandbox.faults.add({ kind: "drop-before", operation: "Aftermath" });
    await expect(bench.updateOne(twin, fields)).rejects.toMatchObject({ code: "Unavailable" });
    const written = bench.sandbox.log.writes();
    expect(await bench.updateOne(twin, fields)).toMatchObject({ kind: "done", refused: {}, twin: { fields } });
    expect(bench.sandbox.log.writes()).toBe(written);
  });

  it("leaves a marker out that people have removed, and the link survives", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "Marked", description: "Text" });
    await bench.act("removeMarker", { issue: twin.ref });
    const outcome = await bench.updateOne(twin, { description: "Other text" });
    expect(outcome).toMatchObject({ kind: "done", twin: { syncKey: null, fields: { description: "Other text" } } });
    expect(issues()[0]?.body).toBe("Other text");
  });

  it("reads what a web page sent with its line ends, and finds no difference in them", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "Lines", description: "One\n\nTwo" });
    await bench.act("edit", { issue: twin.ref, fields: { body: issues()[0]?.body } });
    expect(issues()[0]?.body).toContain("\r\n");
    expect((await bench.readOne(twin.ref)).fields.description).toBe("One\n\nTwo");
  });

  it("puts back a label that somebody set between the reading and the writing", async () => {
    bench = await startBench({ mapping: LABELS });
    const twin = await bench.createOne("US-1", { title: "Raced", labels: ["old"] });
    bench.sandbox.onArrival = async ({ operation }) => {
      if (operation !== "PATCH issues/{n}") return;
      bench.sandbox.onArrival = undefined;
      await bench.act("label", { issue: twin.ref, label: "urgent" });
    };
    const outcome = await bench.updateOne(twin, { labels: ["new"], priority: "priority:p2" });
    expect(outcome).toMatchObject({ kind: "done", refused: {}, twin: { fields: { labels: ["new", "urgent"] } } });
    expect((await bench.readOne(twin.ref)).fields.labels).toEqual(["new", "urgent"]);
  });

  it("tells a title that it replaced without having seen it", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "Planned" });
    bench.sandbox.onArrival = async ({ operation }) => {
      if (operation !== "PATCH issues/{n}") return;
      bench.sandbox.onArrival = undefined;
      await bench.act("edit", { issue: twin.ref, fields: { title: "A person's" } });
    };
    const outcome = await bench.updateOne(twin, { title: "Ours" }, { expect: twin.fields });
    expect(outcome).toMatchObject({ twin: { fields: { title: "Ours" } }, overwrote: { title: "A person's" } });
    expect(done(await bench.updateOne(twin, { title: "Ours again" })).overwrote).toBeUndefined();
  });

  it("changes why an issue is closed by opening it first: the reason alone is not looked at", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "Closed", status: "closed:completed" });
    const outcome = await bench.updateOne(twin, { status: "closed:not_planned" });
    expect(outcome).toMatchObject({ kind: "done", refused: {}, twin: { fields: { status: "closed:not_planned" } } });
    expect(issues()[0]).toMatchObject({ state: "closed", reason: "not_planned" });
  });

  it.each([
    ["drop-before", 2, ["open"]],
    ["drop-before", 1, ["open"]],
    ["rate-limited", 1, []],
  ] as const)("tells of the moment in between (%s, request %i)", async (kind, nth, left) => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "Closed", status: "closed:completed" });
    bench.sandbox.faults.add({ kind, operation: "^PATCH issues", nth });
    const steps: unknown[] = [];
    const fields = { status: "closed:not_planned" };
    const asked = { id: "one", item: "US-1", type: "story" as const, ref: twin.ref, fields, expect: twin.fields };
    const step = async (_: string, status: unknown) => {
      steps.push(status);
      return async () => void steps.pop();
    };
    const failing = connector.update(bench.scope, [asked], async () => undefined, step);
    await expect(failing).rejects.toMatchObject({ code: kind === "rate-limited" ? "RateLimited" : "Unavailable" });
    expect(steps).toEqual(left);
    // Nobody's edit: the next attempt goes on.
    const again = { ...asked, steps: steps as string[] };
    await connector.update(bench.scope, [again], async (outcome) => {
      expect(outcome).toMatchObject({ kind: "done", refused: {}, twin: { fields: { status: "closed:not_planned" } } });
      expect(outcome).not.toHaveProperty("raced");
    });
    expect(issues()[0]).toMatchObject({ state: "closed", reason: "not_planned" });
  });

  it("reports what was left out without a word for want of the push permission", async () => {
    bench = await startBench({ mapping: LABELS });
    const twin = await bench.createOne("US-1", { title: "Ours" });
    await bench.act("permit", { permission: "read" });
    const fields = { title: "Still ours", labels: ["x"], assignee: "ada", priority: "priority:p1" };
    const { refused } = done(await bench.updateOne(twin, fields));
    expect(Object.keys(refused).toSorted()).toEqual(["assignee", "labels", "priority"]);
    expect(refused["labels"]).toContain("write role");
    expect((await bench.readOne(twin.ref)).fields).toMatchObject({ title: "Still ours", labels: [] });
    const made = (await bench.create([bench.request("US-2", { title: "New", labels: ["x"] })]))[0];
    expect(Object.keys(done(made).refused)).toEqual(["labels"]);
  });

  it("of an issue that is deleted between reading and writing is told as gone", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "Short-lived" });
    bench.sandbox.onArrival = async ({ operation }) => {
      if (operation !== "PATCH issues/{n}") return;
      bench.sandbox.onArrival = undefined;
      await bench.act("delete", { issue: twin.ref });
    };
    expect(await bench.updateOne(twin, { title: "x" })).toEqual({ id: `update ${twin.key}`, kind: "gone" });
  });

  it("writes where the repository is called now, and calls the twin by that", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "Before" });
    await bench.act("renameRepository", { name: "shop" });
    const outcome = await bench.updateOne(twin, { title: "After" });
    expect(outcome).toMatchObject({ kind: "done", twin: { ref: twin.ref, key: "acme/shop#1" } });
    // The schema is an hour old at most: until then the old name leads there.
    const made = await bench.createOne("US-2", { title: "By the old name" });
    expect(made.key).toBe("acme/shop#2");
    expect(bench.sandbox.log.count(/POST issues/)).toBe(3);
  });
});

describe("what GitHub cannot hold", () => {
  it("is refused before it is sent where we know, in its words where we do not", async () => {
    bench = await startBench();
    const long = bench.lens("story", "description").write("x".repeat(BODY_MAX));
    expect(long).toMatchObject({ kind: "cannot", code: "too-long" });
    expect(bench.lens("story", "title").write("y".repeat(300))).toMatchObject({ kind: "cannot", code: "too-long" });
    const fits = bench.lens("story", "description").write("x".repeat(BODY_MAX - 90));
    expect(fits.kind).toBe("value");
    if (fits.kind === "value") await bench.createOne("US-1", { title: "Fits", description: fits.value });
    const request = bench.request("US-2", { title: "Long", description: "x".repeat(BODY_MAX), labels: ["kept"] });
    const made = (await bench.create([request]))[0];
    expect(done(made).refused["description"]).toContain("too long");
    expect(twinIn(made).fields).toMatchObject({ title: "Long", description: null, labels: ["kept"] });
    expect(twinIn(made).syncKey).toBe(request.syncKey);
  });

  it("and an archive of its own: closed as not planned, and labelled, until somebody reopens it", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "Away" });
    expect(await connector.archive(bench.scope, [twin.ref])).toEqual(new Map());
    expect((await bench.readOne(twin.ref)).state).toBe("archived");
    expect(bench.sandbox.host.labelNames(issues()[0]!)).toContain("status:archived");
    expect(issues()[0]).toMatchObject({ state: "closed", reason: "not_planned" });
    await bench.act("reopen", { issue: twin.ref });
    expect(await bench.readOne(twin.ref)).toMatchObject({ state: "live", fields: { status: "open", labels: [] } });
  });
});
