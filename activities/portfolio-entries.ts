/** What the steps of one portfolio run leave each other of its projects: too much for a history. */
import { SyncFailure } from "../src/core/errors.ts";
import { KEEP_MS, type Engine } from "./engine.ts";
import { restoredAll, storedAll, type Stored } from "./stored-binding.ts";
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
type StoredEntry = Omit<PortfolioEntry, "tools"> & { readonly tools: readonly Stored<Tool>[] };

export async function saveEntries(
  engine: Engine,
  portfolio: string,
  entries: readonly PortfolioEntry[],
): Promise<void> {
  const rows: StoredEntry[] = [];
  for (const entry of entries) rows.push({ ...entry, tools: await storedAll(engine, entry.tools) });
  await engine.store.cache(keyOf(portfolio), rows, engine.now() + KEEP_MS);
}

/** Throws `Bug` where the list, or a part of it, is not stored (any more). */
export async function entriesOf(engine: Engine, portfolio: string): Promise<readonly PortfolioEntry[]> {
  const rows = (await engine.store.cached(keyOf(portfolio), engine.now())) as readonly StoredEntry[] | null;
  if (!rows) throw lost(portfolio);
  const entries: PortfolioEntry[] = [];
  for (const row of rows) {
    const tools = await restoredAll<Tool>(engine, row.tools);
    if (!tools) throw lost(portfolio);
    entries.push({ ...row, tools });
  }
  return entries;
}

/** Taken for an empty portfolio, it would end as if nothing had been to do. */
function lost(portfolio: string): SyncFailure {
  const message = `${portfolio} has no stored list of projects (any more); was the store replaced while it ran? Start it anew.`;
  return new SyncFailure("Bug", message);
}

export async function dropEntries(engine: Engine, portfolio: string): Promise<void> {
  await engine.store.dropCached(keyOf(portfolio));
}

function keyOf(portfolio: string): string {
  return `entries/${portfolio}`;
}
