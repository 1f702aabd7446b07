/**
 * Records the histories that are replayed: `npm run record-histories`, after a workflow was changed on purpose. Those
 * that are kept already stand for runs of earlier workflows and stay; a changed way through gets a name of its own.
 */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { Workflows } from "../workflows/workflows.ts";
import { PATHS } from "./paths.ts";

const folder = new URL("histories/", import.meta.url);
await mkdir(folder, { recursive: true });
const kept = await readdir(folder);
const workflows = await Workflows.start();
try {
  for (const path of PATHS) {
    for (const [name, recorded] of Object.entries(await path(workflows))) {
      if (kept.includes(`${name}.json`)) continue;
      const [workflowId = "", runId] = recorded.split("#");
      const history = await workflows.client.workflow.getHandle(workflowId, runId).fetchHistory();
      await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(anonymous({ workflowId, history }))}\n`);
      console.log(`${name}: ${history.events?.length ?? 0} events`);
    }
  }
} finally {
  await workflows.stop();
}

/** Which machine recorded it, and where its files lie, is nobody's business. */
function anonymous(document: object): unknown {
  const hidden: Readonly<Record<string, string>> = { identity: "recorder", stackTrace: "", binaryChecksum: "" };
  return JSON.parse(JSON.stringify(document), (key, value: unknown) =>
    typeof value === "string" ? (hidden[key] ?? value.replace(/^\d+@.*/, "sticky")) : value,
  );
}
