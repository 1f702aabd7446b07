/** Which client and which places of which tools a project is to be bound to: what was said, what the files say, and what a person answers. */
import { SyncFailure } from "../../core/errors.ts";
import type { ToolKey } from "../../core/model.ts";
import type { HubReading } from "../../hub/hub.ts";
import { clientTools, type Client } from "../../registry/client.ts";
import { clientConnection, expandEnv } from "../../registry/credentials.ts";
import { requireTool } from "../../registry/registry.ts";
import type { ToolEntry } from "../../registry/registry-schema.ts";
import { clientOf } from "../../registry/workspace.ts";
import type { CliContext } from "../context.ts";
import { Stopped, type Prompts } from "../prompts.ts";
import type { AdoptArguments, AdoptFlags } from "./arguments.ts";

export interface Target {
  readonly entry: ToolEntry;
  /** Keys of `external_sync.<tool>` that the hub gets; none where it has all of them. */
  readonly additions: Readonly<Record<string, string>>;
}

export interface Asking {
  readonly context: Pick<CliContext, "workspace" | "io">;
  readonly flags: AdoptFlags;
  readonly prompts: Prompts | null;
  /** Null: there is no hub file yet. */
  readonly hub: HubReading | null;
  readonly path: string;
}

/** The project's client: as told, as its hub says, the only one there is, or as a person answers. */
export async function chooseClient({
  context: { workspace },
  flags,
  prompts,
  hub,
  path,
}: Asking): Promise<Client | null> {
  const named = hub?.client ?? undefined;
  if (flags.client !== undefined && named !== undefined && flags.client !== named)
    throw new SyncFailure(
      "Usage",
      `${path}: project.client is ${named}; change it there if ${flags.client || "none"} is meant.`,
    );
  if (flags.client === "") return null;
  const code = flags.client ?? named;
  if (code !== undefined || workspace.clients.length < 2 || hub) return clientOf(workspace, code);
  const options = workspace.clients.map((value) => ({ value, label: value }));
  const chosen = await prompts?.select("Whose project is it?", [...options, { value: "", label: "nobody's" }]);
  if (chosen != null) return chosen === "" ? null : clientOf(workspace, chosen);
  throw new SyncFailure(
    "Usage",
    `There are several clients; name the project's with --client: ${workspace.clients.join(", ")}.`,
  );
}

/** The tools to bind: as told, else what the client uses, which a person may change. */
export async function chooseTools(
  { context, prompts, hub }: Asking,
  client: Client | null,
  told: AdoptArguments["tools"],
): Promise<readonly ToolEntry[]> {
  if (told) return told;
  const { registry } = context.workspace;
  const named = client?.tools["tracking"] === undefined ? [] : clientTools(client, registry, "tracking");
  const bound = hub?.bindings.filter(({ syncEnabled }) => syncEnabled).map(({ tool }) => tool) ?? [];
  const preset = bound.length > 0 ? bound : named;
  const all = Object.values(registry.capabilities["tracking"]?.tools ?? {}).filter(({ available }) => available);
  const options = all.map(({ key, name }) => ({ value: key, label: name }));
  const chosen = prompts ? await prompts.multiselect("Which trackers is it in?", options, preset) : preset;
  if (chosen === null) throw new Stopped();
  return chosen.map((key) => requireTool(registry, "tracking", { key, where: "external_sync" }));
}

/** Where in the tool the project is, and what of that the hub does not say yet. Throws `Usage` where nobody says. */
export async function chooseTarget(
  asking: Asking,
  client: Client | null,
  entry: ToolEntry,
  told: Readonly<Record<string, string>>,
): Promise<Target> {
  const { context, prompts, hub, path } = asking;
  const binding = [entry.key, ...entry.aliases]
    .map((key) => hub?.bindings.find(({ tool }) => tool === key))
    .find((one) => one);
  if (binding?.syncEnabled === false)
    throw new SyncFailure(
      "Usage",
      `${path}: ${entry.key} is switched off there; set external_sync.${binding.tool}.sync_enabled: true first.`,
    );
  const shared = clientConnection(client, entry);
  const additions: Record<string, string> = {};
  for (const [key, rule] of Object.entries(entry.container)) {
    const said = [key, ...rule.aliases].map((name) => binding?.container[name] ?? null).find((value) => value !== null);
    const wanted = told[key];
    if (said != null) {
      if (wanted !== undefined && wanted.toLowerCase() !== said.toLowerCase())
        throw new SyncFailure(
          "Usage",
          `${path}: external_sync.${entry.key}.${key} is ${said}, and nothing that stands there is overwritten; change it there if ${wanted} is meant.`,
        );
      continue;
    }
    const preset =
      expandEnv(shared[key] ?? "", context.io.env) || (rule.env === null ? undefined : context.io.env[rule.env]);
    const value = wanted ?? (rule.required ? preset : undefined);
    // What the client's file says of a tool that the hub binds already needs no second place.
    if (value !== undefined && (wanted !== undefined || !binding)) additions[key] = value;
    if (value !== undefined || !rule.required) continue;
    const answer = await prompts?.text(`${entry.name}: ${key}`);
    if (answer == null) throw unnamed(entry, key, rule.env);
    additions[key] = answer;
  }
  return { entry, additions };
}

function unnamed({ key: tool, name }: ToolEntry, key: string, env: string | null): SyncFailure {
  const variable = env === null ? "" : `, or set ${env}`;
  const message = `Which ${key} of ${name}? Give --container ${tool}.${key}=<value>, or connections.${tool}.${key} in the client file${variable}.`;
  return new SyncFailure("Usage", message);
}

export type Targets = ReadonlyMap<ToolKey, Target>;
