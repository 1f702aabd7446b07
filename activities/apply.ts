import { randomUUID } from "node:crypto";
import type { Applied, ApplyInput } from "../src/core/ports.ts";
import { isSyncFailure } from "../src/core/errors.ts";
import { sameJson } from "../src/core/equality.ts";
import type { ItemId, ToolValue, ToolValues } from "../src/core/model.ts";
import type { CreateWrite, UpdateWrite, WantedFields } from "../src/core/plan.ts";
import type { Overwritten, ReportOutcome, UpdateRequest, WriteOutcome } from "../src/connectors/contract.ts";
import { containerOf, syncKey } from "../src/connectors/sync-key.ts";
import type { Intent } from "../src/store/store.ts";
import { throughConnection } from "./connections.ts";
import { noteFacts, type Engine } from "./engine.ts";
import { loadContext, toolContext } from "./run-context.ts";
import { auditEntry, earlierLinks, resolved, settle, type ApplyRun, type Earlier, type Tally } from "./acknowledge.ts";
import { lensesOf } from "./identities.ts";
import { doubtSchema, dropSchema, openSession, schemaOf, type ToolSession } from "./tool-session.ts";
import { ownSteps, replacedUnseen } from "./unanswered.ts";

/** Vendors take at most this many creates in one call, and we re-read at most this many before updating. */
const CHUNK = 50;
const TYPE_ORDER = ["project", "epic", "story", "task"];

/**
 * Carries out the pass's intents for one tool: parents first, in chunks, each acknowledged as soon as the
 * vendor's answer for it is known. May be killed at any point and run again: what was sent without an
 * answer is looked up before it is sent again.
 */
export async function applyIntents(engine: Engine, input: ApplyInput, signal: AbortSignal): Promise<Applied> {
  const tally: Tally = { done: 0, rejected: 0, refused: 0, raced: 0 };
  const startedAt = engine.now();
  let left = 0;
  let session: ToolSession | undefined;
  try {
    session = openSession(engine, toolContext(await loadContext(engine, input.run), input.tool));
    const used = session;
    await throughConnection(engine, used, async () => {
      const schema = await schemaOf(engine, used, signal, false);
      const lens = await lensesOf(engine, used, schema);
      const run: ApplyRun = { engine, input, session: used, scope: used.scope(schema, signal), lens, tally };
      const open = await engine.store.openIntents(input.project, input.tool);
      const chunks = chunksOf(open.filter((intent) => intent.run === input.run && intent.pass === input.pass));
      const unanswered = await unansweredIn(run, open);
      left = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      for (const chunk of chunks) {
        const tried = tally.done + tally.rejected + tally.raced;
        const isSpent = engine.now() - startedAt > input.budgetMs || tried + chunk.length > input.maxWrites;
        if (isSpent && tried > 0) break;
        await applyChunk(run, chunk, unanswered);
        left -= chunk.length;
      }
    });
    return { ...counts(tally), remaining: left };
  } catch (error) {
    if (!isSyncFailure(error)) throw error;
    const { code, message, details } = error;
    if (code === "Rejected" && session) await dropSchema(engine, session);
    if (code === "RateLimited")
      return { ...counts(tally), remaining: left, waitUntilMs: engine.now() + (details.retryAfterMs ?? 60_000) };
    await noteFacts(engine, input.run, input.tool, (facts) => ({ ...facts, error: { code, message } }));
    const settle = details.retryAfterMs === undefined ? {} : { settleMs: details.retryAfterMs };
    return { ...counts(tally), remaining: left, failure: code, ...settle };
  } finally {
    // What it refuses may be what it took when it was described: the next look is a fresh one.
    if (tally.rejected > 0 && session) await dropSchema(engine, session);
    else if (tally.refused > 0 && session) await doubtSchema(engine, session);
    await noteFacts(engine, input.run, input.tool, (facts) => ({
      ...facts,
      durationMs: facts.durationMs + engine.now() - startedAt,
      rejected: facts.rejected + tally.rejected,
      raced: facts.raced + tally.raced,
    }));
  }
}

function counts({ done, rejected, raced }: Tally): Pick<Applied, "done" | "rejected" | "raced"> {
  return { done, rejected, raced };
}

/** Creates by type, parents before children; then updates and archives. */
function chunksOf(intents: readonly Intent[]): Intent[][] {
  const rank = ({ write }: Intent) =>
    write.kind === "create" ? TYPE_ORDER.indexOf(write.type) : write.kind === "update" ? 10 : 11;
  const groups = Map.groupBy(
    intents.toSorted((a, b) => rank(a) - rank(b) || a.position - b.position),
    rank,
  );
  const chunks: Intent[][] = [];
  for (const group of groups.values()) {
    for (let start = 0; start < group.length; start += CHUNK) chunks.push(group.slice(start, start + CHUNK));
  }
  return chunks;
}

