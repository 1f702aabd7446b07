/** A promise is worth no more than its check: defects, planted in the planner one at a time, must all be caught. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Plan } from "../../src/core/plan.ts";
import { isHeldBack } from "../../src/core/bulk-guard.ts";
import { RECONCILE_PARTS } from "../../src/core/reconcile/parts.ts";
import type { ReconcileParts } from "../../src/core/reconcile/parts.ts";
import { reconcile } from "../../src/core/reconcile/reconcile.ts";
import type { ReconcileInput } from "../../src/core/reconcile/reconcile.ts";
import { STRANGE_STATUS } from "./simulation/lossy-lenses.ts";
import { histories, live } from "./simulation/history.ts";
import type { Planner } from "./simulation/sim-engine.ts";

const seed = Number(process.env["SDLC_SYNC_SEED"] ?? (Date.now() ^ (process.pid << 8)) & 0x7fffffff);
/** More than any of them has needed; a defect that survives as many histories is a hole in the net. */
const MAX_HISTORIES = 20_000;

function withParts(parts: Partial<ReconcileParts>): Planner {
  return (input) => reconcile(input, { ...RECONCILE_PARTS, ...parts });
}

function patched(patch: (plan: Plan, input: ReconcileInput) => Plan): Planner {
  return (input) => patch(reconcile(input), input);
}

function withLenses(
  change: (lens: NonNullable<ReturnType<ReconcileInput["policy"]["tools"][string]["lens"]>>) => typeof lens,
): Planner {
  return (input) => {
    const tools = Object.fromEntries(
      Object.entries(input.policy.tools).map(([key, tool]) => {
        const lens: typeof tool.lens = (type, field) => {
          const found = tool.lens(type, field);
          return found && change(found);
        };
        return [key, { ...tool, lens }];
      }),
    );
    return reconcile({ ...input, policy: { ...input.policy, tools } });
  };
}

const DEFECTS: Readonly<Record<string, Planner>> = {
  "tools' edits are not seen": withParts({ hasMoved: () => false }),
  "the last of several edits wins without a record": withParts({
    proposals: (c) => RECONCILE_PARTS.proposals(c).slice(-1),
  }),
  "what an author never saw is overwritten by him": withParts({
    proposals: (c) => {
      const all = RECONCILE_PARTS.proposals(c);
      return all.length > 1 ? all.filter(({ side, saw }) => side !== "hub" || saw !== "nothing") : all;
    },
  }),
  "an explicit clear is taken for no opinion": withParts({
    proposals: (c) => RECONCILE_PARTS.proposals(c).filter(({ value }) => value !== null),
  }),
  "the hub's labels replace those of the tools": withParts({
    mergeSets: (c, tools, hubProposes) => RECONCILE_PARTS.mergeSets(c, hubProposes ? [] : tools, hubProposes),
  }),
  "labels only ever grow": withParts({
    mergeSets: (c, tools, hubProposes) => {
      const agreed = Array.isArray(c.agreed) ? (c.agreed as readonly string[]) : [];
      return [...new Set([...agreed, ...RECONCILE_PARTS.mergeSets(c, tools, hubProposes)])];
    },
  }),
  "of two edits of a text one is dropped": withParts({
    mergeTexts: (c, tools) => RECONCILE_PARTS.mergeTexts(c, tools.slice(0, 1)),
  }),
  "a value that was refused is asked for in every run": withParts({ isRefused: () => false }),
  "losers of a decision are not kept": patched((plan) => ({
    ...plan,
    conflicts: plan.conflicts.map((conflict) => ({
      ...conflict,
      candidates: conflict.decided ? [] : conflict.candidates,
    })),
  })),
  "a parked conflict is agreed on all the same": patched((plan) => ({
    ...plan,
    hubBase: [
      ...plan.hubBase,
      ...plan.conflicts.flatMap(({ item, type, field, candidates, decided }) => {
        const hub = candidates.find(({ side }) => side === "hub");
        return decided || !hub ? [] : [{ item, type, field, value: hub.value }];
      }),
    ],
  })),
  "agreements without a write are not recorded": patched((plan) => ({ ...plan, baseUpdates: [] })),
  "an edit that is taken in counts as dealt with": patched((plan) => ({
    ...plan,
    baseUpdates: plan.baseUpdates.map(({ isTakenIn: _, ...update }) => update),
  })),
  "the hub's agreement is not recorded": patched((plan) => ({ ...plan, hubBase: [] })),
  "writes do not say what they expect": patched((plan) => ({
    ...plan,
    writes: plan.writes.map((write) => {
      if (write.kind !== "update") return write;
      const fields = Object.entries(write.fields).map(([field, { value, agreed }]) => [field, { value, agreed }]);
      return { ...write, fields: Object.fromEntries(fields) as typeof write.fields };
    }),
  })),
  "a person's value is overwritten by the plan that first sees it": patched((plan, input) => ({
    ...plan,
    writes: [...plan.writes, ...earlyWrites(plan, input)],
  })),
  "a deleted twin is made anew under every policy": patched((plan, input) => ({
    ...plan,
    writes: [
      ...plan.writes,
      ...plan.findings.flatMap(({ code, tool, items }) =>
        code === "deleted-in-tool" && tool !== undefined && input.policy.tools[tool]?.mode !== "pull-only"
          ? (items ?? []).map((item) => ({
              kind: "create" as const,
              tool,
              item,
              type: "epic" as const,
              generation: 1,
              fields: {},
            }))
          : [],
      ),
    ],
  })),
  "an item that left the hub is archived without a yes": (input) =>
    reconcile({
      ...input,
      policy: {
        ...input.policy,
        yes: true,
        tools: Object.fromEntries(
          Object.entries(input.policy.tools).map(([key, tool]) => [key, { ...tool, deletes: "archive" as const }]),
        ),
      },
    }),
  "an answer goes for whatever is there now": (input) => {
    const unanswered = input.policy.answers.filter(({ kind }) => kind !== "deletion");
    const { deletions } = reconcile({ ...input, policy: { ...input.policy, answers: unanswered } });
    const answers = input.policy.answers.map((answer) => {
      const now = answer.kind === "deletion" && deletions.find(({ item }) => item === answer.shown.item);
      return now ? { ...answer, shown: now } : answer;
    });
    return reconcile({ ...input, policy: { ...input.policy, answers } });
  },
  "an edit of what was deleted elsewhere is forgotten once all agree": (input) =>
    reconcile({ ...input, links: input.links.map(({ seen: _, ...link }) => link) }),
  "what is to stay as it is is asked again": patched((plan) => ({
    ...plan,
    deletions: plan.deletions.map(({ decided: _, ...deletion }) => deletion),
  })),
  "a bulk write goes on unasked": (input) => {
    const tools = Object.entries(input.policy.tools).map(([key, tool]) => [key, { ...tool, consented: true }]);
    return reconcile({ ...input, policy: { ...input.policy, tools: Object.fromEntries(tools) } });
  },
  "a bulk write that waits holds back what all others agree on": patched((plan) => {
    const held = new Set(plan.guards.filter(isHeldBack).map(({ side }) => side));
    return held.size > 0 ? { ...plan, hubBase: [], baseUpdates: [] } : plan;
  }),
  "a state that means nothing is coerced": withLenses((lens) => ({
    ...lens,
    read: (value) => (value === STRANGE_STATUS ? { kind: "value", value: "ready" } : lens.read(value)),
  })),
  "a pull-only tool is written to": (input) =>
    reconcile({
      ...input,
      policy: {
        ...input.policy,
        tools: Object.fromEntries(
          Object.entries(input.policy.tools).map(([key, tool]) => [key, { ...tool, mode: "bidirectional" as const }]),
        ),
      },
    }),
  "the order of writes follows the order of keys": patched((plan, input) => {
    const order = Object.keys(input.remotes);
    return { ...plan, writes: plan.writes.toSorted((a, b) => order.indexOf(a.tool) - order.indexOf(b.tool)) };
  }),
};

