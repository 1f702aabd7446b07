/** A project with its tools and people, small enough to run thousands of times: no I/O, no clock, no chance of its own. */
import type { LensTable } from "../../../src/core/lens.ts";
import type {
  FieldName,
  FieldValue,
  FieldValues,
  ItemId,
  ItemType,
  Link,
  RemoteItem,
  Side,
  ToolKey,
  ToolValue,
} from "../../../src/core/model.ts";
import type {
  ConflictStrategy,
  CreateWrite,
  Deletion,
  FieldConflict,
  GuardQuestion,
  Plan,
} from "../../../src/core/plan.ts";
import type { AdoptionPolicy, ConflictAnswer, DeletePolicy } from "../../../src/core/policy.ts";
import type { SyncMode } from "../../../src/core/ports.ts";
import { lensTable } from "./lossy-lenses.ts";
import type { Lossiness } from "./lossy-lenses.ts";

export const EDITABLE = ["title", "status", "estimate", "labels", "description", "assignee", "parent"] as const;

export interface ToolConfig {
  readonly mode: SyncMode;
  readonly strategy: ConflictStrategy;
  readonly deletes: DeletePolicy;
  readonly lossiness: Lossiness;
  /** Before the first run: no twins, twins as in the hub, or twins with values of their own. */
  readonly start: "empty" | "equal" | "different";
}

export interface WorldConfig {
  readonly tools: readonly ToolConfig[];
  readonly adoption: AdoptionPolicy;
  readonly yes: boolean;
  /** The bulk guard was answered once and for all; if not, a second item that is new to a tool is a bulk already. */
  readonly consented: boolean;
  /** How honest the times are: of each edit, none at all, all the same, or coarse. */
  readonly times: "true" | "missing" | "equal" | "coarse";
}

/** A value or an element that a person wrote or took away. */
export interface Deed {
  readonly side: Side;
  readonly item: ItemId;
  readonly field: FieldName;
  readonly kind: "set" | "add" | "remove";
  /** For `set`: in the hub's terms. */
  readonly value: FieldValue;
  /** For `set` at a tool: as the tool holds it. */
  readonly stored?: ToolValue;
  /** For `set`: what the author replaced, as his side showed it. */
  readonly replaced?: ToolValue | FieldValue | undefined;
  /** For `set` at a tool: what that meant in the hub's terms then; a parent's ref may mean nothing any more. */
  readonly meant?: FieldValue | undefined;
  /** For `add` and `remove`: the unique number in the label or line. */
  readonly token?: string;
  /** Somebody who had it before his eyes replaced it. */
  superseded: boolean;
}

export interface MutableTwin extends Omit<RemoteItem, "fields" | "state"> {
  state: RemoteItem["state"];
  readonly item: ItemId;
  fields: { [F in FieldName]?: ToolValue };
}

export interface ToolState {
  readonly key: ToolKey;
  readonly config: ToolConfig;
  readonly lens: LensTable;
  /** As the tool is. */
  readonly twins: Map<string, MutableTwin>;
  /** As we last read it. */
  mirror: Record<string, RemoteItem>;
  /** Writes whose outcome we do not know. */
  pending: PendingWrite[];
  /** What the tool will never take: item, field and value. */
  readonly refuses: Set<string>;
}

export type PendingWrite =
  | { readonly kind: "create"; readonly write: CreateWrite; readonly ref: string }
  | {
      readonly kind: "update";
      readonly item: ItemId;
      readonly ref: string;
      /** The world's clock when the write left. */
      readonly sentAt: number;
      readonly fields: ReadonlyMap<FieldName, { readonly value: ToolValue; readonly agreed: FieldValue }>;
    };

export interface SimHubItem {
  readonly id: ItemId;
  readonly type: ItemType;
  fields: { [F in FieldName]?: FieldValue };
  refs: Record<ToolKey, string>;
}

export interface SimWorld {
  readonly config: WorldConfig;
  readonly tools: readonly ToolState[];
  readonly hub: Map<ItemId, SimHubItem>;
  readonly order: readonly ItemId[];
  hubBase: Record<ItemId, { type: ItemType; fields: { [F in FieldName]?: FieldValue } }>;
  links: Link[];
  answers: ConflictAnswer[];
  /** What people are asked about deletions and bulk writes, as the last plan had it, with the titles that they see. */
  asked: readonly Asked[];
  /** Items that somebody took out of the hub, as they were. */
  readonly takenOut: Map<ItemId, SimHubItem>;
  /** The title that all agreed on when a twin was found to be lost, by `tool item`. */
  readonly lostTitles: Map<string, FieldValue | undefined>;
  /** The titles that people saw when they answered, by item. */
  readonly answeredTitles: Map<ItemId, Titles>;
  /** The hub file was swapped, but that is not on record yet. */
  uncommitted: Plan | undefined;
  readonly deeds: Deed[];
  /** Every conflict of every plan that was stored. */
  readonly recorded: FieldConflict[];
  /** What twins stood for that were there before us, by item, field and value. */
  readonly brought: Set<string>;
  /** When each side last edited a field, by `side item field`. */
  readonly edited: Map<string, number>;
  /** What a tool showed before somebody set a state that means nothing in the hub. */
  readonly leftFor: Map<string, ToolValue>;
  clock: number;
  serial: number;
  readonly seen: Statistics;
}

/** Of an item: what all agreed on, or in its absence what each twin shows. */
export type Titles = Readonly<Record<string, ToolValue | FieldValue | undefined>>;

export interface Asked {
  readonly question: Deletion | GuardQuestion;
  readonly titles: Titles;
}

export interface Statistics {
  conflicts: number;
  deletes: number;
  failures: number;
  crashes: number;
  races: number;
  answers: number;
  restores: number;
  deletionAnswers: number;
  guardAnswers: number;
}

