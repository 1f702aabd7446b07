import type { PortfolioInput, PortfolioProgress } from "./messages.ts";

const NAMED = 10;

/** What the Temporal UI shows of a portfolio's sync: counts and project ids. What went wrong comes first: below five lines one has to scroll. */
export function tellPortfolio(progress: PortfolioProgress, { trigger }: Pick<PortfolioInput, "trigger">): string {
  const { step, projects, dirty, synced, failed, joined, unread, underWay } = progress;
  const again = joined > 0 ? `, ${joined} under way already and told to sync once more` : "";
  const bad = failed.length > 0 ? `, ${failed.length} failed` : "";
  const isKnown = dirty > 0 || step === "done";
  const work = isKnown
    ? `${dirty} of ${projects} projects had something to do; ${synced} synced`
    : `${projects} projects`;
  const lines = [`**${step}** (trigger \`${trigger}\`): ${work}${again}${bad}.`, ""];
  if (failed.length > 0) lines.push(`- failed: ${listOf(failed)}`);
  if (unread.length > 0) lines.push(`- changes could not be read: ${unread.join(", ")}`);
  if (underWay.length > 0) lines.push(`- under way: ${listOf(underWay)}`);
  return lines.join("\n");
}

function listOf(names: readonly string[]): string {
  const more = names.length > NAMED ? `, and ${names.length - NAMED} more` : "";
  return `${names.length} (${names.slice(0, NAMED).join(", ")}${more})`;
}
