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

const BAR = 30;
const UNDER_WAY_NAMED = 5;

/** Where it stands, for a terminal that is drawn anew: how far, how long, and who is at it. */
export function portfolioLines(progress: PortfolioProgress, nowMs: number): string[] {
  const { dirty, synced, joined, failed, underWay, startedAtMs, unread } = progress;
  const seconds = Math.max(0, Math.floor((nowMs - startedAtMs) / 1000));
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const first = `${portfolioLine(progress)}  ${time}`;
  if (dirty === 0) return [first];
  const full = Math.round((BAR * (synced + joined + failed.length)) / dirty);
  const lines = [`[${"#".repeat(full)}${".".repeat(BAR - full)}] ${first}`];
  if (underWay.length > 0) lines.push(`  under way: ${named(underWay, UNDER_WAY_NAMED)}`);
  if (failed.length > 0) lines.push(`  failed: ${named(failed, UNDER_WAY_NAMED)}`);
  if (unread.length > 0) lines.push(`  changes could not be read: ${unread.join(", ")}`);
  return lines;
}

function named(names: readonly string[], most: number): string {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(", ")}, +${rest}` : names.join(", ");
}

const WHY: Readonly<Record<string, string>> = {
  AuthFailed: "it refuses the credential: track-sdlc tools",
  Forbidden: "the credential sees nothing of what is linked any more: check its rights there",
};

/** What came of it, and what to do about the rest. */
export function printPortfolio(progress: PortfolioProgress, openConflicts: number): string {
  const { projects, dirty, synced, joined, failed, unread } = progress;
  const lines = [
    `${projects} projects, ${dirty} with something to do: ${synced} synced${joined > 0 ? `, ${joined} under way already` : ""}`,
  ];
  for (const project of failed.slice(0, NAMED)) lines.push(`  failed: ${project} (track-sdlc status ${project})`);
  if (failed.length > NAMED) lines.push(`  ... and ${failed.length - NAMED} more`);
  for (const reason of unread) {
    const [, code = ""] = reason.split(": ");
    lines.push(`  changes could not be read: ${reason}; ${WHY[code] ?? "the next run asks again"}`);
  }
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
