/** The refs that the hub should say, and those that people wrote. */
import type { RemoteItem, ToolKey } from "../src/core/model.ts";
import type { HubRefEdit } from "../src/core/plan.ts";
import type { HubReading } from "../src/hub/hub.ts";
import type { ProjectState } from "../src/store/store.ts";

/**
 * Twins whose key does not stand in the hub yet: those just created, those a crash kept us from writing, and
 * those made anew for a deleted one that the hub still names. Refs of dead twins and of other tools are people's.
 */
export function missingRefs(hub: HubReading, state: ProjectState, tools: readonly ToolKey[]): HubRefEdit[] {
  return state.links.flatMap(({ item: id, tool, ref, key, generation }) => {
    const item = hub.tree?.items[id];
    const mirror = state.mirror[tool] ?? {};
    if (!item || item.type === "project" || !tools.includes(tool) || mirror[ref]?.state !== "live") return [];
    const named = item.refs[tool];
    if (named !== undefined && (generation === 0 || !namesDead(mirror, named))) return [];
    return [{ kind: "ref" as const, item: id, type: item.type, tool, ref: key }];
  });
}

/** Whether the ref names a twin that is gone or put away. */
export function namesDead(mirror: Readonly<Record<string, RemoteItem>>, named: string): boolean {
  return Object.values(mirror).some(
    ({ ref, key, state }) => state !== "live" && [ref, key].some((name) => name.toLowerCase() === named.toLowerCase()),
  );
}
