import type { RemoteItem } from "../src/core/model.ts";
import type { Pulled, PullInput } from "../src/core/ports.ts";
import { isSyncFailure } from "../src/core/errors.ts";
import { mappingProblems } from "../src/connectors/mapping-problems.ts";
import { mergeFindings } from "../src/core/findings.ts";
import type { LensTable } from "../src/core/lens.ts";
import type { SchemaScope } from "../src/connectors/contract.ts";
import { asSeries } from "../src/connectors/http.ts";
import { adoptMarked, adoptRefs } from "./adopt.ts";
import { throughConnection } from "./connections.ts";
import { noteFacts, toolFacts, type Engine } from "./engine.ts";
import { loadContext, toolContext, type RunContext } from "./run-context.ts";
import { lensesOf } from "./identities.ts";
import { checkRights } from "./rights.ts";
import {
  doubtSchema,
  dropSchema,
  keepSchema,
  openSession,
  schemaOf,
  takeDoubt,
  type ToolSession,
} from "./tool-session.ts";
import { settleUnanswered } from "./unanswered.ts";

/** Most refs a stale index is asked to reconcile in the one listing request (Jira's limit). */
const RECHECK = 50;
/** A listing never shows what was deleted, so everything is listed and compared once a day. */
const CENSUS_EVERY_MS = 86_400_000;
/** A project that lists nothing for so long is listed once more by itself. */
const LISTED_KEPT_MS = 30 * 86_400_000;

/** Where the measured difference between a vendor's clock and ours is kept. */
export function skewKey(tool: string): string {
  return `skew/${tool}`;
}

/** Brings the tool's mirror up to date: one delta listing, and a read by id of what people linked by hand. */
export async function pullTool(engine: Engine, input: PullInput, signal: AbortSignal): Promise<Pulled> {
  const context = await loadContext(engine, input.run);
  const session = openSession(engine, toolContext(context, input.tool));
  const startedAt = engine.now();
  try {
    const changed = await throughConnection(engine, session, () => refreshMirror(engine, context, session, signal));
    const skewMs = session.http.skewMs;
    if (skewMs !== undefined) await engine.store.cache(skewKey(input.tool), skewMs, engine.now() + CENSUS_EVERY_MS);
    await noteFacts(engine, input.run, input.tool, ({ error: _, ...facts }) => ({
      ...facts,
      changed: facts.changed + changed,
      durationMs: facts.durationMs + engine.now() - startedAt,
      ...(skewMs === undefined ? {} : { skewMs }),
    }));
    return { changed };
  } catch (error) {
    if (isSyncFailure(error, "Rejected") || isSyncFailure(error, "NotFound")) await dropSchema(engine, session);
    if (isSyncFailure(error)) {
      const { code, message } = error;
      await noteFacts(engine, input.run, input.tool, (facts) => ({ ...facts, error: { code, message } }));
    }
    throw error;
  }
}

async function refreshMirror(
  engine: Engine,
  context: RunContext,
  session: ToolSession,
  signal: AbortSignal,
): Promise<number> {
  const { store } = engine;
  const { tool } = session.context;
  const { project, request } = context;
  const isFull = request.force === true || request.full === true;
  const schema = await schemaOf(engine, session, signal, isFull || (await takeDoubt(engine, session)));
  const scope = session.scope(schema, signal);
  await checkRights(engine, context, session, scope);
  await adoptRefs(engine, context, session, scope);
  const lens = await lensesOf(engine, session, schema);
  await noteMapping(engine, context, session, lens);
  const tally = { done: 0, rejected: 0, refused: 0, raced: 0 };
  await settleUnanswered({ engine, input: { project, run: context.run, tool }, session, scope, lens, tally });

  const state = await store.projectState(project);
  const mirror = state.mirror[tool] ?? {};
  const linked = state.links.filter((link) => link.tool === tool).map(({ ref }) => ref);
  const censusKey = `census/${project}/${tool}`;
  const known = await store.cursor(project, tool);
  const census = isFull || known === null || !(await store.cached(censusKey, engine.now()));
  const listedKey = `listed/${project}/${tool}`;
  const facts = await toolFacts(engine, context.run, tool);
  if (!census && !facts.isDetected && (await isDetected(engine, context, session.account, listedKey))) {
    // Once a run: after a wait the reading is old.
    await noteFacts(engine, context.run, tool, (noted) => ({ ...noted, isDetected: true }));
    await adoptMarked(engine, context, session);
    return 0;
  }
  const listingAt = engine.now();
  const recheck = newest(mirror, new Set(linked), RECHECK);
  const listing = { ...scope, http: asSeries(scope.http) };
  const changes = await session.connector.changes(listing, { cursor: census ? null : known, recheck });
  if (changes.learned) await keepSchema(engine, session, changes.learned);
  const { fresh, doubtful } = freshRows(changes.items, mirror);
  await store.saveChanges(project, tool, fresh, changes.cursor);
  await store.cache(listedKey, listingAt, listingAt + LISTED_KEPT_MS);
  const listed = new Set(changes.items.map((item) => item.ref));
  const missing = census ? linked.filter((ref) => !listed.has(ref)) : [];
  await readAgain({ engine, project, session, scope, mirror }, [...missing, ...doubtful]);
  if (census) await store.cache(censusKey, true, engine.now() + CENSUS_EVERY_MS);
  await adoptMarked(engine, context, session);
  return fresh.filter((item) => JSON.stringify(item.fields) !== JSON.stringify(mirror[item.ref]?.fields)).length;
}

