import { findWorkspace } from "../../registry/workspace.ts";
import { StateFolder } from "../../temporal/state-folder.ts";
import { failedCheck, type Check } from "../checks/check.ts";
import { checkProjects } from "../checks/projects.ts";
import { checkTemporal } from "../checks/temporal.ts";
import { openContext, type CliContext, type CliIo } from "../context.ts";
import { EXIT } from "../exit-codes.ts";

/**
 * `track-sdlc doctor`: everything a sync needs, each with its remedy. Calls each bound tool once. `fix` makes what
 * bound containers lack. Where
 * there is no workspace, or none that can be read, that is one of the answers.
 */
export async function doctorCommand(
  io: CliIo,
  rootOption: string | undefined,
  { json, fix }: { readonly json: boolean; readonly fix: boolean },
): Promise<number> {
  const checks = [node(), ...(await workspaceChecks(io, rootOption, fix))];
  if (json) io.out(JSON.stringify({ checks }, null, 2));
  else {
    for (const { name, ok, says, remedy } of checks)
      io.out(`${ok ? "ok  " : "FAIL"} ${name}: ${says}${remedy ? `\n     ${remedy}` : ""}`);
  }
  return checks.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
}

function node(): Check {
  const ok = Number(process.versions.node.split(".")[0]) >= 24;
  return { name: "node", ok, says: process.version, ...(ok ? {} : { remedy: "Run npm ci: it brings Node 24." }) };
}

async function workspaceChecks(io: CliIo, rootOption: string | undefined, fix: boolean): Promise<Check[]> {
  let root: string;
  try {
    root = findWorkspace(io.cwd, rootOption);
  } catch (error) {
    return [...(await checkTemporal(io.env, null)), failedCheck("workspace", error)];
  }
  const engine = await checkTemporal(io.env, new StateFolder(root));
  let context: CliContext;
  try {
    context = await openContext(io, root);
  } catch (error) {
    return [...engine, failedCheck("workspace", error)];
  }
  try {
    return [...engine, { name: "workspace", ok: true, says: root }, ...(await contentChecks(context, fix))];
  } finally {
    await context.close();
  }
}

async function contentChecks(context: CliContext, fix: boolean): Promise<Check[]> {
  const synced = (await context.store.projects()).length;
  const connectors = Object.keys((await context.engine()).connectors);
  return [
    { name: "store", ok: true, says: `opened, ${synced} project${synced === 1 ? "" : "s"} synced so far` },
    { name: "registry", ok: true, says: `tools with a connector: ${connectors.join(", ")}` },
    ...(await checkProjects(context, fix)),
  ];
}
