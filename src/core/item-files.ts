/** What the files of items say, brought into the hub: planned here, read and written elsewhere. */
import type { Finding } from "./findings.ts";
import type { FieldName, FieldValue, FieldValues, HubItem, HubTree, ItemId, ItemType, Stamp } from "./model.ts";
import type { HubFieldEdit } from "./plan.ts";
import { decideByTime } from "./reconcile/decide.ts";

type ListedType = Exclude<ItemType, "project">;

/** One `.md` file below `implementation/` that stands for an item. */
export interface ItemFile {
  /** From the workspace's root. */
  readonly path: string;
  readonly id: ItemId;
  readonly type: ListedType;
  /** What it says; nothing where it is empty. */
  readonly fields: FieldValues;
  readonly refs: HubItem["refs"];
  /** 1-based lines of the id and of the fields. */
  readonly lines: { readonly id: number } & { readonly [F in FieldName]?: number };
  readonly isCriticalBug: boolean;
}

/** The fields that a file goes on telling once its item is in the hub. */
export const FILE_FIELDS = ["status", "branch", "pr"] as const satisfies readonly FieldName[];
type FileField = (typeof FILE_FIELDS)[number];

/** What file and hub said when they were last brought together, by item and field. */
export type SeenFiles = Readonly<
  Record<ItemId, { readonly [F in FileField]?: { readonly file: FieldValue; readonly hub: FieldValue } }>
>;

export interface UpdateInput {
  readonly tree: HubTree;
  readonly files: readonly ItemFile[];
  readonly seen: SeenFiles;
  /** When the hub's value came to be, and the file's. */
  readonly hubTime: (item: HubItem, field: FileField) => Stamp | undefined;
  readonly fileTime: (file: ItemFile, field: FileField) => Stamp | undefined;
}

export interface UpdatePlan {
  readonly added: readonly (HubItem & { readonly type: ListedType })[];
  readonly edits: readonly HubFieldEdit[];
  readonly findings: readonly Finding[];
  readonly seen: SeenFiles;
}

/**
 * Items that the hub lacks are added as their files have them. Of the others a file tells status, branch and pull request, where it
 * was changed since the two were last brought together and the hub was not; where both were, the newer holds and the other is told,
 * so that an old file never takes back what came from a tracker. What a file leaves empty is no opinion.
 */
export function planUpdate(input: UpdateInput): UpdatePlan {
  const { tree } = input;
  const inHub = new Map(Object.values(tree.items).map((item) => [item.id.toLowerCase(), item]));
  const waiting = new Set(tree.quarantined.map((id) => id.toLowerCase()));
  const findings: Finding[] = [];
  const edits: HubFieldEdit[] = [];
  const fresh: ItemFile[] = [];
  const seen: Record<ItemId, SeenFiles[ItemId]> = { ...input.seen };
  for (const [key, files] of Map.groupBy(input.files, ({ id }) => id.toLowerCase())) {
    const [file] = files;
    const item = inHub.get(key);
    if (!file || files.length > 1 || (item && item.type !== file.type)) findings.push(confused(files, item));
    else if (item) {
      const told = tell(input, item, file);
      edits.push(...told.edits);
      findings.push(...told.findings);
      seen[item.id] = told.seen;
    } else if (!waiting.has(key)) fresh.push(file);
  }
  const added = fresh
    .filter((file) => file.fields.title !== undefined)
    .map((file) => newItem(file, inHub, fresh, findings));
  for (const file of fresh.filter(({ fields }) => fields.title === undefined)) findings.push(untitled(file));
  for (const { id, fields } of added)
    seen[id] = Object.fromEntries(said(fields).map(([field, value]) => [field, { file: value, hub: value }]));
  return { added, edits, findings, seen };
}

function said(fields: FieldValues): [FileField, FieldValue][] {
  return FILE_FIELDS.flatMap((field): [FileField, FieldValue][] => {
    const value = fields[field];
    return value == null ? [] : [[field, value]];
  });
}

type Told = Pick<UpdatePlan, "edits" | "findings"> & { readonly seen: SeenFiles[ItemId] };

