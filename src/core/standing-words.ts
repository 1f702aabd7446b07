import type { ToolStanding } from "./ports.ts";

/** Where a tool stands, as people are told it. */
export function standingInWords(standing: ToolStanding): string {
  switch (standing.state) {
    case "ready":
      return "answered";
    case "slow":
      return "not answered yet, joins a later pass";
    case "waiting":
      return `asked us to wait until ${secondInWords(standing.untilMs)}`;
    case "failed":
      return `failed (${standing.code})`;
  }
}

/** `2026-11-20 14:05 UTC` */
export function minuteInWords(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** `2026-11-20 14:05:09 UTC` */
export function secondInWords(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
