import { afterEach, describe, expect, it } from "vitest";
import { setup } from "../../../src/connectors/notion/setup.ts";
import { mappingProblems } from "../../../src/connectors/mapping-problems.ts";
import type { NotionSchema } from "../../../src/connectors/notion/schema.ts";
import type { Binding, Shared, ToolSchema } from "../../../src/connectors/contract.ts";
import { isSyncFailure } from "../../../src/core/errors.ts";
import type { NotionSandbox } from "../../../sandbox/notion/index.ts";
import type { DatabaseSetup, PropertySetup } from "../../../sandbox/notion/workspace.ts";
import { bindingOf, closeHarness, connector, startBare } from "./harness.ts";

let bare: Awaited<ReturnType<typeof startBare>>;
afterEach(() => closeHarness(bare));

const start = async (databases?: readonly DatabaseSetup[]): Promise<NotionSandbox> =>
  (bare = await startBare(databases ? { databases } : {})).sandbox;
const scope = (over: Partial<Binding> = {}) => bare.scopeOf(bindingOf(bare.sandbox, over));
const described = async (over: Partial<Binding> = {}): Promise<NotionSchema> =>
  (await connector.describe(scope(over))) as unknown as NotionSchema;
async function refusal(over: Partial<Binding> = {}): Promise<{ code: string; message: string }> {
  const error: unknown = await connector.describe(scope(over)).catch((thrown: unknown) => thrown);
  if (!isSyncFailure(error)) throw new Error("it was described");
  return { code: error.code, message: error.message };
}
const only = (...properties: PropertySetup[]): readonly DatabaseSetup[] => [
  {
    name: "Delivery",
    dataSources: [{ name: "Delivery", properties: [{ name: "Name", type: "title" }, ...properties] }],
  },
];
const TYPE: PropertySetup = { name: "Type", type: "select", options: ["Epic", "Story"] };
const KEY: PropertySetup = { name: "Sync key", type: "rich_text" };
const mapped = (fields: Readonly<Record<string, string>>): Partial<Binding> => ({ mapping: { fields } });

describe("the bound data source", () => {
  it("is found by the database's id, with dashes or without, its address, or its own id", async () => {
    const sandbox = await start();
    const [database = ""] = sandbox.databases;
    const [source = ""] = sandbox.workspace.sources.keys();
    const bareId = database.replace(/-/g, "");
    for (const named of [database, bareId, `https://www.notion.so/acme/Delivery-${bareId}?v=1`, source])
      expect((await described({ container: { database_id: named } })).dataSource).toBe(source);
  });

  it("must be named where a database has several, and is named in the refusal", async () => {
    const sandbox = await start([{ name: "Delivery", dataSources: [{ name: "Work" }, { name: "Ideas" }] }]);
    const [work = "", ideas = ""] = sandbox.workspace.sources.keys();
    const { code, message } = await refusal();
    expect([code, message]).toEqual(["InvalidConfig", expect.stringContaining(`"Work" (${work}), "Ideas" (${ideas})`)]);
    expect((await described({ container: { database_id: ideas } })).dataSource).toBe(ideas);
  });

  it.each([
    [null, "InvalidConfig", "database_id is not set"],
    ["no id at all", "InvalidConfig", '"no id at all" is no Notion id'],
    ["00000000-0000-4000-8000-000000000000", "NotFound", "share it in Notion"],
  ])("is refused as %j", async (named, code, words) => {
    await start();
    expect(await refusal({ container: { database_id: named } })).toEqual({
      code,
      message: expect.stringContaining(words) as string,
    });
  });

  it("is missing once it is no longer shared, with what to do", async () => {
    const sandbox = await start();
    await sandbox.human({ action: "unshare" });
    expect(await refusal()).toEqual({ code: "NotFound", message: expect.stringContaining("share it") as string });
  });

  it("is read once for all projects that share it", async () => {
    const sandbox = await start();
    const known = new Map<string, unknown>();
    const shared: Shared = async <T>(what: string, read: () => Promise<T>): Promise<T> => {
      if (!known.has(what)) known.set(what, await read());
      return known.get(what) as T;
    };
    await connector.describe({ ...scope(), shared });
    const mark = sandbox.log.total();
    await connector.describe({ ...scope({ project: "PROJ-2026-015" }), shared });
    expect(sandbox.log.total() - mark).toBe(0);
  });
});

