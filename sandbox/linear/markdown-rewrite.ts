/**
 * What Linear makes of Markdown on save (reference section 6): `* ` bullets, `*i*`, `[X]`, links in angle
 * brackets, bare addresses linked, tables without alignment, LF ends, no trailing blanks. Code stays.
 */
export function rewriteMarkdown(text: string): string {
  let fence: string | undefined;
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const rewritten = lines.map((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
      return line;
    }
    return fence === undefined ? rewriteLine(line) : line;
  });
  return rewritten.join("\n").replace(/\n+$/, "");
}

function rewriteLine(line: string): string {
  // Two trailing blanks are a hard break, for which Linear keeps a backslash.
  const trimmed = line.replace(/\S {2,}$/, (end) => `${end.trimEnd()}\\`).trimEnd();
  if (/^\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?\s*)?$/.test(trimmed)) return trimmed.replace(/:?-{2,}:?/g, "--");
  const bullet = trimmed.replace(/^(\s*)[-+] (?=\S)/, "$1* ").replace(/^(\s*[*\d.]+ )\[x\] /, "$1[X] ");
  // Outside of code spans only.
  return bullet
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") && part.length > 1 ? part : rewriteInline(part)))
    .join("");
}

function rewriteInline(text: string): string {
  return text
    .replace(/\]\((https?:\/\/[^\s()<>]+)\)/g, "](<$1>)")
    .replace(/(^|[\s(])(https?:\/\/[^\s<>()\]]*[^\s<>()\].,;:!?])(?=$|[\s).,;:!?])/g, "$1[$2](<$2>)")
    .replace(/(^|[\s(])_([^_\s](?:[^_]*[^_\s])?)_(?=$|[\s).,;:!?])/g, "$1*$2*");
}
