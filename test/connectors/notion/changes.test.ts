import { afterEach, describe, expect, it } from "vitest";
import type { Changes, SchemaScope } from "../../../src/connectors/contract.ts";
import { ownersBy } from "../stream-owners.ts";
import { closeHarness, connector, optionId, startHarness, updateRequest, type Harness } from "./harness.ts";

const MINUTE = 60_000;

let harness: Harness;
afterEach(() => closeHarness(harness));

const human = (action: string, more: object): Promise<{ id: string }> =>
  harness.sandbox.human({ action, ...more }) as Promise<{ id: string }>;
const write = (title: string, text = ""): Promise<{ id: string }> =>
  human("create", { properties: { Name: title, Type: "Story" }, text });
const list = (cursor: string | null, scope = harness.scope): Promise<Changes> =>
  connector.changes(scope, { cursor, recheck: [] });
const titles = ({ items }: Pick<Changes, "items">): unknown[] => items.map(({ fields }) => fields.title);
const texts = ({ items }: Pick<Changes, "items">): unknown[] => items.map(({ fields }) => fields.description);
/** Operations of `work`, in order. */
async function asked(work: () => Promise<unknown>): Promise<string[]> {
  const { log } = harness.sandbox;
  const mark = log.total();
  await work();
  return log.since(mark).map(({ operation }) => operation);
}
const QUERY = "POST data_sources/{id}/query";
const BODY = "GET pages/{id}/markdown";

