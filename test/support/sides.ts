/** What people see when they look at an item in each tool, read from the stand-ins and not through the product's lenses. */
import type { FieldName, FieldValue, HubItem, ItemType } from "../../src/core/model.ts";
import { githubSide } from "./sides/github.ts";
import { jiraSide } from "./sides/jira.ts";
import { linearSide } from "./sides/linear.ts";
import { notionSide } from "./sides/notion.ts";
import type { Side, View } from "./sides/side.ts";
import type { Vendors } from "./vendors.ts";

export type { View } from "./sides/side.ts";

const SIDES = { jira: jiraSide, linear: linearSide, notion: notionSide, github: githubSide } as const;
export type Tool = keyof typeof SIDES;
const sideOf = (tool: Tool): Side<Vendors> => SIDES[tool];

/** The item's twin as the tool shows it; undefined where no live one answers to the key. */
export function viewOf(world: Vendors, tool: Tool, type: ItemType, key: string): View | undefined {
  return sideOf(tool).view(world, type, key);
}

/** What the tool may call a hub status. */
export function statusNames(tool: Tool, type: ItemType, status: FieldValue): readonly string[] {
  return sideOf(tool).status[type]?.[String(status)] ?? [];
}

/** Whether what a tool shows stands for the hub's value. `parentKey` is the key of the parent's twin there. */
export function standsFor(
  tool: Tool,
  type: ItemType,
  field: FieldName,
  hub: FieldValue,
  shown: View[FieldName],
  parentKey: string | null,
): boolean {
  const { priority, noPriority } = sideOf(tool);
  if (field === "status") return statusNames(tool, type, hub).includes(String(shown));
  if (field === "priority" && hub !== null) return priority[String(hub)]?.includes(shown as string) ?? false;
  if (field === "priority") return shown === noPriority;
  if (field === "parent") return shown === parentKey;
  if (field === "labels") return JSON.stringify([...((hub ?? []) as string[])].toSorted()) === JSON.stringify(shown);
  if (field === "description") return String(hub ?? "").trim() === String(shown ?? "").trim();
  return (hub ?? null) === (shown ?? null);
}

/** `US-001/title: hub "a", linear "b"` for every field of the item that a tool shows differently. */
export function disagreements(
  world: Vendors,
  items: Readonly<Record<string, HubItem>>,
  tools: readonly Tool[],
): string[] {
  return differences(items, tools, (tool, type, key) => viewOf(world, tool, type, key));
}

/** As `disagreements`, of what was seen in the tools before. */
export function differences<T extends Tool>(
  items: Readonly<Record<string, HubItem>>,
  tools: readonly T[],
  look: (tool: T, type: ItemType, key: string) => View | undefined,
): string[] {
  const found: string[] = [];
  for (const item of Object.values(items)) {
    for (const tool of tools) {
      const key = item.refs[tool];
      if (item.type === "project" || key === undefined) continue;
      const view = look(tool, item.type, key);
      if (!view) {
        found.push(`${item.id}: ${tool} has no ${key}`);
        continue;
      }
      for (const [field, shown] of Object.entries(view) as [FieldName, View[FieldName]][]) {
        const hub = item.fields[field];
        if (hub === undefined) continue;
        const parentKey = field === "parent" && hub !== null ? (items[String(hub)]?.refs[tool] ?? null) : null;
        if (!standsFor(tool, item.type, field, hub, shown, parentKey))
          found.push(`${item.id}/${field}: hub ${JSON.stringify(hub)}, ${tool} ${JSON.stringify(shown)}`);
      }
    }
  }
  return found;
}

/** Keys of everything live in the bound container. */
export function liveKeys(world: Vendors, tool: Tool): readonly string[] {
  return sideOf(tool).liveKeys(world);
}

/** Keys of everything that is or ever was in the tool. */
export function allKeys(world: Vendors, tool: Tool): readonly string[] {
  return sideOf(tool)
    .keys(world)
    .map(([, key]) => key);
}

export interface Twins<T extends Tool> {
  readonly live: Readonly<Record<T, ReadonlyMap<string, View>>>;
  readonly removed: Readonly<Record<T, readonly string[]>>;
}

/** Everything in these tools, whatever container it is in: what is live as people see it, and the keys of what is not, but for second twins. */
export function liveTwins<T extends Tool>(world: Vendors, tools: readonly T[]): Twins<T> {
  const live: Partial<Record<T, ReadonlyMap<string, View>>> = {};
  const removed: Partial<Record<T, readonly string[]>> = {};
  for (const tool of tools) {
    const views = sideOf(tool)
      .keys(world)
      .map(([type, key]) => [key, viewOf(world, tool, type, key)] as const);
    live[tool] = new Map(views.flatMap(([key, view]) => (view ? [[key, view] as const] : [])));
    const seconds = sideOf(tool).seconds?.(world) ?? [];
    removed[tool] = views.flatMap(([key, view]) => (view || seconds.includes(key) ? [] : [key]));
  }
  return { live, removed } as Twins<T>;
}
