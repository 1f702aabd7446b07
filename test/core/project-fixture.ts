/** A small agreed project, from which each table test changes what it is about. */
import type { Lens, LensTable } from "../../src/core/lens.ts";
import type {
  FieldName,
  FieldValue,
  FieldValues,
  ItemId,
  ItemType,
  Link,
  RemoteItem,
  Stamp,
  ToolKey,
} from "../../src/core/model.ts";
import type { Plan } from "../../src/core/plan.ts";
import type { Policy, ToolPolicy } from "../../src/core/policy.ts";
import { reconcile } from "../../src/core/reconcile/reconcile.ts";
import type { ReconcileInput } from "../../src/core/reconcile/reconcile.ts";
import { lensTable, type Lossiness } from "./simulation/lossy-lenses.ts";

const EXACT: Lossiness = {
  status: "exact",
  rounds: false,
  trims: false,
  dashes: false,
  strips: false,
  somePeople: false,
  noEstimate: false,
};

export interface FixtureItem {
  readonly type: ItemType;
  readonly fields: FieldValues;
}

/** Mutable twin of `ReconcileInput`, so that a test reads as a list of edits. */
export class Project {
  readonly hub: Record<
    ItemId,
    { id: ItemId; type: ItemType; fields: { [F in FieldName]?: FieldValue }; refs: Record<ToolKey, string> }
  > = {};
  readonly hubBase: Record<ItemId, { type: ItemType; fields: { [F in FieldName]?: FieldValue } }> = {};
  links: Link[] = [];
  readonly remotes: Record<ToolKey, Record<string, RemoteItem>> = {};
  readonly tools: Record<ToolKey, ToolPolicy> = {};
  readonly times = new Map<string, Stamp>();
  quarantined: ItemId[] = [];
  readonly policy: { -readonly [K in keyof Policy]?: Policy[K] } = {};

  /** All items agreed on by the hub and the tools. */
  constructor(items: Readonly<Record<ItemId, FixtureItem>>, tools: readonly ToolKey[]) {
    for (const tool of tools) this.addTool(tool);
    for (const [id, { type, fields }] of Object.entries(items)) {
      this.hub[id] = { id, type, fields: { ...fields }, refs: {} };
      this.hubBase[id] = { type, fields: { ...fields } };
      for (const tool of tools) this.link(tool, id);
    }
  }

  addTool(tool: ToolKey, change: Partial<ToolPolicy> & { lossiness?: Partial<Lossiness> } = {}): void {
    const { lossiness, ...policy } = change;
    this.remotes[tool] ??= {};
    this.tools[tool] = {
      types: ["epic", "story", "task"],
      lens: lensTable({ ...EXACT, ...lossiness }),
      mode: "bidirectional",
      strategy: "last-modified-wins",
      deletes: "flag",
      available: true,
      consented: false,
      awaiting: [],
      ...this.tools[tool],
      ...(lossiness && { lens: lensTable({ ...EXACT, ...lossiness }) }),
      ...policy,
    };
  }

  /** Makes a twin that holds what the hub says, agreed. */
  link(tool: ToolKey, id: ItemId): void {
    const item = this.hub[id];
    if (!item) return;
    const ref = `${tool}:${id}`;
    const fields: { [F in FieldName]?: RemoteItem["fields"][F] } = {};
    const base: { [F in FieldName]?: Link["base"][F] } = {};
    for (const field of Object.keys(item.fields) as FieldName[]) {
      const value = item.fields[field];
      if (value === undefined) continue;
      const stored = field === "parent" ? `${tool}:${String(value)}` : this.store(tool, item.type, field, value);
      if (stored === undefined) continue;
      fields[field] = stored;
      base[field] = { value: stored, agreed: value };
    }
    const updated = { at: "2026-01-01T00:00:00.000Z", resolutionMs: 1 };
    const known = { ref, key: ref, url: `https://example.test/${ref}` };
    (this.remotes[tool] ??= {})[ref] = { ...known, type: item.type, syncKey: null, updated, state: "live", fields };
    this.links.push({ ...known, item: id, tool, generation: 0, base });
    item.refs[tool] = ref;
  }

  /** An edit in the hub; `undefined` takes the key out. */
  edit(id: ItemId, field: FieldName, value: FieldValue | undefined): void {
    const item = this.hub[id];
    if (!item) return;
    if (value === undefined) delete item.fields[field];
    else item.fields[field] = value;
  }

