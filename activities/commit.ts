import { isSyncFailure } from "../src/core/errors.ts";
import { followUpOf } from "../src/core/follow-up.ts";
import type { Committed, CommitInput, SyncRequest, ToolStanding } from "../src/core/ports.ts";
import { leavesWork, type BaseUpdate, type HubEdit } from "../src/core/plan.ts";
import type { Finding } from "../src/core/findings.ts";
import { editHub } from "../src/hub/edit.ts";
import { readHub } from "../src/hub/read.ts";
import type { HubEdited, HubReading } from "../src/hub/hub.ts";
import type { DeadLetter } from "../src/store/dead-letters.ts";
import type { AuditEntry } from "../src/store/store.ts";
import { isCutOff, noteCutOff } from "./connections.ts";
import { noteDeadLetters, restingLetters } from "./dead-letters.ts";
import { noteHub, type Engine } from "./engine.ts";
import { loadContext, type RunContext } from "./run-context.ts";
import { freedItems } from "./freed.ts";
import { withoutRejected } from "./plan.ts";
import { missingRefs } from "./refs.ts";
import { planKey, type StoredPlan } from "./stored-plan.ts";
import { planPass, type PassPlan } from "./planning.ts";
import { inputHashOf } from "./portfolio.ts";
import { storeQuestions } from "./questions.ts";
import { storeReport } from "./reporting.ts";
import { saveFindings } from "./scope.ts";
import { lastSaved, swapKey, type HubSwap } from "./times.ts";

/**
 * Ends a pass: swaps the hub file in one atomic step, then records the agreements, then looks whether
 * another pass has something to do. Bytes that changed since they were read are never overwritten.
 */
export async function commitPass(engine: Engine, input: CommitInput): Promise<Committed> {
  const { project, run, pass, standings } = input;
  const context = await loadContext(engine, run);
  const stored = (await engine.store.cached(planKey(run, pass), engine.now())) as StoredPlan | null;
  const written = stored ? await writeHub(engine, context, stored) : NOTHING_WRITTEN;
  const followUp = stored && !written.stale ? await recordAgreements(engine, input, stored, written) : null;
  const { hash } = await engine.hub.read(project);
  await noteHub(engine, run, { edits: written.edits.length, hash, findings: written.skipped.map(notEdited) });
  const next = await planPass(engine, { run, pass: pass + 1, standings });
  await saveFindings(engine, context, next);
  await storeQuestions(engine, context, next);
  const intents = await engine.store.intentsOf(run);
  const known = await engine.store.deadLetters(project);
  const resting = restingLetters(known, context.request, engine.now());
  const writes = withoutRejected(next.plan.writes, intents, resting);
  const ready = standings.filter(({ state }) => state === "ready").map(({ tool }) => tool);
  const letters = await noteDeadLetters(engine, context, known, intents, { writes: next.plan.writes, tools: ready });
  const edits = next.plan.hubEdits.filter((edit) => !written.skipped.some((skip) => isSamePlace(skip.edit, edit)));
  const baseUpdates = next.plan.baseUpdates.filter(
    (update) => !written.skipped.some((skip) => isOf(skip.edit, update)),
  );
  const more = !written.stale && leavesWork({ writes, hubEdits: edits, baseUpdates });
  const outcome = await storeReport(engine, { run, pass, standings });
  await noteCutOff(engine, context, standings);
  await settle(engine, context, input, { ...next, letters, isOver: !more && !written.stale });
  const untold = (await engine.store.untoldItems(project)).length > 0;
  const counts = { hubEdits: written.edits.length, stale: written.stale, more, untold, outcome };
  return followUp ? { ...counts, followUp } : counts;
}

type Settling = Pick<PassPlan, "hub" | "news" | "tools"> & {
  readonly letters: readonly DeadLetter[];
  /** No pass is left to do. */
  readonly isOver: boolean;
};

/** What nobody's edit will bring back to mind: refs that were not found, a tool that shows too little. */
const AGAIN_MS = 3_600_000;
const AGAIN_CODES: readonly string[] = ["ref-not-found", "mass-deletion"];

/** Notes that the project is in step, or what it still owes: change detection leaves alone what owes nothing. */
async function settle(
  engine: Engine,
  { request, project }: RunContext,
  { standings }: CommitInput,
  { hub, news, tools: planned, letters, isOver }: Settling,
): Promise<void> {
  const { store } = engine;
  const { tools, fields, mode, since } = request;
  // A part of the project in step says nothing of the whole.
  if ([tools, fields, mode, since].some((restriction) => restriction !== undefined)) return;
  const now = engine.now();
  const isUntold = (await store.untoldItems(project)).length > 0;
  // A tool whose schema nobody knew when the plan was made has had no part in it, however well it was read.
  const isServed = ({ state, tool }: ToolStanding): boolean => state === "ready" && planned.includes(tool);
  const isDone = isOver && !isUntold && standings.every((one) => isServed(one) || isCutOff(one));
  // What is left for a tool that is cut off is news as soon as it is back, and no sooner.
  const isReady = isDone && !standings.some(isCutOff);
  const isOdd = (await store.findings(project)).some(({ code }) => AGAIN_CODES.includes(code));
  const { path } = await engine.hub.read(project);
  await store.settle(project, {
    inputHash: inputHashOf(engine, path, hub),
    syncedAt: isReady ? new Date(now).toISOString() : null,
    answered: news,
    owedAtMs: isDone ? earliest([...letters.map(({ nextAtMs }) => nextAtMs), ...(isOdd ? [now + AGAIN_MS] : [])]) : now,
  });
}

