import { isMap, isScalar } from "yaml";
import type { YAMLMap } from "yaml";
import type { Finding } from "../core/findings.ts";
import type { HubBinding } from "./hub.ts";
import type { HubDocument } from "./document.ts";
import { isNullNode, scalarText, startOf } from "./document.ts";

/** Keys of a block that say how to sync, not where. */
const SWITCHES: ReadonlySet<string> = new Set(["sync_enabled", "sync_frequency", "last_sync", "tracking_tool"]);

export interface BindingsReading {
  readonly bindings: readonly HubBinding[];
  readonly findings: readonly Finding[];
}

/** `external_sync` in its two shapes: a block for each tool, or one flat block that names its `tracking_tool`. */
export function readBindings(document: HubDocument): BindingsReading {
  const block = document.at(["external_sync"]);
  if (isNullNode(block)) return { bindings: [], findings: [] };
  if (!isMap(block)) return { bindings: [], findings: [unusable(document, block, "external_sync")] };
  const bindings: HubBinding[] = [];
  const findings: Finding[] = [];
  const add = (tool: string, map: YAMLMap, leaveOut: ReadonlySet<string>): void => {
    const container = containerOf(document, map, leaveOut);
    const enabled = switchOf(document, map, tool);
    if (enabled.finding) findings.push(enabled.finding);
    const syncFrequency = document.textAt(["sync_frequency"], map);
    bindings.push({ tool, container, syncEnabled: enabled.on, syncFrequency });
  };
  const blocks = [...document.entries(block).values()];
  const nested = new Set(blocks.filter(({ pair }) => isMap(document.resolve(pair.value))).map(({ key }) => key));
  const flat = document.textAt(["tracking_tool"], block)?.trim().toLowerCase();
  if (flat) add(flat, block, nested);
  for (const { key, pair } of blocks) {
    const map = document.resolve(pair.value);
    if (isMap(map) && key !== flat) add(key, map, new Set());
    else if (!flat && !SWITCHES.has(key) && !isNullNode(map)) {
      findings.push(unusable(document, map, `external_sync.${key}`));
    }
  }
  return { bindings, findings };
}

function containerOf(
  document: HubDocument,
  map: YAMLMap,
  leaveOut: ReadonlySet<string>,
): Readonly<Record<string, string | null>> {
  const keys = [...document.entries(map).keys()].filter((key) => !SWITCHES.has(key) && !leaveOut.has(key));
  return Object.fromEntries(keys.map((key) => [key, document.textAt([key], map)]));
}

/** `yes` and `no` are booleans here, as people mean them. What is neither switches the tool off: the safe reading. */
function switchOf(document: HubDocument, map: YAMLMap, tool: string): { on: boolean; finding?: Finding } {
  const node = document.at(["sync_enabled"], map);
  if (isNullNode(node)) return { on: true };
  const value = readBoolean(node);
  if (value !== undefined) return { on: value };
  const finding: Finding = {
    code: "not-a-boolean",
    severity: "error",
    message: `external_sync.${tool}.sync_enabled is neither true nor false; ${tool} is not synced`,
    remedy: "Write true or false.",
    ...document.positions.at(startOf(node)),
  };
  return { on: false, finding };
}

/** A boolean field's value; undefined where it is none. */
export function readBoolean(node: unknown): boolean | undefined {
  const text = isScalar(node) ? (scalarText(node) ?? "").trim().toLowerCase() : "";
  if (["true", "yes", "on"].includes(text)) return true;
  return ["false", "no", "off"].includes(text) ? false : undefined;
}

function unusable(document: HubDocument, node: unknown, name: string): Finding {
  return {
    code: "not-a-map",
    severity: "error",
    message: `${name} is not a map, so it binds no tool`,
    remedy: "Write one block for each tool below external_sync.",
    ...document.positions.at(startOf(node)),
  };
}
