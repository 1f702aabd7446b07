import { FIELDS_OF_TYPE } from "../fields.ts";
import type { Finding } from "../findings.ts";
import type { Lens } from "../lens.ts";
import type { FieldName, HubBase, HubItem, HubTree, ItemId, ItemType, Link, RemoteItem, ToolKey } from "../model.ts";
import type { DeletionAnswer, Policy, ToolPolicy } from "../policy.ts";
import { isClosed } from "./closed.ts";
import { parentLens } from "./parent-lens.ts";
import { claimedTwice } from "./ref-claims.ts";

export type Mirror = Readonly<Record<string, RemoteItem>>;

export interface ReconcileInput {
  readonly hub: HubTree;
  readonly hubBase: HubBase;
  readonly links: readonly Link[];
  /** By tool, then ref. */
  readonly remotes: Readonly<Record<ToolKey, Mirror>>;
  readonly policy: Policy;
}

/** Where an item stands in a tool. `unread`: linked, but the mirror does not know the twin yet. */
export type Standing = "none" | "live" | "archived" | "gone" | "unread";

/** A live twin of an item. */
export interface Twin {
  readonly tool: ToolWorld;
  readonly link: Link;
  readonly remote: RemoteItem;
}

/** One bound tool with everything about it looked up once. */
export interface ToolWorld {
  readonly key: ToolKey;
  readonly policy: ToolPolicy;
  readonly mirror: Mirror;
  readonly links: ReadonlyMap<ItemId, Link>;
  /** The live twins of the hub's items. */
  readonly twins: ReadonlyMap<ItemId, Twin>;
  /** Where the hub's other items stand. */
  readonly absent: ReadonlyMap<ItemId, Exclude<Standing, "live">>;
  /** The item of a twin, by any name under which the tool knows it (ref, old refs). */
  readonly itemOf: (ref: string) => ItemId | undefined;
  /** Items that share a twin with another item: left alone at this tool. */
  readonly quarantined: ReadonlySet<ItemId>;
  /** Items that this plan creates here. */
  readonly creating: Set<ItemId>;
  /** So many twins are gone at once that it must be an outage: `gone` of `linked`. */
  massDeletion?: { readonly gone: number; readonly linked: number } | undefined;
  readonly lenses: { readonly [T in ItemType]: ReadonlyMap<FieldName, Lens> };
}

export interface World {
  readonly input: ReconcileInput;
  readonly policy: Policy;
  /** Sorted by key. */
  readonly tools: readonly ToolWorld[];
  /** Items that may be acted on: epics before stories before tasks, then in file order. */
  readonly items: readonly HubItem[];
  readonly quarantined: ReadonlySet<ItemId>;
  /** What people said about items that were deleted somewhere. */
  readonly deletionAnswers: ReadonlyMap<ItemId, DeletionAnswer>;
  /** Fields that flow, item type by item type, in their fixed order. */
  readonly fields: { readonly [T in ItemType]: readonly FieldName[] };
}

const TYPE_RANK: { readonly [T in ItemType]: number } = { project: 0, epic: 1, story: 2, task: 3 };
/** Up to here deletions are everyday life; above it, a tenth of a tool's twins at once is an alarm. */
const MASS_DELETION_FLOOR = 5;
const MASS_DELETION_SHARE = 0.1;

/** Indexes the input once, so that planning is linear in the number of items. */
export function buildWorld(input: ReconcileInput, report: (finding: Finding) => void): World {
  const quarantined = new Set(input.hub.quarantined);
  const items = orderItems(input, quarantined);
  const linksByTool = Map.groupBy(input.links, (link) => link.tool);
  const tools = Object.keys(input.policy.tools)
    .sort(byCodeUnit)
    .map((key) => buildTool(input, key, items, linksByTool.get(key) ?? [], report));
  const { fields } = input.policy;
  const flowing = (type: ItemType): readonly FieldName[] =>
    FIELDS_OF_TYPE[type].filter((field) => !fields || fields.includes(field));
  return {
    input,
    policy: input.policy,
    tools,
    items,
    quarantined,
    deletionAnswers: new Map(
      input.policy.answers.flatMap((answer) => (answer.kind === "deletion" ? [[answer.shown.item, answer]] : [])),
    ),
    fields: { project: flowing("project"), epic: flowing("epic"), story: flowing("story"), task: flowing("task") },
  };
}

export function standingOf(tool: ToolWorld, item: ItemId): Standing {
  if (tool.twins.has(item)) return "live";
  return tool.absent.get(item) ?? standingIn(tool.mirror, tool.links.get(item));
}

function standingIn(mirror: Mirror, link: Link | undefined): Standing {
  return link ? (mirror[link.ref]?.state ?? "unread") : "none";
}

