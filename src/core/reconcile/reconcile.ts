import { bulkQuestions, isHeldBack, withhold } from "../bulk-guard.ts";
import { inWords } from "../conflict.ts";
import type { Finding } from "../findings.ts";
import type { FieldName, ItemId, ToolKey } from "../model.ts";
import type { GuardQuestion, Plan, Write } from "../plan.ts";
import type { Policy } from "../policy.ts";
import { draftCreates, markCreations } from "./creations.ts";
import { draftDeletions, notePresence } from "./deletions.ts";
import { emptyDraft, finishDraft } from "./draft.ts";
import type { Draft } from "./draft.ts";
import { RECONCILE_PARTS } from "./parts.ts";
import type { ReconcileParts } from "./parts.ts";
import { draftRemovals } from "./removals.ts";
import { settleItem } from "./settle-item.ts";
import { reportVanished } from "./vanished.ts";
import { reportMassDeletions } from "./waves.ts";
import { buildWorld } from "./world.ts";
import type { ReconcileInput, World } from "./world.ts";

export type { ReconcileInput } from "./world.ts";

/**
 * Compares the three trees of a project and says what to do so that all sides tell the same story.
 * Pure and deterministic: the same trees give the same plan, byte for byte, whatever the order of
 * keys in the input. Nothing it plans loses a value that a person wrote: each is final, replaced
 * by someone who saw it, or a candidate of a conflict in the plan.
 *
 * How to apply a plan: writes first; an acknowledged one sets the field's base to what the server
 * returned and `agreed`, a refused one keeps the old `agreed` and notes what was `refused`. Then the hub
 * edits, and with them `baseUpdates` and `hubBase`. A crash anywhere in between is healed by the next plan.
 */
export function reconcile(input: ReconcileInput, parts: ReconcileParts = RECONCILE_PARTS): Plan {
  const draft = emptyDraft();
  const world = buildWorld(input, (finding) => draft.findings.push(finding));
  reportMassDeletions(world, draft);
  notePresence(world, draft);
  markCreations(world, draft);
  for (const item of world.items) {
    const settled = settleItem(world, draft, item, parts);
    draftCreates(world, draft, settled);
    draftDeletions(world, draft, settled);
  }
  draftRemovals(world, draft);
  reportVanished(world, draft);
  draft.writes = arrangeWrites(draft.writes, world.policy);
  return guard(world, draft);
}

/** An archived twin takes no update; updates with a priority field go before those without. */
function arrangeWrites(writes: readonly Write[], policy: Policy): Write[] {
  const archived = new Set(writes.filter(({ kind }) => kind === "archive").map(twinKey));
  const kept = writes.filter((write) => write.kind !== "update" || !archived.has(twinKey(write)));
  const rank = (write: Write): number => (write.kind === "update" && !isUrgent(write, policy) ? 1 : 0);
  return kept.toSorted((a, b) => rank(a) - rank(b));
}

function isUrgent(write: Extract<Write, { kind: "update" }>, policy: Policy): boolean {
  const priority = policy.tools[write.tool]?.priorityFields;
  return !priority || Object.keys(write.fields).some((field) => priority.includes(field as FieldName));
}

function twinKey({ tool, item }: { tool: ToolKey; item: ItemId }): string {
  return `${tool} ${item}`;
}

function guard(world: World, draft: Draft): Plan {
  const counts = { toolOverwrites: draft.overwrites, hubOverwrites: draft.hubOverwrites };
  const questions = bulkQuestions(draft, counts, world.input, world.policy);
  draft.guards.push(...questions);
  const held = questions.filter(isHeldBack);
  draft.findings.push(...held.map(bulkFinding));
  return withhold(finishDraft(draft), held);
}

function bulkFinding(question: GuardQuestion): Finding {
  const { side, kind, decided } = question;
  return {
    code: kind,
    severity: decided ? "info" : "warning",
    ...(side !== "hub" && { tool: side }),
    message: `This run would ${inWords(question)}; nothing was written there${decided ? ", as was decided" : ""}.`,
    remedy: "Look at the plan, then decide with track-sdlc resolve, or run again with --yes.",
    ...(!decided && { needsDecision: true }),
  };
}
