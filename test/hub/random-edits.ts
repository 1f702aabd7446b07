/** Edits as a planner could make them, and an independent reckoning of what they must lead to. */
import type { FieldName, FieldValue, HubItem, HubTree } from "../../src/core/model.ts";
import type { HubEdit } from "../../src/core/plan.ts";
import type { Random } from "./random.ts";

type Data = Record<string, unknown>;
export interface HubData extends Data {
  readonly project: Data;
  readonly implementation: Record<string, Data[]>;
}

const STRINGS = [
  "Plain words",
  "No",
  "007",
  "12e3",
  "~",
  "it's",
  'he said "x"',
  "a: b",
  "a # b",
  " leads",
  "trails ",
  "🙃 ünï",
  "x, y]",
  "- a",
  "*star",
  "&and",
  "%",
  "@at",
  "2026-02-03",
  "back\\slash",
  "tab\tbed",
  "zero\u200bwidth \u2028",
  "?",
  "<<",
  "--- x",
];
const TEXTS = [
  "one",
  "two\nlines\n",
  "a\n\nb\n\n",
  "  deep\nflat",
  "- a\n  - b\n\n```\n# no comment: here\n```\n",
  "trailing blank \nline\n",
  "\n\nstarts late",
  "crlf\r\ninside",
  "blanks last\n   ",
  "A very long line that would be folded anywhere it is allowed to be folded by whoever folds such lines.\nEnd\n",
  "",
];
const LABELS = ["payments", "new", "007", "yes", "two words", "a, b", "#1", "pci"];
const FIELDS: Readonly<Record<string, readonly FieldName[]>> = {
  epic: ["title", "description", "status", "priority", "estimate", "labels", "due"],
  story: [
    "title",
    "description",
    "status",
    "estimate",
    "labels",
    "due",
    "parent",
    "assignee",
    "sprint",
    "branch",
    "pr",
  ],
  task: ["title", "status", "estimate", "parent", "assignee", "task_type"],
  project: ["title", "description", "health", "gate", "progress"],
};
const KEYS: Readonly<Record<string, string>> = {
  estimate: "estimation",
  assignee: "assignee",
  parent: "epic",
  task_type: "type",
};
const LISTS: Readonly<Record<string, string>> = { epic: "epics", story: "stories", task: "tasks" };
const STATUS: Readonly<Record<string, readonly string[]>> = {
  epic: ["planning", "on_hold", "completed"],
  story: ["ready", "in_review", "done"],
  task: ["todo", "blocked", "done"],
};

export function randomEdits(random: Random, tree: HubTree): HubEdit[] {
  const items = Object.values(tree.items);
  const edits = Array.from({ length: 1 + random.int(8) }, () => randomEdit(random, random.pick(items), items));
  const seen = new Set<string>();
  return edits.filter((edit) => {
    // What the file says in digits already is not written again.
    if (edit.kind === "ref" && tree.items[edit.item]?.refs[edit.tool] === edit.ref) return false;
    const key = `${edit.item} ${edit.kind === "field" ? edit.field : edit.tool}`;
    return !seen.has(key) && seen.add(key);
  });
}

function randomEdit(random: Random, item: HubItem, items: readonly HubItem[]): HubEdit {
  const { id, type } = item;
  if (type !== "project" && random.chance(0.3)) {
    const ref = random.pick(["CHK-11", "12e3", "acme/app#12", "007", "5f0c1d2e"]);
    return { kind: "ref", item: id, type, tool: random.pick(["jira", "linear", "notion", "github"]), ref };
  }
  const field = random.pick(FIELDS[type] ?? []);
  return { kind: "field", item: id, type, field, value: randomValue(random, item, field, items) };
}

