/** Notion's Markdown as everybody's: lines and tabs become blocks, tags for tables become tables. */
import type { BlockContent, ListItem, RootContent, Table, TableRow } from "mdast";
import { canonicalMarkdown, printMarkdown } from "../../core/markdown.ts";
import { notionLanguage } from "./code-languages.ts";
import { inlineFromNotion } from "./dialect-inline.ts";
import { CALLOUT, VERBATIM } from "./dialect-verbatim.ts";

/** A line with what is indented below it, without its own indentation. */
interface Block {
  readonly line: string;
  readonly children: readonly string[];
}

/** `s` throughout: a line may hold separators that are no ends of it. */
const BULLET = /^- (?:\[([ x])\](?: |$))?(.*)$|^-$/s;
const NUMBER = /^\d+\.(?: (?:\[([ x])\](?: |$))?(.*))?$/s;

/** @returns canonical Markdown; `""` for an empty page */
export function fromNotion(text: string): string {
  const blocks = blocksOf(text.replace(/\r\n?/g, "\n").split("\n"));
  return canonicalMarkdown(printMarkdown({ type: "root", children: nodesOf(blocks) }));
}

/** The blocks at one level. Fences and tags end at their own closing line. */
function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? "";
    if (line.trim() === "") {
      at += 1;
      continue;
    }
    const end = endOf(lines, at);
    blocks.push({ line, children: lines.slice(at + 1, end) });
    at = end;
  }
  return blocks;
}

/** The first line that is no longer part of the block. */
function endOf(lines: readonly string[], start: number): number {
  const line = lines[start] ?? "";
  const closing = closingOf(line);
  if (closing !== undefined) {
    const found = lines.findIndex((one, at) => at > start && closing(one));
    if (found >= 0) return found + 1;
    // Colons without an end are somebody's text.
    return CALLOUT.test(line) ? start + 1 : lines.length;
  }
  let end = start + 1;
  while (end < lines.length && (lines[end] ?? "").startsWith("\t")) {
    end = Math.max(end + 1, fenceEnd(lines, end));
  }
  return end;
}

/** Code below an item holds lines of any indentation. */
function fenceEnd(lines: readonly string[], at: number): number {
  const line = lines[at] ?? "";
  const [indent = ""] = /^\t*/.exec(line) ?? [];
  const closing = closingOf(line.slice(indent.length));
  if (!closing || !line.slice(indent.length).startsWith("`")) return at;
  const found = lines.findIndex((one, n) => n > at && closing(one.startsWith(indent) ? one.slice(indent.length) : one));
  return found < 0 ? lines.length : found + 1;
}

function closingOf(line: string): ((line: string) => boolean) | undefined {
  const [fence] = /^`{3,}/.exec(line) ?? [];
  if (fence !== undefined) return (one) => /^`{3,}\s*$/.test(one) && one.trim().length >= fence.length;
  if (line === "$$") return (one) => one === "$$";
  if (CALLOUT.test(line)) return (one) => /^:{3,}$/.test(one);
  const [, tag] = /^<(callout|details|columns|table)(?:\s[^<>]*)?>$/.exec(line) ?? [];
  return tag === undefined ? undefined : (one) => one === `</${tag}>`;
}

function nodesOf(blocks: readonly Block[]): RootContent[] {
  const nodes: RootContent[] = [];
  for (const block of blocks) {
    const item = itemOf(block);
    const last = nodes.at(-1);
    if (!item) nodes.push(...nodeOf(block));
    else if (last?.type === "list" && last.ordered === item.ordered) last.children.push(item.node);
    else nodes.push({ type: "list", ordered: item.ordered, spread: false, children: [item.node] });
  }
  return nodes;
}

function itemOf({ line, children }: Block): { readonly ordered: boolean; readonly node: ListItem } | undefined {
  const [bullet, number] = [BULLET.exec(line), NUMBER.exec(line)];
  const match = bullet ?? number;
  if (!match || line === "---") return undefined;
  const [, box, text = ""] = match;
  const node: ListItem = {
    type: "listItem",
    ...(box === undefined ? {} : { checked: box === "x" }),
    spread: false,
    children: [...paragraph(text), ...childNodes(children)],
  };
  return { ordered: bullet === null, node };
}

