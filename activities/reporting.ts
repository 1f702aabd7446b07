import type { Finding } from "../src/core/findings.ts";
import { iso } from "../src/core/iso.ts";
import { choicesIn, inWords, isFieldConflict, placeOf, sidesIn } from "../src/core/conflict.ts";
import type { Conflict, FieldConflict } from "../src/core/plan.ts";
import type { Side, ToolKey } from "../src/core/model.ts";
import type { ToolStanding } from "../src/core/ports.ts";
import { buildReport, type Outcome, type SyncReport } from "../src/core/report.ts";
import type { ConflictFacts, RunFacts, ToolRunFacts } from "../src/core/run-facts.ts";
import { findTool } from "../src/registry/registry.ts";
import type { DeadLetter } from "../src/store/dead-letters.ts";
import type { Intent } from "../src/store/store.ts";
import { changesSince } from "./changes.ts";
import { hubFacts, NO_FACTS, toolFacts, type Engine, type ToolFacts } from "./engine.ts";
import { loadContext, type RunContext, type ToolContext } from "./run-context.ts";
import { findingsOfRun } from "./scope.ts";
import { planKey, type StoredPlan } from "./stored-plan.ts";
import { openSession } from "./tool-session.ts";

export interface ReportInput {
  readonly run: string;
  readonly pass: number;
  readonly standings: readonly ToolStanding[];
  /** Why nothing was done. */
  readonly refused?: string;
}

/** Makes the run's report of what the store knows, and stores it: after each pass, so that `status` can tell. */
export async function storeReport(engine: Engine, input: ReportInput): Promise<Outcome> {
  const { store } = engine;
  const { run, pass } = input;
  const context = await loadContext(engine, run);
  const { project, request, startedAt } = context;
  const [intents, letters, findings, hub] = await Promise.all([
    store.intentsOf(run),
    store.deadLetters(project),
    findingsOfRun(engine, context),
    hubFacts(engine, run),
  ]);
  const plans = await storedPlans(engine, run, pass);
  const known = await Promise.all(context.tools.map(({ tool }) => toolFacts(engine, run, tool)));
  const taking = await Promise.all(
    context.tools.map((tool, n) => factsOfTool(engine, tool, known[n] ?? NO_FACTS, intents, input.standings)),
  );
  const tools = [...taking, ...barredTools(engine, context)];
  const facts: RunFacts = {
    project,
    run,
    trigger: request.trigger,
    passes: pass,
    startedAt,
    finishedAt: engine.now(),
    tools,
    hub: { edits: hub.edits, hash: hub.hash },
    findings: [
      ...findings,
      ...hub.findings,
      ...known.flatMap(({ overwritten }) => overwritten),
      ...rejections(intents),
      ...resting(letters.filter((letter) => letter.run !== run)),
      ...errors(context, tools),
    ],
    conflicts: await conflictFacts(engine, context, plans),
    refusedWrites: letters.map(({ nextAtMs, ...letter }) => ({ ...letter, nextAt: iso(nextAtMs) })),
    consistency: await consistency(engine, project, intents, plans),
    ...(await earlierRuns(engine, context)),
    ...(input.refused === undefined ? {} : { refused: input.refused }),
  };
  const report = buildReport(facts);
  const changes = request.since === undefined ? {} : { changes: await changesSince(engine, context, request.since) };
  await store.finishRun(run, report.timestamp, report.outcome, { ...report, ...changes });
  return report.outcome;
}

/** What the runs wrote that this one waited for: whoever asked for it wants to know that it was done. */
async function earlierRuns(
  { store }: Engine,
  { finishedFirst = [] }: RunContext,
): Promise<Pick<RunFacts, "finishedFirst">> {
  if (finishedFirst.length === 0) return {};
  const records = await Promise.all(finishedFirst.map((run) => store.run(run)));
  const known = records.flatMap((record) => {
    const report = record?.report as SyncReport | null | undefined;
    return record && report ? [{ run: record.run, successful: report.summary.successful }] : [];
  });
  return { finishedFirst: known };
}

async function storedPlans(engine: Engine, run: string, passes: number): Promise<StoredPlan[]> {
  const plans: StoredPlan[] = [];
  for (let pass = 1; pass <= passes; pass++) {
    const plan = (await engine.store.cached(planKey(run, pass), engine.now())) as StoredPlan | null;
    if (plan) plans.push(plan);
  }
  return plans;
}

async function factsOfTool(
  engine: Engine,
  context: ToolContext,
  facts: ToolFacts,
  intents: readonly Intent[],
  standings: readonly ToolStanding[],
): Promise<ToolRunFacts> {
  const { tool, name, env } = context;
  const own = intents.filter((intent) => intent.tool === tool);
  const count = (...states: Intent["state"][]) => own.filter(({ state }) => states.includes(state)).length;
  const standing = standings.find((candidate) => candidate.tool === tool);
  const { account } = openSession(engine, context);
  const [usage] = await engine.store.usage(`${account}/requests/`, engine.now());
  const isFailed = facts.error !== undefined && standing?.state === "failed";
  const refusal = isFailed ? (await engine.store.connection(account))?.refusal : null;
  return {
    tool,
    name,
    env,
    durationMs: facts.durationMs,
    successful: count("done"),
    failed: count("rejected"),
    skipped: count("planned", "sent"),
    rateLimit: usage ? { used: usage.used, limit: usage.limit } : null,
    standing: standing?.state ?? "ready",
    ...(standing?.state === "waiting" ? { waitUntil: iso(standing.untilMs) } : {}),
    ...(facts.error && isFailed ? { error: facts.error } : {}),
    ...(refusal
      ? { retries: { count: refusal.probes, nextAt: refusal.nextProbeMs ? iso(refusal.nextProbeMs) : null } }
      : {}),
    ...(facts.skewMs === undefined ? {} : { skewMs: facts.skewMs }),
  };
}

