import type { FieldName, ItemId, ToolKey } from "./model.ts";

export type Severity = "info" | "warning" | "error";

/**
 * Something a person should know. One finding per cause, with all items it concerns: a leaver who is
 * assigned to 18 stories is one finding a tool.
 */
export interface Finding {
  /** Stable kebab-case code (`unknown-person`, `duplicate-id`). */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly remedy?: string;
  readonly tool?: ToolKey;
  readonly field?: FieldName;
  readonly items?: readonly ItemId[];
  /** 1-based position in the hub file. */
  readonly line?: number;
  readonly column?: number;
  /** True where only a person can take it further: the run ends with exit code 3. */
  readonly needsDecision?: boolean;
}

/** Joins findings that differ only in their items, keeping first-seen order. */
export function mergeFindings(findings: readonly Finding[]): Finding[] {
  const byCause = new Map<string, Finding & { items: ItemId[] }>();
  for (const finding of findings) {
    const cause = JSON.stringify([finding.code, finding.tool, finding.field, finding.message, finding.line]);
    const known = byCause.get(cause);
    if (known) known.items.push(...(finding.items ?? []).filter((id) => !known.items.includes(id)));
    else byCause.set(cause, { ...finding, items: [...(finding.items ?? [])] });
  }
  return [...byCause.values()].map(({ items, ...rest }) => (items.length ? { ...rest, items } : rest));
}
