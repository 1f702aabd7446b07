/**
 * Answers as the SDK's types allow them, written by hand and without the stand-in: every type of property, rich text
 * in parts, partial objects, and what a newer API may add.
 */
import type {
  Client,
  DatabaseObjectResponse,
  DataSourceObjectResponse,
  ListUsersResponse,
  PageObjectResponse,
  QueryDataSourceResponse,
  RichTextItemResponse,
} from "@notionhq/client";

type MarkdownResponse = Awaited<ReturnType<Client["pages"]["retrieveMarkdown"]>>;
type Properties = PageObjectResponse["properties"];

export const IDS = {
  database: "11111111-1111-4111-8111-111111111111",
  source: "22222222-2222-4222-8222-222222222222",
  page: "33333333-3333-4333-8333-333333333333",
  parent: "44444444-4444-4444-8444-444444444444",
  hidden: "55555555-5555-4555-8555-555555555555",
  person: "66666666-6666-4666-8666-666666666666",
  bot: "77777777-7777-4777-8777-777777777777",
} as const;

const plain = {
  bold: false,
  italic: false,
  strikethrough: false,
  underline: false,
  code: false,
  color: "default",
} as const;

function text(content: string): RichTextItemResponse {
  return { type: "text", text: { content, link: null }, annotations: plain, plain_text: content, href: null };
}

const TITLE: RichTextItemResponse[] = [
  text("Store "),
  {
    type: "mention",
    mention: { type: "user", user: { object: "user", id: IDS.person } },
    annotations: { ...plain, bold: true },
    plain_text: "@Ana",
    href: null,
  },
  { type: "equation", equation: { expression: "x^2" }, annotations: plain, plain_text: "x^2", href: null },
];

export const DATABASE = {
  object: "database",
  id: IDS.database,
  title: [text("Delivery")],
  description: [],
  parent: { type: "page_id", page_id: IDS.parent },
  is_inline: true,
  in_trash: false,
  archived: false,
  is_locked: false,
  created_time: "2026-11-01T08:00:00.000Z",
  last_edited_time: "2026-11-20T10:00:00.000Z",
  data_sources: [{ id: IDS.source, name: "Delivery" }],
  icon: { type: "emoji", emoji: "🙃" },
  cover: null,
  url: "https://www.notion.so/11111111111141118111111111111111",
  public_url: null,
} satisfies DatabaseObjectResponse;

const option = (id: string, name: string) => ({ id, name, color: "default", description: null }) as const;
const named = <N extends string>(id: string, name: N) => ({ id, name, description: null });

