import type { ToolMaps } from "../../src/core/maps.ts";
import { packageRoot } from "../../src/registry/package-root.ts";
import { mapTexts, parseMaps } from "../../src/registry/maps.ts";

const shipped = parseMaps(mapTexts(packageRoot()));

/** What the package says that the tool calls things. */
export function mapsOf(tool: string): ToolMaps {
  const maps = shipped[tool];
  if (!maps) throw new Error(`registry/maps has no ${tool}.yaml`);
  return maps;
}
