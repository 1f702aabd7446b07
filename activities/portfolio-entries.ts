/** What the steps of one portfolio run leave each other of its projects: too much for a history. */
import type { Binding } from "../src/connectors/contract.ts";
import { NO_MAPS } from "../src/core/maps.ts";
import { KEEP_MS, type Engine } from "./engine.ts";
import type { SessionContext } from "./tool-session.ts";

/** One project in one portfolio run: what it is bound to, and whether its own files call for a sync. */
export interface PortfolioEntry {
  readonly project: string;
  readonly pmePriority: string | null;
  /** Somebody asks for it. The others are in the list for their credential's stream, which must not pass them by. */
  readonly isAsked: boolean;
  /** ISO time at which its hub file was saved; empty where it cannot be read. */
  readonly savedAt: string;
  /** Its files differ from those of its last whole sync, or nobody knows. */
  readonly isChanged: boolean;
  /** Its own schedule lets it be synced now. */
  readonly isDue: boolean;
  readonly tools: readonly (SessionContext & { readonly account: string })[];
}

type Tool = PortfolioEntry["tools"][number];

/** As stored: the people of a client and the maps of a tool, hundreds of lines that projects have in common, stand there once. */
interface Stored {
  readonly people: readonly Binding["people"][];
  readonly maps: readonly Binding["maps"][];
  readonly entries: readonly StoredEntry[];
}
type StoredEntry = Omit<PortfolioEntry, "tools"> & { readonly tools: readonly StoredTool[] };
type StoredTool = Omit<Tool, "binding"> & {
  /** `people`, `maps`: the places in the lists. */
  readonly binding: Omit<Binding, "people" | "maps"> & { readonly people: number; readonly maps: number };
};

export async function saveEntries(
  engine: Engine,
  portfolio: string,
  entries: readonly PortfolioEntry[],
): Promise<void> {
  await engine.store.cache(keyOf(portfolio), packed(entries), engine.now() + KEEP_MS);
}

export async function entriesOf(engine: Engine, portfolio: string): Promise<readonly PortfolioEntry[]> {
  const stored = (await engine.store.cached(keyOf(portfolio), engine.now())) as Stored | null;
  return stored ? unpacked(stored) : [];
}

export async function dropEntries(engine: Engine, portfolio: string): Promise<void> {
  await engine.store.dropCached(keyOf(portfolio));
}

function packed(entries: readonly PortfolioEntry[]): Stored {
  const people = new Map<Binding["people"], number>();
  const maps = new Map<Binding["maps"], number>();
  const toolOf = (tool: Tool): StoredTool => ({
    ...tool,
    binding: { ...tool.binding, people: placeIn(people, tool.binding.people), maps: placeIn(maps, tool.binding.maps) },
  });
  const stored = entries.map((entry): StoredEntry => ({ ...entry, tools: entry.tools.map(toolOf) }));
  return { people: [...people.keys()], maps: [...maps.keys()], entries: stored };
}

function placeIn<T>(places: Map<T, number>, one: T): number {
  const place = places.get(one) ?? places.size;
  places.set(one, place);
  return place;
}

function unpacked({ people, maps, entries }: Stored): PortfolioEntry[] {
  const toolOf = ({ binding, ...tool }: StoredTool): Tool => ({
    ...tool,
    binding: { ...binding, people: people[binding.people] ?? {}, maps: maps[binding.maps] ?? NO_MAPS },
  });
  return entries.map((entry) => ({ ...entry, tools: entry.tools.map(toolOf) }));
}

function keyOf(portfolio: string): string {
  return `portfolio/${portfolio}`;
}
