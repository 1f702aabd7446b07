/** From what is there to a project that is bound to it: read everything, ask what is open, and say what would be written. */
import { dirname, join } from "node:path";
import { SyncFailure, isSyncFailure } from "../../core/errors.ts";
import type { Finding } from "../../core/findings.ts";
import type { Matching } from "../../core/matching.ts";
import type { ItemId } from "../../core/model.ts";
import type { HubFile } from "../../hub/folder.ts";
import { fillSyncConfig } from "../../registry/fill-template.ts";
import type { AdoptionPolicy } from "../../registry/sync-config-schema.ts";
import { loadSyncConfig, templateText } from "../../registry/workspace.ts";
import type { Client } from "../../registry/client.ts";
import type { ResolvedTool } from "../../registry/resolve.ts";
import type { Check } from "../checks/check.ts";
import type { CliContext } from "../context.ts";
import { readableHub } from "../readable-hub.ts";
import { promptsOf, Stopped, type Prompts } from "../prompts.ts";
import { understood, type AdoptArguments, type AdoptFlags } from "./arguments.ts";
import { boundTools, draftHub, refsOf, type HubDraft } from "./draft.ts";
import { grow } from "./grow.ts";
import { differencesOf, linkTool, type Difference } from "./linking.ts";
import { prepareTools } from "./prepare.ts";
import { surveyTool, type Survey } from "./survey.ts";
import { chooseClient, chooseTarget, chooseTools, type Target } from "./targets.ts";

export interface PlannedFile {
  /** From the workspace's root. */
  readonly path: string;
  /** Null: it is new. */
  readonly before: string | null;
  readonly after: string;
}

export interface ToolAdoption {
  readonly survey: Survey;
  readonly matching: Matching;
  readonly differences: readonly Difference[];
  /** Items that the hub gets from it. */
  readonly taken: readonly ItemId[];
}

export interface Adoption {
  readonly project: string;
  /** The hub first; without those that stay as they are. */
  readonly files: readonly PlannedFile[];
  readonly hubFile: HubFile | null;
  readonly tools: readonly ToolAdoption[];
  /** Tools that could not be read; then nothing else is known. */
  readonly problems: readonly Check[];
  readonly findings: readonly Finding[];
}

/** Writes nothing. Throws `Usage` and `InvalidConfig` for what is missing or wrong in what was said and in the files. */
export async function planAdoption(context: CliContext, project: string, flags: AdoptFlags): Promise<Adoption> {
  const start = await begin(context, project, flags);
  const { hubFile, draft, tools } = start;
  const engine = await context.engine();
  await prepareTools(context, tools, { yes: flags.yes, prompts: start.prompts });
  const answers = await Promise.all(
    tools.map((tool) => surveyTool(engine, tool, refsOf(draft.reading.tree, tool.tool))),
  );
  const problems = answers.flatMap((answer) => ("problem" in answer ? [answer.problem] : []));
  if (problems.length > 0) return { project, files: [], hubFile, tools: [], problems, findings: [] };
  const surveys = answers.flatMap((answer) => ("survey" in answer ? [answer.survey] : []));
  const linked = await linkAll(start, surveys);
  const { path } = start;
  const files: PlannedFile[] = [{ path, before: hubFile?.text ?? null, after: linked.draft.text }];
  if (!start.hasConfig) files.push(await newConfig(start, linked.tools));
  return {
    project,
    files: files.filter(({ before, after }) => before !== after),
    hubFile,
    tools: linked.tools,
    problems: [],
    findings: [...linked.findings, ...linked.draft.reading.findings],
  };
}

interface Beginning {
  readonly context: CliContext;
  readonly project: string;
  readonly flags: AdoptFlags;
  readonly args: AdoptArguments;
  readonly prompts: Prompts | null;
  readonly path: string;
  readonly hubFile: HubFile | null;
  readonly client: Client | null;
  readonly draft: HubDraft;
  readonly tools: readonly ResolvedTool[];
  readonly hasConfig: boolean;
  /** Somebody said what the project is called. */
  readonly isNamed: boolean;
}

/** What was said and what the files say, up to a hub that is bound. */
async function begin(context: CliContext, project: string, flags: AdoptFlags): Promise<Beginning> {
  const { workspace } = context;
  const path = checkedPath(context, project);
  const args = understood(flags, workspace.registry);
  const prompts = flags.json || flags.yes ? null : promptsOf(context.io);
  const hubFile = await existing(context, project);
  const hub = hubFile && readableHub(hubFile.text, project, path);
  const asking = { context, flags, prompts, hub, path };
  const client = await chooseClient(asking);
  const targets = new Map<string, Target>();
  const connectors = Object.keys((await context.engine()).connectors);
  for (const entry of await chooseTools(asking, client, args.tools)) {
    if (!connectors.includes(entry.key))
      throw new SyncFailure(
        "Usage",
        `This version has no connector for ${entry.name}; it has them for ${connectors.join(", ")}.`,
      );
    targets.set(entry.key, await chooseTarget(asking, client, entry, args.containers.get(entry.key) ?? {}));
  }
  const hasConfig = loadSyncConfig(workspace, path, client) !== null;
  if (hasConfig && flags.adoption !== undefined)
    throw new SyncFailure(
      "Usage",
      `--adoption: ${join(dirname(path), "sync-config.yaml")} exists; set adoption in it.`,
    );
  const name = flags.name ?? (hub ? null : await prompts?.text("What is the project called?")) ?? null;
  const isClientNew = hub?.client == null && (hub === null || flags.client !== undefined);
  const code = isClientNew ? client?.client.code : undefined;
  const draft = draftHub({ context, project, file: hubFile, name: name ?? project, client: code, targets });
  const tools = await boundTools(context, draft, targets, { tasks: flags.tasks, hasConfig });
  return {
    context,
    project,
    flags,
    args,
    prompts,
    path,
    hubFile,
    client,
    draft,
    tools,
    hasConfig,
    isNamed: name !== null,
  };
}

