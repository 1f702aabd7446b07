/** A field set by hand in the pages of a tool, to what the hub would call `value`; a parent by its key there. */
import type { FieldName, FieldValue, ItemType } from "../../src/core/model.ts";
import { statusNames, type Tool } from "./sides.ts";
import type { Vendors } from "./vendors.ts";

export interface HandEdit {
  readonly key: string;
  readonly type: ItemType;
  readonly field: FieldName;
  readonly value: FieldValue;
}

/** In whichever tool. */
export function editByHand(vendors: Vendors, tool: Tool, edit: HandEdit): Promise<void> {
  return HANDS[tool](vendors, edit);
}

const HANDS: Readonly<Record<Tool, (vendors: Vendors, edit: HandEdit) => Promise<void>>> = {
  jira: editInJira,
  linear: editInLinear,
  notion: editInNotion,
  github: editInGithub,
};

const JIRA_FIELDS: { readonly [F in FieldName]?: string } = { title: "summary", estimate: "points" };

async function editInJira({ jira }: Vendors, { key, type, field, value }: HandEdit): Promise<void> {
  if (field === "status") {
    await jira.human({ action: "transition", key, to: statusNames("jira", type, value)[0] });
    return;
  }
  const own = jira.site.get(key).data.labels.filter((label) => label === "sdlc-sync");
  const wanted = field === "labels" ? [...((value ?? []) as readonly string[]), ...own] : value;
  await jira.human({ action: "edit", key, fields: { [JIRA_FIELDS[field] ?? field]: wanted } });
}

async function editInLinear({ linear }: Vendors, { key: item, type, field, value }: HandEdit): Promise<void> {
  const fields = field === "status" ? { state: statusNames("linear", type, value)[0] } : { [field]: value };
  await linear.human({ action: "edit", item, fields });
}

const COLUMNS: { readonly [F in FieldName]?: string } = {
  title: "Name",
  status: "Status",
  priority: "Priority",
  estimate: "Story Points",
  labels: "Labels",
  task_type: "Labels",
  due: "Target Date",
  parent: "Parent",
  assignee: "Assignee",
  sprint: "Sprint",
};
const LISTS: readonly FieldName[] = ["parent", "assignee"];

export async function editInNotion({ notion }: Pick<Vendors, "notion">, edit: HandEdit): Promise<void> {
  const { key, type, field, value } = edit;
  if (field === "description") {
    await notion.human({ action: "edit", id: key, text: value ?? "" });
    return;
  }
  const cell = (): unknown => {
    if (field === "status") return statusNames("notion", type, value)[0];
    if (field === "task_type") return [`type:${String(value)}`];
    return LISTS.includes(field) ? (value === null ? [] : [value]) : value;
  };
  await notion.human({ action: "edit", id: key, properties: { [COLUMNS[field] ?? field]: cell() } });
}

/** Labels that tell one thing: another one takes their place. */
const TOLD_BY: { readonly [F in FieldName]?: RegExp } = {
  status: /^status:/,
  priority: /^priority:/,
  estimate: /^points:/,
  task_type: /^type:(?!Epic$|Story$|Task$)/,
  labels: /^(?!sdlc-sync$|status:|priority:|points:|type:)/,
};

export async function editInGithub({ github }: Pick<Vendors, "github">, edit: HandEdit): Promise<void> {
  const { key: issue, type, field, value } = edit;
  const act = (action: string, more: object): Promise<unknown> => github.human({ action, issue, ...more });
  const [status = ""] = field === "status" ? statusNames("github", type, value) : [];
  if (field === "parent") await act("move", { parent: value });
  else if (field === "status" && !status.startsWith("status:")) await act("close", { reason: status });
  else if (field === "status") {
    await act("reopen", {});
    await act("edit", { fields: { labels: relabelled(github, edit, status) } });
  } else if (field in TOLD_BY) await act("edit", { fields: { labels: relabelled(github, edit, status) } });
  else if (field === "assignee") await act("edit", { fields: { assignees: value === null ? [] : [value] } });
  else if (field === "sprint") await act("edit", { fields: { milestone: value } });
  else await act("edit", { fields: { [field === "description" ? "body" : field]: value } });
}

function relabelled({ host }: Vendors["github"], { key, field, value }: HandEdit, status: string): string[] {
  const [name = "", number] = key.split("#");
  const repository = host.named(name)?.repository;
  const issue = repository && host.issueAt(repository, Number(number));
  if (!issue) throw new Error(`no issue ${key}`);
  const kept = host.labelNames(issue).filter((label) => !TOLD_BY[field]?.test(label));
  if (field === "labels") return [...kept, ...((value ?? []) as readonly string[])];
  const told = {
    status,
    priority: `priority:${String(value).toLowerCase()}`,
    estimate: `points:${String(value)}`,
    task_type: `type:${String(value)}`,
  };
  return value === null ? kept : [...kept, told[field as keyof typeof told]];
}
