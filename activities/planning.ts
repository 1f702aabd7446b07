/** Joins what the store, the hub and the tools say into one call of the planner. */
import { emptyDraft, finishDraft } from "../src/core/reconcile/draft.ts";
import { reconcile } from "../src/core/reconcile/reconcile.ts";
import { DEFAULT_BULK_LIMITS, type Policy, type ToolPolicy } from "../src/core/policy.ts";
import { mergeFindings, type Finding } from "../src/core/findings.ts";
import type { FieldName, ItemId, ItemType, ToolKey } from "../src/core/model.ts";
import type { FieldConflict, Plan } from "../src/core/plan.ts";
import { isFieldConflict } from "../src/core/conflict.ts";
import type { ToolStanding } from "../src/core/ports.ts";
import { readHub } from "../src/hub/read.ts";
import type { HubReading } from "../src/hub/hub.ts";
import type { ProjectState } from "../src/store/store.ts";
import { toolFacts, type Engine } from "./engine.ts";
import { loadContext, type RunContext, type ToolContext } from "./run-context.ts";
import { answerKey, type EvidenceQuestion, type EvidenceTimes } from "./evidence.ts";
import { currentLinks, namesOf, withProjectRefs } from "./project-twin.ts";
import { namesDead } from "./refs.ts";
import { timesOf } from "./times.ts";
import { knownLenses } from "./tool-session.ts";
import { withoutSteps } from "./unanswered.ts";

export interface PassPlan {
  readonly plan: Plan;
  readonly state: ProjectState;
  readonly hub: HubReading;
  readonly text: string;
  /** News of the project that are part of this plan, as the store counts them. */
  readonly news: number;
  /** Tools whose values it could read. */
  readonly tools: readonly ToolKey[];
  /** Of these, the tools that cannot be written to now. */
  readonly away: readonly ToolKey[];
  /** Per tool, what its history should be asked before the plan is final. */
  readonly questions: Readonly<Record<ToolKey, EvidenceQuestion>>;
}

export interface PassOptions {
  readonly run: string;
  readonly pass: number;
  readonly standings: readonly ToolStanding[];
  readonly evidenceAsked?: boolean;
}

/** Plans one pass from the newest hub text and mirrors. Reads only. */
export async function planPass(engine: Engine, options: PassOptions): Promise<PassPlan> {
  const context = await loadContext(engine, options.run);
  // Before the state: what comes in between is not in this plan.
  const news = await engine.store.news(context.project);
  const [stored, file] = await Promise.all([
    engine.store.projectState(context.project),
    engine.hub.read(context.project),
  ]);
  const reading = readHub(file.text, { projectId: context.project, file: file.path });
  const tree = withProjectRefs(reading.tree ?? { items: {}, quarantined: [] }, context.tools, stored.links);
  const hub = reading.tree ? { ...reading, tree } : reading;
  const state = { ...stored, links: currentLinks(stored, tree) };
  const tools = await toolPolicies(engine, context, state, options.standings);
  const policy = (times: Policy["times"]): Policy => ({
    tools,
    times,
    force: context.request.force === true,
    yes: context.request.yes === true,
    ...(context.request.fields ? { fields: context.request.fields } : {}),
    others: othersOf(engine, context, tools),
    adoption: adoptionOf([...context.tools, ...context.others]),
    answers: state.answers,
    itemOrder: Object.keys(tree.items),
    bulk: DEFAULT_BULK_LIMITS,
  });
  const remotes = await withoutSteps(engine, context.project, state);
  const input = { hub: tree, hubBase: state.hubBase, links: state.links, remotes };
  const away = Object.keys(tools).filter((tool) => !tools[tool]?.available);
  const known = { state, hub, news, text: file.text, tools: Object.keys(tools), away };
  if (!hub.tree) return { ...known, plan: finishDraft(emptyDraft()), questions: {} };

  let plan = reconcile({ ...input, policy: policy(() => undefined) });
  const decidedByTime = plan.conflicts.filter(
    (conflict) => conflict.strategy === "last-modified-wins" && !context.request.force,
  );
  const disputed = [...decidedByTime, ...(await newQuestions(engine, context, plan.conflicts))];
  if (disputed.length === 0) return { ...known, plan, questions: {} };

  const evidence = await evidenceTimes(engine, options, context);
  const times = await timesOf(engine, context.project, state, disputed, evidence);
  plan = reconcile({ ...input, policy: policy(times) });
  return {
    ...known,
    plan,
    questions: options.evidenceAsked ? {} : questionsOf(engine, disputed, state, evidence),
  };
}

/** Parked conflicts that people were not asked about yet: they are shown who changed what when, and that is kept. */
async function newQuestions(
  engine: Engine,
  { project }: RunContext,
  conflicts: readonly FieldConflict[],
): Promise<FieldConflict[]> {
  const parked = conflicts.filter(({ decided }) => !decided);
  if (parked.length === 0) return [];
  const open = (await engine.store.openConflicts(project)).map(({ conflict }) => conflict);
  const shown = new Set(open.filter(isFieldConflict).map(valuesOf));
  return parked.filter((conflict) => !shown.has(valuesOf(conflict)));
}

function valuesOf({ item, field, kind, candidates }: FieldConflict): string {
  return JSON.stringify([item, field, kind, candidates.map(({ side, value }) => [side, value])]);
}

/** Of the bound tools those without a policy in this plan: they take no part, or were never read so far. */
function othersOf(engine: Engine, { request, tools, others }: RunContext, policies: Policy["tools"]): Policy["others"] {
  const unread = tools.filter(({ tool }) => !policies[tool]);
  return [...others, ...unread.map(({ tool, mode, binding }) => ({ tool, mode, tasks: binding.tasks }))].map(
    ({ tool, mode, tasks }) => ({ mode: request.mode ?? mode, types: typesOf(engine, tool, tasks) }),
  );
}