function earliest(times: readonly number[]): number | null {
  return times.length > 0 ? Math.min(...times) : null;
}

/** Longer than a person's edit waits for its sync. */
const SWAP_KEPT_MS = 30 * 86_400_000;

interface HubWrite {
  readonly edits: readonly HubEdit[];
  /** What stood in the file before, by item and field. */
  readonly before: HubReading["tree"];
  readonly skipped: HubEdited["skipped"];
  readonly stale: boolean;
}

const NOTHING_WRITTEN: HubWrite = { edits: [], before: null, skipped: [], stale: false };

async function writeHub(
  engine: Engine,
  { project, tools: contexts }: RunContext,
  stored: StoredPlan,
): Promise<HubWrite> {
  const tools = contexts.map(({ tool }) => tool);
  const file = await engine.hub.read(project);
  if (file.hash !== stored.hubHash) return { ...NOTHING_WRITTEN, stale: true };
  const state = await engine.store.projectState(project);
  const hub = readHub(file.text, { projectId: project, file: file.path });
  const fields = stored.plan.hubEdits.filter((edit) => edit.kind === "field");
  const edits: HubEdit[] = [...fields, ...missingRefs(hub, state, tools)];
  if (edits.length === 0) return { ...NOTHING_WRITTEN, before: hub.tree };
  const edited = editHub(file.text, edits);
  try {
    if (edited.text !== file.text) {
      const savedBefore = await lastSaved(engine, project);
      await engine.hub.swap(project, file.hash, edited.text);
      const { hash } = await engine.hub.read(project);
      const swapped: HubSwap = { hash, savedBefore };
      await engine.store.cache(swapKey(project), swapped, engine.now() + SWAP_KEPT_MS);
    }
  } catch (error) {
    if (isSyncFailure(error, "StaleHub")) return { ...NOTHING_WRITTEN, stale: true };
    throw error;
  }
  const { skipped } = edited;
  const done = edits.filter((edit) => !skipped.some((skip) => skip.edit === edit));
  return { edits: done, before: hub.tree, skipped, stale: false };
}

function isOf(edit: HubEdit, { item, field }: BaseUpdate): boolean {
  return edit.kind === "field" && edit.item === item && edit.field === field;
}

function isSamePlace(a: HubEdit, b: HubEdit): boolean {
  if (a.item !== b.item || a.kind !== b.kind) return false;
  return a.kind === "ref" ? b.kind === "ref" && a.tool === b.tool : b.kind === "field" && a.field === b.field;
}

/** Nothing of it was written, and nobody counts it as agreed: it stays due until the file can take it. */
function notEdited({ edit, reason }: HubEdited["skipped"][number]): Finding {
  const what = edit.kind === "ref" ? `external_refs.${edit.tool}` : edit.field;
  return {
    code: "hub-not-edited",
    severity: "warning",
    items: [edit.item],
    message: `${what} could not be written into the hub file: ${reason}`,
    remedy: "Make the edit by hand.",
    needsDecision: true,
  };
}

/** Records what the file now holds and the tools have taken; returns what is to be synced because of it. */
async function recordAgreements(
  engine: Engine,
  { project, run, request }: CommitInput,
  { plan }: StoredPlan,
  { edits, before }: HubWrite,
): Promise<SyncRequest | null> {
  const held = new Set(edits.filter((edit) => edit.kind === "field").map((edit) => `${edit.item}/${edit.field}`));
  const failed = new Set(
    plan.hubEdits.flatMap((edit) =>
      edit.kind === "field" && !held.has(`${edit.item}/${edit.field}`) ? [`${edit.item}/${edit.field}`] : [],
    ),
  );
  const agreed = <T extends { item: string; field: string }>(list: readonly T[]) =>
    list.filter(({ item, field }) => !failed.has(`${item}/${field}`));
  const timestamp = new Date(engine.now()).toISOString();
  const entry = {
    timestamp,
    run,
    project,
    user: "sdlc-sync",
    source: request.trigger === "manual" ? ("manual" as const) : ("automated" as const),
  };
  const authors = new Map(plan.hubBase.map(({ item, field, from }) => [`${item}/${field}`, from]));
  const audit: AuditEntry[] = [];
  for (const edit of edits) {
    if (edit.kind !== "field") continue;
    const from = authors.get(`${edit.item}/${edit.field}`);
    audit.push({
      ...entry,
      ...(from === undefined ? {} : { from }),
      tool: "hub",
      item: edit.item,
      operation: "update",
      field: edit.field,
      oldValue: before?.items[edit.item]?.fields[edit.field] ?? null,
      newValue: edit.value,
    });
  }
  const state = await engine.store.projectState(project);
  const hubBase = agreed(plan.hubBase);
  await engine.store.commitHub({
    project,
    hubBase,
    baseUpdates: agreed(plan.baseUpdates),
    presence: plan.presence,
    forget: freedItems(state, before),
    audit,
  });
  return followUpOf(request, hubBase, state.hubBase);
}
