import type { AdfMark } from "./adf.ts";

/** Language of a fenced block that holds a node verbatim, as JSON. */
export const OPAQUE_LANGUAGE = "adf";
/** Start of a code span that holds an inline node verbatim, as JSON. */
export const OPAQUE_PREFIX = "adf:";
/** A task's box, where the list around it holds other things too. */
export const TASK_BOX = /^\[([ xX])\] /;

/** Jira's panels as GitHub's alerts, one to one. */
export const ALERT_OF_PANEL: Readonly<Record<string, string>> = {
  info: "NOTE",
  success: "TIP",
  note: "IMPORTANT",
  warning: "WARNING",
  error: "CAUTION",
};
export const PANEL_OF_ALERT: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(ALERT_OF_PANEL).map(([panel, alert]) => [alert, panel]),
);

interface MarkTag {
  readonly tag: string;
  readonly mark: AdfMark;
  matches(mark: AdfMark): boolean;
}

function tagOf(tag: string, mark: AdfMark): MarkTag {
  return { tag, mark, matches: (other) => other.type === mark.type && other.attrs?.["type"] === mark.attrs?.["type"] };
}

/** Marks that HTML has a plain element for. */
export const MARK_TAGS: readonly MarkTag[] = [
  tagOf("u", { type: "underline" }),
  tagOf("sub", { type: "subsup", attrs: { type: "sub" } }),
  tagOf("sup", { type: "subsup", attrs: { type: "sup" } }),
];
