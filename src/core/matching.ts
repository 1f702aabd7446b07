/** Which item of the hub a twin in a tool stands for, before anything was ever agreed between the two. */
import type { HubItem, ItemId, RemoteItem } from "./model.ts";

/** How a twin was recognised: the store links it, it carries our marker, the hub names it, its title says so, a person said so. */
export type MatchedBy = "link" | "marker" | "ref" | "title" | "answer";

export interface TwinMatch {
  readonly item: HubItem;
  readonly twin: RemoteItem;
  readonly by: MatchedBy;
}
/** Several could be meant, so that only a person can say which one is; none of them may be right either. */
export interface OpenMatch {
  readonly item: HubItem;
  readonly candidates: readonly RemoteItem[];
}
export interface Matching {
  readonly matches: readonly TwinMatch[];
  readonly open: readonly OpenMatch[];
  /** Refs that name nothing which can be seen in the tool. */
  readonly lost: readonly { readonly item: HubItem; readonly ref: string }[];
  /** Items that the tool has no twin of: the first sync makes one. */
  readonly unmatched: readonly HubItem[];
  /** Twins of nobody. */
  readonly free: readonly RemoteItem[];
  /** Live ones that are another's. */
  readonly foreign: readonly { readonly twin: RemoteItem; readonly why: Foreign }[];
}

/** Another's: a hub names it for another item, or it carries the marker of an item that nobody here knows. */
export type Foreign = "claimed" | "marked";

export interface MatchInput {
  readonly items: readonly HubItem[];
  /** Everything of the bound container, and what the items' refs name elsewhere. */
  readonly twins: readonly RemoteItem[];
  /** The twin's title in the hub's terms; null where it has none. */
  readonly titleOf: (twin: RemoteItem) => string | null;
  /** Refs of twins that the store links, or that carry an item's marker. */
  readonly known: ReadonlyMap<ItemId, { readonly ref: string; readonly by: "link" | "marker" }>;
  /** Null: it may be anything of this project. */
  readonly foreignness: (twin: RemoteItem) => Foreign | null;
  /** What people said: the twin's ref, or null for none of them. */
  readonly answers: ReadonlyMap<ItemId, string | null>;
}

/**
 * What is known by the store, a marker or a ref is no question. Of the rest, an item and a live twin of the same type
 * and exactly the same title belong together where there is one of each; where there are more, that is asked.
 */
export function matchTwins(input: MatchInput): Matching {
  const byName = namedTwins(input.twins);
  const matches: TwinMatch[] = [];
  const lost: { item: HubItem; ref: string }[] = [];
  const rest: HubItem[] = [];
  for (const item of input.items) {
    const found = knownTwin(input, byName, item);
    if (found === undefined) rest.push(item);
    else if ("twin" in found) matches.push({ item, ...found });
    else lost.push({ item, ref: found.ref });
  }
  const taken = new Set(matches.map(({ twin }) => twin.ref));
  const others = input.twins
    .filter((twin) => twin.state === "live" && !taken.has(twin.ref))
    .map((twin) => ({ twin, why: input.foreignness(twin) }));
  const free = others.filter(({ why }) => why === null).map(({ twin }) => twin);
  const titled = matchTitles(input, rest, free);
  for (const { twin } of titled.matches) taken.add(twin.ref);
  const found = new Set([...titled.matches, ...titled.open].map(({ item }) => item.id));
  const asked = new Set(titled.open.flatMap(({ candidates }) => candidates.map(({ ref }) => ref)));
  return {
    matches: [...matches, ...titled.matches],
    open: titled.open,
    lost,
    unmatched: rest.filter(({ id }) => !found.has(id)),
    free: free.filter(({ ref }) => !taken.has(ref) && !asked.has(ref)),
    foreign: others.flatMap(({ twin, why }) => (why === null ? [] : [{ twin, why }])),
  };
}

function knownTwin(
  { known, answers }: MatchInput,
  byName: ReadonlyMap<string, RemoteItem>,
  item: HubItem,
): Pick<TwinMatch, "twin" | "by"> | { readonly ref: string } | undefined {
  const { id, refs } = item;
  const sure = known.get(id);
  const linked = sure && byName.get(sure.ref.toLowerCase());
  if (sure && linked) return { twin: linked, by: sure.by };
  // The caller asks for one tool: at most one ref is left.
  const [ref] = Object.values(refs);
  if (ref !== undefined) {
    const twin = byName.get(ref.toLowerCase());
    return twin ? { twin, by: "ref" } : { ref };
  }
  const answer = answers.get(id);
  const chosen = answer == null ? undefined : byName.get(answer.toLowerCase());
  return chosen ? { twin: chosen, by: "answer" } : undefined;
}

/** By every name: the ref, the key, and the names it had. */
export function namedTwins(twins: readonly RemoteItem[]): ReadonlyMap<string, RemoteItem> {
  return new Map(
    twins.flatMap((twin) => [twin.ref, twin.key, ...(twin.aliases ?? [])].map((name) => [name.toLowerCase(), twin])),
  );
}

function matchTitles(
  { titleOf, answers }: MatchInput,
  items: readonly HubItem[],
  twins: readonly RemoteItem[],
): Pick<Matching, "matches" | "open"> {
  const twinsOf = Map.groupBy(twins, (twin) => placeOf(twin.type, titleOf(twin)));
  const itemsOf = Map.groupBy(
    items.filter(({ id }) => answers.get(id) !== null),
    ({ type, fields }) => placeOf(type, fields.title),
  );
  const matches: TwinMatch[] = [];
  const open: OpenMatch[] = [];
  for (const [place, alike] of itemsOf) {
    const candidates = place === null ? [] : (twinsOf.get(place) ?? []);
    const [[item], [twin]] = [alike, candidates];
    if (!item || !twin) continue;
    if (alike.length === 1 && candidates.length === 1) matches.push({ item, twin, by: "title" });
    else open.push(...alike.map((one) => ({ item: one, candidates })));
  }
  return { matches, open };
}

function placeOf(type: RemoteItem["type"], title: unknown): string | null {
  return type === null || typeof title !== "string" || title.trim() === "" ? null : `${type} ${title.trim()}`;
}
