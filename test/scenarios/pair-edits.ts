/** One edit of every field that a hub item and a tool both hold, as people make it on each side. */
import type { FieldName, FieldValue } from "../../src/core/model.ts";
import { editInGithub, editInNotion } from "../support/hands.ts";
import type { Tool } from "../support/sides.ts";
import type { World } from "../support/world.ts";

type EditedType = "epic" | "story" | "task";
type HumanFields = Readonly<Record<string, unknown>>;

export interface FieldEdit {
  readonly type: EditedType;
  readonly field: FieldName;
  /** Key in the hub file, and its text before and after. */
  readonly key: string;
  readonly from: string;
  readonly to: string;
  /** What the hub says afterwards. */
  readonly becomes: FieldValue;
  /** Fields of the human action; absent where the tool has no place for the field. */
  readonly jira?: HumanFields;
  readonly linear?: HumanFields;
}

const OURS = "sdlc-sync";
const ANA = "ana.ruiz@example.com";
const TOM = "tom.okafor@example.com";
const NEW_DAY = "2027-01-15";

function edit(
  type: EditedType,
  field: FieldName,
  hub: readonly string[],
  becomes: FieldValue,
  ...tools: HumanFields[]
) {
  const [key = field, from = "", to = ""] = hub;
  const [jira, linear] = tools;
  return { type, field, key, from, to, becomes, ...(jira && { jira }), ...(linear && { linear }) };
}

export const EDITS: readonly FieldEdit[] = [
  edit("story", "title", ["title", "Old", "New"], "New", { summary: "New" }, { title: "New" }),
  edit(
    "story",
    "description",
    ["description", "Old words", "New words"],
    "New words",
    { description: "New words" },
    { description: "New words" },
  ),
  edit("story", "status", ["status", "ready", "in_review"], "in_review", { to: "In Review" }, { state: "In Review" }),
  edit("story", "priority", ["priority", "P2", "P1"], "P1", { priority: "Highest" }, { priority: 1 }),
  edit("story", "estimate", ["estimation", "3", "5"], 5, { points: 5 }, { estimate: 5 }),
  edit(
    "story",
    "labels",
    ["labels", "[alpha, beta]", "[beta, gamma]"],
    ["beta", "gamma"],
    { labels: ["beta", "gamma", OURS] },
    { labels: ["beta", "gamma"] },
  ),
  edit("story", "due", ["due", "2026-12-01", NEW_DAY], NEW_DAY, { duedate: NEW_DAY }, { dueDate: NEW_DAY }),
  edit(
    "story",
    "parent",
    ["epic", "EPIC-001", "EPIC-002"],
    "EPIC-002",
    { parent: "EPIC-002" },
    { project: "EPIC-002" },
  ),
  edit("story", "assignee", ["assignee", ANA, TOM], TOM, { assignee: TOM }, { assignee: TOM }),
  edit("story", "sprint", ["sprint", "Sprint 1", "Sprint 2"], "Sprint 2", { sprint: 2 }, { cycle: "Sprint 2" }),
  edit("epic", "title", ["title", "Old", "New"], "New", { summary: "New" }, { name: "New" }),
  edit(
    "epic",
    "description",
    ["description", "Old words", "New words"],
    "New words",
    { description: "New words" },
    { content: "New words" },
  ),
  edit("epic", "status", ["status", "planning", "completed"], "completed", { to: "Done" }, { status: "Completed" }),
  edit("epic", "priority", ["priority", "P2", "P1"], "P1", { priority: "Highest" }, { priority: 1 }),
  edit(
    "epic",
    "due",
    ["planned_completion", "2026-12-01", NEW_DAY],
    NEW_DAY,
    { duedate: NEW_DAY },
    { targetDate: NEW_DAY },
  ),
  edit("epic", "estimate", ["estimation_sp", "20", "34"], 34, { points: 34 }),
  edit(
    "epic",
    "labels",
    ["labels", "[alpha, beta]", "[beta]"],
    ["beta"],
    { labels: ["beta", OURS] },
    { labelIds: ["beta"] },
  ),
  edit("task", "title", ["title", "Old", "New"], "New", { summary: "New" }, { title: "New" }),
  edit(
    "task",
    "status",
    ["status", "todo", "in_progress"],
    "in_progress",
    { to: "In Progress" },
    { state: "In Progress" },
  ),
  edit("task", "parent", ["story", "US-001", "US-002"], "US-002", { parent: "US-002" }, { parent: "US-002" }),
  edit("task", "assignee", ["owner", ANA, TOM], TOM, { assignee: TOM }, { assignee: TOM }),
  edit("task", "task_type", ["type", "dev", "qa"], "qa", { labels: [OURS, "type:qa"] }, { labels: ["type:qa"] }),
  edit("task", "estimate", ["estimation", "4", "6"], 6, { hours: 6 }),
];

