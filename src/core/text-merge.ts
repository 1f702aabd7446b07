import { diff3Merge } from "node-diff3";

/**
 * Applies the edit `base` -> `edited` to `current`, line by line. Undefined where the edit touches
 * lines in which `current` differs from `base` (neighbouring lines count as touching).
 * `current` keeps its line ends and its trailing newlines: tools rewrite those without meaning anything by it.
 */
export function applyTextEdit(current: string, base: string, edited: string): string | undefined {
  const eol = current.includes("\r\n") ? "\r\n" : "\n";
  const ours = splitTail(current);
  const regions = diff3Merge(lines(ours.body), lines(splitTail(base).body), lines(splitTail(edited).body), {
    excludeFalseConflicts: true,
  });
  const merged: string[] = [];
  for (const region of regions) {
    if (!region.ok) return undefined;
    merged.push(...region.ok);
  }
  return merged.join(eol) + ours.tail;
}

function splitTail(text: string): { body: string; tail: string } {
  const body = text.replace(/[\r\n]+$/, "");
  return { body, tail: text.slice(body.length) };
}

function lines(text: string): string[] {
  return text.split(/\r\n|\n/);
}