export const DATA_SOURCE = {
  object: "data_source",
  id: IDS.source,
  title: [text("Delivery")],
  description: [],
  parent: { type: "database_id", database_id: IDS.database },
  database_parent: { type: "page_id", page_id: IDS.parent },
  is_inline: true,
  in_trash: false,
  archived: false,
  created_time: "2026-11-01T08:00:00.000Z",
  last_edited_time: "2026-11-20T10:00:00.000Z",
  created_by: { object: "user", id: IDS.person },
  last_edited_by: { object: "user", id: IDS.person },
  icon: null,
  cover: null,
  url: "https://www.notion.so/11111111111141118111111111111111",
  public_url: null,
  properties: {
    Name: { ...named("title", "Name"), type: "title", title: {} },
    Type: {
      ...named("a%3A", "Type"),
      type: "select",
      select: { options: [option("t1", "Epic"), option("t2", "Story")] },
    },
    "Sync key": { ...named("b%3A", "Sync key"), type: "rich_text", rich_text: {} },
    Status: {
      ...named("c%3A", "Status"),
      type: "status",
      status: {
        options: [option("s1", "Not started"), option("s2", "In progress"), option("s3", "Done")],
        groups: [
          { id: "g1", name: "To-do", color: "gray", option_ids: ["s1"] },
          { id: "g2", name: "In progress", color: "blue", option_ids: ["s2"] },
          { id: "g3", name: "Complete", color: "green", option_ids: ["s3"] },
        ],
      },
    },
    Priority: { ...named("d%3A", "Priority"), type: "select", select: { options: [option("p1", "P1")] } },
    "Story Points": { ...named("e%3A", "Story Points"), type: "number", number: { format: "number" } },
    Labels: { ...named("f%3A", "Labels"), type: "multi_select", multi_select: { options: [option("l1", "alpha")] } },
    "Target Date": { ...named("g%3A", "Target Date"), type: "date", date: {} },
    Parent: {
      ...named("h%3A", "Parent"),
      type: "relation",
      relation: {
        database_id: IDS.database,
        data_source_id: IDS.source,
        type: "dual_property",
        dual_property: { synced_property_id: "i%3A", synced_property_name: "Children" },
      },
    },
    Children: {
      ...named("i%3A", "Children"),
      type: "relation",
      relation: {
        database_id: IDS.database,
        data_source_id: IDS.source,
        dual_property: { synced_property_id: "h%3A", synced_property_name: "Parent" },
      },
    },
    Assignee: { ...named("j%3A", "Assignee"), type: "people", people: {} },
    Branch: { ...named("k%3A", "Branch"), type: "rich_text", rich_text: {} },
    PR: { ...named("l%3A", "PR"), type: "url", url: {} },
    ID: { ...named("m%3A", "ID"), type: "unique_id", unique_id: { prefix: null } },
    Age: { ...named("n%3A", "Age"), type: "formula", formula: { expression: "1" } },
    Sum: {
      ...named("o%3A", "Sum"),
      type: "rollup",
      rollup: {
        function: "sum",
        rollup_property_name: "Story Points",
        relation_property_name: "Children",
        rollup_property_id: "e%3A",
        relation_property_id: "i%3A",
      },
    },
    Files: { ...named("p%3A", "Files"), type: "files", files: {} },
    Done: { ...named("q%3A", "Done"), type: "checkbox", checkbox: {} },
    Mail: { ...named("r%3A", "Mail"), type: "email", email: {} },
    Phone: { ...named("s%3A", "Phone"), type: "phone_number", phone_number: {} },
    Made: { ...named("t%3A", "Made"), type: "created_time", created_time: {} },
    Maker: { ...named("u%3A", "Maker"), type: "created_by", created_by: {} },
    Edited: { ...named("v%3A", "Edited"), type: "last_edited_time", last_edited_time: {} },
    Editor: { ...named("w%3A", "Editor"), type: "last_edited_by", last_edited_by: {} },
  },
} satisfies DataSourceObjectResponse;

const chosen = (id: string, name: string) => ({ id, name, color: "default" }) as const;
const person = { object: "user", id: IDS.person } as const;

