import { sameValue } from "../equality.ts";
import type { FieldValue } from "../model.ts";
import type { WantedFields } from "../plan.ts";
import type { ToolKey } from "../model.ts";
import { agree } from "./agree.ts";
import type { Agreement } from "./agree.ts";
import type { Draft } from "./draft.ts";
import { readingOf } from "./field-case.ts";
import { authorOf } from "./proposals.ts";
import type { FieldCase } from "./field-case.ts";
import type { ReconcileParts } from "./parts.ts";
import { recordAgreement, recordFirstAgreement, reportUnreadable, settleTool } from "./settle-tool.ts";
import type { World } from "./world.ts";

export interface SettledField {
  /** The value that a new twin of the item gets. */
  readonly value: FieldValue | undefined;
  readonly writes: readonly { readonly tool: ToolKey; readonly fields: WantedFields }[];
}

/** Decides one field and drafts everything that follows from it. */
export function settleField(world: World, draft: Draft, c: FieldCase, parts: ReconcileParts): SettledField {
  const agreement = agree(c, world.policy, parts);
  if (agreement.kind === "agreed") return settleAgreed(world, draft, c, agreement, parts);
  reportAllUnreadable(draft, c);
  if (agreement.kind === "unknown") {
    for (const side of c.sides) {
      if (side.state === "unbased" && readingOf(side).kind === "value") recordAgreement(draft, c, side);
    }
    return { value: c.hub, writes: [] };
  }
  // Twins that side with the hub before anything was ever agreed have no part in the dispute, now or later.
  for (const side of c.sides) {
    if (side.state === "quiet" && side.base?.value === undefined) recordFirstAgreement(draft, c, side);
  }
  draft.conflicts.push(agreement.conflict);
  draft.findings.push({
    code: agreement.conflict.kind === "adoption" ? "first-agreement" : "conflict",
    severity: "warning",
    field: c.field,
    items: [c.item.id],
    message:
      agreement.conflict.kind === "adoption"
        ? `${c.field} differs between the hub and a tool that was just linked; both keep theirs until someone decides.`
        : `${c.field} was changed to different values on several sides; each keeps its own until someone decides.`,
    remedy: "Decide with track-sdlc resolve, or give both sides the same value.",
    needsDecision: true,
  });
  return { value: c.agreed ?? c.hub, writes: [] };
}

function settleAgreed(
  world: World,
  draft: Draft,
  c: FieldCase,
  { value, hubLeft, conflicts }: Extract<Agreement, { kind: "agreed" }>,
  parts: ReconcileParts,
): SettledField {
  draft.conflicts.push(...conflicts);
  if (!hubLeft) settleHub(draft, c, value);
  const writes: { tool: ToolKey; fields: WantedFields }[] = [];
  for (const side of c.sides) {
    const fields = settleTool(world, draft, c, side, value, parts);
    if (fields) writes.push({ tool: side.tool.key, fields });
  }
  return { value, writes };
}

function settleHub(draft: Draft, c: FieldCase, value: FieldValue): void {
  const { item, field, kind, hub, agreed } = c;
  const fresh = !sameValue(kind, value, agreed);
  if (fresh) {
    const from = authorOf(c, value);
    draft.hubBase.push({ item: item.id, type: item.type, field, value, ...(from !== undefined && { from }) });
  }
  if (sameValue(kind, hub, value)) return;
  // A key that people left out or removed is no opinion: it comes back only with news.
  if (hub === undefined && (!fresh || isEmpty(value))) return;
  if (hub !== undefined && hub !== null) draft.hubOverwrites += 1;
  draft.hubEdits.push({ kind: "field", item: item.id, type: item.type, field, value });
}

function isEmpty(value: FieldValue): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

function reportAllUnreadable(draft: Draft, c: FieldCase): void {
  for (const side of c.sides) {
    const reading = side.reading ?? (side.state === "quiet" ? undefined : readingOf(side));
    if (reading?.kind === "none" && !reading.vacant) reportUnreadable(draft, c, side, reading);
  }
}
