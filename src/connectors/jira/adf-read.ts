/** ADF to a Markdown tree. */
import type { BlockContent, ListItem, PhrasingContent, Root, RootContent, TableRow } from "mdast";
import type { AdfMark, AdfNode } from "./adf.ts";
import { textOf } from "./schema.ts";
import { ALERT_OF_PANEL, MARK_TAGS, OPAQUE_LANGUAGE, OPAQUE_PREFIX, TASK_BOX } from "./adf-names.ts";
import { blockJson, isSpanMark, withoutLocalIds } from "./adf-verbatim.ts";

export function adfToMdast(document: AdfNode): Root {
  return { type: "root", children: blocks(document.content) };
}

function blocks(nodes: readonly AdfNode[] | undefined): RootContent[] {
  return (nodes ?? []).flatMap(block);
}

function block(node: AdfNode): RootContent[] {
  switch (node.type) {
    case "paragraph":
      return [{ type: "paragraph", children: inlines(node.content) }];
    case "heading":
      return [{ type: "heading", depth: headingDepth(node), children: inlines(node.content) }];
    case "rule":
      return [{ type: "thematicBreak" }];
    case "codeBlock":
      return [codeBlock(node)];
    case "blockquote":
      return [{ type: "blockquote", children: blocks(node.content) as BlockContent[] }];
    case "bulletList":
      return [{ type: "list", ordered: false, spread: false, children: (node.content ?? []).map(listItem) }];
    case "orderedList":
      return [
        {
          type: "list",
          ordered: true,
          start: Number(node.attrs?.["order"] ?? 1),
          spread: false,
          children: (node.content ?? []).map(listItem),
        },
      ];
    case "taskList":
      return [{ type: "list", ordered: false, spread: false, children: taskItems(node) }];
    case "panel":
      return [panel(node)];
    case "mediaSingle":
      return mediaSingle(node);
    case "blockCard":
    case "embedCard":
      return card(node);
    case "table":
      return [isPlainTable(node) ? table(node) : opaqueBlock(node)];
    default:
      return [opaqueBlock(node)];
  }
}

function headingDepth(node: AdfNode): 1 | 2 | 3 | 4 | 5 | 6 {
  return Math.min(6, Math.max(1, Number(node.attrs?.["level"] ?? 1))) as 1;
}

function plainText(node: AdfNode): string {
  return node.text ?? (node.content ?? []).map(plainText).join("");
}

function codeBlock(node: AdfNode): RootContent {
  const language = node.attrs?.["language"];
  return {
    type: "code",
    lang: typeof language === "string" && language !== "" ? language : null,
    value: plainText(node),
  };
}

/** An item whose text begins with a box is a task that stood among other things. */
function listItem(node: AdfNode): ListItem {
  const children = blocks(node.content) as BlockContent[];
  const head = children[0]?.type === "paragraph" ? children[0].children[0] : undefined;
  const box = head?.type === "text" ? TASK_BOX.exec(head.value) : null;
  if (head?.type !== "text" || !box) return { type: "listItem", spread: false, children };
  head.value = head.value.slice(box[0].length);
  return { type: "listItem", spread: false, checked: box[1] !== " ", children };
}

function taskItems(list: AdfNode): ListItem[] {
  const items: ListItem[] = [];
  for (const node of list.content ?? []) {
    if (node.type === "taskList") {
      const nested = { type: "list" as const, ordered: false, spread: false, children: taskItems(node) };
      items.at(-1)?.children.push(nested);
      if (items.length === 0) items.push(...nested.children);
    } else if (node.type === "taskItem") {
      const children: BlockContent[] = [{ type: "paragraph", children: inlines(node.content) }];
      items.push({ type: "listItem", spread: false, checked: node.attrs?.["state"] === "DONE", children });
    } else {
      const children = blocks(node.type === "blockTaskItem" ? node.content : [node]) as BlockContent[];
      items.push({ type: "listItem", spread: false, checked: node.attrs?.["state"] === "DONE", children });
    }
  }
  return items;
}

