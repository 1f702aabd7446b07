/** A Markdown tree to ADF. Where ADF forbids what Markdown allows, the text is kept and the shape gives way. */
import type { List, ListItem, PhrasingContent, Root, RootContent, TableCell } from "mdast";
import type { AdfNode } from "./adf.ts";
import { inlineNodes, textNodes } from "./adf-inline.ts";
import { withLocalIds } from "./adf-local-ids.ts";
import { OPAQUE_LANGUAGE, PANEL_OF_ALERT } from "./adf-names.ts";
import type { BlockPlace } from "./adf-schema.ts";
import { blockJson, blockOf, isBlockAt } from "./adf-verbatim.ts";

const ALLOWED: { readonly [P in Exclude<BlockPlace, "doc">]: ReadonlySet<string> } = {
  listItem: new Set(["paragraph", "bulletList", "orderedList", "taskList", "codeBlock", "mediaSingle"]),
  blockquote: new Set(["paragraph", "bulletList", "orderedList", "codeBlock", "mediaSingle"]),
  panel: new Set(["paragraph", "heading", "bulletList", "orderedList", "taskList", "codeBlock", "rule", "mediaSingle"]),
};

export function mdastToAdf(root: Root): AdfNode[] {
  return withLocalIds(blocks(root.children, "doc"));
}

function blocks(nodes: readonly RootContent[], container: BlockPlace): AdfNode[] {
  return nodes.flatMap((node) => block(node, container)).flatMap((node) => fitting(node, container));
}

function block(node: RootContent, container: BlockPlace): AdfNode[] {
  switch (node.type) {
    case "paragraph":
      return paragraph(node.children);
    case "heading":
      return [{ type: "heading", attrs: { level: node.depth }, content: inlineNodes(node.children) }];
    case "thematicBreak":
      return [{ type: "rule" }];
    case "code":
      return [codeBlock(node.lang ?? null, node.value, container)];
    case "blockquote":
      return [quote(node.children)];
    case "list":
      return [isTaskList(node) && container !== "blockquote" ? taskList(node) : plainList(node)];
    case "table":
      return [table(node.children)];
    case "html":
      return [literal(node.value)];
    case "definition":
      return [literal(`[${node.label ?? node.identifier}]: ${node.url}${node.title ? ` "${node.title}"` : ""}`)];
    case "footnoteDefinition":
      return prefixed(blocks(node.children, container), `[^${node.label ?? node.identifier}]: `);
    default:
      return [];
  }
}

/** An image that stands alone is a picture; among words it becomes a link. */
function paragraph(children: readonly PhrasingContent[]): AdfNode[] {
  const [only, ...others] = children;
  if (only?.type === "image" && others.length === 0 && /^https?:/.test(only.url)) {
    const media = { type: "media", attrs: { type: "external", url: only.url, ...(only.alt ? { alt: only.alt } : {}) } };
    return [{ type: "mediaSingle", attrs: { layout: "center" }, content: [media] }];
  }
  return [{ type: "paragraph", content: inlineNodes(children) }];
}

/** Markup that ADF has no word for, as its own text. */
function literal(text: string): AdfNode {
  const lines = text.split("\n").map((line) => textNodes(line.trim()));
  const content = lines.flatMap((line, at) => (at === 0 ? line : [{ type: "hardBreak" }, ...line]));
  return { type: "paragraph", content };
}

function codeBlock(language: string | null, value: string, container: BlockPlace): AdfNode {
  const restored = language === OPAQUE_LANGUAGE ? blockOf(value, container) : undefined;
  if (restored) return restored;
  const content: AdfNode[] = value === "" ? [] : [{ type: "text", text: value }];
  return { type: "codeBlock", ...(language ? { attrs: { language } } : {}), content };
}

function quote(children: readonly RootContent[]): AdfNode {
  const [head, ...rest] = children;
  const marker = head?.type === "paragraph" && head.children.length === 1 ? head.children[0] : undefined;
  const alert = marker?.type === "html" ? /^\[!(\w+)\]$/.exec(marker.value)?.[1] : undefined;
  const panelType = alert === undefined ? undefined : PANEL_OF_ALERT[alert];
  if (panelType === undefined) return { type: "blockquote", content: atLeastOne(blocks(children, "blockquote")) };
  return { type: "panel", attrs: { panelType }, content: atLeastOne(blocks(rest, "panel")) };
}

