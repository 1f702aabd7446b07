/** One look at a project's files: what `update` would change in the hub. */
import { dirname, join, normalize } from "node:path";
import { existsSync } from "node:fs";
import { averageVelocityOf, healthOf, progressOf } from "../core/computed.ts";
import type { Finding } from "../core/findings.ts";
import { planUpdate, type ItemFile, type SeenFiles, type UpdateInput, type UpdatePlan } from "../core/item-files.ts";
import type { FieldValue, HubItem, HubTree } from "../core/model.ts";
import type { HubEdit, HubFieldEdit } from "../core/plan.ts";
import { addToHub } from "../hub/add.ts";
import { editHub } from "../hub/edit.ts";
import { itemFileTimes, readItemFolder } from "../hub/item-folder.ts";
import { projectFacts } from "../hub/project-facts.ts";
import { hubStamps } from "../../activities/times.ts";
import type { CliContext } from "./context.ts";
import { readableHub } from "./readable-hub.ts";

export interface PlannedUpdate {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** Of the bytes before. */
  readonly hash: string;
  readonly added: UpdatePlan["added"];
  /** The newest document of each kind, where the hub named none or an older one. */
  readonly handoffs: Readonly<Record<string, string>>;
  /** Of items, and of the project itself. */
  readonly edits: readonly HubFieldEdit[];
  readonly findings: readonly Finding[];
  readonly seen: SeenFiles;
  readonly files: number;
}

/** Throws `InvalidHub` where the hub must not be acted on. */
export async function lookAtFiles(
  context: CliContext,
  project: string,
  phase: number | undefined,
): Promise<PlannedUpdate> {
  const { hub, root, store, workspace } = context;
  const { path, text, hash } = await hub.read(project);
  const { tree } = readableHub(text, project, path);
  const facts = projectFacts(text);
  const folder = implementationFolder(root, path, facts.folder);
  const tools = Object.keys(workspace.registry.capabilities["tracking"]?.tools ?? {});
  const { files, handoffs, findings } = await readItemFolder({ root, folder, project, tools });
  const seen = (await store.cached(seenKey(project), Date.now())) as SeenFiles | null;
  const plan = await plannedByTime(context, project, { tree, files, seen: seen ?? {} });
  const items = updatedItems(tree, plan);
  const critical = new Set(files.filter(({ isCriticalBug }) => isCriticalBug).map(({ id }) => id.toLowerCase()));
  const isOpen = ({ fields: { status } }: HubItem) => status !== "done" && status !== "cancelled";
  const bugs = items.filter(({ id }) => critical.has(id.toLowerCase()));
  const health = healthOf({
    ...facts,
    criticalBugs: critical.size === 0 ? null : bugs.filter(isOpen).length,
    averageVelocity: averageVelocityOf(items),
  });
  const edits = [...plan.edits, ...projectEdits(tree, { phase, health, progress: progressOf(items) })];
  const { text: edited, skipped } = editHub(text, edits);
  const handed = newHandoffs(facts.handoffs, handoffs);
  const after = addToHub(edited, { items: plan.added, handoffs: handed });
  const all = [...findings, ...plan.findings, ...skipped.map(notWritten)];
  return {
    path,
    before: text,
    after,
    hash,
    added: plan.added,
    handoffs: handed,
    edits,
    findings: all,
    seen: plan.seen,
    files: files.length,
  };
}

/** Asks when something was written only where that decides: git is asked file by file. */
async function plannedByTime(
  context: CliContext,
  project: string,
  input: Pick<UpdateInput, "tree" | "files" | "seen">,
): Promise<UpdatePlan> {
  const disputed = new Set<ItemFile>();
  const plan = planUpdate({
    ...input,
    hubTime: () => undefined,
    fileTime(file) {
      disputed.add(file);
      return undefined;
    },
  });
  if (disputed.size === 0) return plan;
  const state = await context.store.projectState(project);
  const [hubTime, fileTime] = await Promise.all([
    hubStamps(await context.engine(), project, state),
    itemFileTimes(context.root, [...disputed]),
  ]);
  return planUpdate({
    ...input,
    hubTime: ({ id, type, fields }, field) => hubTime(type, id, field, fields[field] ?? null),
    fileTime,
  });
}

/** Writes what was planned, and remembers what the files said. Throws `StaleHub` where somebody saved the hub meanwhile. */
export async function writeUpdate({ hub, store }: CliContext, project: string, update: PlannedUpdate): Promise<void> {
  if (update.after !== update.before) await hub.swap(project, update.hash, update.after);
  await store.cache(seenKey(project), update.seen, Number.MAX_SAFE_INTEGER);
}

/** What people wrote by hand and no such document is stays. */
function newHandoffs(
  said: Readonly<Record<string, string>>,
  found: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, string>> {
  const news = Object.entries(found).flatMap(([kind, paths]) => {
    const [newest, now] = [paths.at(-1), said[kind]];
    const isOurs = now === undefined || paths.includes(now);
    return newest !== undefined && newest !== now && isOurs ? [[kind, newest] as const] : [];
  });
  return Object.fromEntries(news);
}

function seenKey(project: string): string {
  return `item-files/${project}`;
}

/** As the hub names it, if that is a folder of the workspace; else beside the hub. */
function implementationFolder(root: string, hubPath: string, named: string | null): string {
  const folder = named === null ? null : normalize(named);
  const isInside = folder !== null && !folder.startsWith("..") && !folder.startsWith("/");
  return isInside && existsSync(join(root, folder)) ? folder : join(dirname(hubPath), "implementation");
}

/** The items as the hub will have them. */
function updatedItems({ items }: HubTree, { added, edits }: UpdatePlan): readonly HubItem[] {
  const changes = Map.groupBy(edits, ({ item }) => item);
  const changed = Object.values(items).map((item) => {
    const own = (changes.get(item.id) ?? []).map(({ field, value }) => [field, value] as const);
    return own.length > 0 ? { ...item, fields: { ...item.fields, ...Object.fromEntries(own) } } : item;
  });
  return [...changed, ...added];
}

interface Computed {
  readonly phase: number | undefined;
  readonly health: string | null;
  readonly progress: number;
}

function projectEdits({ items }: HubTree, { phase, health, progress }: Computed): HubFieldEdit[] {
  const project = Object.values(items).find(({ type }) => type === "project");
  if (!project) return [];
  const wanted: readonly (readonly ["phase" | "progress" | "health", FieldValue | undefined])[] = [
    ["phase", phase],
    ["progress", progress],
    ["health", health ?? undefined],
  ];
  return wanted.flatMap(([field, value]): HubFieldEdit[] => {
    // A project that never said how far it is has nothing to correct as long as that is nowhere.
    const isSaid = project.fields[field] !== undefined || (field !== "progress" ? true : value !== 0);
    if (value === undefined || project.fields[field] === value || !isSaid) return [];
    return [{ kind: "field", item: project.id, type: "project", field, value }];
  });
}

function notWritten({ edit, reason }: { readonly edit: HubEdit; readonly reason: string }): Finding {
  const what = edit.kind === "field" ? edit.field : edit.tool;
  return {
    code: "not-written",
    severity: "warning",
    needsDecision: true,
    items: [edit.item],
    message: `${edit.item}.${what} was not written: ${reason}`,
  };
}
