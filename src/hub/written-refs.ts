import type { ToolKey } from "../core/model.ts";
import { HubDocument } from "./document.ts";
import { listItems } from "./items.ts";
import { readRefs } from "./read-item.ts";

/** Every ref to that tool in a hub file, lower-cased: those of items that must wait among them. None where it cannot be read. */
export function writtenRefs(text: string, tool: ToolKey): ReadonlySet<string> {
  const document = HubDocument.parse(text);
  if (!(document instanceof HubDocument)) return new Set();
  const refs = listItems(document).items.flatMap(({ map }) => readRefs(document, map)[tool] ?? []);
  return new Set(refs.map((ref) => ref.toLowerCase()));
}
