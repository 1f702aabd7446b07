/** What `init` and `import` are told, as far as it can be understood without asking anybody. */
import { SyncFailure } from "../../core/errors.ts";
import type { ItemId, ToolKey } from "../../core/model.ts";
import { requireTool, type ToolRegistry } from "../../registry/registry.ts";
import type { ToolEntry } from "../../registry/registry-schema.ts";
import type { AdoptionPolicy } from "../../registry/sync-config-schema.ts";
import { notAllowed } from "../../registry/suggest.ts";

/** As typed. */
export interface AdoptFlags {
  readonly sync?: readonly string[];
  /** `jira:CHK` */
  readonly from?: string;
  /** A client's code; empty for none. */
  readonly client?: string;
  /** `jira.project_key=CHK` */
  readonly containers: readonly string[];
  /** `US-001=jira:CHK-12`, or `US-001=jira:new` */
  readonly links: readonly string[];
  readonly name?: string;
  readonly adoption?: AdoptionPolicy;
  readonly tasks: boolean;
  /** Take what carries the marker of an item that nobody here knows: its hub is lost. */
  readonly marked: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

export interface AdoptArguments {
  /** Undefined: nobody said which. */
  readonly tools: readonly ToolEntry[] | undefined;
  readonly from: ToolEntry | undefined;
  /** Values by tool and key of its container. */
  readonly containers: ReadonlyMap<ToolKey, Readonly<Record<string, string>>>;
  /** By tool: the twin's key or ref, or null for a new one. */
  readonly links: ReadonlyMap<ToolKey, ReadonlyMap<ItemId, string | null>>;
}

/** Throws `Usage` or `InvalidConfig` that names what is wrong and what is allowed. */
export function understood(flags: AdoptFlags, registry: ToolRegistry): AdoptArguments {
  const containers = new Map<ToolKey, Record<string, string>>();
  const contain = (tool: ToolEntry, key: string, value: string) => {
    const own = containers.get(tool.key) ?? {};
    if ((own[key] ?? value) !== value)
      throw new SyncFailure("Usage", `${tool.key}.${key} is given as ${own[key]} and as ${value}; give one.`);
    containers.set(tool.key, { ...own, [key]: value });
  };
  for (const given of flags.containers) {
    const { tool, key, value } = container(given, registry);
    contain(tool, key, value);
  }
  const source = flags.from === undefined ? undefined : sourceOf(flags.from, registry);
  if (source) contain(source.tool, placeKey(source.tool), source.name);
  const named = flags.sync?.map((key) => requireTool(registry, "tracking", { key, where: "--sync" }));
  const all = [...(source ? [source.tool] : []), ...(named ?? [])];
  const tools = named || source ? [...new Map(all.map((tool) => [tool.key, tool])).values()] : undefined;
  for (const tool of containers.keys())
    if (tools && !tools.some(({ key }) => key === tool))
      throw new SyncFailure("Usage", `--container names ${tool}, which --sync does not; add it there.`);
  return { tools, from: source?.tool, containers, links: linksOf(flags.links, registry) };
}

/** The key of a tool's container that its items live in: the first that it cannot do without. */
export function placeKey({ key, container }: ToolEntry): string {
  const [place] = Object.entries(container).find(([, { required }]) => required) ?? [];
  if (place !== undefined) return place;
  throw new SyncFailure("InvalidConfig", `the registry names no required container for ${key}`);
}

function sourceOf(text: string, registry: ToolRegistry): { readonly tool: ToolEntry; readonly name: string } {
  const [, key = text, name = ""] = /^([^:]*):(.*)$/s.exec(text) ?? [];
  const tool = requireTool(registry, "tracking", { key: key.trim(), where: "the tracker to take from" });
  if (name.trim() !== "") return { tool, name: name.trim() };
  const message = `"${text}" names no ${placeKey(tool)} of ${tool.name}; give one behind a colon, as in ${tool.key}:NAME.`;
  throw new SyncFailure("Usage", message);
}

function container(text: string, registry: ToolRegistry): { tool: ToolEntry; key: string; value: string } {
  const [, toolKey, key = "", value = ""] = /^([^.=]+)\.([^=]+)=(.+)$/s.exec(text) ?? [];
  if (toolKey === undefined)
    throw new SyncFailure("Usage", `--container: "${text}" is not <tool>.<key>=<value>, as in jira.project_key=CHK.`);
  const tool = requireTool(registry, "tracking", { key: toolKey.trim(), where: "--container" });
  const known = Object.keys(tool.container);
  if (known.includes(key.trim())) return { tool, key: key.trim(), value: value.trim() };
  throw new SyncFailure("Usage", `--container: ${notAllowed(key.trim(), `a container key of ${tool.key}`, known)}`);
}

function linksOf(texts: readonly string[], registry: ToolRegistry): AdoptArguments["links"] {
  const links = new Map<ToolKey, Map<ItemId, string | null>>();
  for (const text of texts) {
    const [, item = "", toolKey, ref = ""] = /^([^=]+)=([^:]+):(.+)$/s.exec(text) ?? [];
    if (toolKey === undefined)
      throw new SyncFailure(
        "Usage",
        `--link: "${text}" is not <item>=<tool>:<key>, as in US-001=jira:CHK-12 or US-001=jira:new.`,
      );
    const tool = requireTool(registry, "tracking", { key: toolKey.trim(), where: "--link" });
    const own = links.get(tool.key) ?? new Map<ItemId, string | null>();
    own.set(item.trim(), ref.trim() === "new" ? null : ref.trim());
    links.set(tool.key, own);
  }
  return links;
}
