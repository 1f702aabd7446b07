import type { SyncRequest } from "../src/core/ports.ts";
import { secondInWords, standingInWords } from "../src/core/standing-words.ts";
import type { SyncProgress } from "./messages.ts";

/** What the Temporal UI shows of a running sync, in the five lines it has room for: ids, names, numbers and times, never content. */
export function tellStory(progress: SyncProgress, request: SyncRequest): string {
  const { project, step, pass, standings, written, waitingUntilMs } = progress;
  const until = waitingUntilMs === null ? "" : ` until ${secondInWords(waitingUntilMs)}`;
  const done = written > 0 ? `, ${written} writes acknowledged` : "";
  const lines = [`**${project}**: ${step}${until} (pass ${pass}, trigger \`${request.trigger}\`${done}).`, ""];
  for (const standing of standings) lines.push(`- ${standing.tool}: ${standingInWords(standing)}`);
  return lines.join("\n");
}