export const PROPERTIES = {
  Name: { id: "title", type: "title", title: TITLE },
  Type: { id: "a%3A", type: "select", select: chosen("t2", "Story") },
  "Sync key": { id: "b%3A", type: "rich_text", rich_text: [text("sdlc-sync:"), text("0123abcd")] },
  Status: { id: "c%3A", type: "status", status: chosen("s2", "In progress") },
  Priority: { id: "d%3A", type: "select", select: null },
  "Story Points": { id: "e%3A", type: "number", number: 2.5 },
  Labels: {
    id: "f%3A",
    type: "multi_select",
    multi_select: [chosen("l9", "made since"), chosen("l1", "alpha"), chosen("l2", "sdlc-tracked")],
  },
  "Target Date": {
    id: "g%3A",
    type: "date",
    date: { start: "2026-12-24T09:00:00.000+01:00", end: null, time_zone: null },
  },
  Parent: { id: "h%3A", type: "relation", relation: [{ id: IDS.parent }] },
  Children: { id: "i%3A", type: "relation", relation: [] },
  Assignee: {
    id: "j%3A",
    type: "people",
    people: [{ object: "user", id: IDS.person, name: "Ana", avatar_url: null, type: "person", person: {} }],
  },
  Branch: { id: "k%3A", type: "rich_text", rich_text: [] },
  PR: { id: "l%3A", type: "url", url: null },
  ID: { id: "m%3A", type: "unique_id", unique_id: { prefix: null, number: 7 } },
  Age: { id: "n%3A", type: "formula", formula: { type: "string", string: null } },
  Sum: { id: "o%3A", type: "rollup", rollup: { type: "unsupported", unsupported: {}, function: "sum" } },
  Files: {
    id: "p%3A",
    type: "files",
    files: [
      {
        name: "a.png",
        type: "file",
        file: { url: "https://s3.example.com/a?X-Amz-Signature=1", expiry_time: "2026-11-20T11:00:00.000Z" },
      },
    ],
  },
  Done: { id: "q%3A", type: "checkbox", checkbox: false },
  Mail: { id: "r%3A", type: "email", email: null },
  Phone: { id: "s%3A", type: "phone_number", phone_number: null },
  Made: { id: "t%3A", type: "created_time", created_time: "2026-11-02T08:00:00.000Z" },
  Maker: { id: "u%3A", type: "created_by", created_by: person },
  Edited: { id: "v%3A", type: "last_edited_time", last_edited_time: "2026-11-20T10:00:00.000Z" },
  Editor: { id: "w%3A", type: "last_edited_by", last_edited_by: person },
  Press: { id: "x%3A", type: "button", button: {} },
  Checked: { id: "y%3A", type: "verification", verification: { state: "unverified", date: null, verified_by: null } },
  Where: { id: "z%3A", type: "place", place: null },
} satisfies Properties;

export const PAGE = {
  object: "page",
  id: IDS.page,
  created_time: "2026-11-02T08:00:00.000Z",
  last_edited_time: "2026-11-20T10:00:00.000Z",
  in_trash: false,
  archived: false,
  is_archived: false,
  is_locked: true,
  url: "https://www.notion.so/Store-33333333333343338333333333333333",
  public_url: "https://acme.notion.site/Store",
  parent: { type: "data_source_id", data_source_id: IDS.source, database_id: IDS.database },
  properties: PROPERTIES,
  icon: { type: "external", external: { url: "https://example.com/i.png" } },
  cover: { type: "external", external: { url: "https://example.com/c.png" } },
  created_by: { object: "user", id: IDS.bot },
  last_edited_by: person,
} satisfies PageObjectResponse;

export const ROWS = {
  object: "list",
  type: "page_or_data_source",
  page_or_data_source: {},
  results: [
    PAGE,
    { object: "page", id: IDS.hidden },
    { object: "data_source", id: IDS.source, properties: {} },
    DATA_SOURCE,
  ],
  has_more: false,
  next_cursor: null,
} satisfies QueryDataSourceResponse;

export const USERS = {
  object: "list",
  type: "user",
  user: {},
  results: [
    { object: "user", id: IDS.person, name: null, avatar_url: null, type: "person", person: {} },
    { object: "user", id: IDS.bot, name: "Sync", avatar_url: null, type: "bot", bot: {} },
  ],
  has_more: false,
  next_cursor: null,
} satisfies ListUsersResponse;

export const ME: ListUsersResponse["results"][number] = {
  object: "user",
  id: IDS.bot,
  name: "Sync",
  avatar_url: null,
  type: "bot",
  bot: {
    owner: { type: "workspace", workspace: true },
    workspace_id: IDS.parent,
    workspace_limits: { max_file_upload_size_in_bytes: 5_242_880 },
    workspace_name: "Acme",
  },
};

export const MARKDOWN = {
  object: "page_markdown",
  id: IDS.page,
  markdown: "# Why\nBecause.\n- a\n\t- b",
  truncated: false,
  unknown_block_ids: [],
} satisfies MarkdownResponse;
