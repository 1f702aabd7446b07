/** A project of a workspace on disk, resolved as a sync resolves it. */
import { resolveProject, type ResolvedProject } from "../../src/registry/resolve.ts";
import { loadWorkspace } from "../../src/registry/workspace.ts";
import type { HubReading } from "../../src/hub/hub.ts";
import { hubBinding, makeWorkspace } from "./workspace-files.ts";

export const HUB = "docs/projects/PROJ-2026-001/sdlc-tracking.yaml";
export const CONFIG = "docs/projects/PROJ-2026-001/sync-config.yaml";
export const jira = hubBinding("jira", { project_key: "CHK", epic_id: null });
export const linear = hubBinding("linear", { team_id: "PAY", project_id: null });

interface Setup {
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly connectors?: readonly string[];
}

export function resolve(
  hub: HubReading,
  { files = {}, env = {}, connectors = ["jira", "linear"] }: Setup = {},
): ResolvedProject {
  const workspace = loadWorkspace(makeWorkspace(files));
  return resolveProject(workspace, hub, { hubPath: HUB, env, connectors });
}

export function config(tools: string): Record<string, string> {
  return { [CONFIG]: `sync_config: {project_id: PROJ-2026-001, tools: ${tools}}` };
}