/** Bound tools that could not even be called, for want of a credential or a part of their binding: no run is whole without them. */
function barredTools({ workspace }: Engine, { tools, request, findings }: RunContext): ToolRunFacts[] {
  const isOut = (tool: ToolKey) =>
    !tools.some((taking) => taking.tool === tool) && (request.tools?.includes(tool) ?? true);
  const barred = Map.groupBy(
    findings.filter(({ tool, severity }) => severity === "error" && tool !== undefined && isOut(tool)),
    ({ tool = "" }) => tool,
  );
  return [...barred].flatMap(([tool, [first]]): ToolRunFacts[] => {
    const entry = findTool(workspace.registry, "tracking", tool);
    if (!entry || !first) return [];
    const code = first.code === "missing-credentials" ? "AuthFailed" : "InvalidConfig";
    const counts = { successful: 0, failed: 0, skipped: 0, durationMs: 0, rateLimit: null };
    const error = { code, message: first.message } as const;
    return [{ tool, name: entry.name, env: entry.env, ...counts, standing: "failed", error }];
  });
}

/** What the vendors refused, in their own words, one finding per reason. */
function rejections(intents: readonly Intent[]): Finding[] {
  return intents
    .filter(({ state }) => state === "rejected")
    .map(({ tool, write, message }) => ({
      code: "write-rejected",
      severity: "error" as const,
      tool,
      items: [write.item],
      message: `${tool} refused the ${write.kind}: ${message ?? "no reason given"}`,
      remedy: "Correct the item or the tool's configuration; the next run tries again.",
    }));
}

/** Refused in earlier runs, and not due again. */
function resting(letters: readonly DeadLetter[]): Finding[] {
  return letters.map(({ tool, item, kind, attempts, nextAtMs, message }) => ({
    code: "write-rejected",
    severity: "error" as const,
    tool,
    items: [item],
    message: `${tool} refused the ${kind} ${attempts === 1 ? "once" : `${attempts} times`}: ${message || "no reason given"}`,
    remedy: `Correct the item or the tool's configuration; it is sent again when it changes, with a sync by hand, or ${iso(nextAtMs)}.`,
  }));
}

function errors(context: RunContext, tools: readonly ToolRunFacts[]): Finding[] {
  return tools.flatMap(({ tool, standing, error }) =>
    standing === "failed" && !error && context.tools.some((candidate) => candidate.tool === tool)
      ? [
          {
            code: "tool-failed",
            severity: "error" as const,
            tool,
            message: `${tool} gave no answer that could be used`,
          },
        ]
      : [],
  );
}

async function conflictFacts(
  engine: Engine,
  context: RunContext,
  plans: readonly StoredPlan[],
): Promise<ConflictFacts[]> {
  const open = (await engine.store.openConflicts(context.project)).filter(({ conflict }) => isAbout(context, conflict));
  const decided = new Map<string, FieldConflict>();
  for (const { plan } of plans)
    for (const conflict of plan.conflicts)
      if (conflict.decided) decided.set(`${conflict.item}/${conflict.field}`, conflict);
  return [
    ...open.map(({ conflict, number }) => conflictFact(conflict, number)),
    ...[...decided.values()].map((conflict) => conflictFact(conflict, null)),
  ];
}

/** What happened to a tool that the run did not look at is no part of its report. */
function isAbout({ tools }: RunContext, conflict: Conflict): boolean {
  if (isFieldConflict(conflict)) return true;
  const isIn = (side: Side): boolean => side === "hub" || tools.some(({ tool }) => tool === side);
  return conflict.kind === "deletion"
    ? conflict.traces.some(({ side, state }) => state !== "live" && isIn(side))
    : isIn(conflict.side);
}

function conflictFact(conflict: Conflict, number: number | null): ConflictFacts {
  const { item, topic: field } = placeOf(conflict);
  const common = { number, item, field, sides: sidesIn(conflict) };
  if (!isFieldConflict(conflict)) {
    const type = conflict.kind === "deletion" ? conflict.type : "project";
    return { ...common, type, strategy: "manual", choices: choicesIn(conflict), about: inWords(conflict) };
  }
  const { type, strategy, decided } = conflict;
  if (!decided) return { ...common, type, strategy };
  const { side, reason } = decided;
  return { ...common, type, strategy, decided: { ...(side !== undefined && { side }), reason } };
}

/** Creates are no drift: nothing stood there that could have drifted. */
async function consistency(
  engine: Engine,
  project: string,
  intents: readonly Intent[],
  plans: readonly StoredPlan[],
): Promise<RunFacts["consistency"]> {
  const { links } = await engine.store.projectState(project);
  const compared = links.reduce((sum, { base }) => sum + Object.keys(base).length, 0);
  const fieldsOf = (list: readonly Intent[]) =>
    list.reduce((sum, { write }) => sum + (write.kind === "update" ? Object.keys(write.fields).length : 0), 0);
  const hubEdits = plans.reduce(
    (sum, { plan }) => sum + plan.hubEdits.filter(({ kind }) => kind === "field").length,
    0,
  );
  const open = await engine.store.openConflicts(project);
  const parked = open.filter(({ conflict }) => isFieldConflict(conflict)).length;
  const settled = fieldsOf(intents.filter(({ state }) => state === "done")) + hubEdits;
  const due = fieldsOf(intents.filter(({ state }) => state !== "superseded")) + hubEdits;
  return { compared: Math.max(compared, due + parked), found: due + parked, resolved: settled };
}
