import { FIELD_DEFINITIONS } from "../fields.ts";
import { sameValue } from "../equality.ts";
import type { FieldValue, Side } from "../model.ts";
import type { Candidate, FieldConflict, ConflictStrategy } from "../plan.ts";
import type { FieldAnswer, Policy } from "../policy.ts";
import { decideByTime, decision, mostCareful } from "./decide.ts";
import type { Decision } from "./decide.ts";
import { readingOf } from "./field-case.ts";
import type { FieldCase, ToolSide } from "./field-case.ts";
import type { ReconcileParts } from "./parts.ts";
import { editedTools, satisfies, toolProposal } from "./proposals.ts";
import type { Proposal } from "./proposals.ts";

/** What the sides come to agree on. */
export type Agreement =
  /** Nobody has an opinion. */
  | { readonly kind: "unknown" }
  | {
      readonly kind: "agreed";
      readonly value: FieldValue;
      /** The hub differs, but may not propose (every tool is pull-only) and nobody overrules it. */
      readonly hubLeft: boolean;
      readonly conflicts: readonly FieldConflict[];
    }
  | { readonly kind: "parked"; readonly conflict: FieldConflict };

/** Decides one field: what was edited, whether it fits together, and who wins where it does not. */
export function agree(c: FieldCase, policy: Policy, parts: ReconcileParts): Agreement {
  const edits = agreeOnEdits(c, policy, parts);
  return edits.kind === "parked" ? edits : adopt(c, edits, policy, parts);
}

function agreeOnEdits(c: FieldCase, policy: Policy, parts: ReconcileParts): Agreement {
  const all = parts.proposals(c);
  const allowed = c.hubMayPropose ? all : all.filter(({ side }) => side !== "hub");
  if (allowed.length === 0) {
    return c.agreed === undefined ? { kind: "unknown" } : settledOn(c.agreed, [], c.hubChanged);
  }
  const outcome = c.kind === "set" ? mergedSet(c, parts) : agreeOnValues(c, allowed, policy, parts);
  return outcome.kind === "agreed" ? withOverruledHub(c, outcome, all, allowed, policy) : outcome;
}

function mergedSet(c: FieldCase, parts: ReconcileParts): Agreement {
  return settledOn(parts.mergeSets(c, editedTools(c), c.hubChanged && c.hubMayPropose));
}

function agreeOnValues(c: FieldCase, allowed: readonly Proposal[], policy: Policy, parts: ReconcileParts): Agreement {
  const candidates = allowed.map((proposal) => asCandidate(c, proposal, policy));
  const answer = answerTo(c, candidates, policy, parts);
  if (answer) return settledOn(answer.value, [conflictOf(c, "edit", candidates, "manual", answer)]);
  const text = c.kind === "text" ? parts.mergeTexts(c, editedTools(c)) : undefined;
  const [only] = allowed;
  if (allowed.length === 1 && only) {
    return settledOn(text !== undefined && satisfies(c, only, text) ? text : only.value);
  }
  const common = allowed.find(({ value }) => allowed.every((proposal) => satisfies(c, proposal, value)));
  if (common) return settledOn(common.value);
  if (text !== undefined) return settledOn(text);
  const strategy = mostCareful(allowed.flatMap(({ tool }) => (tool ? [tool.tool.policy.strategy] : [])));
  return settle(c, "edit", candidates, strategy, parts.decide(strategy, candidates, policy.force));
}

/** Twins that were never agreed with: what they hold becomes the base, or is one question. */
function adopt(c: FieldCase, edits: Agreement, policy: Policy, parts: ReconcileParts): Agreement {
  const fresh = c.sides.filter((side) => side.base?.value === undefined && readingOf(side).kind === "value");
  if (fresh.length === 0 || edits.kind === "parked") return edits;
  const reference = edits.kind === "agreed" ? edits.value : c.hub;
  if (reference === undefined) return adoptWithoutHub(c, fresh, policy);
  const conflicts = edits.kind === "agreed" ? edits.conflicts : [];
  const hubLeft = edits.kind === "agreed" && edits.hubLeft;
  const differing = fresh.filter(({ state, lens, value }) => state === "unbased" && !lens.represents(value, reference));
  if (differing.length === 0) return settledOn(reference, conflicts, hubLeft);
  const ours: Proposal = { side: "hub", value: reference, saw: "nothing" };
  const candidates = [ours, ...differing.map((side) => toolProposal(c, side))].map((proposal) =>
    asCandidate(c, proposal, policy),
  );
  const outcome = adoptionOutcome(c, candidates, differing, policy, parts);
  return outcome.kind === "agreed" ? { ...outcome, conflicts: [...conflicts, ...outcome.conflicts] } : outcome;
}

