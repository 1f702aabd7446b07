import { readHub } from "../../hub/read.ts";
import { resolveProject, type ResolvedTool } from "../../registry/resolve.ts";
import { lacking } from "../../../activities/rights.ts";
import { schemaOf } from "../../../activities/tool-session.ts";
import type { Engine } from "../../../activities/engine.ts";
import { mappingProblems } from "../../connectors/mapping-problems.ts";
import type { CliContext } from "../context.ts";
import { canBeMade, makePlaces, missingPlaces, namesOf, openUrgent } from "../tool-setup.ts";
import { failedCheck, type Check } from "./check.ts";

/** The hub files, and each tool that they bind. `fix` makes what bound containers lack. */
export async function checkProjects(context: CliContext, fix: boolean): Promise<Check[]> {
  const { hub, workspace } = context;
  const checks: Check[] = [];
  const listed = await hub.list();
  if (listed.length === 0) {
    checks.push({
      name: "hub files",
      ok: false,
      says: `none match ${workspace.config.hub_glob}`,
      remedy: "Make one with track-sdlc init <ID> --sync=<tools>, or set hub_glob in sdlc-sync.yaml.",
    });
  }
  const asking: Asking = { fix, asked: new Set() };
  for (const { id, path } of listed) checks.push(...(await checkProject(context, id, path, asking)));
  return checks;
}

const MAPPING = "Correct it under mapping in the client file or in sync-config.yaml, or in the tool.";

interface Asking {
  readonly fix: boolean;
  /** Schemas that were read: each binding once. */
  readonly asked: Set<string>;
}

async function checkProject(context: CliContext, id: string, path: string, asking: Asking): Promise<Check[]> {
  try {
    const file = await context.hub.read(id);
    const hub = readHub(file.text, { projectId: id, file: path });
    const [problem] = hub.findings.filter(({ severity }) => severity === "error");
    const items = Object.values(hub.tree?.items ?? {}).filter(({ type }) => type !== "project").length;
    const where = problem?.line === undefined ? path : `${path}:${problem.line}`;
    const says = problem ? `${where}: ${problem.message}` : `${items} items`;
    const own = { name: id, ok: !problem, says, ...(problem?.remedy ? { remedy: problem.remedy } : {}) };
    return [own, ...(hub.tree ? await connections(context, hub, path, asking) : [])];
  } catch (error) {
    return [failedCheck(id, error)];
  }
}

/** Each binding once: reading the tool's schema proves credential, base URL, container and rights to read. */
async function connections(
  context: CliContext,
  hub: Parameters<typeof resolveProject>[1],
  hubPath: string,
  asking: Asking,
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
        remedy: `Bind it with track-sdlc init ${project} --sync=<tools>.`,
      });
    for (const tool of resolved.tools) checks.push(...(await connection(engine, project, tool, asking)));
  } catch (error) {
    checks.push(failedCheck(`${project} binding`, error));
  }
  return checks;
}

/** One tool, so that the others are checked whatever becomes of it. */
async function connection(
  engine: Engine,
  project: string,
  tool: ResolvedTool,
  { fix, asked }: Asking,
): Promise<Check[]> {
  const name = `${project} ${tool.tool}`;
  if (tool.missingEnv.length > 0) {
    const names = tool.missingEnv.join(", ");
    const says = `${names} ${tool.missingEnv.length > 1 ? "are" : "is"} not set (signing in with: ${tool.credential.kind})`;
    return [{ name, ok: false, says, remedy: `Set ${names} in the environment.` }];
  }
  try {
    const session = openUrgent(engine, tool);
    if (asked.has(session.schemaKey)) return [];
    asked.add(session.schemaKey);
    const signal = AbortSignal.timeout(60_000);
    const before = await missingPlaces(session, signal);
    const left = fix && before.some(canBeMade) ? await makePlaces(session, signal) : before;
    const schema = await schemaOf(engine, session, signal, true);
    const missing = tool.mode === "pull-only" ? [] : await session.connector.rights(session.scope(schema, signal));
    if (missing.length > 0) return [failedCheck(name, lacking(session, missing))];
    const problems = mappingProblems(tool.binding, session.connector.lenses(tool.binding, schema), { usual: true });
    if (problems.length > 0)
      return problems.map(({ message }) => ({ name, ok: false, says: message, remedy: MAPPING }));
    const made = before.filter((place) => !left.some((one) => one.name === place.name));
    const says = [
      `answers at ${session.http.baseUrl}`,
      credentialText(tool),
      ...(made.length > 0 ? [`made ${namesOf(made)}`] : []),
      ...(left.length > 0 ? [`without ${namesOf(left)}, so those fields stay out of it`] : []),
    ].join("; ");
    const remedy = left.some(canBeMade) ? { remedy: "track-sdlc doctor --fix makes what is missing." } : {};
    return [{ name, ok: true, says, ...remedy }];
  } catch (error) {
    return [failedCheck(name, error)];
  }
}

/** Which way it is signed in to, and what is set and not used: people set a second one and wonder. */
function credentialText({ credential: { kind, unused } }: ResolvedTool): string {
  return `signed in with: ${kind}${unused.length > 0 ? ` (goes before ${unused.join(", ")}, which is set as well)` : ""}`;
}