function typesOf(engine: Engine, tool: ToolKey, tasks: boolean): readonly ItemType[] {
  const types = engine.connectors[tool]?.connector.capabilities.types ?? [];
  return types.filter((type) => type !== "task" || tasks);
}

/** One answer a project, whichever tools a run looks at: where their configurations differ, the most careful holds. */
function adoptionOf(tools: readonly Pick<ToolContext, "adoption">[]): Policy["adoption"] {
  const [first, ...others] = new Set(tools.map(({ adoption }) => adoption));
  return first === undefined || others.length > 0 ? "ask" : first;
}

async function toolPolicies(
  engine: Engine,
  context: RunContext,
  state: ProjectState,
  standings: readonly ToolStanding[],
): Promise<Record<ToolKey, ToolPolicy>> {
  const policies: Record<ToolKey, ToolPolicy> = {};
  for (const tool of context.tools) {
    const lens = await knownLenses(engine, tool);
    if (!lens) continue;
    policies[tool.tool] = {
      types: typesOf(engine, tool.tool, tool.binding.tasks),
      lens,
      mode: context.request.mode ?? tool.mode,
      strategy: context.request.conflictResolution ?? tool.strategy,
      deletes: tool.deletes,
      available: standings.some((standing) => standing.tool === tool.tool && standing.state === "ready"),
      consented: state.consents.includes(tool.tool),
      awaiting: unresolvedItems(tool, state),
      generations: state.freed[tool.tool] ?? {},
      ...(tool.priorityFields.length > 0 ? { priorityFields: tool.priorityFields } : {}),
    };
  }
  return policies;
}

function unresolvedItems(tool: ToolContext, state: ProjectState): ItemId[] {
  const linked = new Set(state.links.filter((link) => link.tool === tool.tool).map((link) => link.item));
  return tool.unlinked.map(({ item }) => item).filter((item) => !linked.has(item));
}

async function evidenceTimes(
  engine: Engine,
  options: PassOptions,
  context: RunContext,
): Promise<Map<ToolKey, EvidenceTimes>> {
  const known = new Map<ToolKey, EvidenceTimes>();
  for (const { tool } of context.tools) {
    const answer = await engine.store.cached(answerKey(options.run, options.pass, tool), engine.now());
    if (answer) known.set(tool, answer as EvidenceTimes);
  }
  return known;
}

function questionsOf(
  engine: Engine,
  disputed: readonly FieldConflict[],
  state: ProjectState,
  evidence: ReadonlyMap<ToolKey, EvidenceTimes>,
): Record<ToolKey, EvidenceQuestion> {
  const questions: Record<ToolKey, { refs: string[]; fields: FieldName[] }> = {};
  const refs = new Map(state.links.map(({ tool, item, ref }) => [`${tool}/${item}`, ref]));
  for (const { item, field, candidates } of disputed) {
    for (const { side } of candidates) {
      if (side === "hub" || evidence.has(side) || !engine.connectors[side]?.connector.capabilities.history) continue;
      const ref = refs.get(`${side}/${item}`);
      if (ref === undefined) continue;
      const question = (questions[side] ??= { refs: [], fields: [] });
      if (!question.refs.includes(ref)) question.refs.push(ref);
      if (!question.fields.includes(field)) question.fields.push(field);
    }
  }
  return questions;
}

/** Findings of the whole run: the hub's, the binding's, each tool's, the plan's. */
export async function allFindings(engine: Engine, context: RunContext, planned: PassPlan): Promise<Finding[]> {
  const facts = await Promise.all(context.tools.map(({ tool }) => toolFacts(engine, context.run, tool)));
  const skews = context.tools.flatMap(({ tool }, index) => skewFinding(tool, facts[index]?.skewMs));
  return mergeFindings([
    ...planned.hub.findings,
    ...context.findings,
    ...facts.flatMap((fact) => fact.findings),
    ...skews,
    ...changedRefs(planned, context),
    ...planned.plan.findings,
  ]);
}

/** A ref that people changed by hand although its item has a twin: the link stays until somebody decides. */
function changedRefs({ hub, state }: PassPlan, { tools }: RunContext): Finding[] {
  const asked = new Set(tools.map(({ tool }) => tool));
  return state.links.flatMap(({ item, tool, ref, key, generation }) => {
    if (!asked.has(tool)) return [];
    const named = hub.tree?.items[item]?.refs[tool]?.toLowerCase();
    if (named === undefined || namesOf({ ref, key }, state.mirror[tool]?.[ref]).includes(named)) return [];
    // A twin made anew: the commit puts its key in the dead one's place.
    if (generation > 0 && namesDead(state.mirror[tool] ?? {}, named)) return [];
    return [
      {
        code: "ref-changed",
        severity: "warning" as const,
        tool,
        items: [item],
        message: `external_refs.${tool} of ${item} says ${named}, but its twin is ${key}; the link stays as it is`,
        remedy: `Set it back to ${key}, or give the other item a line of its own.`,
        needsDecision: true,
      },
    ];
  });
}

function skewFinding(tool: ToolKey, skewMs: number | undefined): Finding[] {
  if (skewMs === undefined || Math.abs(skewMs) < 60_000) return [];
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  return [
    {
      code: "clock-skew",
      severity: "warning",
      tool,
      message: `the clock of ${tool} is ${minutes} min ${skewMs > 0 ? "ahead of" : "behind"} ours; times are set right by that when edits conflict`,
      remedy: "Check the clock of this machine (NTP) first.",
    },
  ];
}
