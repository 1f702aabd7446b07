/** Twins that stand in the tool before the store knows them: named by people's refs, or carrying our marker. */
import type { Finding } from "../src/core/findings.ts";
import type { ItemId, Link, RemoteItem } from "../src/core/model.ts";
import { namedTwins } from "../src/core/matching.ts";
import { duplicateRef } from "../src/core/reconcile/ref-claims.ts";
import type { SchemaScope } from "../src/connectors/contract.ts";
import { containerOf, markedTwin } from "../src/connectors/sync-key.ts";
import { noteFacts, type Engine } from "./engine.ts";
import type { RunContext, ToolContext, UnlinkedRef } from "./run-context.ts";
import type { ToolSession } from "./tool-session.ts";

interface Claim extends UnlinkedRef {
  readonly twin: RemoteItem | undefined;
}

/**
 * Links the refs that people wrote by hand, in whatever case they wrote them. One that cannot be read is a
 * finding, and nothing is created for its item; one that another item has or names too is left to a person.
 */
export async function adoptRefs(
  engine: Engine,
  context: RunContext,
  session: ToolSession,
  scope: SchemaScope,
): Promise<void> {
  const { unlinked, tool } = session.context;
  if (unlinked.length === 0) return;
  const { project } = context;
  for (const { item, heirOf } of unlinked) if (heirOf) await engine.store.inherit(project, tool, heirOf, item);
  const found = await session.connector.read(
    scope,
    unlinked.map(({ ref }) => ref),
  );
  const twins = namedTwins(found.items);
  const claims = unlinked.map((one): Claim => ({ ...one, twin: twins.get(one.ref.toLowerCase()) }));
  const claimsOf = Map.groupBy(claims, ({ twin }) => twin?.ref);
  const { links } = await engine.store.projectState(project);
  const owners = new Map(links.filter((link) => link.tool === tool).map((link) => [link.ref, link.item]));
  const findings: Finding[] = [];
  for (const claim of claims) {
    const { item, ref, twin } = claim;
    if (!twin) {
      findings.push(unresolvedRef(session.context, claim));
      continue;
    }
    const rivals = (claimsOf.get(twin.ref) ?? []).filter((claim) => claim.item !== item);
    const isFree = (owners.get(twin.ref) ?? item) === item;
    if (rivals.length === 0 && isFree) await engine.store.adopt(project, linkTo(tool, item, twin), twin);
    // The planner tells of refs that read alike; only here it shows that a key and an id are one twin.
    for (const rival of rivals)
      if (rival.item > item && rival.ref.toLowerCase() !== ref.toLowerCase())
        findings.push(duplicateRef(tool, [item, rival.item], twin.key));
  }
  await noteFacts(engine, context.run, tool, (facts) => ({ ...facts, findings }));
}

/**
 * Links items without a ref to twins that carry their marker: another store made them, or this one was lost.
 * An item whose create of ours has no answer yet is left to that create, which knows what it sent.
 */
export async function adoptMarked(engine: Engine, context: RunContext, session: ToolSession): Promise<void> {
  const { unmarked, tool, binding } = session.context;
  if (unmarked.length === 0) return;
  const { store } = engine;
  const { project } = context;
  const { links, mirror, freed } = await store.projectState(project);
  const own = links.filter((link) => link.tool === tool);
  const [linked, taken] = [new Set(own.map(({ item }) => item)), new Set(own.map(({ ref }) => ref))];
  const free = Object.values(mirror[tool] ?? {}).filter(({ ref, state }) => state !== "gone" && !taken.has(ref));
  if (free.length === 0) return;
  const sent = new Set(
    (await store.openIntents(project, tool)).filter(({ state }) => state === "sent").map(({ write }) => write.item),
  );
  const container = containerOf(binding);
  for (const { item, type } of unmarked) {
    if (linked.has(item) || sent.has(item)) continue;
    const found = markedTwin({ project, type, item, tool, container }, free, freed[tool]?.[item]);
    if (!found) continue;
    const { twin, generation } = found;
    await store.adopt(project, { ...linkTo(tool, item, twin), generation }, twin);
  }
}

function linkTo(tool: string, item: ItemId, { ref, key, url }: RemoteItem): Link {
  return { item, tool, ref, key, url, generation: 0, base: {} };
}

function unresolvedRef({ tool, projectRef }: ToolContext, { item, type, ref }: UnlinkedRef): Finding {
  const isProject = type === "project";
  const place = isProject ? `external_sync.${tool}.${projectRef?.key}` : `external_refs.${tool}`;
  const end = isProject ? "the project itself is not synced there" : "nothing is created for the item there";
  const otherwise = isProject ? "if the project has no item of its own there" : "to have a new twin made";
  return {
    code: "ref-not-found",
    severity: "warning",
    tool,
    items: [item],
    message: `${place}: ${ref} does not exist in ${tool}, or may not be seen; ${end}`,
    remedy: `Correct it, or set it to null ${otherwise}.`,
    needsDecision: true,
  };
}
