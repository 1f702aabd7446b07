/**
 * What must hold of a portfolio once it is quiet, whatever happened before (invariants I1, I3 to I5, I7, I8 and I11
 * of the design; I2 is a matter of one more run, and I6 shows as a lost or an invented value).
 */
import { FIELD_DEFINITIONS } from "../../../src/core/fields.ts";
import { sameValue } from "../../../src/core/equality.ts";
import type { FieldName, FieldValue, HubItem, ItemId } from "../../../src/core/model.ts";
import type { FieldConflict } from "../../../src/core/plan.ts";
import type { AuditEntry } from "../../../src/store/store.ts";
import { differences, standsFor, type View } from "../../support/sides.ts";
import { TOOLS, type Deed, type NewStory, type SyncedTool } from "./deeds.ts";

type Items = Readonly<Record<ItemId, HubItem>>;

export interface ProjectNow {
  readonly id: string;
  readonly bound: readonly SyncedTool[];
  /** Before anything happened. */
  readonly before: Items;
  readonly items: Items;
  readonly audit: readonly Pick<AuditEntry, "item" | "field" | "operation" | "tool" | "oldValue">[];
  readonly open: readonly Pick<FieldConflict, "item" | "field" | "candidates">[];
  /** Comments of people that the hub file lost. */
  readonly lostComments: readonly string[];
}

export interface PortfolioNow {
  readonly projects: readonly ProjectNow[];
  /** What each tool shows, by key: all that is live there. */
  readonly tools: Readonly<Record<SyncedTool, ReadonlyMap<string, View>>>;
  /** Keys of what is deleted, archived or trashed; nobody did that. */
  readonly removed: Readonly<Record<SyncedTool, readonly string[]>>;
  readonly deeds: readonly Deed[];
  readonly stories: readonly NewStory[];
}

/** A line for each broken promise; none where all is well. */
export function brokenPromises(now: PortfolioNow): string[] {
  return [
    ...now.projects.flatMap((project) => [
      ...disagreeing(now, project),
      ...twinless(project),
      ...project.lostComments.map((comment) => `I11 ${project.id}: the comment "${comment}" is gone`),
    ]),
    ...strangers(now),
    ...TOOLS.flatMap((tool) => now.removed[tool].map((key) => `I7 ${tool}: ${key} was removed by nobody`)),
    ...gone(now),
    ...lost(now),
    ...invented(now),
  ];
}

/** I1: all sides show the same, but for what waits for a person. */
function disagreeing({ tools }: PortfolioNow, { id, bound, items, open }: ProjectNow): string[] {
  const asked = open.map(({ item, field }) => `${item}/${field}:`);
  return differences(items, bound, (tool, _, key) => tools[tool].get(key))
    .filter((difference) => !asked.some((place) => difference.startsWith(place)))
    .map((difference) => `I1 ${id}: ${difference}`);
}

/** I5: a twin each, ... */
function twinless({ id, bound, items }: ProjectNow): string[] {
  const own = Object.values(items).filter(({ type }) => type !== "project");
  return own.flatMap((item) =>
    bound.flatMap((tool) => (item.refs[tool] === undefined ? [`I5 ${id}: ${item.id} has no twin in ${tool}`] : [])),
  );
}

/** ... and no more than one: what is live in a tool is the twin of exactly one item. */
function strangers({ projects, tools }: PortfolioNow): string[] {
  return TOOLS.flatMap((tool) => {
    const owners = new Map<string, string[]>();
    for (const { id, items } of projects)
      for (const { refs, id: item } of Object.values(items)) {
        const key = refs[tool];
        if (key !== undefined) owners.set(key, [...(owners.get(key) ?? []), `${id}/${item}`]);
      }
    const shared = [...owners].filter(([, items]) => items.length > 1);
    const nobodys = [...tools[tool].keys()].filter((key) => !owners.has(key));
    return [
      ...shared.map(([key, items]) => `I5 ${tool}: ${key} is the twin of ${items.join(" and ")}`),
      ...nobodys.map((key) => `I5 ${tool}: ${key} (${String(tools[tool].get(key)?.title)}) is nobody's twin`),
    ];
  });
}

/** I7: every item that was there, or that somebody wrote, is still in its hub. */
function gone({ projects, stories }: PortfolioNow): string[] {
  return projects.flatMap(({ id, before, items }) => {
    const written = stories.filter(({ project }) => project === id).map(({ item }) => item);
    return [...Object.keys(before), ...written].flatMap((item) =>
      items[item] ? [] : [`I7 ${id}: ${item} is gone from the hub`],
    );
  });
}

