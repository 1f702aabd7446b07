/**
 * Page texts as Notion keeps and tells them: a block a line, children one tab deeper, blocks that Markdown has no word
 * for as tags. https://developers.notion.com/guides/data-apis/enhanced-markdown; what it makes of a text that it is
 * given was measured by others in 2026 (lists counted anew, languages renamed, inline `$` escaped, quotes line by line).
 */
import type { Quirks } from "./quirks.ts";

export interface Block {
  /** The first line, without bullets' numbers and fences' languages resolved. */
  readonly kind:
    | "text"
    | "heading"
    | "bullet"
    | "number"
    | "quote"
    | "divider"
    | "code"
    | "tag"
    | "empty"
    | "unknown"
    | "child_page";
  /** Inline text; of code its lines; of a tag the line that opens it. */
  readonly text: string;
  /** Depth of a heading, language of code. */
  readonly detail?: string;
  readonly children: readonly Block[];
  /** Closing line of a tag that has one. */
  readonly end?: string;
  /** Id of what the API cannot tell, or of a child page. */
  readonly id?: string;
}

type Rules = Pick<
  Quirks,
  "renumbered" | "blankLines" | "languages" | "headings" | "quoteLines" | "escapes" | "unknownBlocks"
>;

const ALIASES: Readonly<Record<string, string>> = {
  ts: "typescript",
  js: "javascript",
  py: "python",
  yml: "yaml",
  sh: "shell",
};
/** A part of Notion's list is enough here. */
const LANGUAGES = new Set(
  "bash c c# c++ css diff docker gherkin go graphql html java javascript json kotlin markdown mermaid php python ruby rust shell sql swift typescript xml yaml".split(
    " ",
  ),
);

export function parseBlocks(markdown: string, rules: Rules): Block[] {
  return blocksAt(markdown.replace(/\r\n?/g, "\n").split("\n"), rules);
}

function blocksAt(lines: readonly string[], rules: Rules): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (line.trim() === "") {
      if (!rules.blankLines) blocks.push({ kind: "empty", text: "", children: [] });
      at += 1;
      continue;
    }
    const end = blockEnd(lines, at);
    blocks.push(blockOf(line, lines.slice(at + 1, end), rules));
    at = end;
  }
  return blocks;
}

function blockEnd(lines: readonly string[], at: number): number {
  const line = lines[at] ?? "";
  const closes = closingLine(line);
  if (closes) {
    const end = lines.findIndex((one, n) => n > at && closes(one));
    return end < 0 ? lines.length : end + 1;
  }
  let end = at + 1;
  while (end < lines.length && (lines[end] ?? "").startsWith("\t")) {
    const inner = (lines[end] ?? "").replace(/^\t+/, "");
    const closing = inner.startsWith("```") ? closingLine(inner) : undefined;
    const found = closing ? lines.findIndex((one, n) => n > end && closing(one.replace(/^\t+/, ""))) : end;
    end = (found < 0 ? lines.length - 1 : found) + 1;
  }
  return end;
}

function closingLine(line: string): ((line: string) => boolean) | undefined {
  const fence = /^`{3,}/.exec(line)?.[0];
  if (fence) return (one) => one.trim() === fence;
  if (line === "$$") return (one) => one === "$$";
  const tag = /^<(callout|details|columns|table|synced_block)\b[^>]*[^/]?>$/.exec(line)?.[1];
  return tag ? (one) => one === `</${tag}>` : undefined;
}

function blockOf(line: string, below: readonly string[], rules: Rules): Block {
  const children = (): Block[] =>
    blocksAt(
      below.map((one) => one.replace(/^\t/, "")),
      rules,
    );
  const inline = (text: string): string => inlineAsKept(text.trim(), rules);
  if (line === "---") return { kind: "divider", text: "", children: [] };
  if (line === "<empty-block/>") return { kind: "empty", text: "", children: [] };
  const fence = /^(`{3,})(.*)$/.exec(line);
  if (fence) {
    const language = (fence[2] ?? "").trim().toLowerCase();
    return { kind: "code", text: below.slice(0, -1).join("\n"), detail: keptLanguage(language, rules), children: [] };
  }
  if (/^\$\$$|^<(?!br|span|mention-)/.test(line)) {
    const end = below.at(-1);
    return { kind: "tag", text: line, children: below.slice(0, -1).map(raw), ...(end === undefined ? {} : { end }) };
  }
  const heading = /^(#{1,6}) (.*)$/s.exec(line);
  if (heading) {
    const depth = heading[1]?.length ?? 1;
    const kept = rules.headings ? Math.min(depth, 4) : depth;
    return { kind: "heading", text: inline(heading[2] ?? ""), detail: String(kept), children: children() };
  }
  const bullet = /^-(?: (.*))?$/s.exec(line);
  if (bullet) return { kind: "bullet", text: inline(bullet[1] ?? ""), children: children() };
  const number = /^(\d+)\.(?: (.*))?$/s.exec(line);
  if (number) return { kind: "number", text: inline(number[2] ?? ""), detail: number[1] ?? "1", children: children() };
  const quote = /^>(?: (.*))?$/s.exec(line);
  if (quote) return { kind: "quote", text: inline(quote[1] ?? ""), children: children() };
  return { kind: "text", text: inline(line), children: children() };
}

