/** What a person should do next, in one sentence each: every sentence names the remedy. */
import { WHOLE_PROJECT } from "./conflict.ts";
import type { ErrorCode } from "./errors.ts";
import type { ItemType } from "./model.ts";
import { announcesConflict, isNearLimit, type ConflictFacts, type RunFacts, type ToolRunFacts } from "./run-facts.ts";

/** Conflicts beyond this many are told as one sentence. */
const CONFLICTS_NAMED = 20;

/** In the order of urgency: tools, conflicts, findings. No sentence twice. */
export function recommendationsFor(facts: RunFacts): readonly string[] {
  const { project, tools, conflicts, findings } = facts;
  const remedies = findings
    .filter((finding) => finding.severity !== "info" && !announcesConflict(finding, conflicts))
    .flatMap(({ remedy }) => remedy ?? []);
  return [...new Set([...tools.flatMap(forTool), ...forConflicts(project, conflicts), ...remedies])];
}

const REMEDIES: { readonly [C in ErrorCode]?: (tool: ToolRunFacts) => string } = {
  AuthFailed: ({ name, env }) => `Review ${name} API key configuration: check ${env.join(", ") || "its credential"}`,
  ConnectionPaused: ({ name, tool }) => `Let ${name} take part again when it may: track-sdlc tools resume ${tool}`,
  InvalidConfig: ({ name, env }) =>
    `Correct the configuration of ${name} as its error says; of its address or credential check ${env.join(", ") || "its entry in the registry"}`,
  Forbidden: ({ name }) =>
    `Give the account of ${name} the right to read and write in the bound container, as its error says`,
  NotFound: ({ name, tool }) => `Check external_sync.${tool} in the hub file: ${name} does not know that container`,
  Unavailable: ({ name }) => `${name} could not be reached: nothing is lost, the next run catches up`,
  RateLimited: ({ name }) => `${name} asked to wait: nothing is lost, the next run goes on`,
  Rejected: ({ name }) => `Check the mapping of ${name}: it refused what it was sent`,
  Bug: ({ name }) => `Report the error of ${name}: it is a defect of sdlc-sync`,
};

function forTool(tool: ToolRunFacts): string[] {
  const { name, rateLimit, error, failed, standing } = tool;
  const sentences: string[] = [];
  if (error) sentences.push(REMEDIES[error.code]?.(tool) ?? `Look into the error of ${name}`);
  if (rateLimit && isNearLimit(tool)) {
    sentences.push(`Monitor ${name} rate limit usage (${rateLimit.used}/${rateLimit.limit})`);
  }
  if (failed > 0 && !error)
    sentences.push(`See what ${name} rejected: track-sdlc status shows each item with its words`);
  if (standing === "slow") sentences.push(`${name} was too slow for this run: the next one takes it in`);
  return sentences;
}

const TYPE_NAMES: Readonly<Record<ItemType, string>> = {
  project: "Project",
  epic: "Epic",
  story: "Story",
  task: "Task",
};

function forConflicts(project: string, conflicts: readonly ConflictFacts[]): string[] {
  const open = conflicts.filter(({ decided }) => decided === undefined);
  const byItem = Map.groupBy(open, ({ type, item }) =>
    item === WHOLE_PROJECT ? `Project ${project}` : `${TYPE_NAMES[type]} ${item}`,
  );
  const named = [...byItem].slice(0, CONFLICTS_NAMED).map(([item, parked]) => {
    const what = parked.map(({ field, about }) => about ?? field).join(", ");
    const needs = parked.some(({ about }) => about) ? "requires a decision" : "requires manual conflict resolution";
    const ids = parked.flatMap(({ number }) => number ?? []).map((number) => ` --conflict-id=${number}`);
    const commands =
      ids.length > 0 ? ids.map((id) => `track-sdlc resolve ${project}${id}`) : [`track-sdlc conflicts ${project}`];
    const yes = parked.some(({ field }) => field.startsWith("bulk-")) ? ", or sync again with --yes" : "";
    return `${item} ${needs} (${what}): ${commands.join(", ")}${yes}`;
  });
  const rest = byItem.size - named.length;
  return rest > 0
    ? [...named, `${rest} more items require manual conflict resolution: track-sdlc conflicts ${project}`]
    : named;
}
