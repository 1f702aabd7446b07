/**
 * `@name` in an issue notifies whoever has that name, which nobody who wrote it in another tool can have
 * meant. A zero-width space after the sign keeps GitHub from seeing a mention; it is taken out again when
 * the text is read, so no other tool ever shows it. Code is left alone: nothing is mentioned in it, and it is copied.
 */
import type { Nodes } from "mdast";
import { canonicalMarkdown, parseMarkdown, printMarkdown } from "../../core/markdown.ts";

const BREAK = "\u200b";
const MENTION = /(^|[^\w@/.`])@(?=[a-z\d])/gi;

/** The text without live mentions; as it is where the change could not be taken back exactly. */
export function withoutMentions(text: string): string {
  if (!/@[a-z\d]/i.test(text)) return text;
  const root = parseMarkdown(text);
  breakIn(root);
  const broken = canonicalMarkdown(printMarkdown(root));
  return withMentions(broken) === text ? broken : text;
}

/** What people wrote before `withoutMentions`. */
export function withMentions(text: string): string {
  return text.replaceAll(`@${BREAK}`, "@");
}

function breakIn(node: Nodes): void {
  if (node.type === "text") node.value = node.value.replace(MENTION, `$1@${BREAK}`);
  // The label of a link is what was written; its address is not.
  if ("children" in node) for (const child of node.children) breakIn(child);
}
