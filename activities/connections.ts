/**
 * A credential serves many projects: refused once, it is left alone in all of them until a probe finds that
 * the tool takes it again. A tool that somebody paused is left alone until somebody resumes it.
 */
import { probeWaitMs, secretAge } from "../src/core/connection.ts";
import { isSyncFailure, SyncFailure } from "../src/core/errors.ts";
import { iso } from "../src/core/iso.ts";
import type { Finding } from "../src/core/findings.ts";
import type { ConnectionRef, Probed, ToolStanding } from "../src/core/ports.ts";
import { secretNames } from "../src/registry/credentials.ts";
import { periodMs } from "../src/registry/registry-schema.ts";
import { rotationOf } from "../src/registry/rotation.ts";
import type { ConnectionRecord, Refusal, ToolPause } from "../src/store/connections.ts";
import type { Engine } from "./engine.ts";
import type { RunContext, ToolContext } from "./run-context.ts";
import { openSession, schemaOf, type SessionContext, type ToolSession } from "./tool-session.ts";

/** How the watches of credentials are reached. */
export interface Watches {
  /** Sees to it that the credential is watched. */
  watch(connection: ConnectionRef): Promise<void>;
  /** Has the watch ask now, starting it where there is none. */
  probe(connection: ConnectionRef): Promise<void>;
}

/** How exactly it is kept when a credential was used last. */
const USED_MS = 3_600_000;

/**
 * Calls the tool through its connection. Throws AuthFailed where the tool is known to refuse the credential,
 * and ConnectionPaused where somebody paused the tool, without a call to it.
 */
export async function throughConnection<T>(
  { store, now }: Engine,
  { account, context, http, renewsItself }: ToolSession<SessionContext>,
  work: () => Promise<T>,
): Promise<T> {
  const { tool } = context;
  const [known, pauses] = await Promise.all([store.connection(account), store.toolPauses()]);
  const pause = pauses.find((one) => one.tool === tool);
  if (pause) throw paused(pause);
  // Who waits for the answer may have mended it.
  if (known?.refusal && !context.urgent) throw refused(known.refusal, tool);
  try {
    const result = await work();
    const isNews = !known || known.refusal !== null || now() - (known.usedAtMs ?? 0) > USED_MS;
    if (http.hasAnswered && isNews) await store.acceptConnection(account, tool, now(), renewsItself);
    return result;
  } catch (error) {
    if (isSyncFailure(error, "AuthFailed")) {
      const refusal = { message: error.message, context: { ...context, urgent: true } };
      await store.refuseConnection(account, tool, refusal, now());
    }
    throw error;
  }
}

function paused({ tool, by, sinceMs, note }: ToolPause): SyncFailure {
  return new SyncFailure(
    "ConnectionPaused",
    `paused by ${by} since ${iso(sinceMs)}${note ? ` (${note})` : ""}; track-sdlc tools resume ${tool} lets it take part again`,
    { tool },
  );
}

function refused({ sinceMs, nextProbeMs, message }: Refusal, tool: string): SyncFailure {
  const next = nextProbeMs === null ? "" : `; tried again ${iso(nextProbeMs)}`;
  return new SyncFailure("AuthFailed", `refused since ${iso(sinceMs)}, so nothing was sent${next}: ${message}`, {
    tool,
  });
}

/** Asks the tool whether it takes the credential again; as little as a first sync of a project would ask. */
export async function probeConnection(engine: Engine, ref: ConnectionRef, signal: AbortSignal): Promise<Probed> {
  const { store, now } = engine;
  const known = await store.connection(ref.account);
  if (!known?.refusal) return { status: "accepted", waiting: known?.waiting ?? 0, waitMs: 0 };
  const status = await tryAgain(engine, known, known.refusal, signal);
  if (status === "accepted") return { status, waiting: known.waiting, waitMs: 0 };
  const probes = known.refusal.probes + 1;
  const waitMs = waitOf(engine, probes);
  await store.noteProbe(ref.account, probes, now() + waitMs);
  return { status, waiting: known.waiting, waitMs };
}

