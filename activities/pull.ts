import type { Link, RemoteItem } from "../src/core/model.ts";
import type { Pulled, PullInput } from "../src/core/ports.ts";
import { isSyncFailure } from "../src/core/errors.ts";
import type { Finding } from "../src/core/findings.ts";
import { duplicateRef } from "../src/core/reconcile/ref-claims.ts";
import type { SchemaScope } from "../src/connectors/contract.ts";
import { loadContext, noteFacts, toolContext, type Engine, type RunContext } from "./engine.ts";
import { keepSchema, openSession, schemaOf, type ToolSession } from "./tool-session.ts";

/** Most refs a stale index is asked to reconcile in the one listing request (Jira's limit). */
const RECHECK = 50;
/** A listing never shows what was deleted, so everything is listed and compared once a day. */
const CENSUS_EVERY_MS = 86_400_000;

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
    const changed = await refreshMirror(engine, context, session, signal);
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
    if (isSyncFailure(error, "Rejected") || isSyncFailure(error, "NotFound"))
      await engine.store.dropCached(session.schemaKey);
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
  const schema = await schemaOf(engine, session, signal, request.force === true);
  const scope = session.scope(schema, signal);
  await adoptRefs(engine, context, session, scope);

  const state = await store.projectState(project);
  const mirror = state.mirror[tool] ?? {};
  const recheck = Object.values(mirror)
    .filter((item) => item.state === "live" && state.links.some((link) => link.tool === tool && link.ref === item.ref))
    .toSorted((a, b) => (a.updated.at < b.updated.at ? 1 : -1))
    .slice(0, RECHECK)
    .map((item) => item.ref);
  const censusKey = `census/${project}/${tool}`;
  const known = await store.cursor(project, tool);
  const census = request.force === true || known === null || !(await store.cached(censusKey, engine.now()));
  const changes = await session.connector.changes(scope, { cursor: census ? null : known, recheck });
  if (changes.learned) await keepSchema(engine, session, changes.learned);
  await store.saveChanges(project, tool, changes.items, changes.cursor);
  if (census) {
    const listed = new Set(changes.items.map((item) => item.ref));
    const missing = state.links.filter((link) => link.tool === tool && !listed.has(link.ref)).map((link) => link.ref);
    await confirmGone(engine, project, session, scope, missing);
    await store.cache(censusKey, true, engine.now() + CENSUS_EVERY_MS);
  }
  return changes.items.filter((item) => JSON.stringify(item.fields) !== JSON.stringify(mirror[item.ref]?.fields))
    .length;
}

/** Gone from a listing is gone only after a read by id says so. */
async function confirmGone(
  engine: Engine,
  project: string,
  session: ToolSession,
  scope: SchemaScope,
  refs: readonly string[],
): Promise<void> {
  if (refs.length === 0) return;
  const { tool } = session.context;
  const found = await session.connector.read(scope, refs);
  await engine.store.saveChanges(project, tool, found.items, await engine.store.cursor(project, tool));
  await engine.store.markGone(project, tool, found.gone);
}

/**
 * Links the refs that people wrote by hand, in whatever case they wrote them. One that cannot be read is a
 * finding, and nothing is created for its item; one that another item has or names too is left to a person.
 */
async function adoptRefs(engine: Engine, context: RunContext, session: ToolSession, scope: SchemaScope): Promise<void> {
  const { unlinked, tool } = session.context;
  if (unlinked.length === 0) return;
  const found = await session.connector.read(
    scope,
    unlinked.map(({ ref }) => ref),
  );
  const { links } = await engine.store.projectState(context.project);
  const taken = new Set(links.filter((link) => link.tool === tool).map((link) => link.ref));
  const claims = unlinked.map(({ item, ref }) => ({ item, ref, twin: twinNamed(found.items, ref) }));
  const findings: Finding[] = [];
  for (const { item, ref, twin } of claims) {
    if (!twin) {
      findings.push(unresolvedRef(tool, item, ref));
      continue;
    }
    const rivals = claims.filter((claim) => claim.item !== item && claim.twin?.ref === twin.ref);
    if (rivals.length === 0 && !taken.has(twin.ref)) {
      const link: Link = { item, tool, ref: twin.ref, key: twin.key, url: twin.url, generation: 0, base: {} };
      await engine.store.adopt(context.project, link, twin);
    }
    // The planner tells of refs that read alike; only here it shows that a key and an id are one twin.
    for (const rival of rivals)
      if (rival.item > item && !isSameRef(rival.ref, ref))
        findings.push(duplicateRef(tool, [item, rival.item], twin.key));
  }
  await noteFacts(engine, context.run, tool, (facts) => ({ ...facts, findings }));
}

function twinNamed(items: readonly RemoteItem[], ref: string): RemoteItem | undefined {
  return items.find(({ ref: id, key, aliases = [] }) => [id, key, ...aliases].some((name) => isSameRef(name, ref)));
}

/** No vendor tells two items apart by the case of a ref. */
function isSameRef(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function unresolvedRef(tool: string, item: string, ref: string): Finding {
  return {
    code: "ref-not-found",
    severity: "warning",
    tool,
    items: [item],
    message: `external_refs.${tool}: ${ref} does not exist in ${tool}, or may not be seen; nothing is created for the item there`,
    remedy: "Correct the ref, or set it to null to have a new twin made.",
    needsDecision: true,
  };
}