/** Locale-independent order of strings. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function orderItems(input: ReconcileInput, quarantined: ReadonlySet<ItemId>): HubItem[] {
  const place = new Map<ItemId, number>();
  for (const [n, id] of input.policy.itemOrder.entries()) place.set(id, n);
  const placeOf = (id: ItemId): number => place.get(id) ?? Number.MAX_SAFE_INTEGER;
  return Object.values(input.hub.items)
    .filter((item) => !quarantined.has(item.id))
    .sort((a, b) => TYPE_RANK[a.type] - TYPE_RANK[b.type] || placeOf(a.id) - placeOf(b.id) || byCodeUnit(a.id, b.id));
}

function buildTool(
  input: ReconcileInput,
  key: ToolKey,
  items: readonly HubItem[],
  toolLinks: readonly Link[],
  report: (finding: Finding) => void,
): ToolWorld {
  const policy = input.policy.tools[key] as ToolPolicy;
  const mirror = input.remotes[key] ?? {};
  const links = new Map<ItemId, Link>();
  for (const link of toolLinks) links.set(link.item, link);
  const creating = new Set<ItemId>();
  // Most plans never ask, and the index is as long as the project.
  let refs: ReadonlyMap<string, ItemId> | undefined;
  const itemOf = (ref: string): ItemId | undefined => (refs ??= indexRefs(input, toolLinks, mirror)).get(ref);
  const twins = new Map<ItemId, Twin>();
  const absent = new Map<ItemId, Exclude<Standing, "live">>();
  const basics = { key, policy, mirror, links, itemOf, creating, twins, absent };
  const tool: ToolWorld = {
    ...basics,
    quarantined: claimedTwice(key, items, links, report),
    lenses: {
      project: lensesOf(input, basics, "project"),
      epic: lensesOf(input, basics, "epic"),
      story: lensesOf(input, basics, "story"),
      task: lensesOf(input, basics, "task"),
    },
  };
  for (const { id } of items) {
    const link = links.get(id);
    const remote = link && mirror[link.ref];
    const standing = standingIn(mirror, link);
    if (standing !== "live") absent.set(id, standing);
    else if (link && remote) twins.set(id, { tool, link, remote });
  }
  tool.massDeletion = detectMassDeletion(tool, input);
  return tool;
}

function indexRefs(input: ReconcileInput, links: readonly Link[], mirror: Mirror): Map<string, ItemId> {
  const index = new Map<string, ItemId>();
  const name = (ref: string, { item }: Link): void => {
    const known = index.get(ref);
    if (known === undefined || isRightful(input, item, known)) index.set(ref, item);
  };
  for (const link of links) {
    name(link.ref, link);
    for (const alias of mirror[link.ref]?.aliases ?? []) name(alias, link);
  }
  return index;
}

/** A renamed item's old link may still be there: of two owners of a ref the one that the hub knows is meant. */
function isRightful(input: ReconcileInput, item: ItemId, rival: ItemId): boolean {
  const known = input.hub.items[item] !== undefined;
  return known === (input.hub.items[rival] !== undefined) ? item < rival : known;
}

/** What was deleted one by one before is no part of a wave now. */
function detectMassDeletion({ twins, absent, links }: ToolWorld, input: ReconcileInput): ToolWorld["massDeletion"] {
  let gone = 0;
  let rest = 0;
  for (const [id, standing] of absent) {
    if (standing === "none" || standing === "unread" || links.get(id)?.gone) continue;
    if (isDeleted(standing, input.hub.items[id], input)) gone += 1;
    else rest += 1;
  }
  const linked = twins.size + gone + rest;
  return gone > MASS_DELETION_FLOOR && gone > linked * MASS_DELETION_SHARE ? { gone, linked } : undefined;
}

/** Whether somebody deleted it: tools archive finished items on their own, and that is no deletion. */
export function isDeleted(standing: Standing, item: HubItem | undefined, { hubBase }: ReconcileInput): boolean {
  if (standing === "archived") return item !== undefined && !isClosed(item, hubBase);
  return standing === "gone";
}

type ToolBasics = Pick<ToolWorld, "key" | "policy" | "mirror" | "links" | "itemOf">;

function lensesOf(input: ReconcileInput, tool: ToolBasics, type: ItemType): ReadonlyMap<FieldName, Lens> {
  const lenses = new Map<FieldName, Lens>();
  for (const field of FIELDS_OF_TYPE[type]) {
    const lens = tool.policy.lens(type, field);
    if (lens) lenses.set(field, field === "parent" ? parentLens(lens, tool, input) : lens);
  }
  return lenses;
}
