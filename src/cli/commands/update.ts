import { dirname, join } from "node:path";
import { existsSync } from "node:fs";
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { showFiles, showFinding } from "../adopt/show.ts";
import { lookAtFiles, writeUpdate, type PlannedUpdate } from "../update-plan.ts";
import { syncCommand } from "./sync.ts";

export interface UpdateCommand {
  readonly project: string | undefined;
  /** 0 to 8. */
  readonly phase: number | undefined;
  readonly sync: boolean;
  readonly json: boolean;
}

/** Times the hub may be saved under our hands before we give up. */
const TRIES = 5;

/**
 * `track-sdlc update`: takes what the files below `implementation/` say into the hub, and computes progress and health. The hub stays
 * the one file that is synced.
 */
export async function updateCommand(context: CliContext, command: UpdateCommand): Promise<number> {
  const project = await requireTracked(context, command.project);
  const update = await updated(context, project, command.phase);
  const { io } = context;
  const code = update.findings.some(({ needsDecision }) => needsDecision) ? EXIT.decide : EXIT.ok;
  if (!command.json) {
    io.out(textOf(project, update, command.sync));
    return command.sync ? worse(code, await sync(context, project)) : code;
  }
  const document = { update: documentOf(project, update) };
  if (!command.sync) {
    io.out(JSON.stringify(document, null, 2));
    return code;
  }
  const said: string[] = [];
  const quiet: CliContext = { ...context, io: { ...io, out: (text) => said.push(text) } };
  const synced = await syncCommand(quiet, { project, request: { trigger: "manual" }, json: true });
  io.out(JSON.stringify({ ...document, ...(JSON.parse(said.join("\n")) as object) }, null, 2));
  return worse(code, synced);
}

function sync(context: CliContext, project: string): Promise<number> {
  return syncCommand(context, { project, request: { trigger: "manual" }, json: false });
}

/** What failed is worse than what waits for a person. */
function worse(a: number, b: number): number {
  const order = [EXIT.ok, EXIT.decide, EXIT.failed, EXIT.usage] as readonly number[];
  return order.indexOf(a) > order.indexOf(b) ? a : b;
}

async function updated(context: CliContext, project: string, phase: number | undefined): Promise<PlannedUpdate> {
  for (let left = TRIES; ; left -= 1) {
    const update = await lookAtFiles(context, project, phase);
    try {
      await writeUpdate(context, project, update);
      return update;
    } catch (error) {
      if (!isSyncFailure(error, "StaleHub") || left <= 1) throw error;
    }
  }
}

async function requireTracked({ hub, root }: CliContext, project: string | undefined): Promise<string> {
  if (!project) throw new SyncFailure("Usage", "ERROR: Project ID required.");
  if ((await hub.list()).some(({ id }) => id === project)) return project;
  const remedy = `(here: track-sdlc init ${project} --sync=<tools>)`;
  const isFolder = /^[\w.-]+$/.test(project) && existsSync(join(root, dirname(hub.path(project))));
  throw new SyncFailure(
    "Usage",
    isFolder
      ? `ERROR: No tracking file found. Run: /lidr-track-sdlc ${project} init ${remedy}`
      : `ERROR: Project ${project} not found in docs/projects/ ${remedy}`,
  );
}

function textOf(project: string, update: PlannedUpdate, isSynced: boolean): string {
  const { path, before, after, added, handoffs, edits, findings, files } = update;
  const changes = [
    ...(added.length > 0 ? [`${added.length} added`] : []),
    ...Object.keys(handoffs).map((kind) => `handoff ${kind}`),
    ...(edits.length > 0 ? [`${edits.length} ${edits.length === 1 ? "value" : "values"} changed`] : []),
  ];
  const summary = `${project}: ${files} item ${files === 1 ? "file" : "files"} read, ${changes.join(", ") || "nothing to change"}`;
  const next = before === after || isSynced ? [] : [`Next: track-sdlc sync ${project}`];
  const shown = before === after ? [] : [showFiles([{ path, before, after }])];
  return [...shown, summary, ...findings.map(showFinding), ...next].join("\n");
}

function documentOf(
  project: string,
  { before, after, added, handoffs, edits, findings, files }: PlannedUpdate,
): object {
  return {
    project,
    status: before === after ? "unchanged" : "written",
    files,
    added: added.map(({ id, type }) => ({ item: id, type })),
    handoffs,
    changed: edits.map(({ item, field, value }) => ({ item, field, value })),
    findings,
  };
}
