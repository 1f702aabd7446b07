import { fileURLToPath } from "node:url";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { bundleWorkflowCode, DefaultLogger, Runtime, type WorkflowBundleWithSourceMap } from "@temporalio/worker";
import { cliSources, findTemporalCli } from "../../src/temporal/cli-binary.ts";
import { SEARCH_ATTRIBUTES } from "../../src/temporal/search-attributes.ts";

/** The Temporal CLI that the product itself would use, got the same way. */
export function temporalCli(): Promise<string> {
  return findTemporalCli(cliSources(process.env), (line) => process.stderr.write(`${line}\n`));
}

/** A real Temporal server in memory, with our search attributes. */
export async function startTemporal(): Promise<TestWorkflowEnvironment> {
  Runtime.install({ logger: new DefaultLogger("ERROR") });
  const extraArgs = [
    "--dynamic-config-value=matching.useNewMatcher=true",
    ...SEARCH_ATTRIBUTES.map(({ name, type }) => `--search-attribute=${name}=${type}`),
  ];
  return TestWorkflowEnvironment.createLocal({
    server: { executable: { type: "existing-path", path: await temporalCli() }, extraArgs },
  });
}

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

export function workflowBundle(): Promise<WorkflowBundleWithSourceMap> {
  const workflowsPath = fileURLToPath(new URL("../../workflows/index.ts", import.meta.url));
  return (bundle ??= bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger("ERROR") }));
}
