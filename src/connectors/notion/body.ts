/** The text of a page. It is a call of its own, for reading as for writing. */
import type { Lens } from "../../core/lens.ts";
import type { ToolValue } from "../../core/model.ts";
import type { SchemaScope } from "../contract.ts";
import { MarkdownAnswer } from "./answers.ts";
import { notionClient, parsed } from "./client.ts";
import { throughNotion } from "./dialect.ts";
import { fromNotion } from "./dialect-read.ts";
import { lockedBy } from "./dialect-verbatim.ts";
import { toNotion } from "./dialect-write.ts";

/** Notion refuses a request of more than 500 KB; the properties need some of it. */
const MAX_BYTES = 400_000;

/** Canonical Markdown, null for an empty page; or why it can be neither told nor written without loss. */
export type Body = string | null | { readonly locked: string };

/** @param page a page's id */
export async function readBody(scope: SchemaScope, page: string): Promise<Body> {
  return bodyOf(await notionClient(scope).pages.retrieveMarkdown({ page_id: page }));
}

/** Replaces the text and answers what Notion made of it. Child pages are never deleted by that: Notion refuses. */
export async function writeBody(scope: SchemaScope, page: string, text: string | null): Promise<Body> {
  const answer = await notionClient(scope).pages.updateMarkdown({
    page_id: page,
    type: "replace_content",
    replace_content: { new_str: toNotion(text ?? "") },
  });
  return bodyOf(answer);
}

function bodyOf(answer: unknown): Body {
  const { markdown, truncated, unknown_block_ids } = parsed(MarkdownAnswer, answer, "a page's text");
  if (truncated) return { locked: "it is too long to be told whole" };
  if (unknown_block_ids.length > 0) return { locked: "it has blocks that Notion's API cannot tell" };
  const tag = lockedBy(markdown);
  if (tag !== undefined) return { locked: `it holds what would be lost (${tag})` };
  return fromNotion(markdown) || null;
}

/** The refusal to write over it; undefined for a text that may be. */
export function lockWords(held: ToolValue | undefined): string | undefined {
  const { locked } = typeof held === "object" && held !== null && "locked" in held ? held : {};
  return typeof locked === "string"
    ? `the page's text in Notion is left alone, because ${locked}; edit it there`
    : undefined;
}

/** The canonical Markdown of the page is the tool's value, so the lens is the trip through Notion's own. */
export const bodyLens: Lens = {
  read(held) {
    const message = lockWords(held);
    if (message !== undefined) return { kind: "none", code: "locked-text", message };
    return { kind: "value", value: typeof held === "string" ? held : null };
  },
  write(canonical) {
    if (typeof canonical !== "string") return { kind: "value", value: null };
    const bytes = new TextEncoder().encode(toNotion(canonical)).length;
    if (bytes <= MAX_BYTES) return { kind: "value", value: throughNotion(canonical) };
    const message = `a page's text has at most ${MAX_BYTES} bytes in one request to Notion, this one has ${bytes}`;
    return { kind: "cannot", code: "too-long", message };
  },
  represents(held, canonical) {
    if (lockWords(held) !== undefined) return false;
    const text = typeof canonical === "string" ? canonical : null;
    // Held is what Notion told, which nearly always is what would be written: the cheaper questions first.
    return held === text || held === textOf(text) || textOf(held) === textOf(text);
  },
};

function textOf(held: ToolValue): string | null {
  return typeof held === "string" ? throughNotion(held) : null;
}
