/** Whether a credential still sees what is linked: a listing without news and one without rights look the same. */
import { SyncFailure } from "../src/core/errors.ts";
import type { Connector, SchemaScope } from "../src/connectors/contract.ts";
import type { Engine } from "./engine.ts";

/** A silent credential is looked at so often. */
const SIGHT_MS = 3_600_000;
/** Projects that are looked at, other ones each time, and twins of each. */
const PROJECTS = 3;
const TWINS = 2;

export interface Sight {
  readonly account: string;
  readonly connector: Connector;
  readonly scopes: ReadonlyMap<string, SchemaScope>;
  /** The stream told of something just now: whoever tells sees. */
  readonly isTold: boolean;
}

/**
 * Reads some linked twins by id where the stream has been silent for an hour. Those that are gone are news of their
 * projects. Throws Forbidden where none of several is there any more: a lost right, and no message from the tool.
 */
export async function checkSight(engine: Engine, sight: Sight): Promise<void> {
  const { store, now } = engine;
  const { account, connector, scopes, isTold } = sight;
  const key = `sight/${account}`;
  if (!isTold && (await store.cached(key, now())) !== null) return;
  const missing: { project: string; refs: readonly string[] }[] = [];
  let [seen, asked] = [0, 0];
  for (const [project, scope] of isTold ? [] : some(scopes, now())) {
    const refs = await linkedRefs(engine, project, connector.tool, now());
    if (refs.length === 0) continue;
    const { items, gone } = await connector.read(scope, refs);
    await store.saveTwins(project, connector.tool, items);
    if (gone.length > 0) missing.push({ project, refs: gone });
    asked += refs.length;
    seen += items.length;
  }
  if (asked > 1 && seen === 0) throw blind(connector.tool, asked);
  for (const { project, refs } of missing) await store.markGone(project, connector.tool, refs);
  await store.cache(key, true, now() + SIGHT_MS);
}

/** Other ones each hour, so that all have their turn. */
function some(scopes: ReadonlyMap<string, SchemaScope>, nowMs: number): (readonly [string, SchemaScope])[] {
  const all = [...scopes];
  const first = (Math.floor(nowMs / SIGHT_MS) * PROJECTS) % Math.max(1, all.length);
  return [...all.slice(first), ...all.slice(0, first)].slice(0, PROJECTS);
}

async function linkedRefs({ store }: Engine, project: string, tool: string, nowMs: number): Promise<string[]> {
  const links = (await store.links(project, tool)).filter(({ gone }) => !gone);
  const first = Math.floor(nowMs / SIGHT_MS) % Math.max(1, links.length);
  return [...links.slice(first), ...links.slice(0, first)].slice(0, TWINS).map(({ ref }) => ref);
}

function blind(tool: string, asked: number): SyncFailure {
  return new SyncFailure(
    "Forbidden",
    `${tool} shows none of ${asked} linked items that it was asked for, and no changes: its credential may have lost the right to read.`,
    { tool },
  );
}
