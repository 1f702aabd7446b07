import type { ToolKey } from "../core/model.ts";
import { chooseCredential, connectionOf } from "../registry/credentials.ts";
import { findTool } from "../registry/registry.ts";
import { clientOf } from "../registry/workspace.ts";
import type { CliContext } from "./context.ts";

/** Those of the tools that nothing here could be called with, and what is missing: neither the environment nor any client's file has credentials. */
export function unusableTools(
  { io, workspace }: Pick<CliContext, "io" | "workspace">,
  tools: readonly ToolKey[],
): ReadonlyMap<ToolKey, string> {
  const { registry } = workspace;
  const clients = workspace.clients.map((code) => clientOf(workspace, code));
  const unusable = new Map<ToolKey, string>();
  for (const tool of tools) {
    const entry = findTool(registry, "tracking", tool);
    if (!entry) continue;
    const missing = (connection = {}) => chooseCredential(entry, io.env, connection).missing;
    const own = missing();
    if (own.length === 0 || clients.some((client) => missing(connectionOf(client, entry)).length === 0)) continue;
    unusable.set(tool, `${own.join(", ")} ${own.length > 1 ? "are" : "is"} not set`);
  }
  return unusable;
}
