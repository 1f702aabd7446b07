/** What people do in Notion's own pages. */
import type { HumanAction } from "../kit/sandbox.ts";
import { parseBlocks, type Block } from "./markdown.ts";
import { emptyValue, type DataSource, type Page, type Property, type PropertyType, type Value } from "./model.ts";
import { dashed, type NotionWorkspace } from "./workspace.ts";

type Handler = (workspace: NotionWorkspace, action: HumanAction) => unknown;

const HANDLERS: Readonly<Record<string, Handler>> = {
  /** `{source?, properties, text?, by?}`; properties by name: texts, option names, dates, people's e-mails, page ids. */
  create(workspace, action) {
    const source = sourceOf(workspace, action);
    const blocks = typeof action["text"] === "string" ? parseBlocks(action["text"], workspace.quirks) : [];
    const page = workspace.create(source, valuesOf(workspace, source, action), blocks, personOf(workspace, action));
    return { id: page.id };
  },
  /** `{id, properties?, text?}` */
  edit(workspace, action) {
    const page = pageOf(workspace, action);
    const source = page.source === undefined ? undefined : workspace.sources.get(page.source);
    const text = action["text"];
    const change = {
      values: valuesOf(workspace, source, action),
      ...(typeof text === "string" ? { blocks: parseBlocks(text, workspace.quirks) } : {}),
    };
    workspace.edit(page, change, personOf(workspace, action));
    return { id: page.id };
  },
  /** `{id}` */
  trash: (workspace, action) => put(workspace, action, { trashed: true }),
  /** `{id}` */
  restore: (workspace, action) => put(workspace, action, { trashed: false }),
  /** `{id}`: from the trash, for good. */
  deletePermanently: (workspace, action) => put(workspace, action, { trashed: true, deleted: true }),
  /** `{id, source?}`: to another data source, or out of all of them. Values of properties that have no namesake there are lost. */
  move(workspace, action) {
    const page = pageOf(workspace, action);
    const target = action["source"] === undefined ? undefined : sourceOf(workspace, action);
    const from = workspace.sources.get(page.source ?? "");
    const kept = (target?.properties ?? []).map(({ id, name, type }) => {
      const same = from?.properties.find((one) => one.name === name && one.type === type);
      const isOption = type === "select" || type === "status" || type === "multi_select";
      return [id, same && !isOption ? (page.values[same.id] ?? emptyValue(type)) : emptyValue(type)] as const;
    });
    page.values = { title: page.values["title"] ?? "", ...Object.fromEntries(kept) };
    page.source = target?.id;
    workspace.touch(page, personOf(workspace, action));
    return { id: page.id };
  },
  /** `{id}`: a copy, with all its properties. */
  duplicate(workspace, action) {
    const page = pageOf(workspace, action);
    const source = workspace.sources.get(page.source ?? "");
    return { id: workspace.create(source, page.values, page.blocks, personOf(workspace, action)).id };
  },
  /** `{id, block: "unknown" | "child_page", text?}`: adds what the API cannot tell, or a page within the page. */
  addBlock(workspace, action) {
    const page = pageOf(workspace, action);
    const kind = action["block"] === "child_page" ? "child_page" : "unknown";
    const text = typeof action["text"] === "string" ? action["text"] : "A bookmark";
    const block: Block = { kind, text, children: [], id: workspace.newId() };
    workspace.edit(page, { blocks: [...page.blocks, block] }, personOf(workspace, action));
    return { id: page.id };
  },
  /** `{source?, property, name}` */
  renameProperty(workspace, action) {
    propertyOf(workspace, action).name = String(action["name"]);
    return {};
  },
  /** `{source?, property}` */
  deleteProperty(workspace, action) {
    const source = sourceOf(workspace, action);
    const property = propertyOf(workspace, action);
    source.properties = source.properties.filter((one) => one !== property);
    return {};
  },
  /** `{source?, property, type}`: what the property held is lost. */
  retypeProperty(workspace, action) {
    const property = propertyOf(workspace, action);
    property.type = action["type"] as PropertyType;
    property.options = [];
    property.groups = [];
    for (const page of workspace.rows(sourceOf(workspace, action).id))
      page.values[property.id] = emptyValue(property.type);
    return {};
  },
  /** `{source?, property, type, options?}`, named by `property` */
  addProperty(workspace, action) {
    const source = sourceOf(workspace, action);
    const options = (action["options"] ?? []) as readonly string[];
    const setup = { name: String(action["property"]), type: action["type"] as PropertyType, options };
    const property = workspace.newProperty(setup, source.id);
    source.properties.push(property);
    return { id: property.id };
  },
  /** `{source?, property, option, name}` */
  renameOption(workspace, action) {
    optionOf(propertyOf(workspace, action), String(action["option"])).name = String(action["name"]);
    return {};
  },
  /** `{source?, property, name, group?}` */
  addOption(workspace, action) {
    const property = propertyOf(workspace, action);
    const option = workspace.newOption(String(action["name"]));
    property.options.push(option);
    property.groups.find(({ name }) => name === (action["group"] ?? "To-do"))?.optionIds.push(option.id);
    return { id: option.id };
  },
  /** `{source?, property, option}`: pages that had it have none, or a status's first. */
  removeOption(workspace, action) {
    const property = propertyOf(workspace, action);
    const { id } = optionOf(property, String(action["option"]));
    property.options = property.options.filter((one) => one.id !== id);
    for (const group of property.groups) group.optionIds = group.optionIds.filter((one) => one !== id);
    for (const page of workspace.rows(sourceOf(workspace, action).id)) {
      const held = page.values[property.id];
      if (held === id) page.values[property.id] = workspace.firstStatus(property) ?? null;
      if (Array.isArray(held)) page.values[property.id] = held.filter((one) => one !== id);
    }
    return {};
  },
  /** `{capabilities: {insert: false}}`: in the connection's settings. */
  capable(workspace, action) {
    Object.assign(workspace.capabilities, action["capabilities"]);
    return {};
  },
  /** `{source?}`: takes the database away from the connection. */
  unshare(workspace, action) {
    sourceOf(workspace, action).shared = false;
    return {};
  },
  /** `{source?}` */
  share(workspace, action) {
    sourceOf(workspace, action).shared = true;
    return {};
  },
};

