import type { Quirks } from "./quirks.ts";

interface Node {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly content?: readonly Node[];
}

const KNOWN = new Set(
  (
    "doc paragraph heading rule codeBlock blockquote bulletList orderedList listItem taskList taskItem blockTaskItem panel " +
    "mediaSingle mediaGroup media table tableRow tableHeader tableCell text hardBreak emoji mention inlineCard blockCard embedCard " +
    "date status expand nestedExpand decisionList decisionItem extension bodiedExtension inlineExtension layoutSection layoutColumn"
  ).split(" "),
);
/** What each container takes; others are not checked. */
const TAKES: Readonly<Record<string, ReadonlySet<string>>> = {
  bulletList: new Set(["listItem"]),
  orderedList: new Set(["listItem"]),
  taskList: new Set(["taskItem", "taskList", "blockTaskItem"]),
  listItem: new Set(["paragraph", "bulletList", "orderedList", "taskList", "codeBlock", "mediaSingle", "extension"]),
  blockquote: new Set([
    "paragraph",
    "bulletList",
    "orderedList",
    "codeBlock",
    "mediaSingle",
    "mediaGroup",
    "extension",
  ]),
  table: new Set(["tableRow"]),
  tableRow: new Set(["tableHeader", "tableCell"]),
};
const INLINE = new Set(["text", "hardBreak", "emoji", "mention", "inlineCard", "date", "status", "inlineExtension"]);
const HOLDS_INLINE = new Set(["paragraph", "heading", "taskItem", "decisionItem", "codeBlock"]);

/** Jira's complaint about a description, or null. It says no more than this one sentence. */
export function adfProblem(value: unknown, quirks: Quirks): string | null {
  if (value === null) return null;
  if (typeof value === "string")
    return quirks.adfOnly ? "Operation value must be an Atlassian Document (see the Atlassian Document Format)" : null;
  const document = value as Node & { version?: unknown };
  const isDocument = document.type === "doc" && document.version === 1 && Array.isArray(document.content);
  const ids = new Set<string>();
  return isDocument && isValid(document, quirks, ids) ? null : "INVALID_INPUT";
}

function isValid(node: Node, quirks: Quirks, ids: Set<string>): boolean {
  const { type, content = [] } = node;
  if (typeof type !== "string" || !KNOWN.has(type)) return false;
  if (type === "text" && !isText(node)) return false;
  if (quirks.adfLocalIds && (type === "taskList" || type === "taskItem") && !isNewId(node, ids)) return false;
  if (type === "listItem" && String(content[0]?.type).endsWith("List")) return false;
  const takes = TAKES[type];
  return content.every((child) => {
    const name = String(child.type);
    if (takes && !takes.has(name)) return false;
    if (HOLDS_INLINE.has(type) ? !INLINE.has(name) : INLINE.has(name)) return false;
    const isBroken =
      quirks.adfLines && type !== "codeBlock" && typeof child.text === "string" && /[\r\n]/.test(child.text);
    return !isBroken && isValid(child, quirks, ids);
  });
}

function isText(node: Node): boolean {
  return typeof node.text === "string" && node.text.length > 0;
}

function isNewId(node: Node, ids: Set<string>): boolean {
  const id = node.attrs?.["localId"];
  if (typeof id !== "string" || id === "" || ids.has(id)) return false;
  ids.add(id);
  return true;
}
