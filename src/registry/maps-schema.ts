/** Shape of `registry/maps/<tool>.yaml`, as a file (everything optional, so that a workspace can override) and in full. */
import { z } from "zod";
import { FIELD_DEFINITIONS, PRIORITY_VALUES, STATUS_VALUES } from "../core/fields.ts";
import type { FieldName } from "../core/model.ts";
import { foldedName, type FieldRow, type ToolMaps, type ValueMap } from "../core/maps.ts";
import { MAPPED_FIELDS } from "./mapping-schema.ts";
import { strictShape } from "./strict-shape.ts";

const ITEM_TYPES = ["epic", "story", "task"] as const;

const rowSchema = strictShape({
  names: z.array(z.string()).optional(),
  label: z.string().optional(),
  categories: z.array(z.string()).optional(),
  held_by: z.string().optional(),
});

function valuesSchema(values: readonly string[]) {
  const reads = z.record(z.string(), z.enum(values));
  return strictShape({
    to_tool: strictShape(Object.fromEntries(values.map((value) => [value, rowSchema.optional()]))).optional(),
    to_hub: strictShape({
      names: reads.optional(),
      labels: reads.optional(),
      categories: reads.optional(),
    }).optional(),
  });
}

const fieldSchema = strictShape({
  field: z.string().optional(),
  names: z.array(z.string()).optional(),
  aliases: z.array(z.string()).optional(),
  direction: z.enum(["both", "push", "pull"]).optional(),
  mappable: z.boolean().optional(),
  /** What the tool cannot hold of it: for people, who read the file. */
  lossy: z.string().optional(),
});

export const mapsFileSchema = strictShape({
  status: strictShape({
    epic: valuesSchema(STATUS_VALUES.epic).optional(),
    epic_project: valuesSchema(STATUS_VALUES.epic).optional(),
    story: valuesSchema(STATUS_VALUES.story).optional(),
    task: valuesSchema(STATUS_VALUES.task).optional(),
  }).optional(),
  priority: valuesSchema(PRIORITY_VALUES).optional(),
  type: valuesSchema(ITEM_TYPES).optional(),
  fields: strictShape(Object.fromEntries(MAPPED_FIELDS.map((field) => [field, fieldSchema.optional()]))).optional(),
});
export type MapsFile = z.output<typeof mapsFileSchema>;
export type ValuesFile = NonNullable<MapsFile["priority"]>;
export type FieldFile = z.output<typeof fieldSchema>;

/** Fills what the files leave out. */
export function completeMaps(file: MapsFile): ToolMaps {
  const status = Object.entries(file.status ?? {}).flatMap(([kind, values]) =>
    values === undefined ? [] : [[kind, completeValues(values)] as const],
  );
  const fields = Object.entries(file.fields ?? {}).flatMap(([field, row]) =>
    row === undefined ? [] : [[field, completeField(row)] as const],
  );
  return {
    status: Object.fromEntries(status),
    priority: completeValues(file.priority ?? {}),
    type: completeValues(file.type ?? {}),
    fields: Object.fromEntries(fields),
  };
}

function completeValues({ to_tool: rows, to_hub: reads }: ValuesFile): ValueMap {
  return {
    toTool: Object.entries(rows ?? {}).flatMap(([value, row]) =>
      row === undefined
        ? []
        : [
            {
              value,
              names: row.names ?? [],
              categories: row.categories ?? [],
              ...(row.label === undefined ? {} : { label: row.label }),
              ...(row.held_by === undefined ? {} : { heldBy: row.held_by }),
            },
          ],
    ),
    toHub: { names: folded(reads?.names), labels: folded(reads?.labels), categories: folded(reads?.categories) },
  };
}

function folded(reads: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(reads).map(([name, value]) => [foldedName(name), value]));
}

function completeField({ field, names, aliases, direction, mappable }: FieldFile): FieldRow {
  return {
    field: field ?? null,
    names: names ?? [],
    aliases: aliases ?? [],
    direction: direction ?? "both",
    mappable: mappable ?? false,
  };
}

/** Whether the hub owns the field, so that no tool's value of it flows back. */
export function isPushed(field: string): boolean {
  return FIELD_DEFINITIONS[field as FieldName]?.direction === "hub-to-tool";
}
