/** What a plan of a part of the project says nothing about: it stays as earlier plans left it. */
import type { Finding } from "../src/core/findings.ts";
import { isFieldConflict, placeOf, sidesIn } from "../src/core/conflict.ts";
import type { Side } from "../src/core/model.ts";
import type { Conflict } from "../src/core/plan.ts";
import { KEEP_MS, type Engine } from "./engine.ts";
import type { RunContext } from "./run-context.ts";
import { allFindings, type PassPlan } from "./planning.ts";

/** Questions, open or answered for good, that this plan could not decide: of what it did not look at. */
export async function untouchedConflicts(
  engine: Engine,
  context: RunContext,
  planned: PassPlan,
): Promise<readonly Conflict[]> {
  const { store } = engine;
  const [open, settled] = await Promise.all([
    store.openConflicts(context.project),
    store.settledConflicts(context.project),
  ]);
  const parked = new Set(planned.plan.conflicts.filter(({ decided }) => !decided).map(keyOf));
  return [...open, ...settled]
    .map(({ conflict }) => conflict)
    .filter((conflict) => !parked.has(keyOf(conflict)) && isOutside(conflict, context, planned));
}

function isOutside(conflict: Conflict, context: RunContext, planned: PassPlan): boolean {
  const { hub, away } = planned;
  const { request } = context;
  const absent = absentSides(context, planned);
  if (!hub.tree) return true;
  const isUnseen = sidesIn(conflict).some((side) => absent.has(side));
  if (isFieldConflict(conflict)) {
    const { item, field } = conflict;
    if (hub.tree.quarantined.includes(item)) return true;
    return item in hub.tree.items && (isOtherField(context, field) || isUnseen);
  }
  const isPart = request.fields !== undefined || request.mode !== undefined || isUnseen;
  if (conflict.kind === "deletion") return isPart || hub.tree.quarantined.includes(conflict.item);
  // What a whole side is to take comes from all the others.
  return isPart || away.includes(conflict.side) || (conflict.side === "hub" && absent.size + away.length > 0);
}

/** Replaces the findings that the plan could have, and lets the others stand. */
export async function saveFindings(engine: Engine, context: RunContext, planned: PassPlan): Promise<void> {
  const { store } = engine;
  const { project, run } = context;
  const own = await allFindings(engine, context, planned);
  const news = new Set(own.map(causeOf));
  const asked = new Set((await untouchedConflicts(engine, context, planned)).map(keyOf));
  const absent = absentSides(context, planned);
  const kept = (await store.findings(project)).flatMap((finding): Finding[] => {
    const { tool, field, items = [] } = finding;
    if (QUESTIONS.includes(finding.code)) {
      const still = items.filter((item) => asked.has(`${item}/${field}`));
      return still.length > 0 ? [{ ...finding, items: still }] : [];
    }
    const isUnread = !planned.hub.tree && (tool !== undefined || field !== undefined);
    const isOutside = isUnread || (tool !== undefined && absent.has(tool)) || isOtherField(context, field);
    return isOutside && !news.has(causeOf(finding)) ? [finding] : [];
  });
  await saveBeside(engine, { project, run }, own, kept);
}

/** A run that was refused looked at nothing but the project's files: what earlier runs found in the tools stands. */
export async function saveRefusal(engine: Engine, run: RunContext, own: readonly Finding[]): Promise<void> {
  const news = new Set(own.map(causeOf));
  const earlier = await engine.store.findings(run.project);
  const kept = earlier.filter(
    (finding) => (finding.tool ?? finding.field) !== undefined && !news.has(causeOf(finding)),
  );
  await saveBeside(engine, run, own, kept);
}

async function saveBeside(
  { store, now }: Engine,
  { project, run }: Pick<RunContext, "project" | "run">,
  own: readonly Finding[],
  kept: readonly Finding[],
): Promise<void> {
  await store.cache(keptKey(run), kept, now() + KEEP_MS);
  await store.saveFindings(project, [...own, ...kept]);
}

/** What is known of the project, without what the run did not look at. */
export async function findingsOfRun(engine: Engine, { project, run }: RunContext): Promise<Finding[]> {
  const kept = ((await engine.store.cached(keptKey(run), engine.now())) as Finding[] | null) ?? [];
  const others = new Set(kept.map((finding) => JSON.stringify(finding)));
  return (await engine.store.findings(project)).filter((finding) => !others.has(JSON.stringify(finding)));
}

/** Findings that stand beside a stored question. */
const QUESTIONS: readonly string[] = ["conflict", "first-agreement"];

/** Bound tools that took no part, and those whose values the plan could not read. */
function absentSides({ tools, others }: RunContext, planned: PassPlan): ReadonlySet<Side> {
  return new Set([...others, ...tools].map(({ tool }) => tool).filter((tool) => !planned.tools.includes(tool)));
}

function isOtherField({ request }: RunContext, field: Finding["field"]): boolean {
  return request.fields !== undefined && field !== undefined && !request.fields.includes(field);
}

function keyOf(conflict: Conflict): string {
  const { item, topic } = placeOf(conflict);
  return `${item}/${topic}`;
}

function causeOf({ code, tool, field }: Finding): string {
  return JSON.stringify([code, tool, field]);
}

function keptKey(run: string): string {
  return `kept/${run}`;
}
