/** The command of all benches of one project. */
export const ONE_PROJECT = "npm run bench";

/** What a bench found: one table, and what is promised about it. */
export interface BenchTable {
  readonly title: string;
  /** What measures it again. */
  readonly command: string;
  /** What the figures are held against. */
  readonly promise: string;
  /** False where the figures of this run break it. */
  readonly isKept: boolean;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** The title, the promise and a Markdown table that also reads well on a terminal. */
export function printTable({ title, command, promise, isKept, head, rows }: BenchTable): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => String(cell).replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${widths.map((width, n) => (row[n] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const [top = [], ...body] = cells;
  const verdict = isKept ? promise : `${promise} **Not kept in this run.**`;
  return [`## ${title}`, "", `\`${command}\``, "", verdict, "", line(top), rule, ...body.map(line), ""].join("\n");
}
