/** What people did at a tool between the plan and its write. No vendor has compare-and-set, so each connector looks. */
import { sameJson } from "../core/equality.ts";
import type { FieldName, RemoteItem, ToolValues } from "../core/model.ts";
import type { UpdateRequest } from "./contract.ts";

export interface Unraced {
  /** What may still be written. */
  readonly fields: ToolValues;
  /** Edited since the plan was made: the next plan sees the edit. */
  readonly raced: readonly FieldName[];
}

/** Parts an update by whether the twin, read just now, still holds what the plan was made for. */
export function unraced({ fields, expect, steps = [] }: UpdateRequest, twin: RemoteItem): Unraced {
  const named = Object.keys(fields) as FieldName[];
  const isRaced = (field: FieldName): boolean => {
    const now = twin.fields[field] ?? null;
    // What an attempt that died had written stands there already, or where it was on the way there: nobody's edit.
    const known = [expect?.[field], fields[field], ...(field === "status" ? steps : [])];
    const isKnown = known.some((value) => sameJson(now, value ?? null));
    return expect !== undefined && (twin.state !== "live" || !isKnown);
  };
  const raced = named.filter(isRaced);
  const left = Object.entries(fields).filter(([field]) => !raced.includes(field as FieldName));
  return { fields: Object.fromEntries(left), raced };
}
