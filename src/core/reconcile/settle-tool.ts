import { sameValue } from "../equality.ts";
import type { FieldBase, FieldValue, ToolValue } from "../model.ts";
import type { BaseUpdate, FieldConflict, WantedField, WantedFields } from "../plan.ts";
import type { Draft } from "./draft.ts";
import { hasSeen, readingOf } from "./field-case.ts";
import type { FieldCase, ToolSide } from "./field-case.ts";
import { wantedParent } from "./parent-lens.ts";
import type { ReconcileParts } from "./parts.ts";
import type { World } from "./world.ts";

/**
 * What one field of a twin needs so that it stands for the agreed value: a write, a recorded agreement,
 * or a finding. What a person wrote at the tool is never overwritten by the plan that takes it in: only
 * when the hub's commit has made that durable does the next plan write there. So no crash between a
 * write and the commit can destroy the only copy of a value.
 */
export function settleTool(
  world: World,
  draft: Draft,
  c: FieldCase,
  side: ToolSide,
  value: FieldValue,
  parts: ReconcileParts,
): WantedFields | undefined {
  if (side.lens.represents(side.value, value)) return recordAgreement(draft, c, side, value);
  const reading = readingOf(side);
  if (reading.kind === "none" && !reading.vacant) return reportUnreadable(draft, c, side, reading);
  // Emptied on purpose by someone who saw the value: no opinion, which is not overwritten either.
  if (reading.kind === "none" && hasSeen(side, c.kind, value)) return recordAgreement(draft, c, side, value);
  if (isLeftAlone(c, side, value)) return reportDrift(draft, c, side);
  const isVacant = reading.kind === "none";
  if (!isVacant && (side.state !== "quiet" || side.base?.value === undefined))
    return takeIn(world, draft, c, side, value);
  if (!isWritable(side)) return undefined;
  const wanted = wantedValue(world, draft, c, side, value);
  if (wanted.kind === "held") return undefined;
  if (wanted.kind === "cannot" || sameValue(c.kind, side.value, asToolValue(wanted.value))) {
    return recordAgreement(draft, c, side, value);
  }
  const { base } = side;
  if (base && !world.policy.force && parts.isRefused(c, side, asToolValue(wanted.value))) {
    return reportRefused(draft, c, side, base);
  }
  if (side.value !== null) draft.overwrites.set(side.tool.key, (draft.overwrites.get(side.tool.key) ?? 0) + 1);
  const field: WantedField = { value: wanted.value, agreed: value, expect: side.value };
  return { [c.field]: field };
}

function isWritable({ tool, lens }: ToolSide): boolean {
  return tool.policy.available && tool.policy.mode !== "pull-only" && lens.writable !== false;
}

/** The edit is accounted for, but its tool still shows it and has not seen what came of it. */
function takeIn(world: World, draft: Draft, c: FieldCase, side: ToolSide, value: FieldValue): undefined {
  if (side.state === "moved" && !side.mayPropose) draft.conflicts.push(overwrittenEdit(world, c, side, value));
  const agreed = side.base?.value === undefined ? firstAgreed(c, side) : side.base.agreed;
  const update = agreement(c, side, agreed);
  if (update) draft.baseUpdates.push(isWritable(side) ? { ...update, isTakenIn: true } : update);
}

/** The tool was asked for exactly this and nobody has moved since. */
export function isRefused(c: FieldCase, { base, value }: ToolSide, wanted: ToolValue | undefined): boolean {
  const { refused, value: held } = base ?? {};
  return refused !== undefined && sameValue(c.kind, refused.wanted, wanted) && sameValue(c.kind, value, held);
}

type Wanted =
  | { readonly kind: "value"; readonly value: WantedField["value"] }
  | { readonly kind: "cannot"; readonly instead?: ToolValue }
  | { readonly kind: "held" };

/** The agreed value in the tool's terms; what it cannot hold becomes a finding. */
export function wantedValue(
  world: World,
  draft: Draft,
  c: Pick<FieldCase, "item" | "field">,
  side: Pick<ToolSide, "tool" | "lens">,
  value: FieldValue,
): Wanted {
  const { tool } = side;
  if (c.field === "parent") {
    const parent = wantedParent(tool, value, world.input);
    if (parent.kind === "held" && !parent.silent) {
      draft.findings.push({
        code: "parent-not-linked",
        severity: "warning",
        tool: tool.key,
        field: "parent",
        items: [c.item.id],
        message: `The parent has no live twin in ${tool.key}; the item keeps its place there until it has one.`,
      });
    }
    return parent;
  }
  const written = side.lens.write(value);
  if (written.kind === "value") return written;
  draft.findings.push({
    code: written.code,
    severity: "warning",
    tool: tool.key,
    field: c.field,
    items: [c.item.id],
    message: written.message,
  });
  return written.instead === undefined ? { kind: "cannot" } : { kind: "cannot", instead: written.instead };
}

