/** The maps of the tools: those shipped with the package, with the workspace's own laid over them, checked against each other. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ToolMaps } from "../core/maps.ts";
import { foldedName } from "../core/maps.ts";
import type { ToolKey } from "../core/model.ts";
import { PRIORITY_VALUES, STATUS_VALUES } from "../core/fields.ts";
import {
  completeMaps,
  isPushed,
  mapsFileSchema,
  type FieldFile,
  type MapsFile,
  type ValuesFile,
} from "./maps-schema.ts";
import { packageRoot } from "./package-root.ts";
import { mergeMaps, type RegistryText } from "./registry.ts";
import { notAllowed } from "./suggest.ts";
import { YamlSource, type YamlIssue, type YamlPath } from "./yaml-source.ts";

const FOLDER = "registry/maps";

/** Map files by tool key, in the order in which they are laid over each other. */
export type MapTexts = ReadonlyMap<ToolKey, readonly RegistryText[]>;

/** The package's own map files, and those of the workspace at `root` over them. */
export function mapTexts(root: string): MapTexts {
  const shipped = packageRoot();
  const own = join(root, FOLDER) === join(shipped, FOLDER) ? [] : filesIn(root, FOLDER);
  const all = [...filesIn(shipped, `built-in ${FOLDER}`), ...own];
  return Map.groupBy(all, ({ tool }) => tool);
}

/** @param shown how the folder is called in messages */
function filesIn(root: string, shown: string): (RegistryText & { readonly tool: ToolKey })[] {
  const folder = join(root, FOLDER);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return names.sort().map((name) => ({
    tool: name.slice(0, -".yaml".length),
    file: `${shown}/${name}`,
    text: readFileSync(join(folder, name), "utf8"),
  }));
}

/** Merges and checks all maps. Throws `InvalidConfig` with file, line and column. */
export function parseMaps(texts: MapTexts): Record<ToolKey, ToolMaps> {
  return Object.fromEntries([...texts].map(([tool, files]) => [tool, parseToolMaps(files)]));
}

function parseToolMaps(files: readonly RegistryText[]): ToolMaps {
  const sources = files.map(({ text, file }) => new YamlSource(text, file));
  const last = sources.at(-1);
  const merged = sources
    .map((source) => source.parse(mapsFileSchema))
    .reduce((under, over) => mergeMaps(under, over) as MapsFile, {});
  const issues = issuesOf(merged);
  if (last && issues.length > 0) throw last.failure(issues);
  return completeMaps(merged);
}

/** What keeps the two directions from agreeing, and fields that are told to go where they cannot. */
function issuesOf({ status, priority, type, fields }: MapsFile): YamlIssue[] {
  const kinds = (["epic", "epic_project", "story", "task"] as const).flatMap((kind) => {
    const values = status?.[kind];
    return values ? valueIssues(values, ["status", kind], STATUS_VALUES[kind === "epic_project" ? "epic" : kind]) : [];
  });
  return [
    ...kinds,
    ...(priority ? valueIssues(priority, ["priority"], PRIORITY_VALUES) : []),
    ...(type ? valueIssues(type, ["type"], ["epic", "story", "task"]) : []),
    ...Object.entries(fields ?? {}).flatMap(([field, row]) => (row ? directionIssues(field, row) : [])),
    ...fieldIssues(fields ?? {}),
  ];
}

type Row = NonNullable<NonNullable<ValuesFile["to_tool"]>[string]>;
const CLAIMS = ["names", "labels", "categories"] as const;
type Claim = (typeof CLAIMS)[number];

function valueIssues(values: ValuesFile, at: YamlPath, known: readonly string[]): YamlIssue[] {
  const rows = values.to_tool ?? {};
  return known.flatMap((value) => {
    const path = [...at, "to_tool", value];
    const row = rows[value];
    if (!row) return [{ path, message: `"${value}" has no row, so it could not be written.` }];
    return [
      ...heldIssues(rows, value, row, path),
      ...CLAIMS.flatMap((claim) =>
        claimsOf(row, claim).flatMap((name) => claimIssues({ values, value, claim, name, path })),
      ),
    ];
  });
}

function claimsOf({ names, label, categories }: Row, claim: Claim): readonly string[] {
  if (claim === "labels") return label === undefined ? [] : [label];
  return (claim === "names" ? names : categories) ?? [];
}

interface Claimed {
  readonly values: ValuesFile;
  readonly value: string;
  readonly claim: Claim;
  readonly name: string;
  readonly path: YamlPath;
}

/** What a value is written as reads as that value, and belongs to no other. */
function claimIssues({ values, value, claim, name, path }: Claimed): YamlIssue[] {
  const others = Object.entries(values.to_tool ?? {}).filter(
    ([other, row]) =>
      other !== value && row && claimsOf(row, claim).some((one) => foldedName(one) === foldedName(name)),
  );
  const reads = Object.entries(values.to_hub?.[claim] ?? {}).find(([one]) => foldedName(one) === foldedName(name))?.[1];
  return [
    ...others.map(([other]) => ({
      path,
      message: `"${name}" is claimed by "${other}" as well; one value only has it.`,
    })),
    ...(reads === value
      ? []
      : [
          {
            path,
            message: `"${name}" reads as ${reads === undefined ? "nothing" : `"${reads}"`}; add it to to_hub.${claim} as "${value}".`,
          },
        ]),
  ];
}

/** `held_by` leads to a value with a place of its own. */
function heldIssues(rows: NonNullable<ValuesFile["to_tool"]>, value: string, row: Row, path: YamlPath): YamlIssue[] {
  const hasPlace = CLAIMS.some((claim) => claimsOf(row, claim).length > 0);
  if (row.held_by === undefined)
    return hasPlace ? [] : [{ path, message: `"${value}" has neither a name nor a label, a category or held_by.` }];
  for (let holder: string | undefined = row.held_by, steps = 0; holder !== undefined; steps += 1) {
    const next: Row | undefined = rows[holder];
    if (!next) return [{ path, message: notAllowed(holder, "a value that can hold another", Object.keys(rows)) }];
    if (steps > Object.keys(rows).length) return [{ path, message: `held_by leads in a circle from "${value}".` }];
    holder = next.held_by;
  }
  return [];
}

function directionIssues(field: string, { direction = "both" }: FieldFile): YamlIssue[] {
  const isFine = direction === "pull" || (direction === "push") === isPushed(field);
  const path = ["fields", field, "direction"];
  const rule = isPushed(field) ? "push, because the hub owns it" : "both or pull, because people edit it in tools";
  return isFine ? [] : [{ path, message: `the direction of ${field} is ${rule}; it says ${direction}.` }];
}

/** Of a name that two fields had, nobody could tell which one is meant. */
function fieldIssues(fields: Readonly<Record<string, FieldFile | undefined>>): YamlIssue[] {
  const claimed = new Map<string, string>();
  return Object.entries(fields).flatMap(([field, row]) =>
    [row?.field ?? [], row?.names ?? [], row?.aliases ?? []].flat().flatMap((name): YamlIssue[] => {
      const other = claimed.get(foldedName(name)) ?? field;
      claimed.set(foldedName(name), other);
      const message = `"${name}" is a name of "${other}" as well; one field only has it.`;
      return other === field ? [] : [{ path: ["fields", field], message }];
    }),
  );
}
