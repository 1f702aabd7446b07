import type { PortfolioInput, PortfolioProgress } from "./messages.ts";

const NAMED = 10;

/** What the Temporal UI shows of a portfolio's sync: counts and project ids. */
export function tellPortfolio(progress: PortfolioProgress, { trigger }: Pick<PortfolioInput, "trigger">): string {
  const { step, projects, dirty, synced, failed, joined, unread, underWay } = progress;
  const lines = [
    `**${step}** (trigger \`${trigger}\`): ${projects} projects, ${dirty} with something to do.`,
    "",
    `- synced: ${synced}`,
    `- under way already, told to sync once more: ${joined}`,
    `- failed: ${listOf(failed)}`,
  ];
  if (underWay.length > 0) lines.push(`- under way: ${listOf(underWay)}`);
  if (unread.length > 0) lines.push("", `Changes could not be read: ${unread.join(", ")}.`);
  return lines.join("\n");
}

function listOf(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const more = names.length > NAMED ? `, and ${names.length - NAMED} more` : "";
  return `${names.length} (${names.slice(0, NAMED).join(", ")}${more})`;
}
