/**
 * Jira's judgement of a description: Atlassian's published schema (`adf.schema.json`; draft 4, which
 * ajv reads as far as it is used here), and what Jira refuses beyond it.
 */
import { Ajv } from "ajv";
import { readFileSync } from "node:fs";
import type { Quirks } from "./quirks.ts";

interface Node {
  readonly type: string;
  readonly text?: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly content?: readonly Node[];
}

const schema = JSON.parse(readFileSync(new URL("adf.schema.json", import.meta.url), "utf8")) as object;
const fitsSchema = new Ajv({ strict: false }).compile(schema);

/** Jira's complaint about a description, or null. It says no more than this one sentence. */
export function adfProblem(value: unknown, quirks: Quirks): string | null {
  if (value === null) return null;
  if (typeof value === "string")
    return quirks.adfOnly ? "Operation value must be an Atlassian Document (see the Atlassian Document Format)" : null;
  const document = quirks.adfLocalIds ? value : withLocalIds(value);
  return fitsSchema(document) && isTaken(document as Node, quirks, new Set()) ? null : "INVALID_INPUT";
}

/** What the schema allows and Jira refuses. */
function isTaken(node: Node, quirks: Quirks, ids: Set<string>): boolean {
  const { type, content = [] } = node;
  if (quirks.adfLocalIds && (type === "taskList" || type === "taskItem") && !isNewId(node, ids)) return false;
  if (type === "listItem" && content[0]?.type.endsWith("List")) return false;
  return content.every((child) => {
    const isBroken = quirks.adfLines && type !== "codeBlock" && child.text !== undefined && /[\r\n]/.test(child.text);
    return !isBroken && isTaken(child, quirks, ids);
  });
}

function isNewId(node: Node, ids: Set<string>): boolean {
  const id = node.attrs?.["localId"];
  if (typeof id !== "string" || id === "" || ids.has(id)) return false;
  ids.add(id);
  return true;
}

/** The document as it would be if every task had an id. */
function withLocalIds(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, node: unknown) => {
    const isTask = /^(?:task|decision)(?:List|Item)$/.test(String((node as Partial<Node> | null)?.type));
    return isTask ? { ...(node as Node), attrs: { localId: "", ...(node as Node).attrs } } : node;
  });
}
