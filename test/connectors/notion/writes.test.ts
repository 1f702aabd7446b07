import { afterEach, describe, expect, it } from "vitest";
import { marker } from "../../../src/connectors/sync-key.ts";
import type { RemoteItem } from "../../../src/core/model.ts";
import { createRequest, twinIn } from "../requests.ts";
import { closeHarness, connector, optionId, startHarness, updateRequest, type Harness } from "./harness.ts";

let harness: Harness;
afterEach(() => closeHarness(harness));

const human = (action: string, more: object): Promise<{ id: string }> =>
  harness.sandbox.human({ action, ...more }) as Promise<{ id: string }>;
const livePages = (): string[] =>
  [...harness.sandbox.workspace.pages.values()].filter(({ trashed }) => !trashed).map(({ id }) => id);
const operations = (mark: number): string[] => harness.sandbox.log.since(mark).map(({ operation }) => operation);

describe("creating", () => {
  it("puts all fields, the sync key and the text into one request", async () => {
    harness = await startHarness();
    const epic = await harness.createOne(1, {}, { type: "epic" });
    const mark = harness.sandbox.log.total();
    const fields = {
      description: "# Why\n\n- because",
      status: optionId(harness.scope, "status", "In Progress"),
      priority: optionId(harness.scope, "priority", "P2"),
      estimate: 2.5,
      labels: ["alpha", "two words"],
      due: "2026-12-24",
      parent: epic.ref,
      sprint: optionId(harness.scope, "sprint", "Sprint 7"),
      branch: "feat/x",
      pr: "https://github.com/acme/checkout/pull/7",
    };
    const request = createRequest(2, fields);
    const twin = twinIn((await harness.create([request]))[0]);
    expect(operations(mark)).toEqual(["POST pages", "GET pages/{id}/markdown"]);
    expect(twin).toMatchObject({ type: "story", state: "live", syncKey: request.syncKey, fields });
    expect(twin.updated).toEqual({ at: "2026-11-20T10:00:00.000Z", resolutionMs: 60_000 });
    const key = harness.sandbox.workspace.property(harness.sandbox.workspace.source(sourceId()), "Sync key");
    expect(harness.sandbox.workspace.page(twin.ref).values[key?.id ?? ""]).toBe(marker(request.syncKey));
  });

  it("reads what Notion saved and could not show, and sends nothing again", async () => {
    harness = await startHarness();
    harness.sandbox.faults.add({ kind: "unavailable-after", operation: "^POST pages$" });
    const mark = harness.sandbox.log.total();
    const twin = await harness.createOne(1, { labels: ["x"] });
    expect(operations(mark)).toEqual(["POST pages", "GET pages/{id}"]);
    expect(twin.fields).toMatchObject({ title: "Story 1", labels: ["x"] });
    expect(livePages()).toEqual([twin.ref]);
  });

  it("waits a moment before it looks for a create whose answer was lost", async () => {
    harness = await startHarness({ quirks: { committed: false } });
    harness.sandbox.faults.add({ kind: "unavailable-after", operation: "^POST pages$" });
    const request = createRequest(1);
    await expect(harness.create([request])).rejects.toMatchObject({
      code: "Unavailable",
      details: { outcomeUnknown: true, retryAfterMs: 3000 },
    });
    const twin = twinIn((await harness.create([{ ...request, recover: true }]))[0]);
    expect(livePages()).toEqual([twin.ref]);
  });

  it("keeps the older of two twins of its own, and leaves alone what a person duplicated", async () => {
    harness = await startHarness();
    const request = createRequest(1);
    const first = twinIn((await harness.create([request]))[0]);
    harness.sandbox.clock.advance(120_000);
    const second = twinIn((await harness.create([request]))[0]);
    const copy = await human("duplicate", { id: first.ref });
    const found = twinIn((await harness.create([{ ...request, recover: true }]))[0]);
    expect(found.ref).toBe(first.ref);
    expect(await harness.readOne(second.ref)).toMatchObject({ state: "archived" });
    expect(await harness.readOne(copy.id)).toMatchObject({ state: "live", syncKey: null });
  });

  it("looks for many lost ones with few queries", async () => {
    harness = await startHarness();
    const requests = Array.from({ length: 60 }, (_, n) => createRequest(n));
    await harness.create(requests);
    harness.sandbox.clock.advance(60_000);
    const mark = harness.sandbox.log.total();
    await harness.create(requests.map((request) => ({ ...request, recover: true })));
    expect(operations(mark).filter((one) => one.startsWith("POST"))).toEqual([
      "POST data_sources/{id}/query",
      "POST data_sources/{id}/query",
    ]);
    expect(livePages()).toHaveLength(60);
  });

  it("leaves out what Notion refuses, by its words, and makes the rest", async () => {
    harness = await startHarness();
    const nobody = "00000000-0000-4000-8000-000000000000";
    const [outcome] = await harness.create([
      createRequest(1, { status: "gone", assignee: nobody, labels: ["a, b"], estimate: 3 }),
    ]);
    expect(outcome).toMatchObject({
      kind: "done",
      refused: {
        status: expect.stringContaining('"gone" does not exist') as string,
        assignee: expect.stringContaining(nobody) as string,
        labels: expect.stringContaining("commas not allowed") as string,
      },
      twin: { fields: { title: "Story 1", estimate: 3, labels: [] } },
    });
  });

  it("takes a parent that is not there for a refusal of the parent", async () => {
    harness = await startHarness();
    const parent = "00000000-0000-4000-8000-000000000000";
    const [made] = await harness.create([createRequest(1, { parent })]);
    expect(made).toMatchObject({ kind: "done", refused: { parent: expect.stringContaining(parent) as string } });
    const [outcome] = await harness.update([updateRequest(twinIn(made), { parent, title: "New" })]);
    expect(outcome).toMatchObject({
      refused: { parent: expect.any(String) as string },
      twin: { fields: { title: "New", parent: null } },
    });
  });

  it("takes long texts in parts, and never cuts a character in two", async () => {
    harness = await startHarness();
    const branch = `${"x".repeat(1999)}🙃${"y".repeat(4500)}`;
    expect((await harness.createOne(1, { branch })).fields.branch).toBe(branch);
  });

  it("neither makes a project's page nor a page without a title", async () => {
    harness = await startHarness();
    const outcomes = await harness.create([createRequest(1, {}, { type: "project" }), createRequest(2, { title: "" })]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["rejected", "rejected"]);
    expect(livePages()).toEqual([]);
  });
});

