/** Run by `workflow-bundle.ts` with the name of the entry: prints the bundle of the workflows. */
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode } from "@temporalio/worker";

const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
const workflowsPath = fileURLToPath(new URL(`../../workflows/${process.argv[2]}${extension}`, import.meta.url));
const { code } = await bundleWorkflowCode({
  workflowsPath,
  logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error },
});
process.stdout.write(code);
