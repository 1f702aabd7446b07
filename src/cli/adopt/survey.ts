/** What stands in the places that a project is bound to, read and never written. */
import { isSyncFailure } from "../../core/errors.ts";
import type { LensTable } from "../../core/lens.ts";
import type { ItemType, RemoteItem } from "../../core/model.ts";
import { asSeries } from "../../connectors/http.ts";
import type { ResolvedTool } from "../../registry/resolve.ts";
import { lensesOf } from "../../../activities/identities.ts";
import { schemaOf } from "../../../activities/tool-session.ts";
import type { Engine } from "../../../activities/engine.ts";
import { failedCheck, type Check } from "../checks/check.ts";
import { openUrgent } from "../tool-setup.ts";

export interface Survey {
  readonly tool: ResolvedTool;
  /** Item types that the tool can hold under this binding. */
  readonly types: readonly ItemType[];
  /** All items of the container, and those elsewhere that the hub's refs name. */
  readonly twins: readonly RemoteItem[];
  readonly lens: LensTable;
  /** Where it answers. */
  readonly address: string;
}

/** What stands there, or what keeps it from being read. */
export type Surveyed = { readonly survey: Survey } | { readonly problem: Check };

/** How long one tool's container may take to read. */
const PATIENCE_MS = 600_000;

/** Describing the tool is its connection check: a wrong credential or container is an answer, and no failure of the command. */
export async function surveyTool(engine: Engine, tool: ResolvedTool, refs: readonly string[]): Promise<Surveyed> {
  if (tool.missingEnv.length > 0) {
    const names = tool.missingEnv.join(", ");
    const remedy = `Set ${names} in the environment.`;
    return { problem: { name: tool.tool, ok: false, says: `${names} not set`, remedy } };
  }
  try {
    return { survey: await survey(engine, tool, refs) };
  } catch (error) {
    if (isSyncFailure(error, "Bug")) throw error;
    const problem = failedCheck(tool.tool, error);
    return { problem: isSyncFailure(error, "NotFound") ? { ...problem, remedy: otherPlace(tool) } : problem };
  }
}

function otherPlace({ tool, binding: { container } }: ResolvedTool): string {
  const named = Object.entries(container).filter(([, value]) => value !== null);
  const flags = named.map(([key]) => `--container ${tool}.${key}=<value>`).join(" or ");
  return `Name another place with ${flags}, or correct it where the hub or the client file says it.`;
}

async function survey(engine: Engine, resolved: ResolvedTool, refs: readonly string[]): Promise<Survey> {
  const { binding } = resolved;
  const session = openUrgent(engine, resolved);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const scope = session.scope(await schemaOf(engine, session, signal, true), signal);
  const listing = { ...scope, http: asSeries(scope.http) };
  const { items } = await session.connector.changes(listing, { cursor: null, recheck: [] });
  const names = new Set(items.flatMap(({ ref, key }) => [ref.toLowerCase(), key.toLowerCase()]));
  const elsewhere = refs.filter((ref) => !names.has(ref.toLowerCase()));
  const read = elsewhere.length > 0 ? await session.connector.read(scope, elsewhere) : { items: [] };
  const twins = new Map([...items, ...read.items].map((twin) => [twin.ref, twin]));
  const { types } = session.connector.capabilities;
  return {
    tool: resolved,
    types: types.filter((type) => type !== "project" && (type !== "task" || binding.tasks)),
    twins: [...twins.values()],
    lens: await lensesOf(engine, session, scope.schema),
    address: session.http.baseUrl,
  };
}
