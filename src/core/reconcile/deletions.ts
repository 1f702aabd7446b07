import { FIELDS_OF_TYPE } from "../fields.ts";
import type { Finding } from "../findings.ts";
import type { FieldValues, ItemId, ItemType } from "../model.ts";
import type { Deletion, DeletionChoice, Trace } from "../plan.ts";
import type { Draft, SettledItem } from "./draft.ts";
import { isBound } from "./settle-item.ts";
import { answerHolds, editsSince, isLost, tracesOf } from "./traces.ts";
import { isDeleted, standingOf } from "./world.ts";
import type { ToolWorld, World } from "./world.ts";

/** Tells which twins are deleted and which are back, for the commit to remember; a wave is remembered by nobody. */
export function notePresence(world: World, draft: Draft): void {
  for (const { key: tool, massDeletion, absent, twins, links } of world.tools) {
    if (massDeletion) continue;
    for (const [item, standing] of absent) {
      const isNews = !links.get(item)?.gone && isDeleted(standing, world.input.hub.items[item], world.input);
      if (!isNews) continue;
      draft.presence.push({ tool, item, gone: true, seen: agreedFields(world, item) });
    }
    for (const [item, { link }] of twins) if (link.gone) draft.presence.push({ tool, item, gone: false });
  }
}

function agreedFields({ input }: World, item: ItemId): FieldValues {
  const { type, fields } = input.hubBase[item] ?? { type: "story", fields: {} };
  return Object.fromEntries(FIELDS_OF_TYPE[type].flatMap((field) => (field in fields ? [[field, fields[field]]] : [])));
}

/**
 * Follows the delete policies of the tools in which the item's twin is gone: as a person answered, else as far as a
 * policy may go by itself, else it is asked.
 */
export function draftDeletions(world: World, draft: Draft, settled: SettledItem): void {
  const { item } = settled;
  const bound = world.tools.filter((tool) => isBound(tool, item));
  const lost = bound.filter((tool) => tool.absent.has(item.id) && isLost(world, tool, item.id));
  for (const tool of lost) if (tool.creating.has(item.id)) reportRecreated(draft, tool, item.id);
  // The binding names the project's own twin: nobody but people makes another, or puts a whole project away.
  const isProject = item.type === "project";
  const asking = lost.filter((tool) => isProject || tool.policy.deletes !== "recreate");
  if (asking.length === 0) return;
  const edits = editsSince(world, settled, lost);
  const traces = isProject ? tracesOf(world, item.id, lost) : tracesOf(world, item.id, bound, edits);
  const choice = answeredChoice(world, item.id, traces);
  const live = bound.filter((tool) => standingOf(tool, item.id) === "live");
  const isEdited = settled.edited || Object.keys(edits).length > 0;
  const deletion = { kind: "deletion", item: item.id, type: item.type, traces } as const;
  if (choice)
    return carryOut(world, draft, { ...deletion, choices: [choice] }, { asking, live, isEdited: settled.edited });
  const isProposed = !isProject && !isEdited && asking.some(({ policy }) => policy.deletes === "archive");
  // A tool that makes lost items anew would undo the archive in the next run, for ever.
  const others = live.filter(({ policy }) => policy.deletes !== "recreate");
  if (isProposed && (others.length === 0 || world.policy.yes)) {
    for (const tool of others) archive(world, draft, tool, item.id, item.type);
    return report(draft, asking, item.id, (tool) => archivingFinding(tool, others.length > 0));
  }
  const choices = choicesOf(isProject ? [] : live, isProject ? [] : lost);
  draft.deletions.push({ ...deletion, choices });
  report(draft, asking, item.id, (tool) => askingFinding(tool, standingOf(tool, item.id) === "archived", deletion));
}

/** What a person said about the item's deletion, where they would say it today. */
export function answeredChoice(world: World, item: ItemId, traces: readonly Trace[]): DeletionChoice | undefined {
  const answer = world.deletionAnswers.get(item);
  return answer && answerHolds(answer, traces) ? answer.choice : undefined;
}

