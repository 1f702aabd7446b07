/** Writing what a tool takes of a request: a field it refuses by name is left out and reported, the rest goes in. */
import { isSyncFailure, SyncFailure } from "../core/errors.ts";
import type { FieldName, RemoteItem, ToolValues } from "../core/model.ts";
import type { ReportStep, WriteOutcome } from "./contract.ts";

type Refused = { readonly [F in FieldName]?: string };

/**
 * What became of one request, or the failure that nobody can answer field by field. `write` of no fields
 * at all reads the twin: a refusal of everything is told like one of a part, so that it is remembered.
 */
export async function attempt(
  id: string,
  fields: ToolValues,
  required: readonly FieldName[],
  write: (fields: ToolValues) => Promise<RemoteItem | undefined>,
): Promise<Extract<WriteOutcome, { kind: "done" | "rejected" }>> {
  let left = fields;
  const refused: Record<string, string> = {};
  for (;;) {
    try {
      const twin = await write(left);
      if (twin) return { id, kind: "done", twin, refused: refused as Refused };
      return { id, kind: "rejected", message: wordsOf(refused) };
    } catch (error) {
      if (isSyncFailure(error, "NotFound")) return { id, kind: "rejected", message: error.message };
      if (!isSyncFailure(error, "Rejected")) throw error;
      const named = Object.entries(error.details.fields ?? {}).filter(([field]) => field in left);
      if (named.length === 0 || named.some(([field]) => required.includes(field as FieldName))) {
        return { id, kind: "rejected", message: error.message };
      }
      for (const [field, words] of named) refused[field] = words;
      left = without(
        left,
        named.map(([field]) => field),
      );
    }
  }
}

function wordsOf(refused: Readonly<Record<string, string>>): string {
  return Object.entries(refused)
    .map(([field, words]) => `${field}: ${words}`)
    .join("; ");
}

/** Does what sends these requests and no others: a failure that leaves its outcome unknown names them. */
export async function doubting<T>(ids: readonly string[], send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!isSyncFailure(error) || error.details.outcomeUnknown !== true) throw error;
    throw new SyncFailure(error.code, error.message, { ...error.details, inDoubt: ids }, error);
  }
}

/** Does what follows a create: the twin stands, so whatever is refused or not found then is no refusal of the create. */
export async function afterwards<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isSyncFailure(error, "NotFound") && !isSyncFailure(error, "Rejected")) throw error;
    throw new SyncFailure("Unavailable", error.message, { ...error.details, outcomeUnknown: true }, error);
  }
}

/** Sends what leads to a status on the way: noted before, and taken back where the request certainly did nothing. */
export async function stepping<T>(
  note: (() => ReturnType<ReportStep>) | undefined,
  send: () => Promise<T>,
): Promise<T> {
  const takeBack = await note?.();
  try {
    return await send();
  } catch (error) {
    if (isSyncFailure(error) && error.details.outcomeUnknown !== true) await takeBack?.();
    throw error;
  }
}

export function without(fields: ToolValues, refused: readonly string[]): ToolValues {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => !refused.includes(field)));
}