function adoptionOutcome(
  c: FieldCase,
  candidates: readonly Candidate[],
  differing: readonly ToolSide[],
  policy: Policy,
  parts: ReconcileParts,
): Agreement {
  const [ours] = candidates;
  if (!ours) return { kind: "unknown" };
  const resolve = (strategy: ConflictStrategy, decided: Decision | undefined): Agreement =>
    settle(c, "adoption", candidates, strategy, decided);
  if (FIELD_DEFINITIONS[c.field].direction === "hub-to-tool")
    return resolve("source-wins", decision(ours, "push only"));
  const answer = answerTo(c, candidates, policy, parts);
  if (answer) return resolve("manual", answer);
  const eligible = candidates.filter(
    ({ side }) => side === "hub" || differing.some(({ tool, mayPropose }) => tool.key === side && mayPropose),
  );
  if (policy.adoption === "ask") return resolve("manual", undefined);
  if (policy.adoption === "newest" && !policy.force) return resolve("last-modified-wins", decideByTime(eligible));
  const winner = policy.adoption === "tool" ? (eligible[1] ?? ours) : ours;
  return resolve("source-wins", decision(winner, `first agreement: ${policy.adoption}`));
}

/** The hub has no opinion: what the tools hold is recorded, and flows only where a person said so. */
function adoptWithoutHub(c: FieldCase, fresh: readonly ToolSide[], policy: Policy): Agreement {
  const told = fresh.filter((side) => side.mayPropose && side.value !== null).map((side) => toolProposal(c, side))[0];
  return policy.adoption === "tool" && told ? settledOn(told.value) : { kind: "unknown" };
}

/** A hub value that may not travel gives way to a tool's, and is kept in the record; where a person decides, it is asked. */
function withOverruledHub(
  c: FieldCase,
  outcome: Extract<Agreement, { kind: "agreed" }>,
  all: readonly Proposal[],
  allowed: readonly Proposal[],
  policy: Policy,
): Agreement {
  const hub = all.find(({ side }) => side === "hub");
  const winner = allowed[0];
  if (c.hubMayPropose || !hub || !winner || sameValue(c.kind, hub.value, outcome.value)) return outcome;
  const candidates = [hub, ...allowed].map((proposal) => asCandidate(c, proposal, policy));
  const strategy = mostCareful(allowed.flatMap(({ tool }) => (tool ? [tool.tool.policy.strategy] : [])));
  if (strategy === "manual" || strategy === "field-merge") return settle(c, "edit", candidates, strategy, undefined);
  const side = allowed.find(({ value }) => sameValue(c.kind, value, outcome.value))?.side ?? winner.side;
  const decided = decision({ side, value: outcome.value }, "pull-only: the tool wins");
  return { ...outcome, conflicts: [...outcome.conflicts, conflictOf(c, "edit", candidates, strategy, decided)] };
}

function settle(
  c: FieldCase,
  kind: FieldConflict["kind"],
  candidates: readonly Candidate[],
  strategy: ConflictStrategy,
  decided: Decision | undefined,
): Agreement {
  const conflict = conflictOf(c, kind, candidates, strategy, decided);
  return decided ? settledOn(decided.value, [conflict]) : { kind: "parked", conflict };
}

function settledOn(value: FieldValue, conflicts: readonly FieldConflict[] = [], hubLeft = false): Agreement {
  return { kind: "agreed", value, conflicts, hubLeft };
}

function asCandidate(c: FieldCase, { side, value }: Proposal, policy: Policy): Candidate {
  const stamp = policy.times(side, c.item.id, c.field);
  return { side, value, ...(stamp && { stamp }) };
}

function conflictOf(
  c: FieldCase,
  kind: FieldConflict["kind"],
  candidates: readonly Candidate[],
  strategy: ConflictStrategy,
  decided: Decision | undefined,
): FieldConflict {
  const { item, field } = c;
  return { item: item.id, type: item.type, field, kind, candidates, strategy, ...(decided && { decided }) };
}

/** The newest answer that still fits: nobody proposes anything that the person was not shown, or chose. */
function answerTo(
  c: FieldCase,
  candidates: readonly Candidate[],
  policy: Policy,
  parts: ReconcileParts,
): Decision | undefined {
  const answers = policy.answers
    .filter((answer) => answer.kind === undefined)
    .filter((answer) => answer.item === c.item.id && answer.field === c.field);
  for (const answer of answers.toReversed()) {
    const chosen = chosenBy(answer);
    if (!chosen || !parts.answerFits(c, answer, chosen.value, candidates)) continue;
    // Everybody came to say so already: no decision is left to be taken.
    if (candidates.every(({ value }) => sameValue(c.kind, value, chosen.value))) return undefined;
    return decision(chosen, "answered by a person");
  }
  return undefined;
}

export function answerFits(
  c: FieldCase,
  answer: FieldAnswer,
  chosen: FieldValue,
  candidates: readonly Candidate[],
): boolean {
  const shown = [chosen, ...answer.candidates.map(({ value }) => value)];
  return candidates.every(({ value }) => shown.some((known) => sameValue(c.kind, known, value)));
}

function chosenBy({ choice, candidates }: FieldAnswer): { side?: Side; value: FieldValue } | undefined {
  if (typeof choice !== "string") return { value: choice.value };
  return candidates.find(({ side }) => side === choice);
}