/** A quiet agreement: recorded only where it says something new. */
export function recordAgreement(draft: Draft, c: FieldCase, side: ToolSide, agreed?: FieldValue): undefined {
  const update = agreement(c, side, agreed);
  if (update) draft.baseUpdates.push(update);
}

function agreement(c: FieldCase, side: ToolSide, agreed: FieldValue | undefined): BaseUpdate | undefined {
  const { base, value } = side;
  const known =
    base !== undefined &&
    !base.refused &&
    sameValue(c.kind, base.value, value) &&
    sameValue(c.kind, base.agreed, agreed);
  // Nobody asked the tool: that its mirror happens to stand for the new value is no sign that its people saw it.
  const unasked = side.state === "quiet" && !side.tool.policy.available;
  if (known || unasked) return undefined;
  return {
    tool: side.tool.key,
    item: c.item.id,
    field: c.field,
    base: { value, ...(agreed !== undefined && { agreed }) },
  };
}

/** Nothing was ever agreed, but the twin may stand for what the hub says, or said until now. */
export function recordFirstAgreement(draft: Draft, c: FieldCase, side: ToolSide): void {
  recordAgreement(draft, c, side, firstAgreed(c, side));
}

function firstAgreed(c: FieldCase, side: ToolSide): FieldValue | undefined {
  return [c.agreed, c.hub].find((known) => known !== undefined && side.lens.represents(side.value, known));
}

/**
 * A value that nothing in the hub stands for is no opinion: reported, and left as it is. It is remembered,
 * so that leaving it again counts as an edit.
 */
export function reportUnreadable(
  draft: Draft,
  c: FieldCase,
  side: ToolSide,
  reading: { readonly code: string; readonly message: string },
): undefined {
  const { code, message } = reading;
  if (side.state !== "quiet") recordAgreement(draft, c, side, side.base?.agreed);
  const items = [c.item.id];
  draft.findings.push({ code, severity: "warning", tool: side.tool.key, field: c.field, items, message });
}

/** An edit at a tool that may not propose stays until the hub has something newer to say. */
function isLeftAlone(c: FieldCase, side: ToolSide, value: FieldValue): boolean {
  if (side.state !== "moved" || side.mayPropose) return false;
  return sameValue(c.kind, value, c.agreed) && hasSeen(side, c.kind, value);
}

function reportDrift(draft: Draft, c: FieldCase, side: ToolSide): undefined {
  draft.findings.push({
    code: "drift",
    severity: "info",
    tool: side.tool.key,
    field: c.field,
    items: [c.item.id],
    message: `${c.field} was edited in ${side.tool.key}, which only receives; the edit stays there and goes no further.`,
    remedy: `Make the edit in the hub, or allow ${side.tool.key} to be read.`,
  });
}

function reportRefused(draft: Draft, c: FieldCase, side: ToolSide, base: FieldBase): undefined {
  draft.findings.push({
    code: "not-applied",
    severity: "warning",
    tool: side.tool.key,
    field: c.field,
    items: [c.item.id],
    message: `${side.tool.key} did not take ${c.field}: ${base.refused?.reason ?? "no reason given"}`,
    remedy: `Correct it in the hub or in ${side.tool.key}, or sync with --force to ask again.`,
  });
}

function overwrittenEdit(world: World, c: FieldCase, side: ToolSide, value: FieldValue): FieldConflict {
  const reading = readingOf(side);
  const stamp = world.policy.times(side.tool.key, c.item.id, c.field);
  return {
    item: c.item.id,
    type: c.item.type,
    field: c.field,
    kind: "edit",
    candidates: [
      { side: "hub", value },
      { side: side.tool.key, value: reading.kind === "value" ? reading.value : null, ...(stamp && { stamp }) },
    ],
    strategy: "source-wins",
    decided: { side: "hub", value, reason: "push-only: the tool receives" },
  };
}

function asToolValue(wanted: WantedField["value"]): ToolValue | undefined {
  return typeof wanted === "object" && wanted !== null && "awaits" in wanted ? undefined : wanted;
}
