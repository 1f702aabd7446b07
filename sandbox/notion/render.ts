/** A workspace's things as Notion's API tells them. */
import type {
  Client,
  DatabaseObjectResponse,
  DataSourceObjectResponse,
  PageObjectResponse,
  PartialPageObjectResponse,
  UserObjectResponse,
} from "@notionhq/client";
import { renderBlocks } from "./markdown.ts";
import type { DataSource, NotionDate, Page, Property, User, Value } from "./model.ts";
import type { NotionWorkspace } from "./workspace.ts";

const TOLD_REFERENCES = 25;

/** The SDK does not export it by name. */
type GetPageMarkdownResponse = Awaited<ReturnType<Client["pages"]["retrieveMarkdown"]>>;
type PageProperty = PageObjectResponse["properties"][string];
type SourceProperty = DataSourceObjectResponse["properties"][string];

export function renderPage(workspace: NotionWorkspace, page: Page): PageObjectResponse | PartialPageObjectResponse {
  if (!workspace.capabilities.content) return { object: "page", id: page.id } satisfies PartialPageObjectResponse;
  const source = page.source === undefined ? undefined : workspace.sources.get(page.source);
  const titleOnly: Property[] = [{ id: "title", name: "title", type: "title", options: [], groups: [] }];
  const properties = (source?.properties ?? titleOnly).map((property) => [
    property.name,
    renderValue(workspace, page, property),
  ]);
  return {
    object: "page",
    id: page.id,
    created_time: workspace.told(page.created),
    last_edited_time: workspace.told(page.edited),
    created_by: { object: "user", id: page.createdBy },
    last_edited_by: { object: "user", id: page.editedBy },
    cover: null,
    icon: null,
    parent: source
      ? { type: "data_source_id", data_source_id: source.id, database_id: source.database }
      : { type: "workspace", workspace: true },
    in_trash: page.trashed,
    archived: page.trashed,
    is_archived: false,
    is_locked: false,
    properties: Object.fromEntries(properties) as PageObjectResponse["properties"],
    url: `https://www.notion.so/${page.id.replace(/-/g, "")}`,
    public_url: null,
  } satisfies PageObjectResponse;
}

function renderValue(workspace: NotionWorkspace, page: Page, property: Property): PageProperty {
  const { id, type } = property;
  const value = page.values[id] ?? null;
  const texts = typeof value === "string" && value !== "" ? [renderText(value)] : [];
  const ids = Array.isArray(value) ? value.map(String) : [];
  const shown = workspace.quirks.cutReferences ? ids.slice(0, TOLD_REFERENCES) : ids;
  const hasMore = { has_more: shown.length < ids.length };
  switch (type) {
    case "title":
      return { id, type, title: texts };
    case "rich_text":
      return { id, type, rich_text: texts };
    case "number":
      return { id, type, number: value as number | null };
    case "select":
      return { id, type, select: renderOption(property, value) };
    case "status":
      return { id, type, status: renderOption(property, value) };
    case "multi_select":
      return { id, type, multi_select: ids.flatMap((one) => renderOption(property, one) ?? []) };
    case "date":
      return { id, type, date: value as NotionDate | null };
    case "people":
      return { id, type, people: shown.map((one) => renderPerson(workspace, one)), ...hasMore };
    case "relation":
      return { id, type, relation: shown.map((one) => ({ id: one })), ...hasMore };
    case "url":
      return { id, type, url: value as string | null };
    case "checkbox":
      return { id, type, checkbox: value === true };
    case "formula":
      return { id, type, formula: { type: "number", number: page.number } };
    case "unique_id":
      return { id, type, unique_id: { prefix: "CHK", number: page.number } };
    case "created_time":
      return { id, type, created_time: workspace.told(page.created) };
    case "last_edited_by":
      return { id, type, last_edited_by: { object: "user", id: page.editedBy } };
    case "files":
      return { id, type, files: [] };
  }
}

function renderText(content: string): Extract<PageProperty, { type: "title" }>["title"][number] {
  return {
    type: "text",
    text: { content, link: null },
    annotations: { bold: false, italic: false, strikethrough: false, underline: false, code: false, color: "default" },
    plain_text: content,
    href: null,
  };
}

