/** Notion, as its database shows pages. */
import type { ItemType } from "../../../src/core/model.ts";
import { renderBlocks } from "../../../sandbox/notion/markdown.ts";
import type { NotionDate, Page, Property } from "../../../sandbox/notion/model.ts";
import { dashed, type NotionWorkspace } from "../../../sandbox/notion/workspace.ts";
import type { Vendors } from "../vendors.ts";
import type { Side, View } from "./side.ts";

type Vendor = Pick<Vendors, "notion">;

const WORK = { in_progress: ["In Progress"], blocked: ["Blocked"], cancelled: ["Cancelled"] };

export const notionSide: Side<Vendor> = {
  status: {
    epic: { ...WORK, planning: ["To Do"], completed: ["Done"], on_hold: ["Blocked"] },
    story: { ...WORK, ready: ["To Do"], in_review: ["In Review"], done: ["Done"] },
    task: { ...WORK, todo: ["To Do"], done: ["Done"] },
  },
  priority: { P1: ["P1"], P2: ["P2"], P3: ["P3"] },
  noPriority: null,
  view({ notion: { workspace } }, type, key) {
    const page = workspace.pages.get(dashed(key));
    return page && isLive(page) ? viewOf(workspace, page, type) : undefined;
  },
  keys: ({ notion: { workspace } }) =>
    [...workspace.pages.values()].map((page) => {
      const isEpic = cellsOf(workspace, page).option("Type") === "Epic";
      return [isEpic ? "epic" : "story", page.id] as const;
    }),
  seconds({ notion: { workspace } }) {
    const pages = [...workspace.pages.values()];
    const live = new Set(pages.filter(isLive).flatMap((page) => syncKeyOf(workspace, page) ?? []));
    return pages.filter((page) => !isLive(page) && live.has(syncKeyOf(workspace, page) ?? "")).map(({ id }) => id);
  },
  liveKeys: ({ notion: { workspace } }) => {
    const [first] = workspace.sources.keys();
    return [...workspace.pages.values()].filter((page) => isLive(page) && page.source === first).map(({ id }) => id);
  },
};

function isLive({ trashed, deleted }: Page): boolean {
  return !trashed && !deleted;
}

function viewOf(workspace: NotionWorkspace, page: Page, type: ItemType): View {
  const cells = cellsOf(workspace, page);
  const email = (id: string | undefined): string | null =>
    id === undefined ? null : (workspace.users.find((user) => user.id === id)?.email ?? null);
  const labels = cells.options("Labels");
  const common = {
    title: String(page.values["title"]),
    status: cells.option("Status"),
    parent: cells.list("Parent")[0] ?? null,
    assignee: email(cells.list("Assignee")[0]),
    estimate: cells.value("Story Points") as number | null,
  };
  if (type === "task") {
    return { ...common, task_type: labels.find((name) => name.startsWith("type:"))?.slice("type:".length) ?? null };
  }
  const { parent, assignee, ...shared } = common;
  const told = renderBlocks(page.blocks, workspace.quirks, workspace.blockLimit).markdown;
  return {
    ...shared,
    description: told,
    priority: cells.option("Priority"),
    labels: labels.filter((name) => !name.startsWith("type:")),
    due: (cells.value("Target Date") as NotionDate | null)?.start ?? null,
    ...(type === "story" ? { parent, assignee, sprint: cells.option("Sprint") } : {}),
  };
}

function syncKeyOf(workspace: NotionWorkspace, page: Page): string | null {
  return cellsOf(workspace, page).value("Sync key") as string | null;
}

/** A page's cells by the names of its columns. */
function cellsOf(workspace: NotionWorkspace, page: Page) {
  const source = workspace.sources.get(page.source ?? "");
  const property = (name: string): Property | undefined => workspace.property(source, name);
  const value = (name: string) => page.values[property(name)?.id ?? ""] ?? null;
  const list = (name: string): readonly string[] => (value(name) ?? []) as readonly string[];
  const called = (name: string, id: unknown): string | null =>
    property(name)?.options.find((option) => option.id === id)?.name ?? null;
  return {
    value,
    list,
    option: (name: string) => called(name, value(name)),
    options: (name: string) =>
      list(name)
        .flatMap((id) => called(name, id) ?? [])
        .toSorted(),
  };
}
