/** A range of the source text and what takes its place. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with all splices made; those at one place keep their order. Undefined where two overlap. */
export function applySplices(text: string, splices: readonly Splice[]): string | undefined {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text: replacement } of splices.toSorted((a, b) => a.start - b.start)) {
    if (start < at || end < start) return undefined;
    parts.push(text.slice(at, start), replacement);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join("");
}

export function lineStart(text: string, offset: number): number {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return start === 0 && text.startsWith("\uFEFF") ? 1 : start;
}

/** Start of the line after the one that holds the character before `end`; the text's end where there is none. */
export function nextLine(text: string, end: number): number {
  if (end > 0 && text[end - 1] === "\n") return end;
  const at = text.indexOf("\n", end);
  return at === -1 ? text.length : at + 1;
}

export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** Whether only blanks stand before it in its line. */
export function isFirstInLine(text: string, offset: number): boolean {
  return /^[ \t]*$/.test(text.slice(lineStart(text, offset), offset));
}

/** The line end in use around a place: files edited on two systems have both. */
export function eolAt(text: string, offset: number): "\r\n" | "\n" {
  const after = text.indexOf("\n", offset);
  const at = after === -1 ? text.lastIndexOf("\n") : after;
  return at > 0 && text[at - 1] === "\r" ? "\r\n" : "\n";
}

/** Puts whole lines where a line starts, or behind a last line that has no end (and then gives it none). */
export function insertLines(text: string, at: number, lines: readonly string[], eol: string): Splice {
  const unended = at === text.length && at > 0 && !text.endsWith("\n");
  const block = unended ? lines.map((line) => eol + line) : lines.map((line) => line + eol);
  return { start: at, end: at, text: block.join("") };
}
