import type { Planned, PlanInput } from "../src/core/ports.ts";
import type { WantedField, WantedFields, Write } from "../src/core/plan.ts";
import { isFieldConflict } from "../src/core/conflict.ts";
import { sameValue } from "../src/core/equality.ts";
import { FIELD_DEFINITIONS } from "../src/core/fields.ts";
import type { FieldName, ItemId } from "../src/core/model.ts";
import type { DeadLetter } from "../src/store/dead-letters.ts";
import type { AuditEntry, Intent } from "../src/store/store.ts";
import { isLetter, restingLetters } from "./dead-letters.ts";
import { KEEP_MS, type Engine } from "./engine.ts";
import { loadContext } from "./run-context.ts";
import { questionKey } from "./evidence.ts";
import { planKey, type StoredPlan } from "./stored-plan.ts";
import { stamped } from "./times.ts";
import { planPass } from "./planning.ts";
import { storeQuestions } from "./questions.ts";
import { saveFindings } from "./scope.ts";

/** Plans a pass and stores it, intents and all, before the first write leaves. */
export async function planAndStore(engine: Engine, input: PlanInput): Promise<Planned> {
  const { run, pass, project } = input;
  const { store } = engine;
  const context = await loadContext(engine, run);
  const planned = await planPass(engine, input);
  const asked = Object.entries(planned.questions);
  if (asked.length > 0) {
    for (const [tool, question] of asked)
      await store.cache(questionKey(run, pass, tool), question, engine.now() + KEEP_MS);
    return {
      writes: {},
      hubEdits: 0,
      parked: 0,
      conflictFields: [],
      evidence: Object.fromEntries(asked.map(([tool, { refs }]) => [tool, refs.length])),
    };
  }
  const { writes: wanted, ...rest } = planned.plan;
  const resting = restingLetters(await store.deadLetters(project), context.request, engine.now());
  const writes = withoutRejected(wanted, await store.intentsOf(run), resting);
  await store.recordDecisions(losers(engine, input, rest));
  await store.storeIntents(project, intentsOf(input, writes));
  const hubBase = await stamped(engine, project, planned.state, rest);
  const stored: StoredPlan = { hubHash: planned.hub.hash, plan: { ...rest, hubBase } };
  await store.cache(planKey(run, pass), stored, engine.now() + KEEP_MS);
  await saveFindings(engine, context, planned);
  const parked = await storeQuestions(engine, context, planned);
  return {
    writes: countByTool(writes),
    hubEdits: rest.hubEdits.length,
    parked: parked.length,
    conflictFields: [...new Set(parked.filter(isFieldConflict).map(({ field }) => field))].toSorted(),
    evidence: {},
  };
}

/**
 * What the vendor refused in this run is not sent again before the next one, what rests not before its time, and
 * neither is what hangs below it.
 */
export function withoutRejected(
  writes: readonly Write[],
  earlier: readonly Intent[],
  resting: readonly DeadLetter[],
): Write[] {
  const rejected = earlier.filter(({ state }) => state === "rejected").map(({ write }) => write);
  const rested = writes.filter((write) => resting.some((letter) => isLetter(letter, write)));
  const refused = new Set([...rejected, ...rested].map(({ tool, kind, item }) => `${tool}/${kind}/${item}`));
  const isOrphaned = ({ tool }: Write, { value }: WantedField) =>
    typeof value === "object" &&
    value !== null &&
    "awaits" in value &&
    typeof value.awaits === "string" &&
    refused.has(`${tool}/create/${value.awaits}`);
  return writes
    .filter((write) => !refused.has(`${write.tool}/${write.kind}/${write.item}`))
    .flatMap((write): Write[] => {
      if (write.kind !== "update") return [write];
      const fields = Object.entries(write.fields).filter(([, wanted]) => !isOrphaned(write, wanted));
      return fields.length > 0 ? [{ ...write, fields: Object.fromEntries(fields) as WantedFields }] : [];
    });
}

/** The values that lose by a rule: kept before they are overwritten, with who won and why. */
function losers(engine: Engine, { project, run, request }: PlanInput, plan: StoredPlan["plan"]): AuditEntry[] {
  const timestamp = new Date(engine.now()).toISOString();
  const source = request.trigger === "manual" ? ("manual" as const) : ("automated" as const);
  const settled = new Set([...plan.hubEdits, ...plan.baseUpdates, ...plan.hubBase].flatMap(placeOf));
  // A decision that a guard holds back overwrites nothing, and is taken again in the next run.
  const conflicts = plan.conflicts.filter((conflict) => placeOf(conflict).some((place) => settled.has(place)));
  return conflicts.flatMap(({ item, field, candidates, decided }) =>
    candidates
      .filter(({ value }) => decided && !sameValue(FIELD_DEFINITIONS[field].merge, value, decided.value))
      .map(({ side, value }) => ({
        timestamp,
        run,
        project,
        item,
        field,
        source,
        tool: side,
        operation: "keep" as const,
        user: "sdlc-sync",
        oldValue: value,
        newValue: decided?.value,
        reason: decided?.reason ?? "",
      })),
  );
}

function placeOf(one: { readonly item: ItemId; readonly field?: FieldName }): string[] {
  return one.field === undefined ? [] : [`${one.item}/${one.field}`];
}

function intentsOf({ project, run, pass }: PlanInput, writes: readonly Write[]): Intent[] {
  const positions = new Map<string, number>();
  return writes.map((write) => {
    const position = positions.get(write.tool) ?? 0;
    positions.set(write.tool, position + 1);
    return {
      id: `${run}/${pass}/${write.tool}/${position}`,
      project,
      run,
      pass,
      tool: write.tool,
      position,
      write,
      state: "planned",
    };
  });
}

function countByTool(writes: readonly Write[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { tool } of writes) counts[tool] = (counts[tool] ?? 0) + 1;
  return counts;
}
