/** Each quirk shows when it is on, and its test fails when it is switched off. */
import { afterEach, describe, expect, it } from "vitest";
import { ALL_QUIRKS, type Quirks } from "../../../sandbox/notion/quirks.ts";
import { startRaw, title, type Answer, type JsonObject, type RawWorkspace } from "./client.ts";

let raw: RawWorkspace;
afterEach(() => raw.sandbox.close());

type Probe = (raw: RawWorkspace) => Promise<unknown>;

const refusal = ({ status, json }: Answer): unknown =>
  status === 200 ? status : [status, json["code"], json["message"]];
const rows = ({ json }: Answer): readonly JsonObject[] => (json["results"] ?? []) as unknown as readonly JsonObject[];
const property = ({ json }: Answer, name: string): JsonObject | undefined => json["properties"]?.[name];
const people = (raw: RawWorkspace, name: string): object => ({
  people: [{ object: "user", id: raw.sandbox.workspace.users.find((user) => user.name === name)?.id }],
});
const many = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

/** What is seen with the quirk on. */
const PROBES: { readonly [Q in keyof Quirks]: readonly [seen: unknown, probe: Probe] } = {
  version: [
    [400, "missing_version"],
    async ({ call }) => {
      const { status, json } = await call("GET", "users/me", undefined, { "notion-version": null });
      return [status, json["code"]];
    },
  ],
  auth: [
    [401, "unauthorized", "API token is invalid."],
    async ({ call }) => refusal(await call("GET", "users/me", undefined, { authorization: "Bearer wrong" })),
  ],
  rateLimit: [
    [429, "rate_limited", { rate_limit_reason: "public_api_request_rate_limit", retry_after: "60" }, "60", 200],
    async ({ call, sandbox }) => {
      for (let n = 0; n < 180; n++) await call("GET", "users/me");
      const { status, json, headers } = await call("GET", "users/me");
      sandbox.clock.advance(60_000);
      const after = (await call("GET", "users/me")).status;
      return [status, json["code"], json["additional_data"], headers.get("retry-after"), after];
    },
  ],
  minuteTimes: [
    ["2026-11-20T10:00:00.000Z", 1],
    async ({ call, page, query }) => {
      const { json } = await call("GET", `pages/${await page()}`);
      const filter = { timestamp: "last_edited_time", last_edited_time: { on_or_after: "2026-11-20T10:00:00.000Z" } };
      return [json["last_edited_time"], rows(await query({ filter })).length];
    },
  ],
  selectMakesOptions: [
    [200, ["Sprint 7", "Sprint 8", "Sprint 9"]],
    async ({ post, call, source }) => {
      const { status } = await post({ Name: title("x"), Sprint: { select: { name: "Sprint 9" } } });
      const { options } = property(await call("GET", `data_sources/${source}`), "Sprint")?.["select"] ?? {};
      return [status, (options as unknown as { name: string }[]).map(({ name }) => name)];
    },
  ],
  statusOptions: [
    [400, "validation_error", 'Invalid status option. Status option "Parked" does not exist".'],
    async ({ post }) => refusal(await post({ Name: title("x"), Status: { status: { name: "Parked" } } })),
  ],
  statusReset: [
    "To Do",
    async ({ call, page }) => {
      const id = await page({ Status: { status: { name: "Done" } } });
      const answer = await call("PATCH", `pages/${id}`, { properties: { Status: { status: null } } });
      return property(answer, "Status")?.["status"]?.["name"];
    },
  ],
  readOnly: [
    [400, "validation_error", "Age is a read-only property of type formula and cannot be updated."],
    async ({ post }) => refusal(await post({ Name: title("x"), Age: { formula: 3 } })),
  ],
  typedProperties: [
    [400, "validation_error", "Priority is expected to be select."],
    async ({ post }) => refusal(await post({ Name: title("x"), Priority: { status: { name: "P1" } } })),
  ],
  knownProperties: [
    [400, "validation_error", "Nowhere is not a property that exists."],
    async ({ post }) => refusal(await post({ Name: title("x"), Nowhere: { number: 1 } })),
  ],
  textLength: [
    [
      400,
      "validation_error",
      "body failed validation: body.properties.Name.title[0].text.content.length should be ≤ `2000`, instead was `2001`.",
    ],
    async ({ post }) => refusal(await post({ Name: title("x".repeat(2001)) })),
  ],
  arrayLength: [
    [
      400,
      "validation_error",
      "body failed validation: body.properties.Labels.multi_select.length should be ≤ `100`, instead was `101`.",
    ],
    async ({ post }) =>
      refusal(
        await post({ Name: title("x"), Labels: { multi_select: many(101, 0).map((_, n) => ({ name: `l${n}` })) } }),
      ),
  ],
  urlLength: [
    [
      400,
      "validation_error",
      "body failed validation: body.properties.PR.url.length should be ≤ `2000`, instead was `2020`.",
    ],
    async ({ post }) =>
      refusal(await post({ Name: title("x"), PR: { url: `https://example.com/${"x".repeat(2000)}` } })),
  ],
  optionCommas: [
    [
      400,
      "validation_error",
      "body failed validation: body.properties.Labels.name: Invalid multi_select option, commas not allowed: a, b",
    ],
    async ({ post }) => refusal(await post({ Name: title("x"), Labels: { multi_select: [{ name: "a, b" }] } })),
  ],
  payload: [413, async ({ post }) => (await post({ Name: title("x") }, { markdown: "x".repeat(512 * 1024) })).status],
  knownPeople: [
    [400, 400],
    async (raw) => {
      const stranger = { people: [{ object: "user", id: "00000000-0000-4000-8000-000000000000" }] };
      const bot = people(raw, "Sync");
      const tried = [
        await raw.post({ Name: title("x"), Assignee: stranger }),
        await raw.post({ Name: title("x"), Assignee: bot }),
      ];
      return tried.map(({ status }) => status);
    },
  ],
  knownRelations: [
    [404, "object_not_found"],
    async ({ post }) => {
      const parent = { relation: [{ id: "00000000-0000-4000-8000-000000000000" }] };
      const { status, json } = await post({ Name: title("x"), Parent: parent });
      return [status, json["code"]];
    },
  ],
  cutReferences: [
    [25, true],
    async ({ call, page }) => {
      const relation = [];
      for (let n = 0; n < 26; n++) relation.push({ id: await page() });
      const held = property(await call("GET", `pages/${await page({ Parent: { relation } })}`), "Parent");
      return [(held?.["relation"] as unknown[] | undefined)?.length, held?.["has_more"]];
    },
  ],
  hiddenGuests: [
    ["Ada Lovelace", "Grace Hopper", "Sam Lee", "Sam Lee", "Sync"],
    async ({ call }) =>
      rows(await call("GET", "users"))
        .map(({ name }) => name as unknown as string)
        .sort(),
  ],
  trashHidden: [
    [0, 200, true],
    async ({ call, page, query }) => {
      const id = await page();
      await call("PATCH", `pages/${id}`, { in_trash: true });
      const { status, json } = await call("GET", `pages/${id}`);
      return [rows(await query()).length, status, json["in_trash"]];
    },
  ],
  trashFrozen: [
    [400, 400, 200],
    async ({ call, page }) => {
      const id = await page();
      await call("PATCH", `pages/${id}`, { in_trash: true });
      const edit = await call("PATCH", `pages/${id}`, { properties: { Name: title("Late") } });
      const text = await call("PATCH", `pages/${id}/markdown`, {
        type: "replace_content",
        replace_content: { new_str: "Late" },
      });
      return [edit.status, text.status, (await call("PATCH", `pages/${id}`, { in_trash: false })).status];
    },
  ],
  pageSize: [
    [400, "validation_error", "body failed validation: body.page_size should be ≤ `100`, instead was `101`."],
    async ({ query }) => refusal(await query({ page_size: 101 })),
  ],
  resultLimit: [
    [2, false, { type: "incomplete", incomplete_reason: "query_result_limit_reached" }],
    async ({ page, query, sandbox }) => {
      sandbox.workspace.resultLimit = 2;
      for (let n = 0; n < 3; n++) await page();
      const answer = await query();
      return [rows(answer).length, answer.json["has_more"], answer.json["request_status"]];
    },
  ],
  strictFilters: [
    [
      [400, "validation_error", "Could not find property with name or id: Nowhere"],
      [400, "validation_error", 'select option "P9" not found for property "Priority".'],
    ],
    async ({ query }) => [
      refusal(await query({ filter: { property: "Nowhere", rich_text: { equals: "x" } } })),
      refusal(await query({ filter: { property: "Priority", select: { equals: "P9" } } })),
    ],
  ],
  committed: [
    [503, "A page", ["Read the object again", "Do not repeat the write"], undefined],
    async ({ sandbox, post, call }) => {
      sandbox.faults.add({ kind: "unavailable-after", times: 2 });
      const { status, json } = await post({ Name: title("A page") });
      const told = json["additional_data"];
      const id = told?.["committed_resource_id"] as unknown as string;
      const update = await call("PATCH", `pages/${id}`, { properties: {} });
      const read = await call("GET", `pages/${id}`);
      const name = (property(read, "Name")?.["title"] as unknown as { plain_text: string }[] | undefined)?.[0]
        ?.plain_text;
      return [status, name, told?.["retry_guidance"], update.json["additional_data"]?.["committed_resource_id"]];
    },
  ],
  renumbered: ["1. a\n2. b\nc\n1. d", ({ roundTrip }) => roundTrip("3. a\n3. b\nc\n7. d")],
  blankLines: ["a\nb\n<empty-block/>\nc", ({ roundTrip }) => roundTrip("a\n\n\nb\n<empty-block/>\nc\n")],
  languages: [
    "```typescript\nx\n```\n```plain text\ny\n```",
    ({ roundTrip }) => roundTrip("```ts\nx\n```\n```bdd\ny\n```"),
  ],
  headings: ["#### Deep", ({ roundTrip }) => roundTrip("###### Deep")],
  quoteLines: ["> a\n> b", ({ roundTrip }) => roundTrip("> a\n> b")],
  escapes: ["\\$5 \\{x\\} a\\|b `$c`", ({ roundTrip }) => roundTrip("$5 {x} a|b `$c`")],
  childPages: [
    [
      400,
      "validation_error",
      "This operation would delete 1 child page(s) or database(s). To proceed, set allow_deleting_content to true in replace_content.",
    ],
    async ({ sandbox, page, call }) => {
      const id = await page();
      await sandbox.human({ action: "addBlock", id, block: "child_page", text: "Within" });
      return refusal(
        await call("PATCH", `pages/${id}/markdown`, { type: "replace_content", replace_content: { new_str: "x" } }),
      );
    },
  ],
  unknownBlocks: [
    [expect.stringMatching(/^x\n<unknown url=".+" alt="bookmark"\/>$/), 1],
    async ({ sandbox, page, call }) => {
      const id = await page({}, "x");
      await sandbox.human({ action: "addBlock", id, block: "unknown" });
      const { json } = await call("GET", `pages/${id}/markdown`);
      return [json["markdown"], (json["unknown_block_ids"] as unknown as unknown[]).length];
    },
  ],
  truncation: [
    ["a\nb", true],
    async ({ sandbox, page, call }) => {
      sandbox.workspace.blockLimit = 2;
      const { json } = await call("GET", `pages/${await page({}, "a\nb\nc")}/markdown`);
      return [json["markdown"], json["truncated"]];
    },
  ],
};

describe.each(Object.keys(ALL_QUIRKS) as (keyof Quirks)[])("%s", (quirk) => {
  const [seen, probe] = PROBES[quirk];
  it("shows when it is on", async () => {
    raw = await startRaw();
    expect(await probe(raw)).toEqual(seen);
  });
  it("is gone when it is off", async () => {
    raw = await startRaw({ quirks: { [quirk]: false } });
    const other: unknown = await probe(raw).catch((error: unknown) => error);
    expect(other).not.toEqual(seen);
  });
});
