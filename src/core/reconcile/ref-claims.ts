import type { Finding } from "../findings.ts";
import type { HubItem, ItemId, Link, ToolKey } from "../model.ts";

/** Items of which two claim one twin: nobody can say whose it is, so that tool leaves both alone. */
export function claimedTwice(
  tool: ToolKey,
  items: readonly HubItem[],
  links: ReadonlyMap<ItemId, Link>,
  report: (finding: Finding) => void,
): ReadonlySet<ItemId> {
  const claims = new Map<string, ItemId>();
  const quarantined = new Set<ItemId>();
  const claim = (ref: string | undefined, item: ItemId): void => {
    if (ref === undefined) return;
    const name = refName(ref);
    const owner = claims.get(name);
    if (owner === undefined) claims.set(name, item);
    else if (owner !== item) {
      quarantined.add(owner).add(item);
      report(duplicateRef(tool, [owner, item], ref));
    }
  };
  for (const item of items) {
    const link = links.get(item.id);
    const written = item.refs[tool];
    claim(link?.ref, item.id);
    if (link?.key !== link?.ref) claim(link?.key, item.id);
    if (written !== link?.ref && written !== link?.key) claim(written, item.id);
  }
  return quarantined;
}

/** People type keys in any case; no vendor tells two items apart by it. */
export function refName(ref: string): string {
  return ref.toLowerCase();
}

/** The two items, and the ref that both name. */
export function duplicateRef(tool: ToolKey, items: readonly ItemId[], ref: string): Finding {
  return {
    code: "duplicate-ref",
    severity: "error",
    tool,
    items,
    message: `Two items point at one ${tool} item (${ref}); both are left alone there.`,
    remedy: `Correct external_refs.${tool} of one of them.`,
    needsDecision: true,
  };
}
