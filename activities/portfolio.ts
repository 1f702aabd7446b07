/** The portfolio as one: which projects there are, which have something to do, and whose turn it is first. */
import { createHash } from "node:crypto";
import { isDue } from "../src/core/due.ts";
import { isSyncFailure } from "../src/core/errors.ts";
import {
  isUrgent,
  type CredentialGroup,
  type PortfolioFilter,
  type PortfolioSummary,
  type ProjectTurn,
  type Ranked,
  type ScanInput,
  type Scanned,
} from "../src/core/ports.ts";
import { SCHEDULE_TRIGGERS } from "../src/core/schedules.ts";
import type { HubHead } from "../src/hub/hub.ts";
import { resolveProject, type ResolvedProject, type ResolvedTool } from "../src/registry/resolve.ts";
import { clientOf, settingsOf } from "../src/registry/workspace.ts";
import type { ToolPause } from "../src/store/connections.ts";
import type { Standing } from "../src/store/store.ts";
import type { Engine } from "./engine.ts";
import { dropEntries, entriesOf, saveEntries, type PortfolioEntry } from "./portfolio-entries.ts";

/** The contract's batches. */
const BATCH = 10;
/** Projects whose files are read side by side: a file system answers several in the time of one. */
const READ_AT_ONCE = 16;

/** Lists the projects, and stores what the next steps need of them. */
export async function scanPortfolio(engine: Engine, input: ScanInput): Promise<Scanned> {
  const [standings, pauses] = await Promise.all([engine.store.standings(), engine.store.toolPauses()]);
  const entries: PortfolioEntry[] = [];
  const files = await engine.hub.list();
  for (let start = 0; start < files.length; start += READ_AT_ONCE) {
    const some = files.slice(start, start + READ_AT_ONCE);
    const read = some.map(({ id, savedAt }) => entryOf(engine, { project: id, savedAt }, input, standings.get(id)));
    entries.push(...(await Promise.all(read)));
  }
  await saveEntries(engine, input.portfolio, entries);
  return { projects: entries.filter(({ isAsked }) => isAsked).length, credentials: credentialsOf(entries, pauses) };
}

async function entryOf(
  engine: Engine,
  file: Pick<PortfolioEntry, "project" | "savedAt">,
  input: ScanInput,
  standing: Standing | undefined,
): Promise<PortfolioEntry> {
  try {
    return await readEntry(engine, file, input, standing);
  } catch (error) {
    // What is wrong with its files is told by its own sync.
    if (!isSyncFailure(error)) throw error;
    return { ...file, savedAt: "", pmePriority: null, isAsked: true, isChanged: true, isDue: true, tools: [] };
  }
}

async function readEntry(
  engine: Engine,
  { project, savedAt }: Pick<PortfolioEntry, "project" | "savedAt">,
  { trigger, filter }: ScanInput,
  standing: Standing | undefined,
): Promise<PortfolioEntry> {
  const urgent = isUrgent({ trigger });
  const hub = await engine.hub.head(project);
  const options = { hubPath: hub.path, env: engine.env, connectors: Object.keys(engine.connectors) };
  const { tools, schedule } = resolveProject(engine.workspace, hub, options);
  const syncedAt = standing?.syncedAt ? Date.parse(standing.syncedAt) : null;
  return {
    project,
    pmePriority: hub.pmePriority,
    isAsked: isAskedFor(engine, hub, filter),
    savedAt,
    isChanged: standing?.inputHash !== inputHashOf(engine, hub.path, hub),
    isDue: mayRun(trigger, schedule, syncedAt, engine.now()),
    tools: tools.flatMap((tool) => sessionOf(engine, tool, urgent)),
  };
}

/** Who runs it by hand may; schedules keep to what the project says of itself, the frequent one down to the hour. */
function mayRun(
  trigger: string,
  schedule: ResolvedProject["schedule"],
  syncedAtMs: number | null,
  nowMs: number,
): boolean {
  if (!Object.values(SCHEDULE_TRIGGERS).includes(trigger)) return true;
  if (!schedule.autoSync || schedule.frequency === "manual") return false;
  return trigger !== SCHEDULE_TRIGGERS.sync || isDue(schedule, syncedAtMs, nowMs);
}