describe("what was edited since", () => {
  it("reads the texts of pages that moved, and of no other", async () => {
    harness = await startHarness();
    const [one] = [await write("One", "First"), await write("Two", "Second")];
    harness.sandbox.clock.advance(2 * MINUTE);
    const { cursor } = await list(null);
    harness.sandbox.clock.advance(2 * MINUTE);
    expect(await asked(() => list(cursor))).toEqual([QUERY]);
    await human("edit", { id: one.id, text: "First, edited" });
    let next: Changes | undefined;
    expect(await asked(async () => (next = await list(cursor)))).toEqual([QUERY, BODY]);
    expect(next && texts(next)).toEqual(["First, edited"]);
  });

  it("does not read the texts of tasks, which have none in the hub", async () => {
    harness = await startHarness();
    await human("create", { properties: { Name: "A task", Type: "Task" }, text: "Words" });
    let first: Changes | undefined;
    expect(await asked(async () => (first = await list(null)))).toEqual([QUERY]);
    expect(first?.items).toMatchObject([{ type: "task" }]);
    expect(first?.items[0]?.fields).not.toHaveProperty("description");
  });

  it("finds an edit of the text in the very minute in which it was read, once that is over", async () => {
    harness = await startHarness();
    const { id } = await write("Quick", "First");
    const first = await list(null);
    await human("edit", { id, text: "Second" });
    const same = await list(first.cursor);
    expect(same.items).toEqual([]);
    harness.sandbox.clock.advance(MINUTE);
    const later = await list(same.cursor);
    expect(texts(later)).toEqual(["Second"]);
    expect(await asked(() => list(later.cursor))).toEqual([QUERY]);
  });

  it("tells such a page once more where nobody edited it, and then no more", async () => {
    harness = await startHarness();
    await write("Quiet", "First");
    const first = await list(null);
    harness.sandbox.clock.advance(MINUTE + 10_000);
    let second: Changes | undefined;
    expect(await asked(async () => (second = await list(first.cursor)))).toEqual([QUERY, BODY]);
    expect(second && texts(second)).toEqual(["First"]);
    let third: Changes | undefined;
    expect(await asked(async () => (third = await list(second?.cursor ?? null)))).toEqual([QUERY]);
    expect(third?.items).toEqual([]);
  });

  it("finds at once that people took a write of ours back in the minute of it", async () => {
    harness = await startHarness();
    const twin = await harness.createOne(1, { title: "As it was" });
    const { cursor } = await list(null);
    await harness.update([updateRequest(twin, { title: "As we wrote it" })]);
    await human("edit", { id: twin.ref, properties: { Name: "As it was" } });
    expect(titles(await list(cursor))).toEqual(["As it was"]);
  });

  it("finds it once the minute is over, where the same person had edited last before us", async () => {
    harness = await startHarness();
    const { id } = await write("As it was");
    const first = await list(null);
    await harness.update([updateRequest(await harness.readOne(id), { title: "As we wrote it" })]);
    await human("edit", { id, properties: { Name: "As it was" } });
    harness.sandbox.clock.advance(MINUTE + 10_000);
    expect(titles(await list(first.cursor))).toEqual(["As it was"]);
  });

  it("asks for such a page by id where it is no longer listed", async () => {
    harness = await startHarness();
    const { id } = await write("Old", "First");
    const first = await list(null);
    await human("edit", { id, text: "Second" });
    await human("trash", { id });
    harness.sandbox.clock.advance(2 * MINUTE);
    const second = await list(first.cursor);
    expect(second.items).toMatchObject([{ ref: id, state: "archived", fields: { description: "Second" } }]);
  });

  it("asks once for a page that is no longer there", async () => {
    harness = await startHarness();
    const { id } = await write("Gone", "First");
    const first = await list(null);
    await human("deletePermanently", { id });
    harness.sandbox.clock.advance(2 * MINUTE);
    let second: Changes | undefined;
    expect(await asked(async () => (second = await list(first.cursor)))).toEqual([QUERY, "GET pages/{id}"]);
    expect(await asked(() => list(second?.cursor ?? null))).toEqual([QUERY]);
  });

  it("reads settled texts once in a process, whatever lists them", async () => {
    harness = await startHarness();
    await write("One", "First");
    harness.sandbox.clock.advance(5 * MINUTE);
    await list(null);
    let again: Changes | undefined;
    expect(await asked(async () => (again = await list(null)))).toEqual([QUERY]);
    expect(again && texts(again)).toEqual(["First"]);
  });

  it("goes on where a limit broke off a long listing", async () => {
    harness = await startHarness();
    for (let n = 0; n < 200; n++) await write(`Page ${n}`, `Text ${n}`);
    harness.sandbox.clock.advance(5 * MINUTE);
    await expect(list(null)).rejects.toMatchObject({ code: "RateLimited" });
    harness.sandbox.clock.advance(MINUTE);
    const { items } = await list(null);
    expect(items).toHaveLength(200);
  });

  it("tells every page where a query tells only some of them and says so on the last page", async () => {
    harness = await startHarness({ quirks: { rateLimit: false } });
    harness.sandbox.workspace.resultLimit = 150;
    for (let n = 0; n < 400; n++) {
      await write(`Page ${n}`);
      if (n % 50 === 0) harness.sandbox.clock.advance(MINUTE);
    }
    expect((await list(null)).items).toHaveLength(400);
  });

  it("says so where no window is narrow enough", async () => {
    harness = await startHarness();
    harness.sandbox.workspace.resultLimit = 10;
    for (let n = 0; n < 11; n++) await write(`Page ${n}`);
    await expect(list(null)).rejects.toMatchObject({
      code: "Rejected",
      message: expect.stringContaining("one minute") as string,
    });
  });

  it("does not show what is in the trash, and a read says that it is there", async () => {
    harness = await startHarness();
    const twin = await harness.createOne(1);
    const { cursor } = await list(null);
    await human("trash", { id: twin.ref });
    expect((await list(cursor)).items).toEqual([]);
    expect(await harness.readOne(twin.ref)).toMatchObject({ state: "archived" });
    await human("restore", { id: twin.ref });
    expect(await harness.readOne(twin.ref)).toMatchObject({ state: "live" });
  });

  it("takes no notice of what changes by itself, as the result of a formula does", async () => {
    harness = await startHarness();
    const { id } = await write("Still");
    const { cursor } = await list(null);
    Object.assign(harness.sandbox.workspace.page(id), { number: 77 });
    expect((await list(cursor)).items).toEqual([]);
  });

  it("begins anew with a cursor that it cannot read", async () => {
    harness = await startHarness();
    await write("One");
    expect(titles(await list('{"since":12}'))).toEqual(["One"]);
  });

  it("lists the project's own page too, where it lies elsewhere", async () => {
    harness = await startHarness();
    const { id } = await human("create", { properties: { Name: "About" } });
    await human("move", { id });
    const scope = await harness.redescribe({ container: { ...harness.scope.binding.container, page_id: id } });
    const first = await list(null, scope);
    expect(first.items).toMatchObject([{ ref: id, type: "project", fields: { title: "About" } }]);
    harness.sandbox.clock.advance(2 * MINUTE);
    const second = await list(first.cursor, scope);
    expect((await list(second.cursor, scope)).items).toEqual([]);
    await human("edit", { id, text: "More" });
    expect(texts(await list(second.cursor, scope))).toEqual(["More"]);
  });
});