async function tryAgain(
  engine: Engine,
  { account, tool }: ConnectionRecord,
  refusal: Refusal,
  signal: AbortSignal,
): Promise<Probed["status"]> {
  const { store, now } = engine;
  let renewsItself = false;
  try {
    const session = openSession(engine, refusal.context as SessionContext);
    ({ renewsItself } = session);
    // Another credential has taken its place: there is nothing left to wait for.
    if (session.account !== account) {
      await store.forgetConnection(account);
      return "accepted";
    }
    await schemaOf(engine, session, signal, true);
  } catch (error) {
    if (!isSyncFailure(error)) throw error;
    if (error.code === "AuthFailed" || error.code === "InvalidConfig") return "refused";
    if (error.code === "Unavailable" || error.code === "RateLimited") return "away";
    // Anything else it says to somebody whom it knows.
  }
  await store.acceptConnection(account, tool, now(), renewsItself);
  return "accepted";
}

/** When the refusal is told to people; how long to wait before the first probe. */
export async function noteRefusal(engine: Engine, { account }: ConnectionRef): Promise<Probed> {
  const known = await engine.store.connection(account);
  if (!known?.refusal) return { status: "accepted", waiting: known?.waiting ?? 0, waitMs: 0 };
  const waitMs = waitOf(engine, known.refusal.probes);
  await engine.store.noteProbe(account, known.refusal.probes, engine.now() + waitMs);
  return { status: "refused", waiting: known.waiting, waitMs };
}

function waitOf({ workspace }: Engine, probes: number): number {
  const { probe_after: after, probe_max: max } = workspace.config.connections;
  return probeWaitMs(probes, { afterMs: periodMs(after), maxMs: periodMs(max) });
}

/** Has each refused credential watched, and has the watch of one that is back see to who waits for it. */
export async function watchConnections({ store }: Engine, watches: Watches): Promise<void> {
  const { refused: away, back } = await standingOf(store);
  for (const { tool, account } of away) await watches.watch({ tool, account });
  for (const { tool, account } of back) await watches.probe({ tool, account });
}

/** Takes up who waits for a credential that is back, for a run that is about to choose its projects. */
export async function takeUpWaiting({ store }: Engine): Promise<void> {
  await store.releaseWaiting((await standingOf(store)).back.map(({ account }) => account));
}

interface Connections {
  readonly refused: readonly ConnectionRecord[];
  /** Waited for, and neither refused nor paused. */
  readonly back: readonly ConnectionRecord[];
}

async function standingOf(store: Engine["store"]): Promise<Connections> {
  const [connections, pauses] = await Promise.all([store.connections(), store.toolPauses()]);
  const isPaused = (tool: string): boolean => pauses.some((pause) => pause.tool === tool);
  return {
    refused: connections.filter(({ refusal }) => refusal),
    back: connections.filter(({ tool, refusal, waiting }) => !refusal && waiting > 0 && !isPaused(tool)),
  };
}

const AWAY: readonly string[] = ["AuthFailed", "ConnectionPaused"];

/** Whether nothing but a person, or the credential's watch, can bring the tool back. */
export function isCutOff(standing: ToolStanding): boolean {
  return standing.state === "failed" && AWAY.includes(standing.code);
}

/** Notes which credentials the project had to go without, so that it goes on when they are back. */
export async function noteCutOff(
  engine: Engine,
  { project, tools }: RunContext,
  standings: readonly ToolStanding[],
): Promise<void> {
  const accounts = (some: readonly ToolStanding[]): string[] =>
    tools
      .filter(({ tool }) => some.some((standing) => standing.tool === tool))
      .map((context) => openSession(engine, context).account);
  const ready = standings.filter(({ state }) => state === "ready");
  await engine.store.noteWaiting(project, accounts(standings.filter(isCutOff)), accounts(ready));
}

/** A secret that is to be replaced soon, told while there is time for it. */
export async function secretFindings(engine: Engine, contexts: readonly ToolContext[]): Promise<Finding[]> {
  const rotation = rotationOf(engine.env);
  const found = await Promise.all(
    contexts.map(async (context): Promise<Finding[]> => {
      const { account, renewsItself } = openSession(engine, context);
      if (renewsItself) return [];
      const known = await engine.store.connection(account);
      const firstUsedMs = known?.firstUsedMs ?? engine.now();
      const age = secretAge(firstUsedMs, engine.now(), rotation);
      if (age === null || age.state === "fine") return [];
      const message = `its credential has been in use for ${age.days} days and is to be replaced after ${age.of}`;
      const remedy = `Replace ${secretNames(context.env).join(", ")} (TOKEN_ROTATION_DAYS says how often).`;
      return [{ code: "credential-rotation", severity: "warning", tool: context.tool, message, remedy }];
    }),
  );
  return found.flat();
}
