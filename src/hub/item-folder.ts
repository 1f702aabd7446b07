/** The `.md` files of a project's items, by their YAML front matter. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { isMap } from "yaml";
import { allowedValues, shapeOf } from "../core/fields.ts";
import type { Finding } from "../core/findings.ts";
import type { ItemFile } from "../core/item-files.ts";
import type { FieldName, FieldValue, Stamp, ToolKey } from "../core/model.ts";
import { blameLines } from "./blame.ts";
import { HubDocument, startOf } from "./document.ts";
import { decodeHub } from "./read.ts";
import { readRefs } from "./read-item.ts";
import { FIELD_KEYS, type KeyPath, type ListedType } from "./keys.ts";
import { HANDOFFS } from "./project-facts.ts";
import { readValue } from "./values.ts";

export interface ItemFolder {
  readonly files: readonly ItemFile[];
  /** Documents that hand the work over, by kind (`dev_to_qa`), in the order of their paths from the root. */
  readonly handoffs: Readonly<Record<string, readonly string[]>>;
  readonly findings: readonly Finding[];
}

export interface ItemFolderOptions {
  readonly root: string;
  /** From the root. */
  readonly folder: string;
  readonly project: string;
  /** Keys of `external_refs` that are tools' and not other programs'. */
  readonly tools: readonly ToolKey[];
}

/** Reads every file; one that cannot be understood is a finding with its line, and the others are taken. */
export async function readItemFolder(options: ItemFolderOptions): Promise<ItemFolder> {
  const { root, folder } = options;
  const names = await readdir(join(root, folder), { recursive: true }).catch(() => []);
  const files: ItemFile[] = [];
  const findings: Finding[] = [];
  const handoffs: Record<string, string[]> = {};
  for (const name of names.filter((one) => one.endsWith(".md")).toSorted()) {
    const path = join(folder, name).split(sep).join("/");
    const bytes = await readFile(join(root, path)).catch(() => null);
    // A folder of that name.
    if (bytes === null) continue;
    const reading = readItemFile(decodeHub(bytes), { ...options, path });
    if (reading.file) files.push(reading.file);
    if (reading.handoff !== undefined) (handoffs[reading.handoff] ??= []).push(path);
    findings.push(...reading.findings);
  }
  return { files, handoffs, findings };
}

/** When a line of a file was last changed: git's time where it is committed, else the file's. */
export async function itemFileTimes(
  root: string,
  files: readonly ItemFile[],
): Promise<(file: ItemFile, field: FieldName) => Stamp | undefined> {
  const stamps = new Map<string, (line: number) => Stamp>();
  for (const { path } of files) {
    const full = join(root, path);
    const [bytes, info] = await Promise.all([readFile(full), stat(full)]);
    const lines = await blameLines(full, bytes);
    stamps.set(path, (line) => {
      const own = lines.get(line);
      if (!own) return { at: info.mtime.toISOString(), resolutionMs: 1 };
      return { at: new Date(own.time).toISOString(), resolutionMs: 1000, by: own.by };
    });
  }
  return ({ path, lines }, field) => stamps.get(path)?.(lines[field] ?? lines.id);
}

interface ItemFileOptions extends Pick<ItemFolderOptions, "project" | "tools"> {
  readonly path: string;
}
interface ItemFileReading {
  readonly file?: ItemFile;
  /** It is none, but hands work over. */
  readonly handoff?: string;
  readonly findings: readonly Finding[];
}

const FOLDERS: Readonly<Record<string, ListedType>> = { epics: "epic", stories: "story", tasks: "task" };
const TYPES: Readonly<Record<string, ListedType | undefined>> = {
  epic: "epic",
  user_story: "story",
  story: "story",
  task: "task",
};