describe("projects that share a data source", () => {
  async function shared(type: "select" | "rich_text"): Promise<{ readonly P: SchemaScope; readonly Q: SchemaScope }> {
    harness = await startHarness();
    await human("addProperty", { property: "Project", type });
    return { P: await harness.redescribe({ project: "P" }), Q: await harness.redescribe({ project: "Q" }) };
  }

  it.each(["select", "rich_text"] as const)("make pages that carry their id, and list their own (%s)", async (type) => {
    const { P, Q } = await shared(type);
    await harness.create([request("In P")], P);
    await harness.create([request("In Q")], Q);
    await write("Nobody's");
    expect([titles(await list(null, P)), titles(await list(null, Q))]).toEqual([["In P"], ["In Q"]]);
    const fresh = await harness.redescribe({ project: "P" });
    expect(titles(await list(null, fresh))).toEqual(["In P"]);
  });

  const request = (title: string) => ({
    id: title,
    item: title,
    type: "story" as const,
    syncKey: title.padStart(64, "0"),
    fields: { title },
    recover: false,
  });

  it("cost one query together, and one for each data source more", async () => {
    harness = await startHarness({ databases: [{ name: "Delivery" }, { name: "Other" }] });
    const [one, other] = harness.sandbox.databases;
    const scopes = await Promise.all(
      ["A", "B", "C"].map((project, n) =>
        harness.redescribe({ project, container: { database_id: (n === 2 ? other : one) ?? null, page_id: null } }),
      ),
    );
    const owners = ownersBy(() => scopes.slice(0, 1));
    const since = "2026-11-20T09:00:00.000Z";
    let cursor: string | null = null;
    const stream = async (): Promise<void> =>
      void ({ cursor } = await connector.stream(scopes, { cursor, since, owners }));
    expect(await asked(stream)).toEqual([QUERY, QUERY]);
    const { id } = await write("New", "Text");
    expect(await asked(stream)).toEqual([QUERY, QUERY, BODY]);
    expect(await asked(stream)).toEqual([QUERY, QUERY]);
    await human("edit", { id, text: "Text, edited" });
    harness.sandbox.clock.advance(MINUTE + 10_000);
    const told = await connector.stream(scopes, { cursor, since, owners });
    expect([...told.items.values()].flat().map(({ fields }) => fields.description)).toEqual(["Text, edited"]);
    expect(await connector.stream([], { cursor: null, since, owners })).toMatchObject({ items: new Map() });
    // Edited in the minute in which it was read, and out of the listing before that was over.
    await stream();
    await human("edit", { id, text: "Before" });
    await stream();
    await human("edit", { id, text: "At last" });
    await human("trash", { id });
    harness.sandbox.clock.advance(2 * MINUTE);
    const late = await connector.stream(scopes, { cursor, since, owners });
    expect([...late.items.values()].flat()).toMatchObject([{ state: "archived", fields: { description: "At last" } }]);
  });
});

describe("renames", () => {
  it("of properties and options change nothing", async () => {
    harness = await startHarness();
    const status = optionId(harness.scope, "status", "In Review");
    const twin = await harness.createOne(1, { status, estimate: 3, labels: ["x"] });
    for (const [property, name] of [
      ["Status", "Zustand"],
      ["Story Points", "Punkte"],
      ["Labels", "Etiketten"],
      ["Name", "Titel"],
      ["Sync key", "Nicht anfassen"],
    ])
      await human("renameProperty", { property, name });
    await human("renameOption", { property: "Zustand", option: "In Review", name: "Prüfung" });
    await human("renameOption", { property: "Type", option: "Story", name: "Aufgabe" });
    const after = await harness.readOne(twin.ref);
    expect(after).toMatchObject({ type: "story", fields: twin.fields, syncKey: twin.syncKey });
    const [outcome] = await harness.update([updateRequest(after, { title: "Still writable", estimate: 5 })]);
    expect(outcome).toMatchObject({
      kind: "done",
      refused: {},
      twin: { fields: { title: "Still writable", estimate: 5 } },
    });
  });

  it("and new options are learned as soon as a page shows one, and only then", async () => {
    harness = await startHarness();
    const { id } = await write("One");
    const { cursor, learned } = await list(null);
    expect(learned).toBeUndefined();
    await human("addOption", { property: "Status", name: "Code Review", group: "In progress" });
    await human("edit", { id, properties: { Status: "Code Review" } });
    const next = await list(cursor);
    const scope = { ...harness.scope, schema: next.learned ?? {} };
    const held = next.items[0]?.fields.status ?? null;
    expect(harness.lens("story", "status").read(held)).toMatchObject({ code: "unknown-status" });
    expect(harness.lens("story", "status", scope).read(held)).toMatchObject({
      code: "unmapped-status",
      message: expect.stringContaining("Code Review") as string,
    });
    expect((await list(next.cursor, scope)).learned).toBeUndefined();
  });
});
