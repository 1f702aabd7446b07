/** Markdown as Notion's own: a block a line, children one tab deeper, tables as tags. */
import type { Blockquote, Code, List, ListItem, RootContent, Table } from "mdast";
import { parseMarkdown, printMarkdown } from "../../core/markdown.ts";
import { notionLanguage } from "./code-languages.ts";
import { inlineToNotion } from "./dialect-inline.ts";
import { isVerbatim, VERBATIM } from "./dialect-verbatim.ts";

const DEEPEST_HEADING = 4;

/** @returns the text for `markdown` and `new_str`; `""` for a blank one */
export function toNotion(markdown: string): string {
  return linesOf(parseMarkdown(markdown).children).join("\n");
}

function linesOf(nodes: readonly RootContent[]): string[] {
  return nodes.flatMap((node) => blockLines(node));
}

function blockLines(node: RootContent): string[] {
  switch (node.type) {
    case "paragraph": {
      const [only, ...others] = node.children;
      if (only?.type === "image" && others.length === 0) return [`![${escaped(only.alt ?? "")}](${only.url})`];
      return [inlineToNotion(node.children)];
    }
    case "heading":
      return [`${"#".repeat(Math.min(node.depth, DEEPEST_HEADING))} ${inlineToNotion(node.children)}`];
    case "list":
      return listLines(node);
    case "blockquote":
      return quoteLines(node);
    case "code":
      return codeLines(node);
    case "thematicBreak":
      return ["---"];
    case "table":
      return tableLines(node);
    default: {
      // What Notion has no block for (HTML, footnotes) is told as text.
      const text = printMarkdown({ type: "root", children: [node] });
      return [inlineToNotion([{ type: "text", value: text.replace(/\s+/g, " ") }])];
    }
  }
}

function escaped(text: string): string {
  return text.replace(/[\\[\]]/g, "\\$&");
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `\t${line}`);
}

function listLines(list: List): string[] {
  return list.children.flatMap((item, n) => {
    const bullet = list.ordered ? `${n + 1}.` : "-";
    return itemLines(item, bullet);
  });
}

/** The text of an item stands on its line; everything else below it. */
function itemLines(item: ListItem, bullet: string): string[] {
  const [first, ...rest] = item.children;
  const box = typeof item.checked === "boolean" ? (item.checked ? "[x] " : "[ ] ") : "";
  const isText = first?.type === "paragraph";
  const head = `${bullet} ${box}${isText ? inlineToNotion(first.children) : ""}`.trimEnd();
  return [head, ...indented(linesOf(isText ? rest : item.children))];
}

/** A second `>` line would be a second quote. */
function quoteLines(quote: Blockquote): string[] {
  const [first, ...rest] = quote.children;
  const isText = first?.type === "paragraph";
  const head = `> ${isText ? inlineToNotion(first.children) : ""}`.trimEnd();
  return [head, ...indented(linesOf(isText ? rest : quote.children))];
}

/** Blocks that came from Notion and that Markdown cannot say go back as they came. */
function codeLines({ lang, value }: Code): string[] {
  if (lang === VERBATIM && isVerbatim(value)) return value.split("\n");
  const longest = Math.max(2, ...[...value.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}${notionLanguage(lang) ?? ""}`, ...value.split("\n"), fence];
}

function tableLines({ children: rows }: Table): string[] {
  const cells = rows.map((row) => [
    "\t<tr>",
    ...row.children.map((cell) => `\t\t<td>${inlineToNotion(cell.children)}</td>`),
    "\t</tr>",
  ]);
  return ['<table header-row="true">', ...cells.flat(), "</table>"];
}
