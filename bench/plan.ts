/** How long one plan takes: an idle project and a busy one, of a thousand and of ten thousand items. */
import type { Lens, LensTable } from "../src/core/lens.ts";
import type { FieldValue, HubItem, ItemId, Link, RemoteItem, ToolValues } from "../src/core/model.ts";
import type { ToolPolicy } from "../src/core/policy.ts";
import { reconcile } from "../src/core/reconcile/reconcile.ts";
import type { ReconcileInput } from "../src/core/reconcile/reconcile.ts";

export interface PlanRow {
  readonly items: number;
  readonly tools: number;
  /** Share of items edited since the last agreement, 0 to 1. */
  readonly edited: number;
  /** Of the fastest round: what the plan costs, without what else the machine did. */
  readonly ms: number;
}

const TOOLS = ["github", "jira", "linear", "notion"];
const ROUNDS = 15;

/** Times plans of 1,000 and 10,000 items over four tools. */
export async function benchPlan(): Promise<{ name: string; rows: readonly PlanRow[] }> {
  const rows: PlanRow[] = [];
  for (const items of [1_000, 10_000]) for (const edited of [0, 0.1]) rows.push(measure(items, edited));
  return Promise.resolve({ name: "plan", rows });
}

function measure(items: number, edited: number): PlanRow {
  const input = project(items, edited);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    const plan = reconcile(input);
    times.push(performance.now() - start);
    const expected = Math.round(items * edited) * (TOOLS.length - 1);
    if (plan.writes.length !== expected) throw new Error(`expected ${expected} writes, planned ${plan.writes.length}`);
  }
  return { items, tools: TOOLS.length, edited, ms: Math.round(Math.min(...times) * 10) / 10 };
}

function project(count: number, edited: number): ReconcileInput {
  const items: Record<ItemId, HubItem> = {};
  const hubBase: Record<ItemId, { type: "story"; fields: HubItem["fields"] }> = {};
  const links: Link[] = [];
  const remotes: Record<string, Record<string, RemoteItem>> = Object.fromEntries(TOOLS.map((tool) => [tool, {}]));
  for (let n = 0; n < count; n += 1) {
    const id = `US-${n}`;
    const fields = storyFields(n);
    const refs = Object.fromEntries(TOOLS.map((tool) => [tool, `${tool}-${n}`]));
    items[id] = { id, type: "story", fields, refs };
    hubBase[id] = { type: "story", fields };
    for (const tool of TOOLS) {
      const ref = `${tool}-${n}`;
      const isEdited = tool === "jira" && n < Math.round(count * edited);
      const held: ToolValues = { ...fields, ...(isEdited && { title: `Edited ${n}` }) };
      const base = Object.fromEntries(
        Object.entries(fields).map(([field, value]) => [field, { value, agreed: value }]),
      );
      const known = { ref, key: ref, url: "" };
      const updated = { at: "2026-01-01T00:00:00.000Z", resolutionMs: 1 };
      links.push({ ...known, item: id, tool, generation: 0, base });
      const twins = remotes[tool];
      if (twins) twins[ref] = { ...known, type: "story", syncKey: null, updated, state: "live", fields: held };
    }
  }
  return { hub: { items, quarantined: [] }, hubBase, links, remotes, policy: policy(Object.keys(items)) };
}

function storyFields(n: number): HubItem["fields"] {
  return {
    title: `Story ${n}`,
    description: `As a customer I want ${n}.\n\n- one\n- two\n\nDone when it works.`,
    status: "in_progress",
    priority: "P2",
    estimate: n % 13,
    labels: ["api", "checkout", `team-${n % 7}`],
    due: "2026-12-31",
    assignee: `person${n % 40}@example.test`,
  };
}

function policy(itemOrder: readonly ItemId[]): ReconcileInput["policy"] {
  const tool: ToolPolicy = {
    types: ["epic", "story"],
    lens: lensTable(),
    mode: "bidirectional",
    strategy: "last-modified-wins",
    deletes: "flag",
    available: true,
    consented: true,
    awaiting: [],
  };
  return {
    tools: Object.fromEntries(TOOLS.map((key) => [key, tool])),
    force: false,
    yes: false,
    times: () => undefined,
    adoption: "ask",
    answers: [],
    itemOrder,
    others: [],
    bulk: { maxCreates: 50, maxOverwriteShare: 0.2 },
  };
}

function lensTable(): LensTable {
  const same: Lens = {
    read: (value) => ({ kind: "value", value: value as FieldValue }),
    write: (value) => ({ kind: "value", value }),
    represents: (value, canonical) => value === canonical || JSON.stringify(value) === JSON.stringify(canonical),
  };
  return (_type, field) => (field === "parent" ? undefined : same);
}

if (import.meta.main) {
  const { rows } = await benchPlan();
  console.table(rows);
}