/** The promises that each of them may break; which one shows first depends on the history. */
const BROKEN: Readonly<Record<string, RegExp>> = {
  "tools' edits are not seen": /I[123]/,
  "the last of several edits wins without a record": /I[123]/,
  "what an author never saw is overwritten by him": /I[123]/,
  "an explicit clear is taken for no opinion": /I[123]/,
  "the hub's labels replace those of the tools": /I[123]/,
  "labels only ever grow": /I[123]/,
  "of two edits of a text one is dropped": /I[123]/,
  "a value that was refused is asked for in every run": /I[123]/,
  "losers of a decision are not kept": /I[123]/,
  "a parked conflict is agreed on all the same": /I[123]/,
  "agreements without a write are not recorded": /I[123]/,
  "an edit that is taken in counts as dealt with": /nothing was left to do/,
  "the hub's agreement is not recorded": /I[123]/,
  "writes do not say what they expect": /I[123]/,
  "a person's value is overwritten by the plan that first sees it": /I[123]|nobody could read/,
  "a deleted twin is made anew under every policy": /I5/,
  "an item that left the hub is archived without a yes": /I7|unasked/,
  "an answer goes for whatever is there now": /I7/,
  "an edit of what was deleted elsewhere is forgotten once all agree": /I7/,
  "what is to stay as it is is asked again": /asked again/,
  "a bulk write goes on unasked": /unasked/,
  "a bulk write that waits holds back what all others agree on": /I[123]/,
  "a state that means nothing is coerced": /I4|nobody could read/,
  "a pull-only tool is written to": /pull-only/,
  "the order of writes follows the order of keys": /I9/,
};

/** Writes that the planner defers until the hub's commit, sent at once. */
function earlyWrites(plan: Plan, input: ReconcileInput): Plan["writes"] {
  return plan.baseUpdates.flatMap(({ tool, item, field, base }) => {
    const agreed = plan.hubBase.find((entry) => entry.item === item && entry.field === field);
    const policy = input.policy.tools[tool];
    const link = input.links.find((known) => known.item === item && known.tool === tool);
    const expect = link && input.remotes[tool]?.[link.ref]?.fields[field];
    if (!agreed || !policy || !link || expect === undefined || policy.mode === "pull-only" || !policy.available)
      return [];
    const lens = policy.lens(agreed.type, field);
    const written = lens?.write(agreed.value);
    if (!lens || written?.kind !== "value" || field === "parent" || base.value === undefined) return [];
    if (lens.represents(base.value, agreed.value)) return [];
    const fields = { [field]: { value: written.value, agreed: agreed.value, expect } };
    return [{ kind: "update" as const, tool, item, type: agreed.type, ref: link.ref, fields }];
  });
}

test.each(Object.entries(DEFECTS))("caught: %s", (name, planner) => {
  const outcome = fc.check(
    fc.property(histories, (history) => void live(history, planner)),
    { seed, numRuns: MAX_HISTORIES, endOnFailure: true },
  );
  const reason = outcome.failed && "errorInstance" in outcome ? String(outcome.errorInstance) : "nothing was broken";
  expect(reason, `SDLC_SYNC_SEED=${seed}`).toMatch(BROKEN[name] ?? /^$/);
});