interface Concerned {
  readonly asking: readonly ToolWorld[];
  readonly live: readonly ToolWorld[];
  /** An edit is on its way that the person cannot have seen. */
  readonly isEdited: boolean;
}

function carryOut(world: World, draft: Draft, deletion: Deletion, { asking, live, isEdited }: Concerned): void {
  const { item, type, choices } = deletion;
  const choice = choices[0] as DeletionChoice;
  if (choice === "archive" && !isEdited) for (const tool of live) archive(world, draft, tool, item, type);
  const isOver = live.every(({ policy }) => policy.mode === "pull-only");
  const holds = choice === "keep" || (choice === "archive" && isOver);
  draft.deletions.push({ ...deletion, decided: { choice, holds } });
  if (choice !== "recreate") report(draft, asking, item, () => answeredFinding(choice, holds));
}

/** Puts a twin away, where that is possible now. */
export function archive(world: World, draft: Draft, tool: ToolWorld, item: ItemId, type: ItemType): void {
  const link = tool.links.get(item);
  const { policy } = tool;
  if (!link || !policy.available || policy.mode === "pull-only" || standingOf(tool, item) !== "live") return;
  draft.writes.push({ kind: "archive", tool: tool.key, item, type, ref: link.ref });
}

/** What can be done about it: to put away what lives, to make anew where it was lost, and to leave it so. */
export function choicesOf(live: readonly ToolWorld[], lost: readonly ToolWorld[]): DeletionChoice[] {
  const isWritable = ({ policy }: ToolWorld): boolean => policy.mode !== "pull-only";
  return [
    ...(live.some(isWritable) ? (["archive"] as const) : []),
    ...(lost.some(isWritable) ? (["recreate"] as const) : []),
    "keep",
  ];
}

type Words = Omit<Finding, "code" | "tool" | "items">;

function report(draft: Draft, tools: readonly ToolWorld[], item: ItemId, words: (tool: ToolWorld) => Words): void {
  for (const tool of tools) {
    const { message, ...rest } = words(tool);
    const told = message.replaceAll("{tool}", tool.key);
    draft.findings.push({ code: "deleted-in-tool", tool: tool.key, items: [item], message: told, ...rest });
  }
}

function reportRecreated(draft: Draft, tool: ToolWorld, id: ItemId): void {
  draft.findings.push({
    code: "recreated",
    severity: "info",
    tool: tool.key,
    items: [id],
    message: `Items deleted in ${tool.key} are created again there.`,
  });
}

function askingFinding(tool: ToolWorld, isArchived: boolean, { type, traces }: Omit<Deletion, "choices">): Words {
  const since = traces.some(({ edits }) => edits) ? " It was edited elsewhere since." : "";
  return {
    severity: "warning",
    message: `The item was ${isArchived ? "archived" : "deleted"} in {tool}; nothing is written to it there and it lives on elsewhere.${since}`,
    remedy:
      type === "project"
        ? "Restore it in the tool, or bind another one."
        : "Decide with track-sdlc resolve, restore it in the tool, or take it out of the hub.",
    needsDecision: true,
  };
}

function archivingFinding({ policy }: ToolWorld, isUnderWay: boolean): Words {
  const what =
    policy.deletes === "archive" && isUnderWay
      ? "archiving it in the other tools is under way"
      : "nothing of it is left in another tool";
  return {
    severity: isUnderWay ? "warning" : "info",
    message: `The item was deleted in {tool}; ${what}.`,
    remedy: "Take it out of the hub, or restore it in the tool.",
  };
}

function answeredFinding(choice: DeletionChoice, holds: boolean): Words {
  const kept = "it lives on elsewhere, as was decided";
  const putAway = holds
    ? "it is put away in the other tools, as was decided"
    : "archiving it in the other tools is under way";
  return { severity: "info", message: `The item was deleted in {tool}; ${choice === "keep" ? kept : putAway}.` };
}
