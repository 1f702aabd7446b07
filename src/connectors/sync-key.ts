import { createHash } from "node:crypto";
import type { ItemId, ItemType, RemoteItem, ToolKey } from "../core/model.ts";

export interface TwinIdentity {
  readonly project: string;
  readonly type: ItemType;
  readonly item: ItemId;
  readonly tool: ToolKey;
  /** The container the twin lives in (`CHK`, a team id): moving a binding makes new twins on purpose. */
  readonly container: string;
  readonly generation: number;
}

/** The place of a binding that its twins are made in: its first named container (`project_key`, `team_id`). */
export function containerOf({ container }: { readonly container: Readonly<Record<string, string | null>> }): string {
  return Object.values(container).find((value) => value !== null) ?? "";
}

/** Identity of a twin, the same for every trigger and every store; 64 hex digits, no content hashed in. */
export function syncKey(identity: TwinIdentity): string {
  const { project, type, item, tool, container, generation } = identity;
  const parts = [project, type, item, tool, container, String(generation)];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** How the identity is spelled wherever a vendor shows it. */
export function marker(key: string): string {
  return `sdlc-sync:${key}`;
}

/** The key as an UUID of version 4 shape, for vendors that take a client id and refuse other versions. */
export function syncKeyAsUuid(key: string): string {
  const variant = ((Number.parseInt(key[16] ?? "0", 16) & 0x3) | 0x8).toString(16);
  const digits = `${key.slice(0, 12)}4${key.slice(13, 16)}${variant}${key.slice(17, 32)}`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Whether the twin was made under this key: it shows the marker, or has the key for its id. */
export function carriesKey({ syncKey: shown, ref }: RemoteItem, key: string): boolean {
  return shown === key || ref === syncKeyAsUuid(key);
}

/** Newest first: an older twin was given up when the newer was approved. */
const GENERATIONS = [3, 2, 1, 0];

/**
 * The twin that carries an item's marker, of its newest generation. Generations before `since` stood for something
 * else that had the id. Of several the oldest: a copy that people made carries the marker too.
 */
export function markedTwin(
  identity: Omit<TwinIdentity, "generation">,
  twins: readonly RemoteItem[],
  since = 0,
): { readonly twin: RemoteItem; readonly generation: number } | undefined {
  for (const generation of GENERATIONS.filter((one) => one >= since)) {
    const key = syncKey({ ...identity, generation });
    const [twin] = twins.filter((one) => carriesKey(one, key)).toSorted(byAge);
    if (twin) return { twin, generation };
  }
  return undefined;
}

function byAge(a: RemoteItem, b: RemoteItem): number {
  return a.ref.length - b.ref.length || (a.ref < b.ref ? -1 : 1);
}
