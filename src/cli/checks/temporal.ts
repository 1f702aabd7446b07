import { cliSources } from "../../temporal/cli-binary.ts";
import { configuredTarget } from "../../temporal/configured-target.ts";
import { connectTo } from "../../temporal/connect.ts";
import type { StateFolder } from "../../temporal/state-folder.ts";
import { isReachable, recordedTarget } from "../../temporal/target.ts";
import { failedCheck, type Check } from "./check.ts";

/** @param state the workspace's, where there is one: it knows of an engine that runs */
export async function checkTemporal(env: NodeJS.ProcessEnv, state: StateFolder | null): Promise<Check[]> {
  try {
    // A wrong setting is told even where nothing needs it today.
    const cli = await findCli(env);
    return [await checkEngine(env, state, cli)];
  } catch (error) {
    return [failedCheck("temporal", error)];
  }
}

async function checkEngine(env: NodeJS.ProcessEnv, state: StateFolder | null, cli: string | null): Promise<Check> {
  const name = "temporal";
  const configured = configuredTarget(env);
  if (configured) {
    await (await connectTo(configured)).close();
    const address = configured.options.address ?? "localhost:7233";
    return { name, ok: true, says: `answers at ${address}, namespace ${configured.namespace}` };
  }
  const record = await state?.engine();
  if (record && (await isReachable(recordedTarget(record))))
    return { name, ok: true, says: `the embedded engine answers at ${record.address}` };
  if (cli) return { name, ok: true, says: `embedded engine with ${cli}` };
  return { name, ok: true, says: "no CLI yet; the first sync downloads or builds it once" };
}

/** Looking must not start a download: only the sources that find, not those that get. */
async function findCli(env: NodeJS.ProcessEnv): Promise<string | null> {
  for (const source of cliSources(env).slice(0, 3)) {
    const found = await source.find(() => undefined);
    if ("path" in found) return found.path;
  }
  return null;
}