function tell(input: UpdateInput, item: HubItem, file: ItemFile): Told {
  const edits: HubFieldEdit[] = [];
  const findings: Finding[] = [];
  const seen: { [F in FileField]?: { file: FieldValue; hub: FieldValue } } = { ...input.seen[item.id] };
  for (const [field, value] of said(file.fields)) {
    const hub = item.fields[field] ?? null;
    const takes = hub !== value && isTaken(input, item, file, field);
    if (takes) edits.push({ kind: "field", item: item.id, type: item.type, field, value });
    else if (hub !== value && seen[field]?.file !== value) findings.push(keptHub(item, file, field));
    seen[field] = { file: value, hub: takes ? value : hub };
  }
  return { edits, findings, seen };
}

function isTaken(input: UpdateInput, item: HubItem, file: ItemFile, field: FileField): boolean {
  const [hub, value] = [item.fields[field] ?? null, file.fields[field] ?? null];
  const before = input.seen[item.id]?.[field];
  if (before?.file === value) return false;
  if (hub === null || before?.hub === hub) return true;
  const [ours, theirs] = [input.hubTime(item, field), input.fileTime(file, field)];
  const decided = decideByTime([
    { side: "hub", value: hub, ...(ours && { stamp: ours }) },
    { side: "file", value, ...(theirs && { stamp: theirs }) },
  ]);
  return decided?.side === "file";
}

function newItem(
  file: ItemFile,
  inHub: ReadonlyMap<string, HubItem>,
  fresh: readonly ItemFile[],
  findings: Finding[],
): HubItem & { readonly type: ListedType } {
  const { type, refs, fields } = file;
  const { parent, ...others } = fields;
  const id = spelled(file.id);
  if (typeof parent !== "string") return { id, type, refs, fields: others };
  const known = inHub.get(parent.toLowerCase());
  const sibling = fresh.find((one) => one.id.toLowerCase() === parent.toLowerCase() && one.fields.title !== undefined);
  const found = known ?? (sibling && { id: spelled(sibling.id), type: sibling.type });
  const fits = found?.type === "epic" || (found?.type === "story" && type === "task");
  if (fits) return { id, type, refs, fields: { ...others, parent: found.id } };
  findings.push(
    at(
      file,
      "parent",
      "unknown-parent",
      `${parent} is no ${type === "task" ? "story or epic" : "epic"} of the project; ${id} is added without one`,
    ),
  );
  return { id, type, refs, fields: others };
}

/** Files spell ids in lower case (`us-chk-001`) that hubs spell in capitals. */
function spelled(id: ItemId): ItemId {
  return id === id.toLowerCase() ? id.toUpperCase() : id;
}

function confused(files: readonly ItemFile[], item: HubItem | undefined): Finding {
  const [file] = files;
  const places = files.map(({ path, lines }) => `${path}:${lines.id}`).join(" and ");
  const what =
    files.length > 1
      ? `${files.length} files are ${file?.id}; none of them is taken`
      : `${file?.id} is ${named(file?.type)} here and ${named(item?.type)} in the hub; it is not taken`;
  return {
    code: files.length > 1 ? "duplicate-file" : "wrong-type",
    severity: "warning",
    needsDecision: true,
    message: `${places}: ${what}`,
    remedy: "Give each an id of its own.",
    items: [item?.id ?? file?.id ?? ""],
  };
}

function named(type: ItemType | undefined): string {
  return type === "epic" ? "an epic" : `a ${type}`;
}

function untitled(file: ItemFile): Finding {
  return { ...at(file, "title", "missing-title", `${file.id} has no title, so it is not added`), needsDecision: true };
}

function keptHub(item: HubItem, file: ItemFile, field: FileField): Finding {
  const message = `${field} "${String(file.fields[field])}" is older than the hub's "${String(item.fields[field])}", which is kept`;
  return { ...at(file, field, "older-file", message), severity: "info", items: [item.id] };
}

function at({ path, lines, id }: ItemFile, field: FieldName, code: string, message: string): Finding {
  return {
    code,
    severity: "warning",
    field,
    items: [spelled(id)],
    message: `${path}:${lines[field] ?? lines.id}: ${message}`,
  };
}
