/** A sync of the portfolio as people read it on a terminal. */
import type { PortfolioSummary } from "../core/ports.ts";
import type { PortfolioProgress } from "../../workflows/messages.ts";

const NAMED = 20;

/** Where it stands, in one line. */
export function portfolioLine({ step, projects, dirty, synced, joined, failed }: PortfolioProgress): string {
  if (step === "looking") return "looking at the hub files";
  if (step === "detecting") return `asking the tools what changed in ${projects} projects`;
  const parts = [`${synced + joined + failed.length} of ${dirty} projects`];
  if (failed.length > 0) parts.push(`${failed.length} failed`);
  return `syncing: ${parts.join(", ")}`;
}

/** What came of it, and what to do about the rest. */
export function printPortfolio(progress: PortfolioProgress, openConflicts: number): string {
  const { projects, dirty, synced, joined, failed, unread } = progress;
  const lines = [
    `${projects} projects, ${dirty} with something to do: ${synced} synced${joined > 0 ? `, ${joined} under way already` : ""}`,
  ];
  for (const project of failed.slice(0, NAMED)) lines.push(`  failed: ${project} (track-sdlc status ${project})`);
  if (failed.length > NAMED) lines.push(`  ... and ${failed.length - NAMED} more`);
  for (const reason of unread) lines.push(`  changes could not be read: ${reason}; the next run asks again`);
  if (openConflicts > 0) lines.push(`  -> ${openConflicts} open conflicts: track-sdlc conflicts`);
  return lines.join("\n");
}

/** The last one that ended, in one line. */
export function printPortfolioSummary(summary: PortfolioSummary & { readonly finishedAtMs: number }): string {
  const { trigger, projects, dirty, synced, failed, finishedAtMs } = summary;
  const failures = failed.length > 0 ? `, ${failed.length} failed` : "";
  const at = new Date(finishedAtMs).toISOString();
  return `Portfolio (${trigger}, ended ${at}): ${projects} projects, ${dirty} with something to do, ${synced} synced${failures}`;
}