function paragraph(text: string): BlockContent[] {
  return text.trim() === "" ? [] : [{ type: "paragraph", children: inlineFromNotion(text) }];
}

function childNodes(lines: readonly string[]): BlockContent[] {
  return nodesOf(blocksOf(lines.map((line) => line.replace(/^\t/, "")))) as BlockContent[];
}

function nodeOf(block: Block): RootContent[] {
  const { line, children } = block;
  if (line === "<empty-block/>") return [];
  if (line === "---") return [{ type: "thematicBreak" }];
  if (/^`{3,}/.test(line)) return [codeOf(block)];
  if (line.startsWith("<table")) return [tableOf(block) ?? verbatim(block)];
  if (/^(?:\$\$$|<(?:callout|details|columns|table_of_contents)\b)/.test(line)) return [verbatim(block)];
  if (CALLOUT.test(line) && children.length > 0) return [verbatim(block)];
  const [, quoted] = /^>(?: (.*))?$/s.exec(line) ?? [];
  if (line.startsWith(">")) {
    return [{ type: "blockquote", children: [...paragraph(quoted ?? ""), ...childNodes(children)] }];
  }
  if (children.length > 0) return [verbatim(block)];
  const [, marks, title] = /^(#{1,6}) (.*)$/s.exec(line) ?? [];
  if (marks !== undefined) {
    return [{ type: "heading", depth: Math.min(marks.length, 4) as 1, children: inlineFromNotion(title ?? "") }];
  }
  const [, alt, url] = /^!\[((?:[^\]\\]|\\.)*)\]\((\S+)\)$/.exec(line) ?? [];
  if (url !== undefined) {
    const image = { type: "image" as const, url, alt: (alt ?? "").replace(/\\(.)/g, "$1") || null };
    return [{ type: "paragraph", children: [image] }];
  }
  return paragraph(line);
}

function codeOf({ line, children }: Block): RootContent {
  const body = /^`{3,}\s*$/.test(children.at(-1) ?? "") ? children.slice(0, -1) : children;
  return { type: "code", lang: notionLanguage(line.replace(/^`+/, "")), value: body.join("\n") };
}

function verbatim({ line, children }: Block): RootContent {
  return { type: "code", lang: VERBATIM, value: [line, ...children].join("\n") };
}

/** A table of a header and plain rows; undefined for one that Markdown cannot say (colours, widths, no header). */
function tableOf({ line, children }: Block): Table | undefined {
  const source = [line, ...children].map((one) => one.trim()).join("\n");
  const [, list = ""] = /^<table((?: [\w-]+="\w*")*)>\n/.exec(source) ?? [];
  const attributes = new Map([...list.matchAll(/([\w-]+)="(\w*)"/g)].map(([, name, value]) => [name, value]));
  if (attributes.get("header-row") !== "true" || attributes.get("header-column") === "true") return undefined;
  const inner = source.slice(source.indexOf("\n") + 1).replace(/\n?<\/table>$/, "");
  const rows: TableRow[] = [];
  for (const row of inner
    .split("</tr>")
    .map((one) => one.trim())
    .filter(Boolean)) {
    if (!row.startsWith("<tr>")) return undefined;
    const cells = [...row.slice("<tr>".length).matchAll(/\s*<td>(.*?)<\/td>\s*/gs)];
    if (cells.map(([whole]) => whole).join("") !== row.slice("<tr>".length)) return undefined;
    rows.push({
      type: "tableRow",
      children: cells.map(([, text = ""]) => ({ type: "tableCell", children: cellOf(text) })),
    });
  }
  return rows.length > 0 ? { type: "table", align: [], children: rows } : undefined;
}

/** A line break inside a cell has no other spelling than its tag. */
function cellOf(text: string): ReturnType<typeof inlineFromNotion> {
  return inlineFromNotion(text).map((node) => (node.type === "break" ? { type: "html", value: "<br>" } : node));
}