const STORY = "US-1";
const EPICS = ["EPIC-1", "EPIC-2"] as const;
const TYPE: Readonly<Record<ItemId, ItemType>> = { "EPIC-1": "epic", "EPIC-2": "epic", [STORY]: "story" };

export function buildSimWorld(config: WorldConfig): SimWorld {
  const hub = new Map<ItemId, SimHubItem>();
  for (const [n, id] of [...EPICS, STORY].entries()) {
    hub.set(id, { id, type: TYPE[id] ?? "story", fields: initialFields(id, n), refs: {} });
  }
  const world: SimWorld = {
    config,
    tools: config.tools.map((tool, n) => buildTool(tool, `tool${n + 1}`)),
    hub,
    order: [...EPICS, STORY],
    hubBase: {},
    links: [],
    answers: [],
    asked: [],
    takenOut: new Map(),
    lostTitles: new Map(),
    answeredTitles: new Map(),
    uncommitted: undefined,
    deeds: [],
    recorded: [],
    brought: new Set(),
    edited: new Map(),
    leftFor: new Map(),
    clock: 1_000_000,
    serial: 100,
    seen: {
      conflicts: 0,
      deletes: 0,
      failures: 0,
      crashes: 0,
      races: 0,
      answers: 0,
      restores: 0,
      deletionAnswers: 0,
      guardAnswers: 0,
    },
  };
  for (const tool of world.tools) linkExistingTwins(world, tool);
  return world;
}

export function initialFields(id: ItemId, n: number): FieldValues {
  const common: FieldValues = {
    title: `t${n + 1}`,
    status: "in_progress",
    estimate: (n + 1) * 10 + 0.5,
    labels: [`l ${n + 11}`, `l ${n + 21}`],
    description: [`w${n + 31}  `, "", `w${n + 41}`, "", `w${n + 51}`, ""].join("\n"),
  };
  return id === STORY ? { ...common, status: "ready", assignee: "p1", parent: "EPIC-1" } : common;
}

export function twinAt(world: SimWorld, tool: ToolState, item: ItemId): MutableTwin | undefined {
  const link = world.links.find((known) => known.item === item && known.tool === tool.key);
  return link && tool.twins.get(link.ref);
}

export function makeTwin(world: SimWorld, tool: ToolState, item: ItemId, fields: MutableTwin["fields"]): MutableTwin {
  world.serial += 1;
  const ref = `${tool.key}-${world.serial}`;
  const twin: MutableTwin = {
    ref,
    key: `K-${ref}`,
    url: `https://example.test/${ref}`,
    type: TYPE[item] ?? "story",
    syncKey: null,
    updated: { at: "2026-01-01T00:00:00.000Z", resolutionMs: 1 },
    state: "live",
    item,
    fields: { ...emptyTwin(tool, item), ...fields },
  };
  tool.twins.set(ref, twin);
  return twin;
}

/** What a tool gives to fields that nobody sent. */
function emptyTwin(tool: ToolState, item: ItemId): MutableTwin["fields"] {
  const type = TYPE[item] ?? "story";
  const defaults: MutableTwin["fields"] = { title: "", labels: [], description: "", estimate: null };
  const first = Object.keys(lensStates(tool))[0] ?? null;
  const story: MutableTwin["fields"] = type === "story" ? { assignee: null, parent: null } : {};
  const all: MutableTwin["fields"] = { ...defaults, status: first, ...story };
  return Object.fromEntries(Object.entries(all).filter(([field]) => tool.lens(type, field as FieldName) !== undefined));
}

function lensStates(tool: ToolState): Record<string, unknown> {
  return tool.config.lossiness.status === "exact"
    ? { READY: 1 }
    : tool.config.lossiness.status === "coarse"
      ? { open: 1 }
      : { todo: 1 };
}

function buildTool(config: ToolConfig, key: ToolKey): ToolState {
  const lens = lensTable(config.lossiness);
  return { key, config, lens, twins: new Map(), mirror: {}, pending: [], refuses: new Set() };
}

/** Twins that were there before us: found by ref, never agreed with. */
function linkExistingTwins(world: SimWorld, tool: ToolState): void {
  if (tool.config.start === "empty") return;
  for (const item of world.hub.values()) {
    const fields: MutableTwin["fields"] = {};
    for (const field of Object.keys(item.fields) as FieldName[]) {
      const stored = storedInitially(world, tool, item, field);
      if (stored !== undefined) fields[field] = stored;
    }
    const twin = makeTwin(world, tool, item.id, fields);
    world.links.push({
      item: item.id,
      tool: tool.key,
      ref: twin.ref,
      key: twin.key,
      url: twin.url,
      generation: 0,
      base: {},
    });
  }
}

function storedInitially(world: SimWorld, tool: ToolState, item: SimHubItem, field: FieldName): ToolValue | undefined {
  const lens = tool.lens(item.type, field);
  const value = item.fields[field];
  if (!lens || value === undefined) return undefined;
  if (field === "parent") return world.links.find((link) => link.tool === tool.key && link.item === value)?.ref ?? null;
  const differs = tool.config.start === "different" && (field === "title" || field === "estimate");
  const own = field === "title" ? `t${(world.serial += 1)}` : (world.serial += 1) * 10;
  const written = lens.write(differs ? own : value);
  if (written.kind === "cannot") return undefined;
  const reading = lens.read(written.value);
  if (reading.kind === "value") world.brought.add(JSON.stringify([item.id, field, reading.value]));
  if (differs) {
    const deed = { side: tool.key, item: item.id, field, kind: "set", value: own, stored: written.value } as const;
    world.deeds.push({ ...deed, superseded: false });
  }
  return written.value;
}
