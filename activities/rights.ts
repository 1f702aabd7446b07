/** Whether an account may write where a project is bound: asked before the first write, so that a half of it is never made. */
import { SyncFailure } from "../src/core/errors.ts";
import type { MissingRight, Scope } from "../src/connectors/contract.ts";
import { containerOf } from "../src/connectors/sync-key.ts";
import type { Engine } from "./engine.ts";
import type { RunContext } from "./run-context.ts";
import type { SessionContext, ToolSession } from "./tool-session.ts";

/** Who had the rights keeps them, until a write says otherwise. */
const KNOWN_MS = 30 * 86_400_000;

/**
 * Asks the tool where nothing of the project is linked with it yet, once. Throws `Forbidden` that names each missing
 * right, the container and the remedy; then the run writes nothing there.
 */
export async function checkRights(
  { store, now }: Engine,
  { project, request }: RunContext,
  session: ToolSession,
  scope: Scope,
): Promise<void> {
  const { tool, mode } = session.context;
  if ((request.mode ?? mode) === "pull-only") return;
  const key = `rights/${project}/${session.schemaKey}`;
  if ((await store.cached(key, now())) !== null) return;
  const { links } = await store.projectState(project);
  const isLinked = links.some((link) => link.tool === tool);
  const missing = isLinked ? [] : await session.connector.rights(scope);
  if (missing.length > 0) throw lacking(session, missing);
  await store.cache(key, true, now() + KNOWN_MS);
}

/** One failure for all that is missing. */
export function lacking(
  { context: { tool, binding } }: ToolSession<SessionContext>,
  missing: readonly MissingRight[],
): SyncFailure {
  const named = missing.map(({ right, name }) => `${right} (${name})`).join(", ");
  const remedies = [...new Set(missing.map(({ remedy }) => remedy))].join("; ");
  const message = `${tool}: the account lacks rights in ${containerOf(binding)}: ${named}. Nothing is written there; ${remedies}, or set sync_mode: pull-only.`;
  return new SyncFailure("Forbidden", message, { tool });
}
