/** The closest of `allowed` to what somebody typed, where it is close enough to be what they meant. */
export function didYouMean(typed: string, allowed: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  let best: { readonly word: string; readonly edits: number } | undefined;
  for (const word of allowed) {
    const edits = editDistance(wanted, word.toLowerCase());
    if (edits <= Math.max(1, Math.floor(word.length / 3)) && edits < (best?.edits ?? Infinity)) best = { word, edits };
  }
  return best?.word;
}

/** `"jirra" is not in the registry; allowed: jira, linear. Did you mean "jira"?` */
export function notAllowed(typed: string, what: string, allowed: readonly string[]): string {
  const guess = didYouMean(typed, allowed);
  const list = allowed.length > 0 ? `; allowed: ${allowed.join(", ")}` : "";
  return `"${typed}" is not ${what}${list}.${guess === undefined ? "" : ` Did you mean "${guess}"?`}`;
}

/** Insertions, deletions, replacements, and two neighbours swapped (`jria`): what hands do to words, one edit each. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      const isSwap = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j];
      const swapped = isSwap ? (before[j - 1] ?? 0) + 1 : Infinity;
      next.push(Math.min(replaced, swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
