/** The files that a new project gets, made of the templates. */
import { isMap, parseDocument, Scalar, visit, type Document, type YAMLMap } from "yaml";
import { SyncFailure } from "../core/errors.ts";
import { clientTools, type Client } from "./client.ts";
import type { ToolRegistry } from "./registry.ts";
import type { AdoptionPolicy } from "./sync-config-schema.ts";

export interface SyncConfigInput {
  readonly projectId: string;
  /** Keys of the tracking tools that the project binds. */
  readonly tools: readonly string[];
  readonly client: Client | null;
  readonly registry: ToolRegistry;
  /** Set for each tool where given. */
  readonly adoption?: AdoptionPolicy;
  readonly tasks?: boolean;
}

const OUTPUT = { lineWidth: 0, flowCollectionPadding: false } as const;

/**
 * A project's `sync-config.yaml`: the template with its placeholders resolved through the client, and one block for
 * each bound tool: the template's, switched on, or the usual settings where it has none. Comments stay.
 */
export function fillSyncConfig(template: string, input: SyncConfigInput): string {
  const document = parsedTemplate(template, "sync-config.yaml");
  const config = document.get("sync_config");
  if (!isMap(config)) throw new SyncFailure("InvalidConfig", "the template sync-config.yaml has no sync_config");
  config.set("project_id", quoted(input.projectId));
  config.set("tools", toolBlocks(document, config, input));
  resolveCapabilities(document, input);
  return document.toString(OUTPUT);
}

function toolBlocks(document: Document, config: YAMLMap, { tools, adoption, tasks }: SyncConfigInput): YAMLMap {
  const known = config.get("tools");
  const blocks = document.createNode({}) as YAMLMap;
  blocks.flow = tools.length === 0;
  for (const tool of tools) {
    const own = isMap(known) ? known.get(tool) : undefined;
    const block = isMap(own) ? own : (document.createNode(USUAL) as YAMLMap);
    block.set("enabled", true);
    if (adoption !== undefined) block.set("adoption", quoted(adoption));
    if (tasks === true) block.set("tasks", true);
    blocks.set(tool, block);
  }
  return blocks;
}

const USUAL = { enabled: true, sync_mode: "bidirectional", conflict_resolution: "last-modified-wins" };

/** `{{CHAT_TOOL}}`: the client's tools of that capability, several of them as several elements. */
function resolveCapabilities(document: Document, { client, registry }: SyncConfigInput): void {
  const tools = new Map(
    Object.values(registry.capabilities).map(({ key, variable }) => [
      `{{${variable}}}`,
      clientTools(client, registry, key),
    ]),
  );
  visit(document, {
    Seq(_, list) {
      list.items = list.items.flatMap((item) => {
        const found = item instanceof Scalar && typeof item.value === "string" ? tools.get(item.value) : undefined;
        return found ? found.map(quoted) : [item];
      });
    },
  });
}

/**
 * The text of a new hub file. Its values are the people's to fill in: nothing is made up. `{project-name}` is left for the
 * caller, who knows how a name is spelled in YAML.
 */
export function fillHubTemplate(template: string, projectId: string, implementationFolder: string): string {
  return template.replaceAll("{project-id}", projectId).replaceAll("{implementation-folder}", implementationFolder);
}

function parsedTemplate(text: string, name: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new SyncFailure("InvalidConfig", `the template ${name} cannot be read: ${error.message}`);
  return document;
}

function quoted(value: string): Scalar {
  const scalar = new Scalar(value);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}
