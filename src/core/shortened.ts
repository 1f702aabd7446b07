/** As much of a line as fits, cut between words where that costs little, with an ellipsis for the rest. */
export function shortened(line: string, maxLength: number): string {
  if (line.length <= maxLength) return line;
  // Never half of a surrogate pair.
  const cut = line.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, "");
  const words = cut.replace(/\s+\S*$/, "");
  return `${words.length > maxLength / 2 ? words : cut.trimEnd()}…`;
}
