import type { SyncRequest, ToolStanding } from "../src/core/ports.ts";
import type { SyncProgress } from "./messages.ts";

/** What the Temporal UI shows of a running sync: ids, names, numbers and times, never content. */
export function tellStory(progress: SyncProgress, request: SyncRequest): string {
  const lines = [
    `**${progress.project}**: ${progress.step} (pass ${progress.pass}, trigger \`${request.trigger}\`)`,
    "",
  ];
  for (const standing of progress.standings) lines.push(`- ${standing.tool}: ${describe(standing)}`);
  if (progress.written > 0) lines.push("", `${progress.written} writes acknowledged.`);
  if (progress.waitingUntilMs !== null)
    lines.push("", `Waiting until ${new Date(progress.waitingUntilMs).toISOString()}.`);
  return lines.join("\n");
}

function describe(standing: ToolStanding): string {
  switch (standing.state) {
    case "ready":
      return "answered";
    case "slow":
      return "not answered yet, joins a later pass";
    case "waiting":
      return `asked us to wait until ${new Date(standing.untilMs).toISOString()}`;
    case "failed":
      return `failed (${standing.code})`;
  }
}
