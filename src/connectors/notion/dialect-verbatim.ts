/**
 * Blocks of Notion that Markdown cannot say. Those that Notion takes back as it told them stand in the canonical text as
 * fenced code; for the others the whole body is left alone, because writing it would lose them.
 */

/** Info string of the fenced code that holds a block of Notion's as it is. */
export const VERBATIM = "notion";

/** Tags whose blocks survive being written back, and what they are made of. */
const KEPT = /^<(?:callout|details|columns|table_of_contents|table)(?:\s[^<>]*)?\/?>$/;
/** The guide of 2026 has callouts between colons, the one before as tags; either goes back as it came. */
export const CALLOUT = /^:{3,} ?callout(?: \{[^{}]*\})?$/;
const PARTS = new Set("callout details summary columns column table_of_contents table colgroup col tr td".split(" "));
/** Tags inside a line. */
const INLINE = /^(?:span|br|mention-[\w-]+)$/;
const TAG = /<\/?([a-z][\w-]*)(?=[\s/>])/g;

/** Whether the text is one such block and nothing that could do more: no page is moved by what somebody wrote in a hub. */
export function isVerbatim(text: string): boolean {
  const lines = text.split("\n");
  const [first = ""] = lines;
  if (lines.some((line) => foreignTag(line) !== undefined)) return false;
  if (KEPT.test(first)) return first.endsWith("/>") || /^<\/\w+>$/.test(lines.at(-1) ?? "");
  if (CALLOUT.test(first)) return lines.findIndex((line) => /^:{3,}$/.test(line)) === lines.length - 1;
  if (first === "$$") return lines.length > 2 && lines.at(-1) === "$$" && !lines.slice(1, -1).includes("$$");
  // A block with children below it, which only lists and quotes have in Markdown.
  return !first.startsWith("\t") && lines.length > 1 && lines.slice(1).every((line) => line.startsWith("\t"));
}

/** A line without what is no mark-up in it: code, escaped characters, addresses. */
function markUpIn(line: string): string {
  return line.replace(/\\.|`[^`]*`|\]\([^)\s]*\)/g, "");
}

function foreignTag(line: string): string | undefined {
  const names = [...markUpIn(line).matchAll(TAG)].map(([, name = ""]) => name);
  return names.find((name) => !PARTS.has(name) && !INLINE.test(name) && name !== "empty-block");
}

/** Why a body must not be written, by what stands in it; undefined where nothing does. */
export function lockedBy(markdown: string): string | undefined {
  let closing: string | undefined;
  for (const raw of markdown.split("\n")) {
    const line = raw.trim();
    const [fence] = /^(?:`{3,}|\$\$$)/.exec(line) ?? [];
    if (closing !== undefined) {
      if (line.startsWith(closing) && line === fence) closing = undefined;
    } else if (fence !== undefined) closing = fence;
    else {
      const reason = foreignTag(line) ?? lostIn(line);
      if (reason !== undefined) return reason;
    }
  }
  return undefined;
}

/** What has no spelling that Notion takes: an equation or citation within a line comes back as text. */
function lostIn(line: string): string | undefined {
  const markUp = markUpIn(line);
  if (/\$[^\s$](?:[^$]*[^\s$])?\$/.test(markUp)) return "equation within a line";
  if (markUp.includes("[^")) return "citation";
  // The address of an uploaded file is signed anew each time, and written back it expires; or it is none at all.
  const [, address] = /^!\[(?:[^\]\\]|\\.)*\]\((\S*)\)/.exec(line) ?? [];
  const isUploaded = /[?&]X-Amz-Signature=/.test(line) || (address !== undefined && !/^https?:/.test(address));
  return isUploaded ? "uploaded file" : undefined;
}