/** I3: what a person wrote stands, or somebody saw and replaced it, or it is kept in the audit trail or in an open question. */
function lost({ projects, tools, deeds }: PortfolioNow): string[] {
  const byProject = new Map(projects.map((project) => [project.id, project]));
  return deeds.flatMap((deed, n) => {
    const project = byProject.get(deed.project);
    const item = project?.items[deed.item];
    // Who writes what he sees changes nothing that any side could tell of.
    if (!project || !item || replaces(deed, deed)) return [];
    const later = deeds.slice(n + 1).filter((other) => isSamePlace(other, deed));
    if (stands(deed, item, tools) || later.some((other) => replaces(other, deed)) || isKept(deed, project)) return [];
    return [
      `I3 ${deed.project}: ${JSON.stringify(deed)} is lost; the hub has ${JSON.stringify(item.fields[deed.field])}`,
    ];
  });
}

function isSamePlace(a: Deed, b: Deed): boolean {
  return a.project === b.project && a.item === b.item && a.field === b.field;
}

function stands(deed: Deed, item: HubItem, tools: PortfolioNow["tools"]): boolean {
  const { side, field, kind, value } = deed;
  const shown = side === "hub" ? undefined : tools[side].get(item.refs[side] ?? "")?.[field];
  if (kind !== "set") return includes(item.fields[field], value) === (kind === "add");
  if (side !== "hub" && shown !== undefined && standsFor(side, "story", field, value, shown, null)) return true;
  return sameValue(FIELD_DEFINITIONS[field].merge, item.fields[field] ?? null, value);
}

/** Values that come round again cannot be told apart: whoever saw and replaced such a one will do. */
function replaces(other: Deed, deed: Deed): boolean {
  if (deed.kind === "add") return other.kind === "remove" && other.value === deed.value;
  if (deed.kind === "remove" || other.kind !== "set") return false;
  if (other.side === "hub")
    return sameValue(FIELD_DEFINITIONS[deed.field].merge, (other.saw ?? null) as FieldValue, deed.value);
  return standsFor(other.side, "story", deed.field, deed.value, other.saw as View[FieldName], null);
}

function isKept(deed: Deed, { audit, open }: ProjectNow): boolean {
  const isHere = ({ item, field }: { readonly item: string; readonly field: string }): boolean =>
    item === deed.item && field === deed.field;
  const holds = (value: unknown): boolean =>
    deed.kind === "set" ? holdsSame(deed, value) : includes(value, deed.value) === (deed.kind === "add");
  return (
    audit.some((entry) => entry.operation === "keep" && isHere(entry) && holds(entry.oldValue)) ||
    open.some((question) => isHere(question) && question.candidates.some(({ value }) => holds(value)))
  );
}

/** The trail keeps an edit that arrived in the moment of our write as the tool's own value. */
function holdsSame({ field, value, side }: Deed, kept: unknown): boolean {
  if (sameValue(FIELD_DEFINITIONS[field].merge, (kept ?? null) as FieldValue, value)) return true;
  return side !== "hub" && typeof value === "string" && JSON.stringify(kept).includes(JSON.stringify(value));
}

/** I4: every value of a hub was there before, or somebody wrote it. */
function invented({ projects, deeds, stories }: PortfolioNow): string[] {
  const written = Map.groupBy(deeds, ({ project, item, field }) => `${project}/${item}/${field}`);
  const isNew = new Set(stories.map(({ project, item }) => `${project}/${item}`));
  return projects.flatMap(({ id, before, items }) =>
    Object.values(items).flatMap((item) =>
      (Object.entries(item.fields) as [FieldName, FieldValue][]).flatMap(([field, value]) => {
        const own = written.get(`${id}/${item.id}/${field}`) ?? [];
        const first = before[item.id]?.fields[field];
        if (isNew.has(`${id}/${item.id}`) && own.length === 0) return [];
        const authored = [
          first,
          ...own.flatMap((deed) => (deed.kind === "remove" ? [] : [deed.value, deed.saw as FieldValue])),
        ];
        const isAuthored = (one: FieldValue): boolean =>
          authored.some((known) => known !== undefined && holdsValue(known, one));
        const strange = Array.isArray(value)
          ? value.filter((one: string) => !isAuthored(one))
          : isAuthored(value)
            ? []
            : [value];
        return strange.map((one) => `I4 ${id}: ${item.id}/${field} holds ${JSON.stringify(one)}, which nobody wrote`);
      }),
    ),
  );
}

function holdsValue(known: FieldValue, one: FieldValue): boolean {
  return Array.isArray(known) ? known.includes(one as string) : known === one;
}

function includes(list: unknown, value: FieldValue): boolean {
  return Array.isArray(list) && list.includes(value);
}

/** I8: the most calls that any window of this length saw, where that is more than the limit. */
export function overBudget(tool: string, arrivals: readonly number[], limit: number, periodMs: number): string[] {
  let [from, most] = [0, 0];
  for (const [n, at] of arrivals.entries()) {
    while (arrivals[from]! <= at - periodMs) from += 1;
    most = Math.max(most, n - from + 1);
  }
  return most > limit ? [`I8 ${tool}: ${most} calls in ${periodMs / 1_000} s, ${limit} are allowed`] : [];
}
