/** The hub file as it would be: what stands there, or the template, with the bindings in it. */
import { dirname } from "node:path";
import { SyncFailure } from "../../core/errors.ts";
import type { HubTree, ToolKey } from "../../core/model.ts";
import { addToHub } from "../../hub/add.ts";
import { editHub } from "../../hub/edit.ts";
import type { HubFile } from "../../hub/folder.ts";
import type { HubReading } from "../../hub/hub.ts";
import { fillHubTemplate } from "../../registry/fill-template.ts";
import { resolveProject, type ResolvedTool } from "../../registry/resolve.ts";
import { templateText } from "../../registry/workspace.ts";
import type { CliContext } from "../context.ts";
import { readableHub, type ReadableHub } from "../readable-hub.ts";
import type { Target, Targets } from "./targets.ts";

export interface HubDraft {
  readonly text: string;
  readonly reading: ReadableHub;
}

export interface DraftInput {
  readonly context: CliContext;
  readonly project: string;
  /** Null: there is none yet. */
  readonly file: HubFile | null;
  readonly name: string;
  /** For `project.client`, where the hub does not say it. */
  readonly client: string | undefined;
  readonly targets: Targets;
}

export function draftHub({ context, project, file, name, client, targets }: DraftInput): HubDraft {
  const path = context.hub.path(project);
  const base = file?.text ?? newHub(context, project, name);
  const bindings = Object.fromEntries(
    [...targets].flatMap(([tool, { additions }]) => (Object.keys(additions).length > 0 ? [[tool, additions]] : [])),
  );
  const text = addToHub(base, { bindings, ...(client === undefined ? {} : { client }) });
  const reading = readableHub(text, project, path);
  for (const [tool, container] of Object.entries(bindings)) checkBound(reading, path, tool, container);
  return { text, reading };
}

/** A block in the flat shape, or under another name of the tool, goes before one that is added beside it. */
function checkBound(
  { bindings }: HubReading,
  path: string,
  tool: ToolKey,
  container: Readonly<Record<string, string>>,
): void {
  const bound = bindings.find((binding) => binding.tool === tool);
  for (const [key, value] of Object.entries(container)) {
    if (bound?.container[key] === value) continue;
    const message = `${path}: external_sync says where the project is in ${tool} in a shape that only people can add to; write ${key}: ${value} there.`;
    throw new SyncFailure("Usage", message);
  }
}

function newHub(context: CliContext, project: string, name: string): string {
  const folder = `${dirname(context.hub.path(project))}/implementation/`;
  const text = fillHubTemplate(templateText(context.workspace, "sdlc-tracking.yaml"), project, folder);
  const edit = { kind: "field", item: project, type: "project", field: "title", value: name } as const;
  return editHub(text, [edit]).text;
}

/** The tools as a sync would have them. Throws `Usage` that says why one of them would take no part. */
export async function boundTools(
  context: CliContext,
  { reading }: HubDraft,
  targets: Targets,
  { tasks, hasConfig }: { readonly tasks: boolean; readonly hasConfig: boolean },
): Promise<readonly ResolvedTool[]> {
  const { workspace, io } = context;
  const hubPath = context.hub.path(reading.projectId);
  const connectors = Object.keys((await context.engine()).connectors);
  const { tools, findings } = resolveProject(workspace, reading, { hubPath, env: io.env, connectors });
  return [...targets.values()].map(({ entry }: Target): ResolvedTool => {
    const found = tools.find(({ tool }) => tool === entry.key);
    if (found) return withTasks(found, tasks, hasConfig);
    const said = findings.find(({ tool }) => tool === entry.key);
    const off = `sync-config.yaml beside ${hubPath} has enabled: false for ${entry.key}; set it to true first.`;
    throw new SyncFailure("Usage", said ? `${said.message}${said.remedy ? ` ${said.remedy}` : ""}` : off);
  });
}

/** Where a sync-config stands, it alone says whether tasks take part. */
function withTasks(tool: ResolvedTool, tasks: boolean, hasConfig: boolean): ResolvedTool {
  if (!tasks || tool.binding.tasks) return tool;
  if (!hasConfig) return { ...tool, binding: { ...tool.binding, tasks } };
  const message = `--tasks: the project has a sync-config.yaml; set tasks: true for ${tool.tool} in it.`;
  throw new SyncFailure("Usage", message);
}

export function refsOf({ items }: HubTree, tool: ToolKey): string[] {
  return Object.values(items).flatMap(({ refs }) => refs[tool] ?? []);
}