function atLeastOne(content: readonly AdfNode[]): readonly AdfNode[] {
  return content.length > 0 ? content : [{ type: "paragraph", content: [] }];
}

/** Every item a task of one paragraph, with nothing but such a list below it: that is all a task list can hold. */
function isTaskList(list: List): boolean {
  return (
    !list.ordered &&
    list.children.every(({ checked, children }) => {
      const [head, below, ...others] = children;
      const isFlat = head?.type === "paragraph" && others.length === 0;
      return (
        typeof checked === "boolean" && isFlat && (below === undefined || (below.type === "list" && isTaskList(below)))
      );
    })
  );
}

function taskList(list: List): AdfNode {
  const content = list.children.flatMap(({ checked, children }) => {
    const [head, below] = children;
    const text = head?.type === "paragraph" ? inlineNodes(head.children) : [];
    const item: AdfNode = { type: "taskItem", attrs: { state: checked ? "DONE" : "TODO" }, content: text };
    return below?.type === "list" ? [item, taskList(below)] : [item];
  });
  return { type: "taskList", attrs: {}, content };
}

function plainList(list: List): AdfNode {
  const content = list.children.map((item) => ({ type: "listItem", content: itemContent(item) }));
  if (!list.ordered) return { type: "bulletList", content };
  return { type: "orderedList", attrs: { order: list.start ?? 1 }, content };
}

function itemContent(item: ListItem): readonly AdfNode[] {
  const content = blocks(item.children, "listItem");
  const isBox = typeof item.checked === "boolean";
  const boxed = isBox ? prefixed(content, item.checked ? "[x] " : "[ ] ") : content;
  const startsWell = boxed[0] !== undefined && !boxed[0].type.endsWith("List");
  return startsWell ? boxed : [{ type: "paragraph", content: [] }, ...boxed];
}

function prefixed(content: readonly AdfNode[], prefix: string): AdfNode[] {
  const [head, ...rest] = content;
  if (head?.type !== "paragraph") return [{ type: "paragraph", content: textNodes(prefix) }, ...content];
  const [first, ...others] = head.content ?? [];
  const joins = first?.type === "text" && !first.marks;
  const start: AdfNode[] = joins
    ? [{ type: "text", text: prefix + (first.text ?? "") }]
    : [...textNodes(prefix), ...(first ? [first] : [])];
  return [{ ...head, content: [...start, ...others] }, ...rest];
}

function table(rows: readonly { readonly children: readonly TableCell[] }[]): AdfNode {
  const width = Math.max(...rows.map((row) => row.children.length));
  const content = rows.map((row, at) => ({
    type: "tableRow",
    content: Array.from({ length: width }, (_, column) => ({
      type: at === 0 ? "tableHeader" : "tableCell",
      attrs: {},
      content: [{ type: "paragraph", content: inlineNodes(row.children[column]?.children ?? []) }],
    })),
  }));
  return { type: "table", attrs: { isNumberColumnEnabled: false, layout: "default" }, content };
}

/** The block as it may stand in this container. */
function fitting(node: AdfNode, container: BlockPlace): readonly AdfNode[] {
  if (container === "doc" || ALLOWED[container].has(node.type)) return [node];
  switch (node.type) {
    case "heading":
      return [{ type: "paragraph", content: (node.content ?? []).map(bold) }];
    case "rule":
      return [{ type: "paragraph", content: textNodes("---") }];
    case "table":
      return (node.content ?? []).map((row) => ({ type: "paragraph", content: rowText(row) }));
    case "blockquote":
    case "panel":
      return (node.content ?? []).flatMap((child) => fitting(child, container));
    default:
      // Restored for a place that had to give way.
      return [isBlockAt(node, container) ? node : codeBlock(OPAQUE_LANGUAGE, blockJson(node), container)];
  }
}

function bold(node: AdfNode): AdfNode {
  const marks = node.marks ?? [];
  const isPlain = node.type !== "text" || marks.some((mark) => mark.type === "strong" || mark.type === "code");
  return isPlain ? node : { ...node, marks: [...marks, { type: "strong" }] };
}

function rowText(row: AdfNode): readonly AdfNode[] {
  return (row.content ?? []).flatMap((cell, at) => [
    ...(at === 0 ? [] : textNodes(" | ")),
    ...(cell.content?.[0]?.content ?? []),
  ]);
}