/** Writes that nobody has answered, by item. */
interface Unanswered {
  /** When the first of them left: not before the run that it belongs to began. */
  readonly sentSince: ReadonlyMap<ItemId, string | undefined>;
  /** Ref of the twin, where a create told as much in this run, in which the binding is the same. */
  readonly begun: ReadonlyMap<ItemId, string>;
  readonly steps: ReadonlyMap<ItemId, readonly ToolValue[]>;
}

async function unansweredIn(run: ApplyRun, open: readonly Intent[]): Promise<Unanswered> {
  const sent = open.filter(({ state }) => state === "sent");
  const own = sent.filter((intent) => intent.run === run.input.run);
  const begun = own.flatMap(({ write, begun: ref }) => (ref ? [[write.item, ref] as const] : []));
  return { sentSince: await sentTimes(run.engine, sent), begun: new Map(begun), steps: await ownSteps(run, sent) };
}

async function sentTimes({ store }: Engine, sent: readonly Intent[]): Promise<ReadonlyMap<ItemId, string | undefined>> {
  const times = new Map<ItemId, string | undefined>();
  const started = new Map<string, string | undefined>();
  for (const { run, write } of sent) {
    if (!started.has(run)) started.set(run, (await store.run(run))?.startedAt);
    const [known, at] = [times.get(write.item), started.get(run)];
    // Of one whose run is no longer known nobody can tell, however well the others are.
    const isFirst = !times.has(write.item) || at === undefined || (known !== undefined && at < known);
    if (isFirst) times.set(write.item, at);
  }
  return times;
}

async function applyChunk(run: ApplyRun, chunk: readonly Intent[], unanswered: Unanswered): Promise<void> {
  const kind = chunk[0]?.write.kind;
  if (kind === "create") return createChunk(run, chunk, unanswered);
  if (kind === "update") return updateChunk(run, chunk, unanswered);
  return archiveChunk(run, chunk);
}

/** What was edited since it was read is not put away: the next plan sees the edit, and asks. */
async function uneditedSince(run: ApplyRun, chunk: readonly Intent[]): Promise<Intent[]> {
  const { engine, input, session, scope, tally } = run;
  const refs = chunk.flatMap(({ write }) => (write.kind === "archive" ? [write.ref] : []));
  const known = (await engine.store.projectState(input.project)).mirror[input.tool] ?? {};
  const { items } = await session.connector.read(scope, refs);
  const edited = items.filter(({ ref, fields, updated }) => {
    const before = known[ref];
    return before !== undefined && updated.at > before.updated.at && !sameJson(fields, before.fields);
  });
  if (edited.length === 0) return [...chunk];
  await engine.store.saveTwins(input.project, input.tool, edited);
  const isEdited = ({ write }: Intent): boolean =>
    write.kind === "archive" && edited.some(({ ref }) => ref === write.ref);
  for (const { id } of chunk.filter(isEdited)) {
    tally.raced += 1;
    await engine.store.reject(id, "it was edited since", "superseded");
  }
  return chunk.filter((intent) => !isEdited(intent));
}

/** What counts is what the tool shows afterwards: an answer may say yes to some only, and a child goes with its parent. */
async function archiveChunk(run: ApplyRun, asked: readonly Intent[]): Promise<void> {
  const chunk = await uneditedSince(run, asked);
  if (chunk.length === 0) return;
  const refs = chunk.flatMap(({ write }) => (write.kind === "archive" ? [write.ref] : []));
  await run.engine.store.markSent(chunk.map(({ id }) => id));
  const left = await run.session.connector.archive(run.scope, refs);
  const { items } = await run.session.connector.read(run.scope, refs);
  for (const intent of chunk) {
    const ref = intent.write.kind === "archive" ? intent.write.ref : "";
    const twin = items.find((item) => item.ref === ref);
    if (twin?.state !== "archived") {
      const why = twin ? "the tool still shows it as live" : "the archived twin cannot be read back";
      run.tally.rejected += 1;
      await run.engine.store.reject(intent.id, left.get(ref) ?? why);
      continue;
    }
    const audit = [auditEntry(run, intent, "", null, "archived")];
    await run.engine.store.acknowledge(run.input.project, { intent: intent.id, twin, bases: {}, audit });
    run.tally.done += 1;
  }
}

