import { SyncFailure } from "../../core/errors.ts";
import type { ToolKey } from "../../core/model.ts";
import { rotationOf } from "../../registry/rotation.ts";
import { notAllowed } from "../../registry/suggest.ts";
import { openSession } from "../../sync-runner.ts";
import { probeNow } from "../../temporal/conversations.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { printTools, toolDocument } from "../tools-text.ts";
import { syncAllCommand } from "./sync-all.ts";

export const TOOL_ACTIONS = ["list", "pause", "resume"] as const;

export interface ToolsCommand {
  readonly action: string;
  readonly tool: string | undefined;
  readonly by: string | undefined;
  readonly note: string | undefined;
  readonly json: boolean;
}

/** `track-sdlc tools`: which tools take part, which credential they refuse, and how old it is. */
export async function toolsCommand(context: CliContext, command: ToolsCommand): Promise<number> {
  const { action, json } = command;
  if (!TOOL_ACTIONS.some((known) => known === action))
    throw new SyncFailure("Usage", `tools: "${action}" is none of ${TOOL_ACTIONS.join(" | ")}.`);
  if (action === "list") return list(context, json);
  const tool = requireTool(context, command);
  return action === "pause" ? pause(context, tool, command) : resume(context, tool, json);
}

function requireTool({ workspace }: CliContext, { action, tool }: ToolsCommand): ToolKey {
  const tools = workspace.registry.capabilities["tracking"]?.tools ?? {};
  const known = Object.keys(tools);
  if (tool === undefined) throw new SyncFailure("Usage", `tools ${action}: name the tool, one of ${known.join(", ")}.`);
  if (tools[tool]) return tool;
  throw new SyncFailure("Usage", `tools ${action}: ${notAllowed(tool, "in the registry", known)}`);
}

async function pause(context: CliContext, tool: ToolKey, { by, note, json }: ToolsCommand): Promise<number> {
  await context.store.pauseTool({
    tool,
    sinceMs: Date.now(),
    by: by ?? context.io.env["USER"] ?? context.io.env["USERNAME"] ?? "somebody",
    note: note ?? null,
  });
  context.io.err(`${tool} takes part in no sync until: track-sdlc tools resume ${tool}`);
  return list(context, json);
}

/** Takes the pause back, asks about refused credentials at once, and syncs those who waited. */
async function resume(context: CliContext, tool: ToolKey, json: boolean): Promise<number> {
  const { store, io, workspace, hubQueue } = context;
  const wasPaused = await store.resumeTool(tool);
  const own = (await store.connections()).filter((connection) => connection.tool === tool);
  const refused = own.filter(({ refusal }) => refusal);
  if (!wasPaused && refused.length === 0) io.err(`${tool} was not paused.`);
  const session = refused.length > 0 ? await openSession(context, "if-none") : null;
  try {
    for (const { account } of refused) {
      const { status } = await probeNow(session!.client, { workspace, hubQueue }, { tool, account });
      io.err(`${account}: ${SAID[status]}`);
    }
  } finally {
    await session?.close();
  }
  const accounts = own.filter(({ refusal }) => !refusal).map(({ account }) => account);
  const projects = await store.releaseWaiting(accounts);
  if (projects.length > 0) {
    io.err(`${projects.length} ${projects.length === 1 ? "project" : "projects"} waited for ${tool}`);
    return syncAllCommand(context, { filter: { projects }, force: false, json });
  }
  const isRefused = (await store.connections()).some((one) => one.tool === tool && one.refusal);
  await list(context, json);
  return isRefused ? EXIT.failed : EXIT.ok;
}

const SAID = {
  accepted: "accepted again; what waited for it is synced",
  refused: "still refused: correct the credential in the environment of the workers",
  away: "gave no answer; asked again later",
};

async function list({ store, io }: CliContext, json: boolean): Promise<number> {
  const [connections, pauses] = await Promise.all([store.connections(), store.toolPauses()]);
  const view = { connections, pauses, rotation: rotationOf(io.env), nowMs: Date.now() };
  io.out(json ? JSON.stringify(toolDocument(view), null, 2) : printTools(view));
  return EXIT.ok;
}
