import type { ItemId, ItemType, Link, ToolKey } from "../model.ts";
import type { Deletion } from "../plan.ts";
import { answeredChoice, archive, choicesOf } from "./deletions.ts";
import type { Draft } from "./draft.ts";
import { refName } from "./ref-claims.ts";
import { tracesOfRemoved } from "./traces.ts";
import { byCodeUnit, standingOf } from "./world.ts";
import type { ToolWorld, World } from "./world.ts";

interface Orphan {
  readonly tool: ToolWorld;
  readonly link: Link;
}

/** Items that people took out of the hub: their twins are proposed for archive, never deleted. */
export function draftRemovals(world: World, draft: Draft): void {
  const orphans = world.tools.flatMap((tool) =>
    [...tool.links.values()].filter((link) => isOrphan(world, tool, link)).map((link): Orphan => ({ tool, link })),
  );
  if (orphans.length === 0) return;
  const isClaimed = claimsOf(world);
  const removed = Map.groupBy(
    orphans.filter(({ tool, link }) => !isClaimed(tool.key, link)),
    ({ link }) => link.item,
  );
  for (const item of [...removed.keys()].toSorted(byCodeUnit)) {
    const tools = world.tools.filter((tool) => {
      const link = tool.links.get(item);
      return link !== undefined && !isClaimed(tool.key, link);
    });
    draftRemoval(world, draft, item, { tools, orphans: removed.get(item) ?? [] });
  }
}

/** Whether an item of the hub names the twin as its own. */
function claimsOf({ tools, items }: World): (tool: ToolKey, link: Link) => boolean {
  const claims = new Map(tools.map(({ key }) => [key, new Set(items.flatMap(({ refs }) => refName(refs[key] ?? "")))]));
  return (tool, { ref, key }) => [ref, key].some((name) => claims.get(tool)?.has(refName(name)));
}

function isOrphan(world: World, tool: ToolWorld, { item, ref }: Link): boolean {
  if (world.input.hub.items[item] || world.quarantined.has(item)) return false;
  // An item that was renamed in the hub keeps its twin under the new id.
  const heir = tool.itemOf(ref);
  if (heir !== item && heir !== undefined && world.input.hub.items[heir]) return false;
  const standing = standingOf(tool, item);
  return standing === "live" || standing === "unread";
}

function draftRemoval(
  world: World,
  draft: Draft,
  item: ItemId,
  { tools, orphans }: { readonly tools: readonly ToolWorld[]; readonly orphans: readonly Orphan[] },
): void {
  const type = typeOf(world, orphans);
  const traces = tracesOfRemoved(world, item, tools, type);
  const live = orphans.map(({ tool }) => tool);
  const choice = answeredChoice(world, item, traces);
  const isEdited = traces.some(({ edits }) => edits !== undefined);
  const isApproved = ({ policy }: ToolWorld): boolean => policy.deletes === "archive" && world.policy.yes && !isEdited;
  const putAway = choice === "archive" ? live : choice === undefined ? live.filter(isApproved) : [];
  for (const tool of putAway) archive(world, draft, tool, item, type);
  const deletion: Deletion = { kind: "deletion", item, type, traces, choices: choicesOf(live, []) };
  const isAsked = choice === undefined && putAway.length < live.length;
  if (choice) draft.deletions.push({ ...deletion, decided: { choice, holds: choice === "keep" } });
  else if (isAsked) draft.deletions.push(deletion);
  for (const tool of live)
    report(draft, tool, item, { isAsked: isAsked && !putAway.includes(tool), isKept: choice === "keep" });
}

function report(
  draft: Draft,
  { key: tool }: ToolWorld,
  item: ItemId,
  { isAsked, isKept }: { readonly isAsked: boolean; readonly isKept: boolean },
): void {
  const what = isAsked || isKept ? "it is neither deleted nor imported again" : "archiving it there is under way";
  draft.findings.push({
    code: "removed-from-hub",
    severity: isKept ? "info" : "warning",
    tool,
    items: [item],
    message: `The item is no longer in the hub but still in ${tool}; ${what}${isKept ? ", as was decided" : ""}.`,
    remedy: "Decide with track-sdlc resolve, or put it back into the hub.",
    ...(isAsked && { needsDecision: true }),
  });
}

function typeOf({ input }: World, orphans: readonly Orphan[]): ItemType {
  const [first] = orphans;
  const told = orphans.flatMap(({ tool, link }) => tool.mirror[link.ref]?.type ?? [])[0];
  return input.hubBase[first?.link.item ?? ""]?.type ?? told ?? "story";
}