const sourceId = (): string => [...harness.sandbox.workspace.sources.keys()][0] ?? "";

describe("updating", () => {
  it("writes properties in one request, and the text in one more only where it changed", async () => {
    harness = await startHarness();
    const twin = await harness.createOne(1, { description: "Words" });
    let mark = harness.sandbox.log.total();
    await harness.update([updateRequest(twin, { title: "New", estimate: 3, description: "Words" })]);
    expect(operations(mark)).toEqual(["GET pages/{id}", "GET pages/{id}/markdown", "PATCH pages/{id}"]);
    mark = harness.sandbox.log.total();
    const [outcome] = await harness.update([updateRequest(twin, { description: "Other\n\nwords", due: "2026-12-24" })]);
    expect(operations(mark)).toEqual([
      "GET pages/{id}",
      "GET pages/{id}/markdown",
      "PATCH pages/{id}/markdown",
      "PATCH pages/{id}",
    ]);
    expect(twinIn(outcome).fields).toEqual((await harness.readOne(twin.ref)).fields);
    await harness.update([updateRequest(twin, { description: null, due: null, estimate: null })]);
    expect((await harness.readOne(twin.ref)).fields).toMatchObject({ description: null, due: null, estimate: null });
  });

  it("reads what it saved and was not shown, and does not write again", async () => {
    harness = await startHarness();
    const twin = await harness.createOne(1);
    harness.sandbox.faults.add({ kind: "unavailable-after", operation: "^PATCH", times: 2 });
    const mark = harness.sandbox.log.total();
    const [outcome] = await harness.update([updateRequest(twin, { title: "New", description: "Words" })]);
    expect(twinIn(outcome).fields).toMatchObject({ title: "New", description: "Words" });
    expect(operations(mark).filter((one) => one.startsWith("PATCH"))).toHaveLength(2);
  });

  it("keeps labels of ours and the task's type with the people's labels", async () => {
    harness = await startHarness();
    const twin = await harness.createOne(1, { labels: ["a"], task_type: "dev" }, { type: "task" });
    await human("edit", { id: twin.ref, properties: { Labels: ["a", "type:dev", "sdlc-tracked"] } });
    const labels = async (): Promise<string[]> => {
      const { workspace } = harness.sandbox;
      const property = workspace.property(workspace.source(sourceId()), "Labels");
      const held = workspace.page(twin.ref).values[property?.id ?? ""] as readonly string[];
      return held.map((id) => property?.options.find((one) => one.id === id)?.name ?? "").sort();
    };
    await harness.update([updateRequest(twin, { labels: ["b"] })]);
    expect(await labels()).toEqual(["b", "sdlc-tracked", "type:dev"]);
    await harness.update([updateRequest(twin, { task_type: "qa" })]);
    expect(await labels()).toEqual(["b", "sdlc-tracked", "type:qa"]);
    expect((await harness.readOne(twin.ref)).fields).toMatchObject({ task_type: "qa" });
  });

  it("leaves a text alone that it could not write back whole, and writes the rest", async () => {
    harness = await startHarness();
    const twin = await harness.createOne(1, { description: "Words" });
    await human("addBlock", { id: twin.ref, block: "unknown" });
    const held = await harness.readOne(twin.ref);
    const lens = harness.lens("story", "description");
    expect(lens.read(held.fields.description ?? null)).toMatchObject({ kind: "none", code: "locked-text" });
    const [outcome] = await harness.update([updateRequest(twin, { description: "Ours", title: "Ours" })]);
    expect(outcome).toMatchObject({
      kind: "done",
      refused: { description: expect.stringContaining("is left alone") as string },
      twin: { fields: { title: "Ours" } },
    });
    const all = (await harness.update([updateRequest(twin, { description: "Ours" })]))[0];
    expect(all).toMatchObject({ kind: "done", refused: { description: expect.any(String) as string } });
    expect(harness.sandbox.workspace.page(twin.ref).blocks).toHaveLength(2);
    expect(harness.sandbox.log.count("PATCH pages/{id}/markdown")).toBe(0);
  });

  it.each([
    ["a page within it", (id: string) => human("addBlock", { id, block: "child_page", text: "Within" })],
    ["more blocks than are told", () => (harness.sandbox.workspace.blockLimit = 1)],
  ])("leaves a text alone with %s", async (_, prepare) => {
    harness = await startHarness();
    const twin = await harness.createOne(1, { description: "One\n\nTwo" });
    await prepare(twin.ref);
    const [outcome] = await harness.update([updateRequest(twin, { description: "Ours" })]);
    const refused = { description: expect.stringContaining("edit it there") as string };
    expect(outcome).toMatchObject({ kind: "done", refused });
    expect(harness.sandbox.log.count("PATCH pages/{id}/markdown")).toBe(0);
  });

  it("does not read a text again that a listing has read and nobody edited since", async () => {
    harness = await startHarness();
    const twin = await harness.createOne(1, { description: "Words" });
    harness.sandbox.clock.advance(120_000);
    await connector.changes(harness.scope, { cursor: null, recheck: [] });
    let mark = harness.sandbox.log.total();
    const [outcome] = await harness.update([updateRequest(twin, { estimate: 3 })]);
    expect(operations(mark)).toEqual(["GET pages/{id}", "PATCH pages/{id}"]);
    expect(twinIn(outcome).fields).toMatchObject({ description: "Words", estimate: 3 });
    await human("edit", { id: twin.ref, text: "Other words" });
    mark = harness.sandbox.log.total();
    const [next] = await harness.update([updateRequest(twin, { estimate: 5 })]);
    expect(operations(mark)).toEqual(["GET pages/{id}", "GET pages/{id}/markdown", "PATCH pages/{id}"]);
    expect(twinIn(next).fields).toMatchObject({ description: "Other words", estimate: 5 });
  });

  it("tells Notion's own refusal of a text by its field", async () => {
    harness = await startHarness();
    const twin = await harness.createOne(1, { description: "Words" });
    harness.sandbox.onArrival = async ({ operation }) => {
      if (operation !== "PATCH pages/{id}/markdown") return;
      // Between our look and our write.
      harness.sandbox.onArrival = undefined;
      await human("addBlock", { id: twin.ref, block: "child_page", text: "Within" });
    };
    const [outcome] = await harness.update([updateRequest(twin, { description: "Ours", title: "Ours" })]);
    expect(outcome).toMatchObject({
      refused: { description: expect.stringContaining("child page") as string },
      twin: { fields: { title: "Ours" } },
    });
    expect(harness.sandbox.workspace.page(twin.ref).blocks).toHaveLength(2);
  });

  it("finds no twin in a page that was moved to another data source", async () => {
    harness = await startHarness({ databases: [{ name: "Delivery" }, { name: "Other" }] });
    const twin = await harness.createOne(1);
    await human("move", { id: twin.ref, source: "Other" });
    expect(await harness.update([updateRequest(twin, { title: "Ours" })])).toMatchObject([{ kind: "gone" }]);
    expect(await connector.read(harness.scope, [twin.ref])).toEqual({ items: [], gone: [twin.ref] });
    await human("move", { id: twin.ref, source: "Delivery" });
    expect((await harness.readOne(twin.ref)).state).toBe("live");
  });

  it("reads by id in any spelling and by address", async () => {
    harness = await startHarness();
    const twin = await harness.createOne(1);
    const bare = twin.ref.replace(/-/g, "").toUpperCase();
    const address = `https://www.notion.so/acme/Store-a-card-${bare.toLowerCase()}?pvs=4`;
    const { items, gone } = await connector.read(harness.scope, [twin.ref, bare, address, "nonsense"]);
    expect([items.map(({ ref }) => ref), gone]).toEqual([[twin.ref], ["nonsense"]]);
    expect(items[0]?.aliases).toEqual([bare, address].sort());
  });

  it("never takes a page for gone that it may not read", async () => {
    harness = await startHarness();
    const twin: RemoteItem = await harness.createOne(1);
    Object.assign(harness.sandbox.workspace.capabilities, { content: false });
    await expect(connector.read(harness.scope, [twin.ref])).rejects.toMatchObject({
      code: "Forbidden",
      message: expect.stringContaining("read content") as string,
    });
    expect((await connector.changes(harness.scope, { cursor: null, recheck: [] })).items).toEqual([]);
  });
});

describe("the project's page", () => {
  it("takes what it has properties for, and its text", async () => {
    harness = await startHarness();
    for (const [property, type] of [
      ["Health", "select"],
      ["Progress", "number"],
      ["Phase", "number"],
      ["Gate", "rich_text"],
    ])
      await human("addProperty", { property, type });
    const { id } = await human("create", { properties: { Name: "About" } });
    const scope = await harness.redescribe({ container: { ...harness.scope.binding.container, page_id: id } });
    const [twin] = (await connector.read(scope, [id])).items;
    const wanted = { title: "Checkout", description: "All of it", health: "Green", progress: 40, phase: 3, gate: "G2" };
    const [outcome] = await harness.update([updateRequest(twin as RemoteItem, wanted, { type: "project" })], scope);
    expect(outcome).toMatchObject({ kind: "done", refused: {}, twin: { type: "project", fields: wanted } });
    const lens = connector.lenses(scope.binding, scope.schema);
    expect(lens("project", "health")?.read("Yellow")).toEqual({ kind: "value", value: "Yellow" });
    expect([lens("project", "status"), lens("story", "health")]).toEqual([undefined, undefined]);
  });
});
