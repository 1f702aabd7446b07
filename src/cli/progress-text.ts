/** A run under way, in words. */
import { standingInWords } from "../core/standing-words.ts";
import type { UnderWay } from "../temporal/client.ts";
import type { SyncProgress } from "../../workflows/messages.ts";

const DOING: Readonly<Record<string, string>> = {
  preparing: "reading the hub file and its bindings",
  pulling: "reading what changed in the tools",
  planning: "comparing the hub, the tools and what was agreed",
  applying: "writing to the tools",
  committing: "writing the hub file",
  waiting: "waiting for a tool",
};

/** One line that says what is done now, then where each tool stands. */
export function printProgress({ project, since, progress }: UnderWay): string {
  const tools = progress?.standings ?? [];
  return [
    `${project}: a run is under way since ${since}: ${doingInWords(progress)}`,
    ...tools.map((standing) => `  ${standing.tool}: ${standingInWords(standing)}`),
  ].join("\n");
}

export function doingInWords(progress: SyncProgress | null): string {
  if (!progress) return "no worker answers; the next sync goes on with it";
  const { step, pass, written, waitingUntilMs: until } = progress;
  const parts = [
    `${DOING[step] ?? step}${until === null ? "" : ` until ${new Date(until).toISOString()}`}`,
    ...(pass > 0 ? [`pass ${pass}`] : []),
    ...(written > 0 ? [`${written} ${written === 1 ? "write" : "writes"} acknowledged`] : []),
  ];
  return parts.join(", ");
}
