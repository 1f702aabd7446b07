/**
 * Page bodies. Notion tells them in a Markdown of its own ("enhanced Markdown"), which Notion-Version 2026-03-11 speaks
 * without being asked; the next version will speak another by default (`markdown_version: "v2"`), so ours stays pinned.
 * https://developers.notion.com/guides/data-apis/migrate-to-notion-flavored-markdown
 */
import { fromNotion } from "./dialect-read.ts";
import { toNotion } from "./dialect-write.ts";

/** What comes back of a text that is written to Notion: headings to depth 4, its names of languages, images as blocks. */
export function throughNotion(markdown: string): string | null {
  return fromNotion(toNotion(markdown)) || null;
}
