import type { ToolKey } from "../core/model.ts";
import type { ConnectorModule } from "./contract.ts";
import { githubModule } from "./github/index.ts";
import { jiraModule } from "./jira/index.ts";
import { linearModule } from "./linear/index.ts";
import { notionModule } from "./notion/index.ts";

/** Connectors by registry key. A new tool is one folder, one line here, one registry entry. */
export const connectorModules: Readonly<Record<ToolKey, ConnectorModule>> = {
  jira: jiraModule,
  linear: linearModule,
  notion: notionModule,
  github: githubModule,
};