describe("properties", () => {
  it("are found by their usual names, whatever their case, and told by id", async () => {
    await start(only({ ...TYPE, name: "TYPE" }, KEY, { name: "story points", type: "number" }));
    const { properties } = await described();
    expect(properties).toMatchObject({
      type: { name: "TYPE" },
      estimate: { name: "story points" },
      title: { id: "title" },
    });
    expect(properties.priority).toBeUndefined();
  });

  it("are found by the binding's word, a name or an id", async () => {
    await start(
      only(
        { name: "Art", type: "select" },
        { name: "Schlüssel", type: "rich_text" },
        { name: "Prüfer", type: "people" },
      ),
    );
    const [source] = bare.sandbox.workspace.sources.values();
    const key = source?.properties.find(({ name }) => name === "Schlüssel")?.id ?? "";
    const { properties } = await described(mapped({ type: "art", sync_key: key, qa_assignee: "Prüfer" }));
    expect(properties).toMatchObject({
      type: { name: "Art" },
      sync_key: { id: decodeURIComponent(key) },
      qa_assignee: { name: "Prüfer" },
    });
  });

  it.each([
    [
      { estimate: "Nowhere" },
      'the binding keeps estimate in "Nowhere", which is no property of the data source; correct mapping.fields.estimate: there is "Story Points"',
    ],
    [
      { estimate: "Type" },
      'the binding keeps estimate in "Type", which is a property of type select, and must be number; correct mapping.fields.estimate: there is "Story Points"',
    ],
  ])("park their field where the binding is wrong: %j", async (fields, words) => {
    await start();
    const schema = await described(mapped(fields as never));
    expect(schema.misplaced).toEqual({ estimate: words });
    const binding = bindingOf(bare.sandbox, mapped(fields as never));
    const lenses = connector.lenses(binding, schema as unknown as ToolSchema);
    expect(lenses("story", "estimate")?.write(3)).toEqual({ kind: "cannot", code: "no-such-place", message: words });
    expect(mappingProblems(binding, lenses, { usual: false })).toHaveLength(1);
  });

  it.each([
    [{ sync_key: "Nowhere" }, 'mapping.fields.sync_key is "Nowhere", which is no property of the data source'],
    [{ type: "Labels" }, "which is a property of type multi_select, and must be select"],
  ])("are refused where the binding is wrong about what tells twins apart: %j", async (fields, words) => {
    await start();
    expect(await refusal(mapped(fields as never))).toEqual({
      code: "InvalidConfig",
      message: expect.stringContaining(words) as string,
    });
  });

  it("that relate to another data source are no parents", async () => {
    const sandbox = await start();
    const [source] = sandbox.workspace.sources.values();
    const parent = source?.properties.find(({ name }) => name === "Parent");
    Object.assign(parent ?? {}, { target: "00000000-0000-4000-8000-000000000000" });
    expect((await described()).properties.parent).toBeUndefined();
    const { misplaced } = await described(mapped({ parent: "Parent" }));
    expect(misplaced.parent).toContain("to the same data source");
  });

  it.each([
    [[], '"Type" (select) and "Sync key" (rich_text); run `track-sdlc doctor --fix`'],
    [[TYPE], '"Sync key" (rich_text); run `track-sdlc doctor --fix`'],
    [
      [KEY, { name: "type", type: "number" } as const],
      '"Type" (select); a property of another type is called "Type": rename it',
    ],
  ])("that nothing can be synced without are named, with the remedy (%#)", async (present, words) => {
    await start(only(...present));
    expect(await refusal()).toEqual({ code: "InvalidConfig", message: expect.stringContaining(words) as string });
  });

  it("that are missing are listed with their definitions, and made in one request", async () => {
    const sandbox = await start(
      only({ name: "Status", type: "select", options: ["To Do"] }, { name: "Labels", type: "number" }),
    );
    const missing = await setup.missing(scope());
    expect(missing.map(({ name, required }) => `${name}${required ? "!" : ""}`)).toEqual([
      'property "Type" (select)!',
      'property "Sync key" (rich_text)!',
      'property "Priority" (select)',
      'property "Story Points" (number)',
      'property "Labels" (multi_select)',
      'property "Target Date" (date)',
      'property "Parent" (relation)',
      'property "Assignee" (people)',
      'property "Sprint" (select)',
      'property "Branch" (rich_text)',
      'property "PR" (url)',
    ]);
    const inTheWay = missing.filter(({ obstacle }) => obstacle !== undefined);
    expect(inTheWay.map(({ name }) => name)).toEqual(['property "Labels" (multi_select)']);
    const mark = sandbox.log.writes();
    const once = new Map<string, unknown>();
    const shared: Shared = async <T>(what: string, read: () => Promise<T>): Promise<T> => {
      if (!once.has(what)) once.set(what, await read());
      return once.get(what) as T;
    };
    const left = await setup.make({ ...scope(), shared });
    expect([left.map(({ name }) => name), sandbox.log.writes() - mark]).toEqual([
      ['property "Labels" (multi_select)'],
      1,
    ]);
    await setup.make(scope());
    expect(sandbox.log.writes() - mark).toBe(1);
    const { properties } = await described();
    expect(properties).toMatchObject({
      type: { options: [{ name: "Epic" }, { name: "Story" }, { name: "Task" }] },
      parent: { type: "relation" },
      status: { type: "select" },
    });
  });

  it("that were made hold what a story has", async () => {
    await start(only());
    await setup.make(scope());
    const plain = scope();
    const made = { ...plain, schema: await connector.describe(plain) };
    const lenses = connector.lenses(made.binding, made.schema);
    for (const [field, value] of [
      ["status", "in_review"],
      ["priority", "P3"],
      ["branch", "feat/x"],
    ] as const)
      expect(lenses("story", field)?.write(value), field).toMatchObject({ kind: "value" });
  });
});

describe("people", () => {
  it("are everybody but guests, page by page, with the e-mails that may be seen", async () => {
    const users = Array.from({ length: 150 }, (_, n) => ({
      name: `P${n}`,
      email: `p${n}@example.com`,
      kind: "person" as const,
    }));
    bare = await startBare({ users: [...users, { name: "Guest", email: "g@example.com", kind: "guest" }] });
    const { users: told, me } = await described();
    expect([told.length, told.filter(({ isBot }) => isBot).map(({ id }) => id)]).toEqual([151, [me]]);
    Object.assign(bare.sandbox.workspace.capabilities, { emails: false });
    expect((await described()).users.every(({ email }) => email === null)).toBe(true);
  });

  it("are nobody where the connection may not ask, and all else is described", async () => {
    const sandbox = await start();
    Object.assign(sandbox.workspace.capabilities, { users: false });
    expect(await described()).toMatchObject({ users: [], me: sandbox.workspace.bot.id });
  });
});
