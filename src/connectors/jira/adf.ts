/**
 * The Atlassian Document Format, as far as descriptions need it, and its life as canonical Markdown.
 * What Markdown cannot say is kept verbatim (a fenced block or code span of language `adf`) and restored
 * on the way back, so that an edit of one paragraph costs nothing that a person made elsewhere.
 */
import { canonicalMarkdown, parseMarkdown, printMarkdown } from "../../core/markdown.ts";
import { adfToMdast } from "./adf-read.ts";
import { mdastToAdf } from "./adf-write.ts";

export interface AdfMark {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
}
export interface AdfNode {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly content?: readonly AdfNode[];
  readonly marks?: readonly AdfMark[];
  readonly text?: string;
}
export interface AdfDocument extends AdfNode {
  readonly type: "doc";
  readonly version: 1;
  readonly content: readonly AdfNode[];
}

/** A document as canonical Markdown; null and blank documents are null. */
export function adfToMarkdown(document: AdfNode | null | undefined): string | null {
  if (!document) return null;
  const text = canonicalMarkdown(printMarkdown(adfToMdast(document)));
  return text === "" ? null : text;
}

/** Markdown as a document that Jira accepts; null for a blank text. */
export function markdownToAdf(text: string | null): AdfDocument | null {
  const content = mdastToAdf(parseMarkdown(text ?? ""));
  return content.length === 0 ? null : { type: "doc", version: 1, content };
}

/** What a text becomes once Jira has held it: stable from the first pass on. */
export function throughAdf(text: string): string | null {
  const seen: (string | null)[] = [];
  let current = adfToMarkdown(markdownToAdf(text));
  while (!seen.includes(current) && seen.length < 5) {
    seen.push(current);
    current = adfToMarkdown(markdownToAdf(current));
  }
  return current;
}
