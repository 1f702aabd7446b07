/** What changed at one credential, for all its projects together. */
import { isSyncFailure } from "../src/core/errors.ts";
import type { RemoteItem } from "../src/core/model.ts";
import type { Detected, DetectInput } from "../src/core/ports.ts";
import type { SchemaScope, Streamed } from "../src/connectors/contract.ts";
import { asSeries, type Http } from "../src/connectors/http.ts";
import type { StreamState } from "../src/store/store.ts";
import { throughConnection } from "./connections.ts";
import type { Engine } from "./engine.ts";
import { entriesOf, type PortfolioEntry } from "./portfolio-entries.ts";
import { freshRows } from "./pull.ts";
import { checkSight } from "./sight.ts";
import { knownSchemas, openSession, schemaKeyOf, type SessionContext, type ToolSession } from "./tool-session.ts";

/** A new stream reaches back this far: further than any vendor's listing lags. */
const OVERLAP_MS = 600_000;

/**
 * Reads the credential's stream once, brings the mirrors of its projects up to date, and marks those with
 * news as due. A project that the stream did not tell of so far is due as well: its own sync lists it first.
 * The cursor moves last, so that a crash tells the same again.
 */
export async function detectChanges(engine: Engine, input: DetectInput, signal: AbortSignal): Promise<Detected> {
  const { portfolio, account } = input;
  const own = (await entriesOf(engine, portfolio)).filter((entry) => entry.tools.some(isOf(account)));
  const context = own[0]?.tools.find(isOf(account));
  if (!context) return { changed: 0 };
  const session = openSession(engine, context);
  // One listing for hundreds of projects: turned away half-way it would begin anew, and with many pages never end.
  const http = asSeries(session.http);
  return throughConnection(engine, session, () => readChanges(engine, input, { own, session, http }, signal));
}

async function readChanges(
  engine: Engine,
  { tool, account }: DetectInput,
  { own, session, http }: Reading,
  signal: AbortSignal,
): Promise<Detected> {
  const { store } = engine;
  const stream = await store.stream(account);
  const described = await scopesOf(engine, { own, session, http }, account, signal);
  const startedAtMs = engine.now();
  const told = stream?.members ?? {};
  const sinceMs = stream?.sinceMs ?? startedAtMs - OVERLAP_MS;
  const position = { cursor: stream?.cursor ?? null, sinceMs };
  const read = (some: readonly SchemaScope[]) => readStream(engine, tool, some, position);
  const all = [...described.values()];
  const { scopes, streamed } = await read(all).then(
    (first) => ({ scopes: described, streamed: first }),
    async (error: unknown) => {
      if (!isRefusal(error)) throw error;
      const good = await answeringAmong(read, all);
      return { scopes: new Map(good.map((scope) => [scope.binding.project, scope])), streamed: await read(good) };
    },
  );
  const connector = engine.connectors[tool]?.connector;
  if (connector) await checkSight(engine, { account, connector, scopes, isTold: streamed.items.size > 0 });
  const isTold = ({ project }: PortfolioEntry): boolean => project in told && scopes.has(project);
  const newcomers = own.filter((entry) => !isTold(entry)).map(({ project }) => project);
  await store.markNews(newcomers);
  const [changed, doubtful]: [Set<string>, Set<string>] = [new Set(newcomers), new Set()];
  for (const [project, twins] of streamed.items) {
    const news = await takeIn(engine, project, tool, twins);
    if (news !== "known") changed.add(project);
    if (news === "doubtful") doubtful.add(project);
  }
  // What a container says before the project's own listing is read is not this stream's to tell.
  const sinceOf = (entry: PortfolioEntry): number =>
    isTold(entry) && !doubtful.has(entry.project) ? (told[entry.project] ?? 0) : startedAtMs;
  const members = Object.fromEntries(own.map((entry) => [entry.project, sinceOf(entry)]));
  await store.saveStream(account, { cursor: streamed.cursor, sinceMs, members, atMs: engine.now() });
  return { changed: changed.size };
}

/** The projects of a credential, and the one way to its tool for all of them. */
interface Reading {
  readonly own: readonly PortfolioEntry[];
  readonly session: ToolSession<SessionContext>;
  readonly http: Http;
}

interface Streaming {
  readonly items: Streamed["items"];
  readonly cursor: string | null;
}

async function readStream(
  { store, connectors }: Engine,
  tool: string,
  scopes: readonly SchemaScope[],
  { cursor, sinceMs }: Pick<StreamState, "cursor" | "sinceMs">,
): Promise<Streaming> {
  const module = connectors[tool];
  if (!module || scopes.length === 0) return { items: new Map(), cursor };
  const byProject = new Map(scopes.map((scope) => [scope.binding.project, scope]));
  return module.connector.stream(scopes, {
    cursor,
    since: new Date(sinceMs).toISOString(),
    async owners(refs) {
      const owners = await store.owners(tool, refs);
      return (ref) => (owners.get(ref) ?? []).flatMap((project) => byProject.get(project) ?? []);
    },
  });
}

/**
 * Of scopes that were refused together those that the vendor answers for. One container that was deleted, or hidden
 * from the credential, has a listing of many refused as a whole: it is found by halving, and its project's own sync
 * tells of it.
 */
async function answeringAmong(
  read: (scopes: readonly SchemaScope[]) => Promise<Streaming>,
  refused: readonly SchemaScope[],
): Promise<readonly SchemaScope[]> {
  if (refused.length <= 1) return [];
  const middle = Math.ceil(refused.length / 2);
  const good: SchemaScope[] = [];
  for (const half of [refused.slice(0, middle), refused.slice(middle)]) {
    try {
      await read(half);
      good.push(...half);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      good.push(...(await answeringAmong(read, half)));
    }
  }
  return good;
}

function isRefusal(error: unknown): boolean {
  return (["Rejected", "NotFound", "Forbidden"] as const).some((code) => isSyncFailure(error, code));
}

function isOf(account: string) {
  return (tool: PortfolioEntry["tools"][number]): boolean => tool.account === account;
}

/** By project, of those whose tool was described before. */
async function scopesOf(
  engine: Engine,
  { own, session, http }: Reading,
  account: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SchemaScope>> {
  const bound = own.flatMap(({ project, tools }) => {
    const binding = tools.find(isOf(account))?.binding;
    return binding ? [{ project, binding, key: schemaKeyOf(account, binding) }] : [];
  });
  const schemas = await knownSchemas(
    engine,
    bound.map(({ key }) => key),
  );
  const scopes = new Map<string, SchemaScope>();
  for (const { project, binding, key } of bound) {
    const schema = schemas.get(key);
    if (schema) scopes.set(project, { ...session.scope(schema, signal, binding), http });
  }
  return scopes;
}

/** Takes the rows into the mirror. `doubtful`: the listing lags behind what is known, so the project's own sync has to look. */
async function takeIn(
  { store }: Engine,
  project: string,
  tool: string,
  twins: readonly RemoteItem[],
): Promise<"news" | "known" | "doubtful"> {
  const mirror = (await store.projectState(project)).mirror[tool] ?? {};
  const { fresh, doubtful } = freshRows(twins, mirror);
  const isNews = await store.saveChanges(project, tool, fresh, null);
  if (doubtful.length === 0) return isNews ? "news" : "known";
  await store.markNews([project]);
  return "doubtful";
}
