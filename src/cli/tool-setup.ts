/** What a bound container lacks, and how commands find and make it. */
import type { Engine } from "../../activities/engine.ts";
import { openSession, type SessionContext, type ToolSession } from "../../activities/tool-session.ts";
import type { MissingPlace, Scope } from "../connectors/contract.ts";
import type { ResolvedTool } from "../registry/resolve.ts";

/** A tool as commands call it: somebody waits for the answer. */
export function openUrgent(engine: Engine, resolved: ResolvedTool): ToolSession<SessionContext> {
  const { tool, client, binding, connection, rateLimits } = resolved;
  return openSession(engine, { tool, client, binding, connection, rateLimits, urgent: true });
}

/** What the container lacks; nothing for a tool that needs no setting up. Reads only. */
export async function missingPlaces(
  session: ToolSession<SessionContext>,
  signal: AbortSignal,
): Promise<readonly MissingPlace[]> {
  return (await session.connector.setup?.missing(scopeOf(session, signal))) ?? [];
}

/** Makes what can be made; answers what is missing then. */
export async function makePlaces(
  session: ToolSession<SessionContext>,
  signal: AbortSignal,
): Promise<readonly MissingPlace[]> {
  return (await session.connector.setup?.make(scopeOf(session, signal))) ?? [];
}

function scopeOf({ context, http }: ToolSession<SessionContext>, signal: AbortSignal): Scope {
  return { binding: context.binding, http, signal };
}

/** `property "Sync key" (rich_text), property "Sprint" (select)`; with what stands in the way of each. */
export function namesOf(places: readonly MissingPlace[]): string {
  return places.map(({ name, obstacle }) => (obstacle ? `${name} - ${obstacle}` : name)).join(", ");
}

export function canBeMade({ obstacle }: MissingPlace): boolean {
  return obstacle === undefined;
}
