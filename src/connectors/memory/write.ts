/** Writes: creates in batches, one call per changed item. */
import { isSyncFailure } from "../../core/errors.ts";
import { isOwnLabel } from "../../core/fields.ts";
import type { FieldName, ToolValue, ToolValues } from "../../core/model.ts";
import type {
  NotArchived,
  CreateRequest,
  ReportOutcome,
  SchemaScope,
  UpdateRequest,
  WriteOutcome,
} from "../contract.ts";
import { doubting } from "../attempts.ts";
import { unraced } from "../race.ts";
import { marker } from "../sync-key.ts";
import { call } from "./client.ts";
import { findMarked, read } from "./read.ts";
import { created, item } from "./answers.ts";
import { spaceOf } from "./schema.ts";
import { fieldOfValue, twinOf, VALUE_OF_FIELD } from "./twins.ts";

const BATCH = 50;

type Refused = Readonly<Record<string, string>>;

/** One create on its way: what is still asked for, and what the tracker has refused so far. */
interface Draft {
  readonly request: CreateRequest;
  readonly fields: ToolValues;
  readonly refused: Refused;
}

export async function create(
  scope: SchemaScope,
  requests: readonly CreateRequest[],
  report: ReportOutcome,
): Promise<void> {
  const unsure = requests.filter(({ recover }) => recover);
  const found = await findMarked(
    scope,
    unsure.map(({ syncKey }) => marker(syncKey)),
  );
  const twins = new Map(found.map((twin) => [twin.syncKey, twin]));
  for (const { id, syncKey } of unsure) {
    const twin = twins.get(syncKey);
    if (twin) await report({ id, kind: "done", twin, refused: {} });
  }
  const missing = requests.filter(({ recover, syncKey }) => !recover || !twins.has(syncKey));
  const drafts = missing.map((request): Draft => ({ request, fields: request.fields, refused: {} }));
  for (let start = 0; start < drafts.length; start += BATCH) {
    const batch = drafts.slice(start, start + BATCH);
    await doubting(
      batch.map(({ request }) => request.id),
      () => createBatch(scope, batch, report),
    );
  }
}

/** What is refused for some of its values is sent once more without them; without a title nothing is made. */
async function createBatch(scope: SchemaScope, drafts: readonly Draft[], report: ReportOutcome): Promise<void> {
  if (drafts.length === 0) return;
  const items = drafts.map(({ request, fields }) => ({
    kind: request.type,
    marker: marker(request.syncKey),
    values: { ...valuesOf(fields), ...(fields.labels === undefined ? {} : { tags: fields.labels }) },
  }));
  const path = `/spaces/${encodeURIComponent(spaceOf(scope))}/items`;
  const { results } = await call(scope, { method: "POST", path, body: { items }, safe: false }, created);
  const again: Draft[] = [];
  for (const [index, draft] of drafts.entries()) {
    const result = results[index];
    const { id } = draft.request;
    if (result?.item) await report({ id, kind: "done", twin: twinOf(result.item), refused: draft.refused });
    else {
      const next = without(draft, canonicalFields(result?.error?.fields ?? {}));
      if (next) again.push(next);
      else await report({ id, kind: "rejected", message: result?.error?.message ?? "the tracker gave no answer" });
    }
  }
  await createBatch(scope, again, report);
}

function without(draft: Draft, refused: Refused): Draft | null {
  const left = Object.entries(draft.fields).filter(([field]) => refused[field] === undefined);
  if (refused["title"] !== undefined || left.length === Object.keys(draft.fields).length) return null;
  return { ...draft, fields: Object.fromEntries(left) as ToolValues, refused: { ...draft.refused, ...refused } };
}

export async function update(
  scope: SchemaScope,
  requests: readonly UpdateRequest[],
  report: ReportOutcome,
): Promise<void> {
  const { items } = await read(
    scope,
    requests.map(({ ref }) => ref),
  );
  for (const request of requests) {
    const twin = items.find(({ ref }) => ref === request.ref);
    const { fields, raced } = twin ? unraced(request, twin) : { fields: {}, raced: [] };
    if (!twin) await report({ id: request.id, kind: "gone" });
    else if (Object.keys(fields).length === 0) await report({ id: request.id, kind: "raced", twin });
    else {
      const outcome = await updateOne(scope, { ...request, fields }, texts(twin.fields.labels));
      await report(outcome.kind === "done" && raced.length > 0 ? { ...outcome, raced } : outcome);
    }
  }
}

async function updateOne(scope: SchemaScope, request: UpdateRequest, tags: readonly string[]): Promise<WriteOutcome> {
  const { id, ref } = request;
  let fields = request.fields;
  let refused: Refused = {};
  while (Object.keys(fields).length > 0) {
    try {
      const body = { values: valuesOf(fields), ...tagDelta(fields.labels, tags) };
      const answer = await call(
        scope,
        { method: "PATCH", path: `/items/${encodeURIComponent(ref)}`, body, safe: false },
        item,
      );
      return { id, kind: "done", twin: twinOf(answer), refused };
    } catch (error) {
      if (isSyncFailure(error, "NotFound")) return { id, kind: "rejected", message: error.message };
      if (!isSyncFailure(error, "Rejected")) throw error;
      const named = canonicalFields(error.details.fields ?? {});
      const left = Object.entries(fields).filter(([field]) => named[field] === undefined);
      if (left.length === Object.keys(fields).length) return { id, kind: "rejected", message: error.message };
      refused = { ...refused, ...named };
      fields = Object.fromEntries(left) as ToolValues;
    }
  }
  return {
    id,
    kind: "rejected",
    message: Object.entries(refused)
      .map(([field, words]) => `${field}: ${words}`)
      .join("; "),
  };
}

function tagDelta(
  wanted: ToolValue | undefined,
  current: readonly string[],
): { addTags?: string[]; removeTags?: string[] } {
  if (wanted === undefined) return {};
  const asked = texts(wanted);
  const removeTags = current.filter((tag) => !isOwnLabel(tag) && !asked.includes(tag));
  return { addTags: asked.filter((tag) => !current.includes(tag)), removeTags };
}

/** The tracker's names for what is asked, all but the tags. */
function valuesOf(fields: ToolValues): Record<string, ToolValue> {
  const named = Object.entries(fields).filter(([field]) => field !== "labels");
  return Object.fromEntries(named.map(([field, value]) => [VALUE_OF_FIELD[field as FieldName] ?? field, value]));
}

function canonicalFields(refused: Refused): Refused {
  return Object.fromEntries(Object.entries(refused).map(([name, words]) => [fieldOfValue(name) ?? name, words]));
}

function texts(value: ToolValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((part) => typeof part === "string") : [];
}

export async function archive(scope: SchemaScope, refs: readonly string[]): Promise<NotArchived> {
  const left = new Map<string, string>();
  for (const ref of refs) {
    const path = `/items/${encodeURIComponent(ref)}/archive`;
    try {
      await call(scope, { method: "POST", path, body: {}, safe: false }, item);
    } catch (error) {
      if (!isSyncFailure(error, "Rejected") && !isSyncFailure(error, "NotFound")) throw error;
      left.set(ref, error.message);
    }
  }
  return left;
}
