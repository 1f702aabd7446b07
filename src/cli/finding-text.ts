import type { Finding } from "../core/findings.ts";

/** One line: where, what, and what to do about it. */
export function findingLine({ tool, line, message, remedy }: Finding, items: readonly string[] = []): string {
  const where = [tool ?? "", line === undefined ? "" : `line ${line}`, ...items].filter(Boolean).join(", ");
  return `- ${where ? `${where}: ` : ""}${message}${remedy ? ` (${remedy})` : ""}`;
}
