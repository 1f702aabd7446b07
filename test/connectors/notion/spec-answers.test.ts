/** The connector reads what the SDK's types promise, and not only what our own stand-in says. */
import { describe, expect, it } from "vitest";
import type { Binding, Scope, SchemaScope } from "../../../src/connectors/contract.ts";
import type { Http } from "../../../src/connectors/http.ts";
import { notionModule } from "../../../src/connectors/notion/index.ts";
import type { ToolValues } from "../../../src/core/model.ts";
import { DATA_SOURCE, DATABASE, IDS, MARKDOWN, ME, PAGE, PROPERTIES, ROWS, USERS } from "./spec-corpus.ts";
import { mapsOf } from "../../support/maps.ts";

const { connector } = notionModule;
const binding: Binding = {
  project: "PROJ-2026-014",
  tool: "notion",
  container: { database_id: IDS.database, page_id: null },
  tasks: true,
  maps: mapsOf("notion"),
  mapping: {},
  people: {},
};

const ANSWERS: Readonly<Record<string, unknown>> = {
  [`GET /v1/databases/${IDS.database}`]: DATABASE,
  [`GET /v1/data_sources/${IDS.source}`]: DATA_SOURCE,
  "GET /v1/users/me": ME,
  "GET /v1/users": USERS,
  [`POST /v1/data_sources/${IDS.source}/query`]: ROWS,
  [`GET /v1/pages/${IDS.page}`]: PAGE,
  [`GET /v1/pages/${IDS.page}/markdown`]: MARKDOWN,
};

/** A transport that answers from the corpus, `over` before it. */
function scopeWith(over: Readonly<Record<string, unknown>> = {}): Scope {
  const http: Http = {
    baseUrl: "https://api.notion.com",
    skewMs: 0,
    hasAnswered: true,
    vendorNow: Date.parse("2026-11-20T10:00:30.000Z"),
    async send({ method, url }) {
      const key = `${method} ${new URL(url).pathname}`;
      const answer = { ...ANSWERS, ...over }[key];
      if (answer === undefined) throw new Error(`the corpus has no ${key}`);
      return { status: 200, headers: new Headers(), text: JSON.stringify(answer) };
    },
  };
  return { binding, http, signal: new AbortController().signal };
}
async function described(over: Readonly<Record<string, unknown>> = {}): Promise<SchemaScope> {
  const scope = scopeWith(over);
  return { ...scope, schema: await connector.describe(scope) };
}

const FIELDS: ToolValues = {
  title: "Store @Anax^2",
  description: "# Why\n\nBecause.\n\n- a\n  - b",
  status: "s2",
  priority: null,
  estimate: 2.5,
  labels: ["alpha", "made since"],
  due: "2026-12-24T09:00:00.000+01:00",
  parent: IDS.parent,
  assignee: IDS.person,
  branch: null,
  pr: null,
};

describe("answers as the SDK's types allow them", () => {
  it("describe a data source with every type of property", async () => {
    const { schema } = await described();
    expect(schema).toMatchObject({
      dataSource: IDS.source,
      me: IDS.bot,
      users: [{ name: "", email: null }, { isBot: true }],
    });
    const { properties } = schema as unknown as { properties: Record<string, { name: string }> };
    expect(Object.fromEntries(Object.entries(properties).map(([role, { name }]) => [role, name]))).toEqual({
      title: "Name",
      type: "Type",
      sync_key: "Sync key",
      status: "Status",
      priority: "Priority",
      estimate: "Story Points",
      labels: "Labels",
      due: "Target Date",
      parent: "Parent",
      assignee: "Assignee",
      branch: "Branch",
      pr: "PR",
    });
  });

  it("are listed: a page with all of it; partial pages and data sources say nothing", async () => {
    const { items } = await connector.changes(await described(), { cursor: null, recheck: [] });
    expect(items).toEqual([
      {
        ref: IDS.page,
        key: IDS.page,
        url: PAGE.url,
        type: "story",
        syncKey: "0123abcd",
        state: "live",
        updated: { at: "2026-11-20T10:00:00.000Z", resolutionMs: 60_000 },
        fields: FIELDS,
      },
    ]);
  });

  it("are read by id, and every value has a reading", async () => {
    const scope = await described();
    const { items, gone } = await connector.read(scope, [IDS.page]);
    expect([items[0]?.fields, gone]).toEqual([FIELDS, []]);
    const lenses = connector.lenses(scope.binding, scope.schema);
    for (const [field, value] of Object.entries(FIELDS)) {
      const reading = lenses("story", field as "title")?.read(value ?? null);
      expect([field, reading?.kind]).toEqual([field, field === "assignee" ? "none" : "value"]);
    }
  });

  it("may hold types of properties and members that nobody knew of yet", async () => {
    const future = { id: "fut%3A", type: "hologram", hologram: { depth: 3 } };
    const schema = {
      ...DATA_SOURCE,
      properties: { ...DATA_SOURCE.properties, Holo: { ...future, name: "Holo", description: null } },
      moons: 2,
    };
    const page = { ...PAGE, properties: { ...PROPERTIES, Holo: future }, moons: [1, 2] };
    const scope = await described({
      [`GET /v1/data_sources/${IDS.source}`]: schema,
      [`POST /v1/data_sources/${IDS.source}/query`]: { ...ROWS, results: [page], request_status: { type: "complete" } },
    });
    const { items } = await connector.changes(scope, { cursor: null, recheck: [] });
    expect(items[0]?.fields).toEqual(FIELDS);
  });

  it("are no news where only a signed address changed", async () => {
    const scope = await described();
    const { cursor } = await connector.changes(scope, { cursor: null, recheck: [] });
    const signed = JSON.parse(JSON.stringify(PAGE).replace("X-Amz-Signature=1", "X-Amz-Signature=2")) as object;
    const later = await described({ [`POST /v1/data_sources/${IDS.source}/query`]: { ...ROWS, results: [signed] } });
    expect((await connector.changes(later, { cursor, recheck: [] })).items).toEqual([]);
  });

  it("never take what is not understood for empty", async () => {
    const strange = {
      ...PROPERTIES,
      "Story Points": { id: "e%3A", type: "number", number: "three" },
      PR: { id: "l%3A", type: "url" },
    };
    const scope = await described({ [`GET /v1/pages/${IDS.page}`]: { ...PAGE, properties: strange } });
    const { items } = await connector.read(scope, [IDS.page]);
    const { estimate: _, pr: __, ...rest } = FIELDS;
    expect(items[0]?.fields).toEqual(rest);
  });

  it.each([
    ["in the trash", { in_trash: true, archived: true }],
    ["archived", { is_archived: true }],
  ])("tell a page that is %s as archived", async (_, life) => {
    const scope = await described({ [`GET /v1/pages/${IDS.page}`]: { ...PAGE, ...life } });
    expect((await connector.read(scope, [IDS.page])).items).toMatchObject([{ state: "archived" }]);
  });

  it("that are not what was promised are an outage of the contract, named", async () => {
    const scope = await described({ [`GET /v1/pages/${IDS.page}`]: { ...PAGE, last_edited_time: 7 } });
    await expect(connector.read(scope, [IDS.page])).rejects.toMatchObject({
      code: "Unavailable",
      message: expect.stringContaining("last_edited_time") as string,
    });
  });
});