/** Panels are GitHub's alerts. */
function panel(node: AdfNode): RootContent {
  const alert = ALERT_OF_PANEL[String(node.attrs?.["panelType"])];
  if (!alert) return opaqueBlock(node);
  const marker: BlockContent = { type: "paragraph", children: [{ type: "html", value: `[!${alert}]` }] };
  return { type: "blockquote", children: [marker, ...(blocks(node.content) as BlockContent[])] };
}

function mediaSingle(node: AdfNode): RootContent[] {
  const [media, ...others] = node.content ?? [];
  const url = media?.attrs?.["url"];
  if (media?.attrs?.["type"] !== "external" || typeof url !== "string" || others.length) return [opaqueBlock(node)];
  return [{ type: "paragraph", children: [{ type: "image", url, alt: textOf(media.attrs["alt"]) }] }];
}

function card(node: AdfNode): RootContent[] {
  const url = node.attrs?.["url"];
  return typeof url === "string" ? [{ type: "paragraph", children: [autolink(url)] }] : [opaqueBlock(node)];
}

function autolink(url: string): PhrasingContent {
  return { type: "link", url, children: [{ type: "text", value: url }] };
}

function isPlainTable(node: AdfNode): boolean {
  const rows = node.content ?? [];
  const width = rows[0]?.content?.length ?? 0;
  return (
    width > 0 &&
    rows.every(
      (row, at) =>
        (row.content ?? []).length === width && (row.content ?? []).every((cell) => isPlainCell(cell, at === 0)),
    )
  );
}

/** One line of text, in a header cell on the first row and nowhere else. */
function isPlainCell(cell: AdfNode, inHeader: boolean): boolean {
  const { colspan = 1, rowspan = 1, background } = cell.attrs ?? {};
  const [line, ...others] = cell.content ?? [];
  const isLine = others.length === 0 && (line === undefined || line.type === "paragraph");
  const hasBreak = (line?.content ?? []).some((node) => node.type === "hardBreak");
  return (
    isLine && !hasBreak && colspan === 1 && rowspan === 1 && !background && (cell.type === "tableHeader") === inHeader
  );
}

function table(node: AdfNode): RootContent {
  const rows: TableRow[] = (node.content ?? []).map((row) => ({
    type: "tableRow",
    children: (row.content ?? []).map((cell) => ({ type: "tableCell", children: inlines(cell.content?.[0]?.content) })),
  }));
  return { type: "table", align: [], children: rows };
}

function opaqueBlock(node: AdfNode): RootContent {
  return { type: "code", lang: OPAQUE_LANGUAGE, value: blockJson(node) };
}

/** Marks from the outside in; of those not named here each is kept as an HTML span. */
const MARK_ORDER = ["link", "em", "strong", "strike", "underline", "subsup"];
const MARKDOWN_MARKS = new Set(["link", "em", "strong", "strike", "code"]);

interface Piece {
  readonly node: AdfNode;
  readonly marks: readonly AdfMark[];
}

function inlines(nodes: readonly AdfNode[] | undefined): PhrasingContent[] {
  const pieces = (nodes ?? []).flatMap((node) => {
    const kept = (node.marks ?? []).filter(isSayable);
    return splitEdges({ node, marks: sortedMarks(kept) });
  });
  return group(pieces.map((piece, at) => withEdgeMarks(piece, pieces[at - 1], pieces[at + 1])));
}

/** Others are made by the editor's features on a text and belong to none, or nobody could write them back. */
function isSayable(mark: AdfMark): boolean {
  return MARKDOWN_MARKS.has(mark.type) || MARK_TAGS.some((tag) => tag.matches(mark)) || isSpanMark(mark);
}

