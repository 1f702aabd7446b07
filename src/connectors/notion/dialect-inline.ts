/**
 * One line of rich text in Notion's Markdown. It is Markdown but for two things: more characters are special, and tags
 * stand for what Markdown has no word for. Those are kept as they are, for people to see and for Notion to get back.
 * https://developers.notion.com/guides/data-apis/enhanced-markdown
 */
import type { PhrasingContent, Root } from "mdast";
import remarkGfm from "remark-gfm";
import remarkStringify from "remark-stringify";
import { unified } from "unified";
import { parseMarkdown } from "../../core/markdown.ts";

/** Tags of Notion's own inside a line; any other is text of somebody's. */
const INLINE_TAG = /^<\/?(?:span|mention-(?:user|page|database|data-source|agent|date))(?:\s[^<>]*)?\/?>$/;
/** A block's colour or toggle at the end of its first line, as the printer escapes it. */
const ATTRIBUTES = /\\\{((?:color|toggle)="[^"\\{}]*"(?: \w+="[^"\\{}]*")*)\\\}$/;
/** Special in Notion's Markdown and not in CommonMark, where nothing need escape them. */
const ALSO_SPECIAL = ["\\", "$", "{", "}", "|", "^", "<", ">", "~"];

const ADDRESSES = ["destinationLiteral" as const, "destinationRaw" as const, "titleQuote" as const];

const printer = unified()
  .use(remarkGfm, { tablePipeAlign: false })
  .use(remarkStringify, {
    bullet: "-",
    emphasis: "*",
    strong: "*",
    rule: "-",
    resourceLink: true,
    unsafe: ALSO_SPECIAL.map((character) => ({
      character,
      inConstruct: "phrasing" as const,
      notInConstruct: ADDRESSES,
    })),
    handlers: { break: () => "<br>" },
  })
  .freeze();

/** Rich text as one line of Notion's Markdown. */
export function inlineToNotion(children: readonly PhrasingContent[]): string {
  const root: Root = { type: "root", children: [{ type: "paragraph", children: children.map(writable) }] };
  const line = printer.stringify(root).replace(/\n+/g, " ").trim();
  // What the printer cannot say otherwise it says by number, which nobody there would read.
  const plain = line.replace(/(?<!\\)&#x([0-9A-F]+);/g, (_, code: string) => String.fromCodePoint(parseInt(code, 16)));
  return plain.replace(ATTRIBUTES, "{$1}").trim();
}

/** Images are blocks of their own in Notion: inside a line they are links. */
function writable(node: PhrasingContent): PhrasingContent {
  if (node.type === "html" && !INLINE_TAG.test(node.value) && !isLineBreak(node.value))
    return { type: "text", value: node.value };
  if (node.type === "html" && isLineBreak(node.value)) return { type: "break" };
  if (node.type === "image")
    return { type: "link", url: node.url, children: [{ type: "text", value: node.alt || node.url }] };
  if ("children" in node) return { ...node, children: node.children.map(writable) } as PhrasingContent;
  return node;
}

function isLineBreak(html: string): boolean {
  return /^<br\s*\/?>$/i.test(html);
}

/** A line of Notion's Markdown as rich text. */
export function inlineFromNotion(line: string): PhrasingContent[] {
  const text = withoutEntities(line.trim()).replace(/(?<!\\)#+$/, (hashes) => hashes.replace(/#/g, "\\#"));
  // As a heading it is parsed without its beginning being taken for a list or a quote.
  const [heading] = parseMarkdown(`# ${text}`).children;
  return heading?.type === "heading" ? heading.children.map(withBreaks) : [];
}

/** `&amp;` is five letters to Notion. */
function withoutEntities(text: string): string {
  return text.replace(/`[^`]*`|\\.|&(?=#?\w+;)/g, (found) => (found === "&" ? "\\&" : found));
}

function withBreaks(node: PhrasingContent): PhrasingContent {
  if (node.type === "html" && isLineBreak(node.value)) return { type: "break" };
  if ("children" in node) return { ...node, children: node.children.map(withBreaks) } as PhrasingContent;
  return node;
}
