import { isSyncFailure, SyncFailure } from "../core/errors.ts";
import type { ToolKey } from "../core/model.ts";
import { readHub } from "../hub/read.ts";
import { resolveProject } from "../registry/resolve.ts";
import { notAllowed } from "../registry/suggest.ts";
import type { CliContext } from "./context.ts";

/** Refuses tools that the project does not bind before a run is made of them. */
export async function checkTools(
  context: CliContext,
  project: string,
  asked: readonly ToolKey[] | undefined,
): Promise<void> {
  if (!asked) return;
  const { path, text } = await context.hub.read(project);
  const bound = await boundTools(context, { project, path, text });
  if (!bound) return;
  const unknown = asked.find((tool) => !bound.includes(tool));
  if (unknown !== undefined)
    throw new SyncFailure("Usage", `--tools: ${notAllowed(unknown, `bound in ${path}`, bound)}`);
}

/** Null where the files are wrong: that is for the run to tell, with all there is to say about it. */
async function boundTools(
  context: CliContext,
  { project, path, text }: { readonly project: string; readonly path: string; readonly text: string },
): Promise<readonly ToolKey[] | null> {
  const { workspace, io } = context;
  const hub = readHub(text, { projectId: project, file: path });
  if (!hub.tree) return null;
  try {
    const connectors = Object.keys((await context.engine()).connectors);
    return resolveProject(workspace, hub, { hubPath: path, env: io.env, connectors }).tools.map(({ tool }) => tool);
  } catch (error) {
    if (isSyncFailure(error)) return null;
    throw error;
  }
}
