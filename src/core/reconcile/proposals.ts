import { sameValue } from "../equality.ts";
import type { FieldValue, Side } from "../model.ts";
import { hasSeen, readingOf, seenAt } from "./field-case.ts";
import type { FieldCase, ToolSide } from "./field-case.ts";

/** A value that somebody wants the project to have. */
export interface Proposal {
  readonly side: Side;
  readonly value: FieldValue;
  /** The project's value that its author saw. */
  readonly saw: { readonly value: FieldValue | undefined } | "nothing";
  readonly tool?: ToolSide;
}

/**
 * Every value that somebody changed the field to and that nobody replaced knowingly. An edit is
 * superseded by one whose author had it before his eyes, which happens after a crash between the
 * writes to the tools and the commit of the hub. The agreed value itself stands for election where
 * an author never saw it (an earlier write to that tool failed).
 */
export function proposals(c: FieldCase): Proposal[] {
  const tools = editedTools(c).map((side) => toolProposal(c, side));
  const all: Proposal[] = [...hubProposal(c, tools), ...tools];
  return all.filter((one) => !all.some((other) => supersedes(c, other, one, all)));
}

/** Tools whose people changed the field to a value with a meaning in the hub. */
export function editedTools(c: FieldCase): ToolSide[] {
  return c.sides.filter((side) => side.state === "moved" && side.mayPropose && readingOf(side).kind === "value");
}

export function toolProposal(c: FieldCase, side: ToolSide): Proposal {
  const { agreed } = c;
  const reading = readingOf(side);
  const read = reading.kind === "value" ? reading.value : null;
  // A coarse tool that went back to the agreed value means that value, not what it happens to read as.
  const value = agreed !== undefined && side.lens.represents(side.value, agreed) ? agreed : read;
  return { side: side.tool.key, value, saw: seenAt(side), tool: side };
}

/** The side whose people wrote the value; nobody where it was merged, or came from outside. */
export function authorOf(c: FieldCase, value: FieldValue): Side | undefined {
  if (sameValue(c.kind, c.hub, value)) return "hub";
  const authors = c.sides.filter((side) => side.state !== "quiet" && readingOf(side).kind === "value");
  return authors.find((side) => sameValue(c.kind, toolProposal(c, side).value, value))?.tool.key;
}

/** Whether that value would leave nothing of the proposal unsaid. */
export function satisfies(c: FieldCase, proposal: Proposal, value: FieldValue): boolean {
  if (proposal.tool) return proposal.tool.lens.represents(proposal.tool.value, value);
  return sameValue(c.kind, proposal.value, value);
}

function hubProposal(c: FieldCase, tools: readonly Proposal[]): Proposal[] {
  if (c.hubChanged && c.hub !== undefined) return [{ side: "hub", value: c.hub, saw: { value: c.agreed } }];
  const unseen = tools.length > 0 && !tools.some(({ tool }) => tool && hasSeen(tool, c.kind, c.agreed));
  return unseen && c.agreed !== undefined ? [{ side: "hub", value: c.agreed, saw: "nothing" }] : [];
}

function supersedes(c: FieldCase, later: Proposal, earlier: Proposal, all: readonly Proposal[]): boolean {
  if (later === earlier || sameValue(c.kind, later.value, earlier.value)) return false;
  // Every ordinary edit saw the agreed value; that is no sign of having seen someone's return to it.
  if (earlier.tool && sameValue(c.kind, earlier.value, c.agreed)) return false;
  if (later.saw === "nothing" || !sameValue(c.kind, later.saw.value, earlier.value)) return false;
  return !leadsBack(c, later, earlier, all);
}

/**
 * Values may come round again (a to b to a): then nobody was last, and it is a conflict. Followed
 * generously, through all that a tool's value stands for: a question too many loses nothing.
 */
function leadsBack(c: FieldCase, from: Proposal, to: Proposal, all: readonly Proposal[]): boolean {
  const reached: Proposal[] = [from];
  for (const one of reached) {
    for (const next of all) {
      if (next.saw === "nothing" || next.saw.value === undefined || reached.includes(next)) continue;
      if (!satisfies(c, one, next.saw.value)) continue;
      if (next === to) return true;
      reached.push(next);
    }
  }
  return false;
}
