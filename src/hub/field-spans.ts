import { isMap } from "yaml";
import type { ItemId, ItemType } from "../core/model.ts";
import type { YAMLMap } from "yaml";
import type { HubDocument } from "./document.ts";
import { startOf } from "./document.ts";
import type { FieldLine } from "./hub.ts";
import { listItems } from "./items.ts";
import { FIELD_KEYS } from "./keys.ts";
import { placeOf } from "./read-item.ts";

/** Lines of a field's key and value, first and last; a text takes several. */
export interface FieldSpan extends FieldLine {
  readonly endLine: number;
}

/** Where every field stands, the project's under `projectId` (default: `project.id`). */
export function fieldSpans(document: HubDocument, projectId?: ItemId): FieldSpan[] {
  const id = document.textAt(["project", "id"])?.trim() || projectId;
  const project = id === undefined ? [] : spansOf(document, { id, type: "project", map: document.root });
  return [...project, ...listItems(document).items.flatMap((item) => spansOf(document, item))];
}

interface Place {
  readonly id: ItemId;
  readonly type: ItemType;
  readonly map: YAMLMap;
}

function spansOf(document: HubDocument, { id, type, map }: Place): FieldSpan[] {
  return FIELD_KEYS[type].flatMap((keys) => {
    const place = isMap(map) ? placeOf(document, map, keys) : undefined;
    if (!place) return [];
    const { key, value } = place.entry.pair;
    const { line } = document.positions.at(startOf(key));
    const end = (value as { range?: readonly number[] | null } | null)?.range?.[1] ?? 0;
    const endLine = Math.max(line, document.positions.at(Math.max(0, end - 1)).line);
    return [{ item: id, type, field: keys.field, line, endLine }];
  });
}