/** One file. What says that it is no item (a handoff, an index) is no finding. */
export function readItemFile(text: string, options: ItemFileOptions): ItemFileReading {
  const { path, project } = options;
  const folders = path.split("/").slice(0, -1);
  const folderType = folders.flatMap((name) => FOLDERS[name] ?? []).at(-1);
  const isIndex = /^(?:readme|index)\.md$/i.test(basename(path));
  const block = frontMatter(text);
  if (block === null) {
    if (!folderType || isIndex) return { findings: [] };
    return { findings: [finding(path, 1, "no-front-matter", "has no front matter, so it is not taken", false)] };
  }
  const document = HubDocument.parse(block.text);
  if (!(document instanceof HubDocument)) {
    if (document.code === "no-hub" && !folderType) return { findings: [] };
    const line = document.line + 1;
    return { findings: [finding(path, line, "bad-front-matter", `${document.message}; the file is not taken`)] };
  }
  if (!block.isClosed)
    return {
      findings: [
        finding(path, 1, "bad-front-matter", "the front matter is never closed by ---; the file is not taken"),
      ],
    };
  const named = document.textAt(["type"])?.trim().toLowerCase();
  const handoff = document.textAt(["handoff_type"])?.trim().toLowerCase().replaceAll("-", "_");
  if (named === "handoff" && handoff !== undefined && HANDOFFS.includes(handoff)) return { handoff, findings: [] };
  const type = TYPES[named ?? ""] ?? (named === "handoff" ? undefined : folderType);
  if (!type) return { findings: [] };
  const owner = document.textAt(["project_id"])?.trim();
  const lineOf = lineReader(document);
  if (owner && owner.toLowerCase() !== project.toLowerCase())
    return {
      findings: [
        finding(
          path,
          lineOf(["project_id"]),
          "other-project",
          `project_id is ${owner}, so it is not taken into ${project}`,
        ),
      ],
    };
  const id = document.textAt(["id"])?.trim();
  if (!id) return { findings: [finding(path, lineOf(["id"]), "missing-id", "has no id, so it is not taken")] };
  return itemOf(document, { ...options, id, type });
}

function itemOf(
  document: HubDocument,
  { path, id, type, tools }: ItemFileOptions & { id: string; type: ListedType },
): ItemFileReading {
  const fields: { [F in FieldName]?: FieldValue } = {};
  const lineOf = lineReader(document);
  const lines: { id: number } & { [F in FieldName]?: number } = { id: lineOf(["id"]) };
  const findings: Finding[] = [];
  for (const { field, paths } of FIELD_KEYS[type]) {
    // In a file `type` says that it is a task; what kind of one says `task_type`.
    const keys: readonly KeyPath[] = field === "task_type" ? [["task_type"]] : paths;
    const at = keys.find((key) => document.textAt(key) !== null || isList(document, key));
    if (!at) continue;
    lines[field] = lineOf(at);
    const reading = readValue(document, document.at(at), shapeOf(field));
    const why = reading.kind === "held" ? reading.why : refusedValue(type, field, reading.value);
    if (why !== null)
      findings.push(
        finding(
          path,
          lineOf(at),
          `unknown-${field.replace("_", "-")}`,
          `${id}: ${at.join(".")} "${document.textAt(at) ?? "..."}" ${why}; it is not taken`,
        ),
      );
    else if (reading.kind === "value" && !isEmpty(reading.value)) fields[field] = reading.value;
  }
  const refs = Object.fromEntries(
    Object.entries(readRefs(document, document.root)).filter(([tool]) => tools.includes(tool)),
  );
  const isBug =
    document.textAt(["story_type"])?.trim().toLowerCase() === "bug" || (type === "task" && /bug/i.test(basename(path)));
  const isCriticalBug = isBug && document.textAt(["priority"])?.trim().toUpperCase() === "P1";
  return { file: { path, id, type, fields, refs, lines, isCriticalBug }, findings };
}

function isList(document: HubDocument, key: KeyPath): boolean {
  const node = document.at(key);
  return node !== null && !isMap(node) && "items" in node;
}

function isEmpty(value: FieldValue): boolean {
  return (
    value === null || (typeof value === "string" && value.trim() === "") || (Array.isArray(value) && value.length === 0)
  );
}

function refusedValue(type: ListedType, field: FieldName, value: FieldValue): string | null {
  const allowed = allowedValues(type, field);
  if (isEmpty(value) || !allowed || allowed.includes(String(value))) return null;
  return `is none of ${allowed.join(", ")}`;
}

/** 1-based line in the file, of which the front matter starts in the second. */
function lineReader(document: HubDocument): (key: KeyPath) => number {
  return (key) => {
    const [first = ""] = key;
    const entry = document.entry(document.root, first);
    return entry ? document.positions.at(startOf(entry.pair.key)).line + 1 : 1;
  };
}

/** Null where the file has none. */
function frontMatter(text: string): { readonly text: string; readonly isClosed: boolean } | null {
  const [, body] = /^\uFEFF?---[ \t]*\r?\n([\s\S]*)$/.exec(text) ?? [];
  if (body === undefined) return null;
  const end = /^(?:---|\.\.\.)[ \t]*(?:\r?$)/m.exec(body);
  return { text: end ? body.slice(0, end.index) : body, isClosed: end !== null };
}

function finding(path: string, line: number, code: string, message: string, needsDecision = true): Finding {
  const remedy = "Correct the file and run update again.";
  return {
    code,
    severity: "warning",
    message: `${path}:${line}: ${message}`,
    ...(needsDecision ? { remedy, needsDecision } : {}),
  };
}