function raw(text: string): Block {
  return { kind: "text", text, children: [] };
}

function keptLanguage(language: string, { languages }: Rules): string {
  if (!languages) return language;
  const own = ALIASES[language] ?? language;
  return LANGUAGES.has(own) ? own : "plain text";
}

/** Text between code, escapes and tags: what is special and was not escaped comes back so. */
function inlineAsKept(text: string, { escapes }: Rules): string {
  if (!escapes) return text;
  // What would begin a numbered list stays escaped, as it is text.
  const [, number = "", rest = text] = /^(\d+\\\.)(.*)$/s.exec(text) ?? [];
  const parts = rest.split(
    /(`[^`]*`|\\.|<\/?(?:br|span|mention-[\w-]+)(?:\s[^<>]*)?\/?>|\]\([^)\s]*\)|\{(?:color|toggle)="[^"]*"(?: \w+="[^"]*")*\}$)/,
  );
  return (
    number + parts.map((part, n) => (n % 2 === 1 ? plainEscape(part) : part.replace(/[$<>{}|^]/g, "\\$&"))).join("")
  );
}

/** An escape that nothing needs is not kept. */
function plainEscape(part: string): string {
  return /^\\[A-Za-z0-9 .,:;()'"=@&%/]$/.test(part) ? part.slice(1) : part;
}

export interface Told {
  readonly markdown: string;
  readonly truncated: boolean;
  readonly unknown: readonly string[];
}

/** @param limit blocks of a page that are told; further ones are cut */
export function renderBlocks(blocks: readonly Block[], rules: Rules & Pick<Quirks, "truncation">, limit: number): Told {
  const isCut = rules.truncation && blocks.length > limit;
  const shown = isCut ? blocks.slice(0, limit) : blocks;
  const unknown = rules.unknownBlocks ? shown.flatMap(({ kind, id }) => (kind === "unknown" && id ? [id] : [])) : [];
  return { markdown: linesOf(shown, rules).join("\n"), truncated: isCut, unknown };
}

function linesOf(blocks: readonly Block[], rules: Rules): string[] {
  const lines: string[] = [];
  let counted = 0;
  for (const [n, block] of blocks.entries()) {
    counted = block.kind === "number" ? counted + 1 : 0;
    const isSameQuote = !rules.quoteLines && block.kind === "quote" && blocks[n - 1]?.kind === "quote";
    if (isSameQuote) lines[lines.length - 1] += `<br>${block.text}`;
    else lines.push(...blockLines(block, rules.renumbered ? counted : Number(block.detail), rules));
  }
  return lines;
}

function blockLines(block: Block, count: number, rules: Rules): string[] {
  const { kind, text, detail, children, end, id } = block;
  const below = (): string[] => linesOf(children, rules).map((line) => `\t${line}`);
  switch (kind) {
    case "divider":
      return ["---"];
    case "empty":
      return [rules.blankLines ? "<empty-block/>" : ""];
    case "code": {
      const fence = text.includes("```") ? "````" : "```";
      return [`${fence}${detail ?? ""}`, ...text.split("\n"), fence];
    }
    case "tag":
      return [text, ...children.map((child) => child.text), ...(end === undefined ? [] : [end])];
    case "unknown":
      return rules.unknownBlocks ? [`<unknown url="https://www.notion.so/${id ?? ""}" alt="bookmark"/>`] : [text];
    case "child_page":
      return [`<page url="https://www.notion.so/${(id ?? "").replace(/-/g, "")}">${text}</page>`];
    case "heading":
      return [`${"#".repeat(Number(detail))} ${text}`, ...below()];
    case "bullet":
      return [`- ${text}`.trimEnd(), ...below()];
    case "number":
      return [`${count}. ${text}`.trimEnd(), ...below()];
    case "quote":
      return [`> ${text}`.trimEnd(), ...below()];
    case "text":
      return [text, ...below()];
  }
}