  /** An edit in a tool, in its own terms. */
  editIn(tool: ToolKey, id: ItemId, field: FieldName, value: RemoteItem["fields"][FieldName]): void {
    const twin = this.twin(tool, id);
    this.setTwin(tool, id, { fields: { ...twin.fields, [field]: value } });
  }

  setTwin(tool: ToolKey, id: ItemId, change: Partial<RemoteItem>): void {
    const twin = this.twin(tool, id);
    (this.remotes[tool] ??= {})[twin.ref] = { ...twin, ...change };
  }

  setBase(tool: ToolKey, id: ItemId, field: FieldName, base: Link["base"][FieldName]): void {
    this.links = this.links.map((link) =>
      link.tool === tool && link.item === id ? { ...link, base: { ...link.base, [field]: base ?? {} } } : link,
    );
  }

  /** When a side's value was last changed. */
  at(side: string, id: ItemId, field: FieldName, at: string, resolutionMs = 1): void {
    this.times.set(`${side} ${id} ${field}`, { at, resolutionMs });
  }

  input(): ReconcileInput {
    const policy: Policy = {
      tools: this.tools,
      force: false,
      yes: false,
      times: (side, item, field) => this.times.get(`${side} ${item} ${field}`),
      adoption: "ask",
      answers: [],
      itemOrder: Object.keys(this.hub),
      others: [],
      bulk: { maxCreates: 50, maxOverwriteShare: 0.2 },
      ...this.policy,
    };
    const { hubBase, links, remotes } = this;
    return { hub: { items: this.hub, quarantined: this.quarantined }, hubBase, links, remotes, policy };
  }

  plan(): Plan {
    return reconcile(this.input());
  }

  /** Plans, lets everything succeed, and plans again until nothing is left: the plans on the way. */
  sync(): Plan[] {
    const plans: Plan[] = [];
    for (let pass = 0; pass < 6; pass += 1) {
      const plan = this.plan();
      plans.push(plan);
      const idle = [plan.writes, plan.hubEdits, plan.baseUpdates, plan.hubBase].every((list) => list.length === 0);
      if (idle) return plans;
      this.apply(plan);
    }
    throw new Error("the project does not come to rest");
  }

  twin(tool: ToolKey, id: ItemId): RemoteItem {
    const link = this.links.find((known) => known.tool === tool && known.item === id);
    const twin = link && this.remotes[tool]?.[link.ref];
    if (!twin) throw new Error(`${id} has no twin in ${tool}`);
    return twin;
  }

  private apply(plan: Plan): void {
    for (const write of plan.writes) {
      if (write.kind !== "update") throw new Error(`the fixture applies updates only, not ${write.kind}`);
      for (const [name, wanted] of Object.entries(write.fields)) {
        const field = name as FieldName;
        const value = wanted.value as string;
        this.editIn(write.tool, write.item, field, value);
        this.setBase(write.tool, write.item, field, { value, agreed: wanted.agreed });
      }
    }
    for (const edit of plan.hubEdits) if (edit.kind === "field") this.edit(edit.item, edit.field, edit.value);
    for (const { tool, item, field, base } of plan.baseUpdates) this.setBase(tool, item, field, base);
    this.links = this.links.map((link) => {
      const news = plan.presence.find(({ tool, item }) => tool === link.tool && item === link.item);
      const { gone: _, seen: __, ...rest } = link;
      return news ? { ...rest, gone: news.gone, ...(news.seen && { seen: { ...news.seen } }) } : link;
    });
    for (const { item, type, field, value } of plan.hubBase) {
      (this.hubBase[item] ??= { type, fields: {} }).fields[field] = value;
    }
  }

  private store(tool: ToolKey, type: ItemType, field: FieldName, value: FieldValue) {
    const written = this.tools[tool]?.lens(type, field)?.write(value);
    return written?.kind === "value" ? written.value : undefined;
  }
}

/** A lens table in which one field has a lens of the test's own. */
export function withLens(table: LensTable, changed: FieldName, lens: Lens | undefined): LensTable {
  return (type, field) => (field === changed ? lens : table(type, field));
}

export const STORY: Readonly<Record<ItemId, FixtureItem>> = {
  "US-1": { type: "story", fields: { title: "Pay by card", status: "ready", labels: ["api"], estimate: 3 } },
};
