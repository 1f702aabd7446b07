import { SyncFailure, isSyncFailure } from "../src/core/errors.ts";
import type { Finding } from "../src/core/findings.ts";
import type { HubTree, ItemId, ItemType } from "../src/core/model.ts";
import { isUrgent, type Prepared, type PrepareInput, type SyncRequest } from "../src/core/ports.ts";
import { readHub } from "../src/hub/read.ts";
import type { HubReading } from "../src/hub/hub.ts";
import { resolveProject, type ResolvedTool } from "../src/registry/resolve.ts";
import { engineTimings } from "../src/registry/workspace-schema.ts";
import type { ProjectState } from "../src/store/store.ts";
import { secretFindings } from "./connections.ts";
import type { Engine } from "./engine.ts";
import { storeContext, type RunContext, type ToolContext, type UnlinkedRef } from "./run-context.ts";
import { currentLinks, namesOf, withProjectRefs } from "./project-twin.ts";
import { storeReport } from "./reporting.ts";
import { saveRefusal } from "./scope.ts";
import { openSession } from "./tool-session.ts";

/** Reads the hub and the configuration once, and settles for the run which tools take part and how. */
export async function prepareRun(engine: Engine, input: PrepareInput): Promise<Prepared> {
  const { project, run, request } = input;
  const startedAt = engine.now();
  await engine.store.startRun({ run, project, trigger: request.trigger, startedAt: new Date(startedAt).toISOString() });
  const { finishedFirst } = input;
  const base = { project, run, request, startedAt, ...(finishedFirst ? { finishedFirst } : {}) };
  try {
    const resolved = await resolveRun(engine, project, request);
    await engine.hub.checkWritable(project);
    const context: RunContext = {
      ...base,
      tools: resolved.tools,
      others: resolved.others,
      findings: resolved.findings,
    };
    await storeContext(engine, context);
    if (resolved.hub.tree && resolved.tools.length > 0) {
      const tools = resolved.tools.map(({ tool }) => tool);
      return {
        status: "ready",
        tools,
        timings: engineTimings(engine.workspace.config),
        priority: priorityOf(request, resolved.hub),
      };
    }
    await saveRefusal(engine, context, [...resolved.hub.findings, ...resolved.findings]);
    await storeReport(engine, {
      run,
      pass: 0,
      standings: [],
      refused: resolved.hub.tree ? "no tool to sync with" : "the hub file cannot be read",
    });
  } catch (error) {
    if (!isSyncFailure(error)) throw error;
    const finding: Finding = { code: error.code, severity: "error", message: error.message };
    const context: RunContext = { ...base, tools: [], others: [], findings: [finding] };
    await storeContext(engine, context);
    await saveRefusal(engine, context, [finding]);
    await storeReport(engine, { run, pass: 0, standings: [], refused: `${error.code}, see above` });
  }
  return { status: "refused", tools: [], timings: engineTimings(engine.workspace.config), priority: 3 };
}

export interface ResolvedRun {
  readonly hub: HubReading;
  readonly tools: readonly ToolContext[];
  readonly others: RunContext["others"];
  readonly findings: readonly Finding[];
}

/** The tools of one request, resolved from hub, sync-config, client file and registry, without their secrets. */
export async function resolveRun(engine: Engine, project: string, request: SyncRequest): Promise<ResolvedRun> {
  const [file, state] = await Promise.all([engine.hub.read(project), engine.store.projectState(project)]);
  const hub = readHub(file.text, { projectId: project, file: file.path });
  const resolved = resolveProject(engine.workspace, hub, {
    hubPath: file.path,
    env: engine.env,
    connectors: Object.keys(engine.connectors),
  });
  const asked = request.tools;
  const unknown = asked?.filter((tool) => !resolved.tools.some((candidate) => candidate.tool === tool)) ?? [];
  if (unknown.length > 0) {
    const bound = resolved.tools.map(({ tool }) => tool).join(", ") || "none";
    throw new SyncFailure("Usage", `--tools: ${unknown.join(", ")} is not bound in ${file.path}; bound: ${bound}.`);
  }
  const tools = resolved.tools.filter(({ tool }) => !asked || asked.includes(tool));
  const complete = tools.filter(({ missingEnv }) => missingEnv.length === 0);
  const contexts = complete.map((tool) => toContext(tool, hub, state, isUrgent(request)));
  const refusals = contexts.flatMap((context) => refusalOf(engine, context) ?? []);
  const usable = contexts.filter(({ tool }) => !refusals.some((finding) => finding.tool === tool));
  const missing = [...tools.filter((tool) => !complete.includes(tool)).map(missingCredentials), ...refusals];
  return {
    hub,
    tools: usable,
    others: resolved.tools
      .filter(({ tool }) => !usable.some((one) => one.tool === tool))
      .map(({ tool, mode, adoption, binding }) => ({ tool, mode, adoption, tasks: binding.tasks })),
    findings: [...resolved.findings, ...missing, ...(await secretFindings(engine, usable))],
  };
}

const NO_TREE: HubTree = { items: {}, quarantined: [] };

/** What keeps a tool from being called at all: an address or a credential that cannot be used. */
function refusalOf(engine: Engine, context: ToolContext): Finding | undefined {
  const { tool, env } = context;
  try {
    openSession(engine, context);
    return undefined;
  } catch (error) {
    if (!isSyncFailure(error)) throw error;
    const remedy = `Correct ${env.join(", ")} in the environment.`;
    return { code: error.code, severity: "error", tool, message: error.message, remedy };
  }
}

function missingCredentials({ tool, missingEnv }: ResolvedTool): Finding {
  return {
    code: "missing-credentials",
    severity: "error",
    tool,
    message: `bound, but ${missingEnv.join(", ")} ${missingEnv.length > 1 ? "are" : "is"} not set`,
    remedy: `Set ${missingEnv.join(", ")} in the environment.`,
  };
}

function toContext(tool: ResolvedTool, hub: HubReading, state: ProjectState, urgent: boolean): ToolContext {
  const { credentials: _, missingEnv: __, ...rest } = tool;
  const tree = withProjectRefs(hub.tree ?? NO_TREE, [tool], state.links);
  const { items, quarantined } = tree;
  const links = currentLinks(state, tree).filter((link) => link.tool === tool.tool);
  const linked = new Set(links.map((link) => link.item));
  const isKept = (item: ItemId) => item in items || quarantined.includes(item);
  const leftBehind = new Map(
    links
      .filter(({ item }) => !isKept(item))
      .flatMap((link) => namesOf(link).map((name) => [name, link.item] as const)),
  );
  const unlinked: UnlinkedRef[] = [];
  const unmarked: { item: ItemId; type: ItemType }[] = [];
  for (const { id: item, type, refs } of Object.values(items)) {
    const ref = refs[tool.tool];
    if (linked.has(item)) continue;
    const heirOf = ref === undefined ? undefined : leftBehind.get(ref.toLowerCase());
    if (ref === undefined && type !== "project") unmarked.push({ item, type });
    if (ref !== undefined) unlinked.push({ item, type, ref, ...(heirOf === undefined ? {} : { heirOf }) });
  }
  return { ...rest, urgent, unlinked, unmarked };
}

/** What a person waits for goes first, then critical projects; 3 is Temporal's own middle. */
function priorityOf(request: SyncRequest, { pmePriority }: HubReading): number {
  if (isUrgent(request)) return 1;
  return pmePriority === "P1" ? 2 : 3;
}
