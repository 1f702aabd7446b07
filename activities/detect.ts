/** What changed at one credential, for all its projects together. */
import { isSyncFailure } from "../src/core/errors.ts";
import type { RemoteItem } from "../src/core/model.ts";
import type { Detected, DetectInput } from "../src/core/ports.ts";
import type { SchemaScope, Streamed } from "../src/connectors/contract.ts";
import type { StreamState } from "../src/store/store.ts";
import type { Engine } from "./engine.ts";
import { entriesOf, type PortfolioEntry } from "./portfolio.ts";
import { freshRows } from "./pull.ts";
import { knownSchema, openSession } from "./tool-session.ts";

/** A new stream reaches back this far: further than any vendor's listing lags. */
const OVERLAP_MS = 600_000;

/**
 * Reads the credential's stream once, brings the mirrors of its projects up to date, and marks those with
 * news as due. A project that the stream did not tell of so far is due as well: its own sync lists it first.
 * The cursor moves last, so that a crash tells the same again.
 */
export async function detectChanges(engine: Engine, input: DetectInput, signal: AbortSignal): Promise<Detected> {
  const { store } = engine;
  const { tool, account } = input;
  const own = (await entriesOf(engine, input.portfolio)).filter((entry) => entry.tools.some(isOf(account)));
  const stream = await store.stream(account);
  const described = await scopesOf(engine, own, account, signal);
  const startedAtMs = engine.now();
  const told = stream?.members ?? {};
  const sinceMs = stream?.sinceMs ?? startedAtMs - OVERLAP_MS;
  const position = { cursor: stream?.cursor ?? null, sinceMs };
  const read = (some: readonly SchemaScope[]) => readStream(engine, tool, some, position);
  const all = [...described.values()];
  const { scopes, streamed } = await read(all).then(
    (first) => ({ scopes: described, streamed: first }),
    async (error: unknown) => {
      const good = REFUSALS.some((code) => isSyncFailure(error, code)) ? await answering(read, all) : null;
      if (!good) throw error;
      return { scopes: new Map(good.map((scope) => [scope.binding.project, scope])), streamed: await read(good) };
    },
  );
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
    async owners() {
      const owners = await store.owners(tool);
      return (ref) => (owners.get(ref) ?? []).flatMap((project) => byProject.get(project) ?? []);
    },
  });
}

/**
 * The scopes that the vendor answers for. One container that was deleted, or hidden from the credential, has a
 * listing of many refused as a whole: it is found by halving, and its project's own sync tells of it.
 */
async function answering(
  read: (scopes: readonly SchemaScope[]) => Promise<Streaming>,
  scopes: readonly SchemaScope[],
): Promise<readonly SchemaScope[]> {
  try {
    await read(scopes);
    return scopes;
  } catch (error) {
    if (!REFUSALS.some((code) => isSyncFailure(error, code))) throw error;
    if (scopes.length === 1) return [];
    const middle = Math.ceil(scopes.length / 2);
    const [one, other] = [scopes.slice(0, middle), scopes.slice(middle)];
    return [...(await answering(read, one)), ...(await answering(read, other))];
  }
}

const REFUSALS = ["Rejected", "NotFound", "Forbidden"] as const;

function isOf(account: string) {
  return (tool: PortfolioEntry["tools"][number]): boolean => tool.account === account;
}

/** By project, of those whose tool was described before. */
async function scopesOf(
  engine: Engine,
  entries: readonly PortfolioEntry[],
  account: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SchemaScope>> {
  const scopes = new Map<string, SchemaScope>();
  for (const { project, tools } of entries) {
    const context = tools.find(isOf(account));
    const session = context && openSession(engine, context);
    const schema = session && (await knownSchema(engine, session));
    if (session && schema) scopes.set(project, session.scope(schema, signal));
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