export function humanAction(workspace: NotionWorkspace, action: HumanAction): unknown {
  const handler = HANDLERS[action.action];
  if (!handler) throw new Error(`nobody can "${action.action}" in Notion; known: ${Object.keys(HANDLERS).join(", ")}`);
  return handler(workspace, action);
}

function pageOf(workspace: NotionWorkspace, action: HumanAction): Page {
  const page = workspace.pages.get(dashed(String(action["id"])));
  if (!page || page.deleted) throw new Error(`no page ${String(action["id"])}`);
  return page;
}

/** By id or name; the first where none is named. */
function sourceOf(workspace: NotionWorkspace, action: HumanAction): DataSource {
  const named = action["source"];
  const all = [...workspace.sources.values()];
  const source = named === undefined ? all[0] : all.find(({ id, name }) => id === named || name === named);
  if (!source) throw new Error(`no data source "${String(named)}"`);
  return source;
}

function propertyOf(workspace: NotionWorkspace, action: HumanAction): Property {
  const property = workspace.property(sourceOf(workspace, action), String(action["property"]));
  if (!property) throw new Error(`no property "${String(action["property"])}"`);
  return property;
}

function optionOf({ options, name }: Property, wanted: string): Property["options"][number] {
  const option = options.find((one) => one.name === wanted);
  if (!option) throw new Error(`property "${name}" has no option "${wanted}"`);
  return option;
}

function personOf(workspace: NotionWorkspace, action: HumanAction): string {
  const named = typeof action["by"] === "string" ? workspace.user(action["by"]) : undefined;
  return (named ?? workspace.users.find(({ kind }) => kind === "person"))?.id ?? "";
}

function put(
  workspace: NotionWorkspace,
  action: HumanAction,
  life: Partial<Pick<Page, "trashed" | "deleted">>,
): object {
  const page = pageOf(workspace, action);
  Object.assign(page, life);
  workspace.touch(page, personOf(workspace, action));
  return { id: page.id };
}

function valuesOf(
  workspace: NotionWorkspace,
  source: DataSource | undefined,
  action: HumanAction,
): Record<string, Value> {
  const given = (action["properties"] ?? {}) as Readonly<Record<string, unknown>>;
  const entries = Object.entries(given).map(([name, value]) => {
    const property = workspace.property(source, name);
    if (!property && name !== "title") throw new Error(`no property "${name}"`);
    return [property?.id ?? "title", property ? valueOf(workspace, property, value) : String(value)] as const;
  });
  return Object.fromEntries(entries);
}

/** People pick from options, or make one by typing it. */
function valueOf(workspace: NotionWorkspace, property: Property, value: unknown): Value {
  const pick = (name: string): string => {
    const known = property.options.find((option) => option.name === name);
    if (known) return known.id;
    if (property.type === "status") throw new Error(`property "${property.name}" has no option "${name}"`);
    const option = workspace.newOption(name);
    property.options.push(option);
    return option.id;
  };
  if (value === null)
    return property.type === "status" ? (workspace.firstStatus(property) ?? null) : emptyValue(property.type);
  switch (property.type) {
    case "select":
    case "status":
      return pick(value as string);
    case "multi_select":
      return (value as readonly string[]).map(pick);
    case "people":
      return (value as readonly string[]).map((one) => workspace.user(one)?.id ?? one);
    case "date":
      return typeof value === "string" ? { start: value, end: null, time_zone: null } : (value as Value);
    default:
      return value as Value;
  }
}