function sortedMarks(marks: readonly AdfMark[]): AdfMark[] {
  const rank = (mark: AdfMark): number => (mark.type === "code" ? 99 : (MARK_ORDER.indexOf(mark.type) + 50) % 50);
  return [...marks].sort((a, b) => rank(a) - rank(b) || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Blanks at the edge of a bold word are not bold: Markdown could not say so. */
function splitEdges(piece: Piece): Piece[] {
  const { node, marks } = piece;
  const isCode = marks.some((mark) => mark.type === "code");
  if (node.type !== "text" || marks.length === 0 || isCode) return [piece];
  const [, before = "", core = "", after = ""] = /^(\s*)(.*?)(\s*)$/s.exec(node.text ?? "") ?? [];
  const parts = core === "" ? [before + after] : [before, core, after];
  return parts.filter((text) => text !== "").map((text) => ({ node: { ...node, text }, marks }));
}

/** A blank keeps only the marks that go on at both of its sides. */
function withEdgeMarks(piece: Piece, before: Piece | undefined, after: Piece | undefined): Piece {
  if (piece.node.type !== "text" || (piece.node.text ?? "").trim() !== "") return piece;
  const goesOn = (mark: AdfMark, side: Piece | undefined): boolean =>
    side?.marks.some((other) => JSON.stringify(other) === JSON.stringify(mark)) ?? false;
  return { ...piece, marks: piece.marks.filter((mark) => goesOn(mark, before) && goesOn(mark, after)) };
}

/** Runs that share their outermost mark go into one element. */
function group(pieces: readonly Piece[]): PhrasingContent[] {
  const out: PhrasingContent[] = [];
  for (let at = 0; at < pieces.length;) {
    const piece = pieces[at];
    const mark = piece?.marks[0];
    if (!piece || !mark || mark.type === "code") {
      if (piece) out.push(...inline(piece.node, mark));
      at += 1;
      continue;
    }
    const end = pieces.findIndex((other, n) => n > at && JSON.stringify(other.marks[0]) !== JSON.stringify(mark));
    const run = pieces.slice(at, end === -1 ? undefined : end);
    out.push(...wrap(mark, group(run.map(({ node, marks }) => ({ node, marks: marks.slice(1) })))));
    at += run.length;
  }
  return out;
}

function wrap(mark: AdfMark, children: PhrasingContent[]): PhrasingContent[] {
  switch (mark.type) {
    case "strong":
      return [{ type: "strong", children }];
    case "em":
      return [{ type: "emphasis", children }];
    case "strike":
      return [{ type: "delete", children }];
    case "link":
      return [link(mark, children)];
    default: {
      const tag = MARK_TAGS.find((one) => one.matches(mark))?.tag;
      const [open, close] = tag ? [`<${tag}>`, `</${tag}>`] : [`<span data-adf='${spanned(mark)}'>`, "</span>"];
      return [{ type: "html", value: open }, ...children, { type: "html", value: close }];
    }
  }
}

function spanned(mark: AdfMark): string {
  return JSON.stringify(mark).replaceAll("'", "&#39;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function link(mark: AdfMark, children: PhrasingContent[]): PhrasingContent {
  const { href, title } = mark.attrs ?? {};
  return {
    type: "link",
    url: textOf(href),
    title: typeof title === "string" ? title : null,
    children: children as never,
  };
}

function inline(node: AdfNode, code: AdfMark | undefined): PhrasingContent[] {
  switch (node.type) {
    case "text": {
      const text = (node.text ?? "").replace(/\s*\n\s*/g, " ");
      return [code ? { type: "inlineCode", value: text } : { type: "text", value: text }];
    }
    case "hardBreak":
      return [{ type: "break" }];
    case "emoji":
      return [emoji(node)];
    case "mention":
      return [mention(node)];
    case "inlineCard": {
      const url = node.attrs?.["url"];
      return [typeof url === "string" ? autolink(url) : opaqueInline(node)];
    }
    default:
      return [opaqueInline(node)];
  }
}

/** The character where there is one; the site's own pictures have none and are kept verbatim. */
function emoji(node: AdfNode): PhrasingContent {
  const text = node.attrs?.["text"];
  const isCharacter = typeof text === "string" && text !== "" && !text.startsWith(":");
  return isCharacter ? { type: "text", value: text } : opaqueInline(node);
}

function mention(node: AdfNode): PhrasingContent {
  const { id, text } = node.attrs ?? {};
  const name = typeof text === "string" && text !== "" ? text : `@${String(id)}`;
  return {
    type: "link",
    url: `accountid:${String(id)}`,
    children: [{ type: "text", value: name.startsWith("@") ? name : `@${name}` }],
  };
}

function opaqueInline(node: AdfNode): PhrasingContent {
  return { type: "inlineCode", value: OPAQUE_PREFIX + JSON.stringify(withoutLocalIds(node)) };
}
