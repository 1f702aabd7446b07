import type { ToolStanding } from "./ports.ts";

/** Where a tool stands, as people are told it. */
export function standingInWords(standing: ToolStanding): string {
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