function randomValue(random: Random, item: HubItem, field: FieldName, items: readonly HubItem[]): FieldValue {
  if (field === "title") return random.pick(STRINGS);
  if (field === "status") return random.pick(STATUS[item.type] ?? []);
  if (field === "labels") return randomLabels(random, item.fields.labels);
  if (random.chance(0.15)) return null;
  switch (field) {
    case "description":
      return random.pick([...TEXTS, ...STRINGS]);
    case "estimate":
    case "progress":
      return random.pick([0, 1, 2.5, 40, 0.01]);
    case "priority":
      return random.pick(["P1", "P2", "P3"]);
    case "due":
      return random.pick(["2026-12-01", "2027-01-31"]);
    case "parent":
      return random.pick(items.filter(({ type }) => type === "epic" || (item.type === "task" && type === "story"))).id;
    case "task_type":
      return random.pick(["dev", "qa"]);
    case "health":
      return random.pick(["Green", "Red"]);
    default:
      return random.pick(STRINGS);
  }
}

function randomLabels(random: Random, current: FieldValue | undefined): readonly string[] {
  const now = Array.isArray(current) ? (current as readonly string[]) : [];
  const kept = now.filter(() => random.chance(0.7));
  const added = random.shuffle(LABELS).filter((label) => !kept.includes(label));
  const labels = [...kept, ...added.slice(0, random.int(3))];
  return random.chance(0.1) ? [] : random.chance(0.2) ? random.shuffle(labels) : labels;
}

/** What the file's data must be after the edits, reckoned on plain data and without the code under test. */
export function expectedData(before: HubData, edits: readonly HubEdit[]): HubData {
  const data = structuredClone(unshared(before));
  for (const edit of edits) {
    if (edit.type === "project") {
      if (edit.kind === "field") setProject(data, edit.field, edit.value);
      continue;
    }
    const item = data.implementation[LISTS[edit.type] ?? ""]?.find(({ id }) => id === edit.item);
    if (!item) throw new Error(`no ${edit.item}`);
    if (edit.kind === "ref")
      item["external_refs"] = { ...(item["external_refs"] as Data | null), [edit.tool]: edit.ref };
    else setField(item, edit.type, edit.field, edit.value, edit.item);
  }
  return data;
}

/** Aliases make one object of many places; here each place is its own. */
export function unshared(data: HubData): HubData {
  return JSON.parse(JSON.stringify(data)) as HubData;
}

function setProject(data: HubData, field: FieldName, value: FieldValue): void {
  const [block, key] =
    field === "title"
      ? ["project", "name"]
      : field === "description"
        ? ["project", "description"]
        : ["state", stateKey(field)];
  if (value === null && (data[block ?? ""] as Data | undefined)?.[key ?? ""] === undefined) return;
  data[block ?? ""] = { ...(data[block ?? ""] as Data | undefined), [key ?? ""]: value };
}

function stateKey(field: FieldName): string {
  return field === "health" ? "health" : field === "gate" ? "currentGate" : "overallProgress";
}

function setField(item: Data, type: string, field: FieldName, value: FieldValue, id: string): void {
  const key = keyOf(item, type, field, value);
  if (type === "task" && field === "parent") {
    for (const other of ["story", "epic"]) if (other !== key && item[other] !== undefined) item[other] = null;
  }
  if (field === "labels") {
    const old = (item["labels"] as string[] | null | undefined) ?? [];
    const own = old.filter((label) => label === "sdlc-sync");
    item["labels"] = [...((value as readonly string[] | null) ?? []), ...own].toSorted();
    if (old.length === 0 && (item["labels"] as string[]).length === 0) item["labels"] = undefined;
    return;
  }
  if (value === null && item[key] === undefined) return;
  item[key] = value;
  if (item["id"] !== id) throw new Error(`the id of ${id} is lost`);
}

function keyOf(item: Data, type: string, field: FieldName, value: FieldValue): string {
  if (field === "estimate") return type === "epic" ? "estimation_sp" : "estimation";
  if (field === "due") return type === "epic" && item["due"] === undefined ? "planned_completion" : "due";
  if (type === "task" && field === "assignee") return "owner";
  if (type !== "task" || field !== "parent") return KEYS[field] ?? field;
  if (typeof value === "string") return value.startsWith("EPIC") ? "epic" : "story";
  return item["story"] !== undefined && item["story"] !== null
    ? "story"
    : item["epic"] === undefined
      ? "story"
      : "epic";
}
