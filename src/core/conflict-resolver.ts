import { sameValue } from "./equality.ts";
import { FIELD_DEFINITIONS } from "./fields.ts";
import type { FieldName, FieldValue } from "./model.ts";
import type { ConflictStrategy } from "./plan.ts";
import { applyTextEdit } from "./text-merge.ts";

/** Two values of one field: ours (the hub's) and a tool's, in the hub's terms. */
export interface DataConflict {
  readonly field: FieldName;
  readonly localValue: FieldValue;
  readonly remoteValue: FieldValue;
  /** ISO 8601 times. */
  readonly lastModified: { readonly local: string; readonly remote: string };
  /** What both sides last agreed on; without it nothing can be merged. */
  readonly baseValue?: FieldValue;
}

export interface ResolvedConflict extends DataConflict {
  /** `manual`: only a person can decide; `value` is then what the hub says now. */
  readonly resolution: "local" | "remote" | "merged" | "manual";
  readonly value: FieldValue;
}

/**
 * Resolves one conflict by strategy, without a project around it. Under `last-modified-wins` the newer
 * side wins; equal or unreadable times go to the hub. `field-merge` merges sets and texts against the base.
 *
 * @example
 * resolveConflict(
 *   {
 *     field: "title",
 *     localValue: "Enhanced User Authentication",
 *     remoteValue: "User Authentication Enhancement",
 *     lastModified: { local: "2026-03-17T14:30:00Z", remote: "2026-03-17T15:45:00Z" },
 *   },
 *   "last-modified-wins",
 * ).resolution; // "remote": it is newer
 */
export function resolveConflict(conflict: DataConflict, strategy: ConflictStrategy): ResolvedConflict {
  const { field, localValue, remoteValue, lastModified } = conflict;
  const local = { ...conflict, resolution: "local", value: localValue } as const;
  const remote = { ...conflict, resolution: "remote", value: remoteValue } as const;
  const manual = { ...conflict, resolution: "manual", value: localValue } as const;
  if (sameValue(FIELD_DEFINITIONS[field].merge, localValue, remoteValue) || strategy === "source-wins") return local;
  if (strategy === "last-modified-wins") {
    return Date.parse(lastModified.remote) > Date.parse(lastModified.local) ? remote : local;
  }
  const merged = strategy === "field-merge" ? mergeValues(conflict) : undefined;
  return merged === undefined ? manual : { ...conflict, resolution: "merged", value: merged };
}

function mergeValues({ field, localValue, remoteValue, baseValue }: DataConflict): FieldValue | undefined {
  const { merge } = FIELD_DEFINITIONS[field];
  if (merge === "text" && typeof localValue === "string" && typeof remoteValue === "string") {
    return typeof baseValue === "string" ? applyTextEdit(localValue, baseValue, remoteValue) : undefined;
  }
  if (merge !== "set" || baseValue === undefined) return undefined;
  const [base, local, remote] = [asList(baseValue), asList(localValue), asList(remoteValue)];
  const kept = local.filter((element) => remote.includes(element) || !base.includes(element));
  const added = remote.filter((element) => !base.includes(element) && !local.includes(element));
  return [...kept, ...added];
}

function asList(value: FieldValue): readonly string[] {
  if (value === null) return [];
  return typeof value === "string" || typeof value === "number" ? [String(value)] : value;
}
