import type { SyncRequest } from "../src/core/ports.ts";
import { standingInWords } from "../src/core/standing-words.ts";
import type { SyncProgress } from "./messages.ts";

/** What the Temporal UI shows of a running sync: ids, names, numbers and times, never content. */
export function tellStory(progress: SyncProgress, request: SyncRequest): string {
  const lines = [
    `**${progress.project}**: ${progress.step} (pass ${progress.pass}, trigger \`${request.trigger}\`)`,
    "",
  ];
  for (const standing of progress.standings) lines.push(`- ${standing.tool}: ${standingInWords(standing)}`);
  if (progress.written > 0) lines.push("", `${progress.written} writes acknowledged.`);
  if (progress.waitingUntilMs !== null)
    lines.push("", `Waiting until ${new Date(progress.waitingUntilMs).toISOString()}.`);
  return lines.join("\n");
}
