/** The filters and sorts that are in use; any other is refused, never ignored. */
import type { DataSource, Page, Property } from "./model.ts";
import { invalid } from "./refusal.ts";
import type { NotionWorkspace } from "./workspace.ts";

type Input = Readonly<Record<string, unknown>>;
type Condition = (page: Page) => boolean;

export function conditionOf(workspace: NotionWorkspace, source: DataSource, filter: unknown): Condition {
  if (filter === undefined || filter === null) return () => true;
  const given = filter as Input;
  for (const [name, every] of [
    ["and", true],
    ["or", false],
  ] as const) {
    if (!(name in given)) continue;
    const parts = (given[name] as readonly unknown[]).map((one) => conditionOf(workspace, source, one));
    return (page) => (every ? parts.every((part) => part(page)) : parts.some((part) => part(page)));
  }
  return "timestamp" in given ? timeCondition(workspace, given) : propertyCondition(workspace, source, given);
}

function timeCondition(workspace: NotionWorkspace, given: Input): Condition {
  const name = given["timestamp"];
  const condition = given[String(name)] as Input | undefined;
  const from = condition?.["on_or_after"];
  if (name !== "last_edited_time" || typeof from !== "string")
    throw invalid(`body failed validation: this stand-in does not support the filter ${JSON.stringify(given)}`);
  return (page) => workspace.told(page.edited) >= new Date(from).toISOString();
}

function propertyCondition(workspace: NotionWorkspace, source: DataSource, given: Input): Condition {
  const name = String(given["property"]);
  const property = workspace.property(source, name);
  if (!property) {
    if (workspace.quirks.strictFilters) throw invalid(`Could not find property with name or id: ${name}`);
    return () => true;
  }
  const condition = given[property.type] as Input | undefined;
  if (condition === undefined) {
    const type = Object.keys(given).find((key) => key !== "property");
    throw invalid(`database property ${property.type} does not match filter ${type ?? "type"}`);
  }
  const wanted = condition["equals"];
  if (typeof wanted !== "string" || !["rich_text", "select"].includes(property.type))
    throw invalid(`body failed validation: this stand-in does not support the filter ${JSON.stringify(given)}`);
  if (property.type === "select") return optionCondition(workspace, property, wanted);
  return (page) => page.values[property.id] === wanted;
}

function optionCondition(workspace: NotionWorkspace, property: Property, wanted: string): Condition {
  const option = property.options.find(({ name }) => name === wanted);
  if (!option && workspace.quirks.strictFilters)
    throw invalid(`select option "${wanted}" not found for property "${property.name}".`);
  return (page) => page.values[property.id] === option?.id;
}

/** Rows in the order asked for: one timestamp, ties as they were made. */
export function sorted(rows: readonly Page[], sorts: unknown): Page[] {
  const [sort, ...others] = (sorts ?? []) as readonly Input[];
  if (!sort) return [...rows];
  const { timestamp, direction } = sort;
  if (others.length > 0 || timestamp !== "last_edited_time" || !["ascending", "descending"].includes(String(direction)))
    throw invalid(`body failed validation: this stand-in does not support the sorts ${JSON.stringify(sorts)}`);
  const sign = direction === "ascending" ? 1 : -1;
  return rows.toSorted((a, b) => sign * (a.edited - b.edited));
}