interface Linked {
  readonly draft: HubDraft;
  readonly tools: readonly ToolAdoption[];
  readonly findings: readonly Finding[];
}

/** Tool by tool, the source first: what is taken from it may stand in the others too. */
async function linkAll(start: Beginning, surveys: readonly Survey[]): Promise<Linked> {
  const { context, project, flags, args, prompts, path, hubFile } = start;
  const isSource = ({ tool: { tool } }: Survey): boolean => tool === args.from?.key;
  let { draft } = start;
  const tools: ToolAdoption[] = [];
  const findings: Finding[] = [];
  for (const survey of surveys.toSorted((a, b) => Number(isSource(b)) - Number(isSource(a)))) {
    const answers = args.links.get(survey.tool.tool) ?? new Map<ItemId, string | null>();
    const takesMarked = flags.marked;
    const matching = await linkTool({ context, project, draft, survey, answers, prompts, takesMarked });
    const grown = grow(draft, survey, matching, {
      isSource: isSource(survey),
      isNew: hubFile === null,
      isNamed: start.isNamed,
    });
    draft = { text: grown.text, reading: readableHub(grown.text, project, path) };
    findings.push(...grown.findings, ...lostRefs(survey, matching));
    tools.push({ survey, matching, differences: differencesOf(survey, matching.matches), taken: grown.taken });
  }
  return { draft, tools, findings };
}

async function newConfig(start: Beginning, tools: readonly ToolAdoption[]): Promise<PlannedFile> {
  const { context, flags, prompts, path, client, draft } = start;
  const { workspace } = context;
  const adoption = await chooseAdoption(flags, prompts, tools);
  const after = fillSyncConfig(templateText(workspace, "sync-config.yaml"), {
    projectId: draft.reading.projectId,
    tools: start.tools.map(({ tool }) => tool),
    client,
    registry: workspace.registry,
    tasks: flags.tasks,
    ...(adoption === undefined ? {} : { adoption }),
  });
  return { path: join(dirname(path), "sync-config.yaml"), before: null, after };
}

/** Throws `Usage` for a name that can be no project's. */
function checkedPath({ hub }: CliContext, project: string): string {
  try {
    if (/^[A-Za-z0-9][\w.-]*$/.test(project)) return hub.path(project);
  } catch (error) {
    if (!isSyncFailure(error, "NotFound")) throw error;
  }
  const message = `"${project}" cannot be a project's id: it names a folder, of letters, digits, dots, dashes and underscores.`;
  throw new SyncFailure("Usage", message);
}

async function existing({ hub }: CliContext, project: string): Promise<HubFile | null> {
  const known = await hub.list();
  return known.some(({ id }) => id === project) ? hub.read(project) : null;
}

function lostRefs({ tool: { tool, name } }: Survey, { lost }: Matching): Finding[] {
  return lost.map(({ item: { id }, ref }) => ({
    code: "ref-not-found",
    severity: "warning",
    tool,
    items: [id],
    message: `external_refs.${tool}: ${ref} does not exist in ${name}, or may not be seen; nothing is created for ${id} there`,
    remedy: "Correct it, or set it to null to have a new twin made.",
    needsDecision: true,
  }));
}

/** Whose values hold where linked items differ: one answer for the project. */
async function chooseAdoption(
  { adoption }: AdoptFlags,
  prompts: Prompts | null,
  tools: readonly ToolAdoption[],
): Promise<AdoptionPolicy | undefined> {
  const count = tools.reduce((sum, { differences }) => sum + differences.length, 0);
  if (adoption !== undefined || count === 0 || !prompts) return adoption;
  const shown = tools.flatMap(({ differences }) => differences).slice(0, 5);
  const list = shown.map(
    ({ item, field, hub, tool, there }) =>
      `${item}.${field} (hub ${JSON.stringify(hub)}, ${tool} ${JSON.stringify(there)})`,
  );
  const text = `${count} ${count === 1 ? "value differs" : "values differ"} between hub and trackers: ${list.join("; ")}${count > 5 ? "; ..." : ""}. Whose hold?`;
  const chosen = await prompts.select(text, [
    { value: "ask", label: "ask about each of them", hint: "track-sdlc conflicts" },
    { value: "hub", label: "the hub's" },
    { value: "tool", label: "the trackers'" },
    { value: "newest", label: "the newest" },
  ]);
  if (chosen === null) throw new Stopped();
  return chosen as AdoptionPolicy;
}