/** What is wrong with the mapping is told whether an item runs into it or not. */
async function noteMapping(engine: Engine, { run }: RunContext, session: ToolSession, lens: LensTable): Promise<void> {
  const { tool, binding } = session.context;
  const problems = mappingProblems(binding, lens, { usual: false });
  if (problems.length === 0) return;
  // Somebody will mend it, here or in the tool.
  await doubtSchema(engine, session);
  const remedy = `Correct the mapping of ${tool} in the client file or in sync-config.yaml, or what it names in the tool.`;
  const findings = problems.map((problem) => ({ ...problem, severity: "warning" as const, tool, remedy }));
  await noteFacts(engine, run, tool, (facts) => ({
    ...facts,
    findings: mergeFindings([...facts.findings, ...findings]),
  }));
}

/**
 * Change detection read this project's news just now, together with its neighbours': nothing is fetched twice.
 * Only where the stream goes on from a listing of the project's own is there no gap between the two.
 */
async function isDetected(
  { store, now }: Engine,
  { project, request }: RunContext,
  account: string,
  listedKey: string,
): Promise<boolean> {
  const { detectedAtMs } = request;
  if (detectedAtMs === undefined) return false;
  const [stream, listedAt] = await Promise.all([store.stream(account), store.cached(listedKey, now())]);
  const since = stream?.members[project];
  if (!stream || since === undefined || typeof listedAt !== "number") return false;
  return stream.atMs >= detectedAtMs && since <= listedAt;
}

/** Refs of the linked twins that changed last. */
function newest(mirror: Readonly<Record<string, RemoteItem>>, linked: ReadonlySet<string>, count: number): string[] {
  return Object.values(mirror)
    .filter((item) => item.state === "live" && linked.has(item.ref))
    .toSorted((a, b) => (a.updated.at < b.updated.at ? 1 : -1))
    .slice(0, count)
    .map((item) => item.ref);
}

/**
 * A listing may lag behind what reads and answers have shown already: a row older than what is known is no
 * news, least of all of an edit, and a twin that is known to be gone may still stand in it. Both are asked for by id.
 */
export function freshRows(
  items: readonly RemoteItem[],
  mirror: Readonly<Record<string, RemoteItem>>,
): { readonly fresh: readonly RemoteItem[]; readonly doubtful: readonly string[] } {
  const isDoubtful = ({ ref, updated }: RemoteItem): boolean => {
    const known = mirror[ref];
    if (!known) return false;
    return updated.at < known.updated.at || (known.state === "gone" && updated.at === known.updated.at);
  };
  return {
    fresh: items.filter((item) => !isDoubtful(item)),
    doubtful: items.filter(isDoubtful).map(({ ref }) => ref),
  };
}

interface Reading {
  readonly engine: Engine;
  readonly project: string;
  readonly session: ToolSession;
  readonly scope: SchemaScope;
  /** What was known before. */
  readonly mirror: Readonly<Record<string, RemoteItem>>;
}

/** Gone from a listing is gone only after a read by id says so, and back in it only then as well. */
async function readAgain({ engine, project, session, scope, mirror }: Reading, refs: readonly string[]): Promise<void> {
  if (refs.length === 0) return;
  const { tool } = session.context;
  const found = await session.connector.read(scope, refs);
  await engine.store.saveTwins(project, tool, found.items, mirror);
  await engine.store.markGone(project, tool, found.gone);
}
