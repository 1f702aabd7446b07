import { SyncFailure, isSyncFailure } from "../../core/errors.ts";
import { readHub } from "../../hub/read.ts";
import { resolveProject, type ResolvedTool } from "../../registry/resolve.ts";
import { cliSources } from "../../temporal/cli-binary.ts";
import { isReachable, recordedTarget } from "../../temporal/target.ts";
import { openSession as openToolSession, schemaOf } from "../../../activities/tool-session.ts";
import type { Engine } from "../../../activities/engine.ts";
import { EXIT } from "../exit-codes.ts";
import type { CliContext } from "../context.ts";

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly says: string;
  readonly remedy?: string;
}

/** `track-sdlc doctor`: everything a sync needs, each with its remedy. Calls each bound tool once. */
export async function doctorCommand(context: CliContext, json: boolean): Promise<number> {
  const checks = [
    node(),
    await temporal(context),
    await storeCheck(context),
    await registry(context),
    ...(await projects(context)),
  ];
  if (json) context.io.out(JSON.stringify({ checks }, null, 2));
  else {
    for (const { name, ok, says, remedy } of checks)
      context.io.out(`${ok ? "ok  " : "FAIL"} ${name}: ${says}${remedy ? `\n     ${remedy}` : ""}`);
  }
  return checks.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
}

function node(): Check {
  const ok = Number(process.versions.node.split(".")[0]) >= 24;
  return { name: "node", ok, says: process.version, ...(ok ? {} : { remedy: "Run npm ci: it brings Node 24." }) };
}

async function temporal({ state, io }: CliContext): Promise<Check> {
  const address = io.env["TEMPORAL_ADDRESS"] ?? (await state.engine())?.address;
  if (address && (await isReachable(recordedTarget({ address }))))
    return { name: "temporal", ok: true, says: `answers at ${address}` };
  if (io.env["TEMPORAL_ADDRESS"]) {
    return {
      name: "temporal",
      ok: false,
      says: `no answer at ${address}`,
      remedy: "Start it, correct TEMPORAL_ADDRESS, or unset it to use the embedded engine.",
    };
  }
  // Looking must not start a download: only the sources that find, not those that get.
  for (const source of cliSources(io.env).slice(0, 3)) {
    const found = await source.find(() => undefined);
    if ("path" in found) return { name: "temporal", ok: true, says: `embedded engine with ${found.path}` };
  }
  return { name: "temporal", ok: true, says: "no CLI yet; the first sync downloads or builds it once" };
}

async function storeCheck({ store }: CliContext): Promise<Check> {
  const known = await store.projects();
  return {
    name: "store",
    ok: true,
    says: `opened, ${known.length} project${known.length === 1 ? "" : "s"} synced so far`,
  };
}

async function registry(context: CliContext): Promise<Check> {
  const engine = await context.engine();
  return { name: "registry", ok: true, says: `tools with a connector: ${Object.keys(engine.connectors).join(", ")}` };
}

async function projects(context: CliContext): Promise<Check[]> {
  const engine = await context.engine();
  const checks: Check[] = [];
  const listed = await engine.hub.list();
  if (listed.length === 0) {
    checks.push({
      name: "hub files",
      ok: false,
      says: `none match ${engine.workspace.config.hub_glob}`,
      remedy: "Create docs/projects/<ID>/sdlc-tracking.yaml, or set hub_glob in sdlc-sync.yaml.",
    });
  }
  const asked = new Set<string>();
  for (const { id, path } of listed) {
    const file = await engine.hub.read(id);
    const hub = readHub(file.text, { projectId: id, file: path });
    const problems = hub.findings.filter(({ severity }) => severity === "error");
    const where = problems[0]?.line === undefined ? "" : `:${problems[0].line}`;
    checks.push({
      name: id,
      ok: problems.length === 0,
      says:
        problems.length === 0
          ? `${Object.values(hub.tree?.items ?? {}).filter(({ type }) => type !== "project").length} items`
          : `${path}${where}: ${problems[0]?.message ?? ""}`,
      ...(problems[0]?.remedy ? { remedy: problems[0].remedy } : {}),
    });
    if (hub.tree) checks.push(...(await connections(context, hub, path, asked)));
  }
  return checks;
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
    if (!isSyncFailure(error)) throw error;
    checks.push({ name: `${project} binding`, ok: false, says: error.message, remedy: remedyFor(error) });
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
    if (!isSyncFailure(error)) throw error;
    return [{ name, ok: false, says: error.message, remedy: remedyFor(error) }];
  }
}

function remedyFor(error: SyncFailure): string {
  switch (error.code) {
    case "AuthFailed":
      return "Check the token: is it expired, or of another account?";
    case "Forbidden":
    case "NotFound":
    case "Rejected":
      return "Check external_sync in the hub file, and that the account may see that project or team.";
    case "Unavailable":
      return "Check the base URL and the network, or try again later.";
    default:
      return "Correct what the message names.";
  }
}