function isAskedFor(engine: Engine, hub: HubHead, { client, priority, projects }: PortfolioFilter): boolean {
  if (projects && !projects.includes(hub.projectId)) return false;
  if (client !== undefined && client !== codeOf(engine, hub)) return false;
  return priority === undefined || hub.pmePriority === priority;
}

/** The client's code, whether the project names it or it is the only one; empty where it has none. */
function codeOf({ workspace }: Engine, hub: HubHead): string {
  try {
    return clientOf(workspace, hub.client)?.client.code ?? "";
  } catch (error) {
    // A client without a file, or a wrong one: told by the project's own sync.
    if (!isSyncFailure(error)) throw error;
    return hub.client ?? "";
  }
}

/** A tool without usable credentials has no stream; the project's own sync tells of it. */
function sessionOf(engine: Engine, resolved: ResolvedTool, urgent: boolean): PortfolioEntry["tools"] {
  const { tool, client, binding, connection, credentials, rateLimits, missingEnv } = resolved;
  const module = engine.connectors[tool];
  if (!module || missingEnv.length > 0) return [];
  const { account } = module.endpoint(credentials, binding.container);
  return [{ tool, client, binding, connection, rateLimits, urgent, account }];
}

/** Of a tool that somebody paused nothing is asked. */
function credentialsOf(entries: readonly PortfolioEntry[], pauses: readonly ToolPause[]): CredentialGroup[] {
  const groups = new Map<string, CredentialGroup>();
  for (const { tools } of entries)
    for (const { tool, account } of tools)
      groups.set(account, { tool, account, projects: (groups.get(account)?.projects ?? 0) + 1 });
  const asked = [...groups.values()].filter(({ tool }) => !pauses.some((pause) => pause.tool === tool));
  return asked.toSorted((a, b) => (a.account < b.account ? -1 : 1));
}

/** The files that decide how a project is synced, as one hash. */
export function inputHashOf({ workspace }: Engine, hubPath: string, hub: HubHead): string {
  const settings = settingsOf(workspace, hubPath, clientOf(workspace, hub.client));
  return createHash("sha256").update(`${hub.hash}\0${settings}`).digest("hex");
}

/** Those with something to do: critical ones first, then those that waited longest. */
export async function rankPortfolio(engine: Engine, { portfolio, filter, all }: ScanInput): Promise<Ranked> {
  const [entries, standings] = await Promise.all([entriesOf(engine, portfolio), engine.store.standings()]);
  const { changedSince = "" } = filter;
  const dirty = entries.filter(({ project, isAsked, savedAt, isChanged, isDue: mayBeSynced }) => {
    if (!isAsked || !mayBeSynced) return false;
    if (savedAt !== "" && savedAt < changedSince && !hasWork(engine, standings.get(project))) return false;
    return all || isChanged || hasWork(engine, standings.get(project));
  });
  const waited = ({ project }: PortfolioEntry): string => standings.get(project)?.syncedAt ?? "";
  const turns = dirty
    .toSorted((a, b) => rankOf(a) - rankOf(b) || compare(waited(a), waited(b)) || compare(a.project, b.project))
    .map((entry): ProjectTurn => ({ project: entry.project, priority: rankOf(entry) === 1 ? 2 : 3 }));
  const batches: ProjectTurn[][] = [];
  for (let start = 0; start < turns.length; start += BATCH) batches.push(turns.slice(start, start + BATCH));
  return { batches };
}

function hasWork({ now }: Engine, standing: Standing | undefined): boolean {
  return standing !== undefined && (standing.hasNews || (standing.owedAtMs ?? Infinity) <= now());
}

/** `P1` is critical; what has no priority comes last. */
function rankOf({ pmePriority }: PortfolioEntry): number {
  return Number(/^P(\d)$/.exec(pmePriority ?? "")?.[1] ?? 9);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Kept until the next one, for `track-sdlc status`. What its steps needed of the projects is megabytes, and nobody's any more. */
export async function concludePortfolio(engine: Engine, summary: PortfolioSummary): Promise<void> {
  await engine.store.savePortfolio(summary, engine.now());
  await dropEntries(engine, summary.portfolio);
}