async function createChunk(run: ApplyRun, chunk: readonly Intent[], unanswered: Unanswered): Promise<void> {
  const { engine, input, session, scope } = run;
  const earlier = await earlierLinks(run);
  const byId = new Map(chunk.map((intent) => [intent.id, intent]));
  const container = containerOf(session.context.binding);
  const requests = chunk.map((intent) => {
    const { item, type, generation, fields } = intent.write as CreateWrite;
    const key = syncKey({ project: input.project, type, item, tool: input.tool, container, generation });
    const sentSince = unanswered.sentSince.get(item);
    const begun = unanswered.begun.get(item);
    return {
      id: intent.id,
      item,
      type,
      syncKey: key,
      fields: resolved(fields, earlier.refs),
      recover: unanswered.sentSince.has(item),
      ...(sentSince === undefined ? {} : { sentSince }),
      ...(begun === undefined ? {} : { begun }),
    };
  });
  const sender = randomUUID();
  await engine.store.markSent([...byId.keys()], sender);
  const untold = new Set(byId.keys());
  const report: ReportOutcome = async (outcome) => {
    untold.delete(outcome.id);
    const intent = byId.get(outcome.id);
    if (intent) await settle(run, intent, outcome, earlier);
  };
  try {
    await session.connector.create(scope, requests, report, async (id, ref) => {
      untold.delete(id);
      await engine.store.noteBegun(id, ref);
    });
  } catch (error) {
    // The next attempt need not look for what never left, which would cost calls of the very budget that it may wait for.
    const doubtful = inDoubt(error);
    if (doubtful)
      await engine.store.markUnsent(
        [...untold].filter((id) => !doubtful.includes(id)),
        sender,
      );
    throw error;
  }
}

/** Requests that may have arrived although nothing was told of them; null where that may be any. */
function inDoubt(error: unknown): readonly string[] | null {
  if (!isSyncFailure(error)) return null;
  return error.details.inDoubt ?? (error.code === "RateLimited" ? [] : null);
}

async function updateChunk(run: ApplyRun, asked: readonly Intent[], unanswered: Unanswered): Promise<void> {
  const { engine, session, scope } = run;
  const earlier = await earlierLinks(run);
  const chunk = asked.map((intent) => ({ ...intent, steps: [...(unanswered.steps.get(intent.write.item) ?? [])] }));
  const byId = new Map(chunk.map((intent) => [intent.id, intent]));
  const requests: UpdateRequest[] = [];
  for (const { id, write, steps } of chunk) {
    const { item, type, ref, fields } = write as UpdateWrite;
    const values = resolved(fields, earlier.refs);
    if (Object.keys(values).length === 0) await engine.store.reject(id, "its parent has no twin yet", "superseded");
    else requests.push({ id, item, type, ref, fields: values, expect: expected(fields), steps });
  }
  if (requests.length === 0) return;
  const replaced = await replacedBefore(run, chunk, earlier);
  await engine.store.markSent(requests.map(({ id }) => id));
  const report: ReportOutcome = async (outcome) => {
    const intent = byId.get(outcome.id);
    if (intent) await settle(run, intent, withReplaced(outcome, replaced.get(outcome.id)), earlier);
  };
  await session.connector.update(scope, requests, report, async (id, status) => {
    await engine.store.noteStep(id, status);
    byId.get(id)?.steps.push(status);
    return async () => {
      await engine.store.dropStep(id, status);
      byId.get(id)?.steps.pop();
    };
  });
}

/** What an attempt that died on the way had replaced: this one finds its own value there, and would call it seen. */
async function replacedBefore(
  run: ApplyRun,
  chunk: readonly Intent[],
  earlier: Earlier,
): Promise<ReadonlyMap<string, Overwritten>> {
  const sent = chunk.filter(({ state }) => state === "sent");
  if (sent.length === 0) return new Map();
  const refs = sent.map(({ write }) => (write as UpdateWrite).ref);
  const { items } = await run.session.connector.read(run.scope, [...new Set(refs)]);
  return replacedUnseen(run, sent, items, earlier);
}

function withReplaced(outcome: WriteOutcome, replaced: Overwritten | undefined): WriteOutcome {
  if (outcome.kind !== "done" || !replaced) return outcome;
  return { ...outcome, overwrote: { ...replaced, ...outcome.overwrote } };
}

/** The values that the plan was made for. */
function expected(fields: WantedFields): ToolValues {
  return Object.fromEntries(Object.entries(fields).map(([field, { expect }]) => [field, expect ?? null]));
}
