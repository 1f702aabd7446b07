import { createHash } from "node:crypto";
import type { Finding } from "../core/findings.ts";
import type { HubItem, HubTree, ItemId } from "../core/model.ts";
import { readBindings } from "./bindings.ts";
import { HubDocument } from "./document.ts";
import type { HubProblem } from "./document.ts";
import { fieldSpans } from "./field-spans.ts";
import type { FieldLine, HubReading } from "./hub.ts";
import { listItems } from "./items.ts";
import type { ListedItem } from "./items.ts";
import { readItem, readProject } from "./read-item.ts";

export interface ReadOptions {
  /** The project as its folder is called; the file's own id goes before it. */
  readonly projectId: string;
  /** Path to show to people, relative to the workspace. */
  readonly file: string;
}

/**
 * Reads a hub file. Never throws for what people wrote: a file that must not be acted on has no tree
 * and one finding of severity `error` with line and column; an item that must wait is quarantined; a
 * single field that cannot be passed on is left out. Each with a finding that names its line.
 */
export function readHub(source: string | Uint8Array, options: ReadOptions): HubReading {
  const bytes = typeof source === "string" ? Buffer.from(source, "utf8") : source;
  const hash = createHash("sha256").update(bytes).digest("hex");
  const document = HubDocument.parse(typeof source === "string" ? source : decodeHub(source));
  if (!(document instanceof HubDocument)) return refusal(document, options, hash);
  const listed = listItems(document);
  const problem = listed.problem ?? newerSchema(document);
  if (problem) return { ...refusal(problem, options, hash), ...headOf(document, options) };

  const bindings = readBindings(document);
  const { tree, findings } = readTree(document, listed.items, headOf(document, options).projectId);
  const all = [...idFindings(document, options), ...listed.findings, ...findings, ...bindings.findings];
  return {
    ...headOf(document, options),
    tree,
    bindings: bindings.bindings,
    findings: all.map((finding) => located(finding, options)),
    hash,
  };
}

/** Where each field of each item stands, for `git blame`. Empty where the file cannot be read. */
export function fieldLines(text: string): FieldLine[] {
  const document = HubDocument.parse(text);
  if (!(document instanceof HubDocument)) return [];
  return fieldSpans(document).map(({ endLine: _, ...line }) => line);
}

/** The text of a hub file's bytes. Bytes that are no UTF-8 become lone surrogates, which `readHub` refuses. */
export function decodeHub(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    return text.replaceAll("\uFFFD", "\uDC80");
  }
}

function headOf(
  document: HubDocument,
  { projectId }: ReadOptions,
): Pick<HubReading, "projectId" | "name" | "pmePriority" | "client"> {
  return {
    projectId: document.textAt(["project", "id"])?.trim() || projectId,
    name: document.textAt(["project", "name"]),
    pmePriority: document.textAt(["portfolio", "pme_priority"]),
    client: document.textAt(["project", "client"]),
  };
}

function readTree(
  document: HubDocument,
  listed: readonly ListedItem[],
  projectId: string,
): { tree: HubTree; findings: Finding[] } {
  const project = readProject(document, projectId);
  const items: [ItemId, HubItem][] = [[projectId, project.item]];
  const findings = [...project.findings];
  const quarantined = new Set<ItemId>();
  const byId = Map.groupBy(listed, ({ id }) => id);
  for (const [id, twins] of byId) {
    const [only] = twins;
    if (only && twins.length === 1 && id !== projectId) {
      const reading = readItem(document, only, byId);
      findings.push(...reading.findings);
      if (reading.item) items.push([id, reading.item]);
      else quarantined.add(id);
      continue;
    }
    findings.push(duplicateId(id, twins, id === projectId));
    if (id !== projectId) quarantined.add(id);
  }
  return { tree: { items: Object.fromEntries(items), quarantined: [...quarantined] }, findings };
}

function duplicateId(id: ItemId, twins: readonly ListedItem[], isProject: boolean): Finding {
  const lines = twins.map(({ line }) => line);
  const message = isProject
    ? `${id} is the id of the project and of an item (line ${lines.join(", ")}); the item waits`
    : `${id} is the id of ${twins.length} items (lines ${lines.join(" and ")}); all of them wait`;
  return {
    code: "duplicate-id",
    severity: "warning",
    needsDecision: true,
    message,
    remedy: "Give each item an id of its own.",
    items: [id],
    line: lines[0] ?? 1,
  };
}

function idFindings(document: HubDocument, { projectId }: ReadOptions): Finding[] {
  const id = document.textAt(["project", "id"])?.trim();
  if (id === projectId) return [];
  const node = document.at(["project", "id"]);
  const where = document.positions.at(node?.range?.[0] ?? 0);
  const message = id
    ? `project.id is ${id}, but the folder is called ${projectId}`
    : `project.id is missing; ${projectId} is taken from the folder`;
  const remedy = "Give both the same name: twins in the tools are found by it.";
  return [{ code: id ? "project-id-mismatch" : "missing-project-id", severity: "warning", message, remedy, ...where }];
}

/** A file of a later format may mean other things by the same keys. */
function newerSchema(document: HubDocument): HubProblem | undefined {
  const version = document.textAt(["system", "schema_version"]);
  const major = Number(/^\s*v?(\d+)/.exec(version ?? "")?.[1] ?? 1);
  if (major <= 1) return undefined;
  const node = document.at(["system", "schema_version"]);
  const message = `schema_version ${version} is newer than 1.x, which is what this version reads`;
  return { code: "newer-schema", message, ...document.positions.at(node?.range?.[0] ?? 0) };
}

const REFUSAL_REMEDY = "Nothing of this project is synced until the file is corrected";

function refusal(problem: HubProblem, options: ReadOptions, hash: string): HubReading {
  const { code, message, line, column } = problem;
  const finding: Finding = { code, severity: "error", message, line, column };
  const remedy = `${REFUSAL_REMEDY}: ${options.file}:${line}:${column}.`;
  return {
    projectId: options.projectId,
    name: null,
    pmePriority: null,
    tree: null,
    bindings: [],
    findings: [{ ...finding, remedy }],
    hash,
  };
}

/** The remedy names the file, because the report of a portfolio shows findings of many. */
function located(finding: Finding, { file }: ReadOptions): Finding {
  if (finding.remedy === undefined || finding.line === undefined) return finding;
  return { ...finding, remedy: `${finding.remedy} (${file}:${finding.line})` };
}
