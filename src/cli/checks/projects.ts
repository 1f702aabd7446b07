import { readHub } from "../../hub/read.ts";
import { resolveProject, type ResolvedTool } from "../../registry/resolve.ts";
import { openSession as openToolSession, schemaOf } from "../../../activities/tool-session.ts";
import type { Engine } from "../../../activities/engine.ts";
import type { CliContext } from "../context.ts";
import { failedCheck, type Check } from "./check.ts";

/** The hub files, and each tool that they bind. */
export async function checkProjects(context: CliContext): Promise<Check[]> {
  const { hub, workspace } = context;
  const checks: Check[] = [];
  const listed = await hub.list();
  if (listed.length === 0) {
    checks.push({
      name: "hub files",
      ok: false,
      says: `none match ${workspace.config.hub_glob}`,
      remedy: "Create docs/projects/<ID>/sdlc-tracking.yaml, or set hub_glob in sdlc-sync.yaml.",
    });
  }
  const asked = new Set<string>();
  for (const { id, path } of listed) checks.push(...(await checkProject(context, id, path, asked)));
  return checks;
}

async function checkProject(context: CliContext, id: string, path: string, asked: Set<string>): Promise<Check[]> {
  try {
    const file = await context.hub.read(id);
    const hub = readHub(file.text, { projectId: id, file: path });
    const [problem] = hub.findings.filter(({ severity }) => severity === "error");
    const items = Object.values(hub.tree?.items ?? {}).filter(({ type }) => type !== "project").length;
    const where = problem?.line === undefined ? path : `${path}:${problem.line}`;
    const says = problem ? `${where}: ${problem.message}` : `${items} items`;
    const own = { name: id, ok: !problem, says, ...(problem?.remedy ? { remedy: problem.remedy } : {}) };
    return [own, ...(hub.tree ? await connections(context, hub, path, asked) : [])];
  } catch (error) {
    return [failedCheck(id, error)];
  }
}

/** Each binding once: reading the tool's schema proves credential, base URL, container and rights to read. */
async function connections(
  context: CliContext,
  hub: Parameters<typeof resolveProject>[1],
  hubPath: string,
  asked: Set<string>,
): Promise<Check[]> {
  const engine = await context.engine();
  const checks: Check[] = [];
  const project = hub.projectId;
  try {
    const resolved = resolveProject(engine.workspace, hub, {
      hubPath,
      env: context.io.env,
      connectors: Object.keys(engine.connectors),
    });
    for (const { severity, message, remedy, tool } of resolved.findings)
      if (severity !== "info")
        checks.push({
          name: `${project} ${tool ?? "binding"}`,
          ok: false,
          says: message,
          ...(remedy ? { remedy } : {}),
        });
    if (resolved.tools.length === 0 && checks.length === 0)
      checks.push({
        name: `${project} binding`,
        ok: false,
        says: `${hubPath} binds no tool`,
        remedy: "Add external_sync to the hub file, e.g. external_sync: {jira: {project_key: CHK}}.",
      });
    for (const tool of resolved.tools) checks.push(...(await connection(engine, project, tool, asked)));
  } catch (error) {
    checks.push(failedCheck(`${project} binding`, error));
  }
  return checks;
}

/** One tool, so that the others are checked whatever becomes of it. */
async function connection(
  engine: Engine,
  project: string,
  { credentials: _, missingEnv, ...tool }: ResolvedTool,
  asked: Set<string>,
): Promise<Check[]> {
  const name = `${project} ${tool.tool}`;
  if (missingEnv.length > 0) {
    const remedy = `Set ${missingEnv.join(", ")} in the environment.`;
    return [{ name, ok: false, says: `${missingEnv.join(", ")} not set`, remedy }];
  }
  try {
    const session = openToolSession(engine, { ...tool, urgent: true, unlinked: [], unmarked: [] });
    if (asked.has(session.schemaKey)) return [];
    asked.add(session.schemaKey);
    await schemaOf(engine, session, AbortSignal.timeout(60_000), true);
    return [{ name, ok: true, says: `answers at ${session.http.baseUrl}` }];
  } catch (error) {
    return [failedCheck(name, error)];
  }
}
