import type { Finding } from "../findings.ts";
import type { HubItem, ItemId, ItemType, Link } from "../model.ts";
import type { Draft, SettledItem } from "./draft.ts";
import { refName } from "./ref-claims.ts";
import { isBound, liveTools } from "./settle-item.ts";
import { byCodeUnit, isDeleted, standingOf } from "./world.ts";
import type { Standing, ToolWorld, World } from "./world.ts";

/** An alarm for each tool that lost too many twins at once: an outage or a lost permission, never a wish. */
export function reportMassDeletions(world: World, draft: Draft): void {
  for (const { key, massDeletion } of world.tools) {
    if (!massDeletion) continue;
    const { gone, linked } = massDeletion;
    const limit = Math.max(5, Math.floor(linked * 0.1));
    draft.guards.push({ side: key, kind: "mass-deletion", count: gone, limit });
    draft.findings.push({
      code: "mass-deletion",
      severity: "error",
      tool: key,
      message: `${gone} of ${linked} linked items are gone from ${key} at once; its deletions are not acted on.`,
      remedy: `Check that ${key} is up and that the credential may still see the items.`,
    });
  }
}

/** Tells which twins are deleted and which are back, for the commit to remember; a wave is remembered by nobody. */
export function notePresence(world: World, draft: Draft): void {
  for (const { key: tool, massDeletion, absent, twins, links } of world.tools) {
    if (massDeletion) continue;
    for (const [item, standing] of absent) {
      const isNews = !links.get(item)?.gone && isDeleted(standing, world.input.hub.items[item], world.input);
      if (isNews) draft.presence.push({ tool, item, gone: true });
    }
    for (const [item, { link }] of twins) if (link.gone) draft.presence.push({ tool, item, gone: false });
  }
}

/** Follows the delete policy of every tool in which the item's twin is gone. */
export function draftDeletions(world: World, draft: Draft, settled: SettledItem): void {
  const { item } = settled;
  for (const tool of world.tools) {
    const standing = tool.absent.get(item.id);
    if (standing === undefined || !isDeleted(standing, item, world.input)) continue;
    if (tool.massDeletion || !isBound(tool, item)) continue;
    // The binding names the project's own twin: nobody but people makes another, or puts a whole project away.
    const deletes = item.type === "project" ? undefined : tool.policy.deletes;
    if (deletes === "recreate") reportRecreate(draft, tool, item);
    else if (deletes === "archive" && !settled.edited) proposeArchive(world, draft, tool, item);
    else draft.findings.push(deletedFinding(tool, item, standing));
  }
}

/** Items that people took out of the hub: their twins are proposed for archive, never deleted. */
export function draftRemovals(world: World, draft: Draft): void {
  for (const tool of world.tools) {
    const orphans = [...tool.links.values()].filter((link) => isOrphan(world, tool, link));
    if (orphans.length === 0) continue;
    const claimed = new Set(world.items.flatMap((item) => refName(item.refs[tool.key] ?? "")));
    const removed = orphans.filter(({ ref, key }) => !claimed.has(refName(ref)) && !claimed.has(refName(key)));
    for (const link of removed.toSorted((a, b) => byCodeUnit(a.item, b.item))) draftRemoval(world, draft, tool, link);
  }
}

function reportRecreate(draft: Draft, tool: ToolWorld, { id }: HubItem): void {
  if (!tool.creating.has(id)) return;
  draft.findings.push({
    code: "recreated",
    severity: "info",
    tool: tool.key,
    items: [id],
    message: `Items deleted in ${tool.key} are created again there.`,
  });
}

function deletedFinding(tool: ToolWorld, { id, type }: HubItem, standing: Standing): Finding {
  const what = standing === "gone" ? "deleted" : "archived";
  const remedy =
    type === "project"
      ? "Restore it in the tool, or bind another one."
      : "Remove it from the hub, restore it in the tool, or sync with deletes: recreate.";
  return {
    code: "deleted-in-tool",
    severity: "warning",
    tool: tool.key,
    items: [id],
    message: `The item was ${what} in ${tool.key}; nothing is written to it there and it lives on elsewhere.`,
    remedy,
    needsDecision: true,
  };
}

function proposeArchive(world: World, draft: Draft, tool: ToolWorld, item: HubItem): void {
  // A tool that makes lost items anew would undo the archive in the next run, for ever.
  const others = liveTools(world, item).filter((other) => other !== tool && other.policy.deletes !== "recreate");
  draft.findings.push({
    code: "deleted-in-tool",
    severity: others.length > 0 ? "warning" : "info",
    tool: tool.key,
    items: [item.id],
    message: `The item was deleted in ${tool.key}; archiving it in the other tools is ${world.policy.yes ? "under way" : "proposed"}.`,
    remedy: "Approve with --yes, or restore the item.",
    ...(others.length > 0 && !world.policy.yes && { needsDecision: true }),
  });
  for (const other of others) archive(world, draft, other, item.id, item.type);
}

function isOrphan(world: World, tool: ToolWorld, { item, ref }: Link): boolean {
  if (world.input.hub.items[item] || world.quarantined.has(item)) return false;
  // An item that was renamed in the hub keeps its twin under the new id.
  const heir = tool.itemOf(ref);
  if (heir !== item && heir !== undefined && world.input.hub.items[heir]) return false;
  const standing = standingOf(tool, item);
  return standing === "live" || standing === "unread";
}

function draftRemoval(world: World, draft: Draft, tool: ToolWorld, link: Link): void {
  const archives = tool.policy.deletes === "archive";
  draft.findings.push({
    code: "removed-from-hub",
    severity: "warning",
    tool: tool.key,
    items: [link.item],
    message: `The item is no longer in the hub but still in ${tool.key}; it is neither deleted nor imported again.`,
    remedy: archives ? "Approve archiving it with --yes." : `Archive it in ${tool.key}, or put it back into the hub.`,
    ...(!(archives && world.policy.yes) && { needsDecision: true }),
  });
  const type = world.input.hubBase[link.item]?.type ?? tool.mirror[link.ref]?.type;
  if (archives && type) archive(world, draft, tool, link.item, type);
}

function archive(world: World, draft: Draft, tool: ToolWorld, item: ItemId, type: ItemType): void {
  const link = tool.links.get(item);
  const { policy } = tool;
  if (!link || !world.policy.yes || !policy.available || policy.mode === "pull-only") return;
  if (standingOf(tool, item) !== "live") return;
  const already = draft.writes.some(
    (write) => write.kind === "archive" && write.tool === tool.key && write.item === item,
  );
  if (!already) draft.writes.push({ kind: "archive", tool: tool.key, item, type, ref: link.ref });
}