function renderOption({ options }: Property, id: Value): { id: string; name: string; color: "default" } | null {
  const option = options.find((one) => one.id === id);
  return option ? { id: option.id, name: option.name, color: "default" } : null;
}

function renderPerson(workspace: NotionWorkspace, id: string): UserObjectResponse | { object: "user"; id: string } {
  const user = workspace.user(id);
  return user && workspace.capabilities.users ? renderUser(workspace, user) : { object: "user", id };
}

export function renderUser({ capabilities }: NotionWorkspace, { id, name, email, kind }: User): UserObjectResponse {
  const common = { object: "user" as const, id, name, avatar_url: null };
  if (kind === "bot") return { ...common, type: "bot", bot: {} } satisfies UserObjectResponse;
  return {
    ...common,
    type: "person",
    person: capabilities.emails && email !== null ? { email } : {},
  } satisfies UserObjectResponse;
}

export function renderSource(workspace: NotionWorkspace, source: DataSource): DataSourceObjectResponse {
  const by = { object: "user" as const, id: workspace.bot.id };
  return {
    object: "data_source",
    id: source.id,
    title: [renderText(source.name)],
    description: [],
    parent: { type: "database_id", database_id: source.database },
    database_parent: { type: "workspace", workspace: true },
    is_inline: false,
    in_trash: false,
    archived: false,
    created_time: workspace.told(source.created),
    last_edited_time: workspace.told(source.created),
    created_by: by,
    last_edited_by: by,
    properties: Object.fromEntries(
      source.properties.map((property) => [property.name, renderProperty(workspace, property)]),
    ),
    icon: null,
    cover: null,
    url: `https://www.notion.so/${source.database.replace(/-/g, "")}`,
    public_url: null,
  } satisfies DataSourceObjectResponse;
}

function renderProperty(workspace: NotionWorkspace, property: Property): SourceProperty {
  const { id, name, type, target } = property;
  const common = { id, name, description: null };
  const options = property.options.map((option) => ({
    id: option.id,
    name: option.name,
    color: "default" as const,
    description: null,
  }));
  const groups = property.groups.map((group) => ({
    id: group.id,
    name: group.name,
    color: "default" as const,
    option_ids: [...group.optionIds],
  }));
  switch (type) {
    case "select":
      return { ...common, type, select: { options } };
    case "multi_select":
      return { ...common, type, multi_select: { options } };
    case "status":
      return { ...common, type, status: { options, groups } };
    case "number":
      return { ...common, type, number: { format: "number" } };
    case "formula":
      return { ...common, type, formula: { expression: "1" } };
    case "unique_id":
      return { ...common, type, unique_id: { prefix: "CHK" } };
    case "relation": {
      const to = workspace.sources.get(target ?? "");
      const relation = {
        database_id: to?.database ?? "",
        data_source_id: to?.id ?? "",
        type: "single_property" as const,
        single_property: {},
      };
      return { ...common, type, relation };
    }
    default:
      return { ...common, type, [type]: {} } as SourceProperty;
  }
}

export function renderDatabase(workspace: NotionWorkspace, id: string): DatabaseObjectResponse | undefined {
  const database = workspace.databases.find((one) => one.id === id);
  const sources =
    database?.sources.flatMap((one) => workspace.sources.get(one) ?? []).filter(({ shared }) => shared) ?? [];
  if (!database || sources.length === 0) return undefined;
  const created = workspace.told(sources[0]?.created ?? 0);
  return {
    object: "database",
    id: database.id,
    title: [renderText(database.name)],
    description: [],
    parent: { type: "workspace", workspace: true },
    is_inline: false,
    in_trash: false,
    archived: false,
    is_locked: false,
    created_time: created,
    last_edited_time: created,
    data_sources: sources.map((source) => ({ id: source.id, name: source.name })),
    icon: null,
    cover: null,
    url: `https://www.notion.so/${database.id.replace(/-/g, "")}`,
    public_url: null,
  } satisfies DatabaseObjectResponse;
}

export function renderMarkdown(workspace: NotionWorkspace, page: Page): GetPageMarkdownResponse {
  const { markdown, truncated, unknown } = renderBlocks(page.blocks, workspace.quirks, workspace.blockLimit);
  return {
    object: "page_markdown",
    id: page.id,
    markdown,
    truncated,
    unknown_block_ids: [...unknown],
  } satisfies GetPageMarkdownResponse;
}