/** Fields emptied on purpose; a title, a status and a priority never are. */
export const CLEARS: readonly FieldEdit[] = [
  edit(
    "story",
    "description",
    ["description", "Old words", "null"],
    null,
    { description: null },
    { description: null },
  ),
  edit("story", "estimate", ["estimation", "3", "null"], null, { points: null }, { estimate: null }),
  edit("story", "due", ["due", "2026-12-01", "null"], null, { duedate: null }, { dueDate: null }),
  edit("story", "assignee", ["assignee", ANA, "null"], null, { assignee: null }, { assignee: null }),
  edit("story", "labels", ["labels", "[alpha, beta]", "[]"], [], { labels: [OURS] }, { labels: [] }),
  edit("story", "parent", ["epic", "EPIC-001", "null"], null, { parent: null }, { project: null }),
  edit("story", "sprint", ["sprint", "Sprint 1", "null"], null, { sprint: null }, { cycle: null }),
  edit("epic", "description", ["description", "Old words", "null"], null, { description: null }, { content: null }),
  edit("epic", "due", ["planned_completion", "2026-12-01", "null"], null, { duedate: null }, { targetDate: null }),
  edit("epic", "labels", ["labels", "[alpha, beta]", "[]"], [], { labels: [OURS] }, { labelIds: [] }),
  edit("task", "assignee", ["owner", ANA, "null"], null, { assignee: null }, { assignee: null }),
];

const REQUIRED: Readonly<Record<EditedType, Readonly<Record<string, string>>>> = {
  epic: { title: "Old", status: "planning" },
  story: { title: "Old", status: "ready" },
  task: { title: "Old", status: "todo", story: "US-001" },
};

/** The edited item of each type. */
export const ITEM = { epic: "EPIC-100", story: "US-100", task: "T-100" } as const;

/** A hub with one item of each type that has all fields, and the items that parents are changed to. */
export function hubFor(edits: readonly FieldEdit[]): string {
  const line = (type: EditedType): string => {
    const own = edits.filter((one) => one.type === type).map(({ key, from }) => [key, from] as const);
    const fields = Object.entries({ ...REQUIRED[type], ...Object.fromEntries(own) });
    return `    - {id: ${ITEM[type]}, ${fields.map(([key, text]) => `${key}: ${text}`).join(", ")}}`;
  };
  return `project: {id: "{ID}", name: Checkout}
implementation:
  epics:
    - {id: EPIC-001, title: First epic, status: in_progress}
    - {id: EPIC-002, title: Second epic, status: in_progress}
${line("epic")}
  stories:
    - {id: US-001, title: First story, status: ready}
    - {id: US-002, title: Second story, status: ready}
${line("story")}
  tasks:
${line("task")}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}, notion: {database_id: "{NOTION}"}, github: {repository: acme/checkout}}
`;
}

/** Whether the tool has a place for what is edited. */
export function holds(tool: Tool, one: FieldEdit): boolean {
  if (tool === "notion") return true;
  if (tool === "github") return one.field !== "due" && !(one.type === "task" && one.field === "estimate");
  return one[tool] !== undefined;
}

/** Makes the edit on that side, as a person does. */
export async function makeEdit(world: World, side: "hub" | Tool, one: FieldEdit): Promise<void> {
  const id = ITEM[one.type];
  if (side === "hub") {
    const literal = (text: string): string => text.replace(/[[\]]/g, String.raw`\$&`);
    await world.editHub(new RegExp(`(id: ${id},.*?\\b${one.key}: )${literal(one.from)}`), `$1${one.to}`);
    return;
  }
  const key = await world.key(id, side);
  if (side === "notion" || side === "github") {
    const { type, field, becomes } = one;
    const value = field === "parent" && becomes !== null ? await world.key(String(becomes), side) : becomes;
    await (side === "notion" ? editInNotion : editInGithub)(world, { key, type, field, value });
    return;
  }
  const fields = await withKeys(world, side, one[side] ?? {});
  if (side === "linear")
    await world.linear.human({ action: "edit", item: key, fields: withProjectLabels(world, fields) });
  else if ("to" in fields) await world.jira.human({ action: "transition", key, to: fields["to"] });
  else if ("hours" in fields) setHours(world, key, Number(fields["hours"]));
  else await world.jira.human({ action: "edit", key, fields });
}

/** Items by the key they have in the tool. */
async function withKeys(world: World, tool: Tool, fields: object): Promise<Record<string, unknown>> {
  const named = Object.entries(fields).map(async ([name, value]) =>
    typeof value === "string" && /^(?:EPIC|US)-\d+$/.test(value) ? [name, await world.key(value, tool)] : [name, value],
  );
  return Object.fromEntries(await Promise.all(named)) as Record<string, unknown>;
}

function withProjectLabels({ linear }: World, fields: Record<string, unknown>): Record<string, unknown> {
  const names = fields["labelIds"] as readonly string[] | undefined;
  if (names === undefined) return fields;
  const known = [...linear.store.projectLabels.values()];
  return { ...fields, labelIds: known.filter(({ name }) => names.includes(name)).map(({ id }) => id) };
}

/** The original estimate, in the time tracking of Jira's own page. */
function setHours({ jira }: World, key: string, hours: number): void {
  const author = jira.site.users.at(-1)?.accountId ?? "";
  jira.site.edit(jira.site.get(key), { estimateSeconds: hours * 3600 }, author);
}
