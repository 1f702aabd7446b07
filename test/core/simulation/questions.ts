/** What a simulated project asks its people, and for how long it keeps what they answered. */
import { conflictsIn, placeOf, stageOf } from "../../../src/core/conflict.ts";
import type { ItemId } from "../../../src/core/model.ts";
import type { Deletion, GuardQuestion, Place, Plan } from "../../../src/core/plan.ts";
import type { ConflictAnswer } from "../../../src/core/policy.ts";
import type { ReconcileInput } from "../../../src/core/reconcile/reconcile.ts";
import type { SimWorld, Titles } from "./sim-world.ts";

/** What waits for a person after that plan, as it is shown to them. */
export function askPeople(world: SimWorld, plan: Plan, input: ReconcileInput): void {
  world.asked = [...plan.deletions, ...plan.guards]
    .filter(({ decided }) => !decided)
    .map((question) => ({ question, titles: titlesShown(question, plan, input) }));
}

/** What the person who is asked sees of the item: its title as all come to agree on it, or as each twin shows it. */
function titlesShown(question: Deletion | GuardQuestion, plan: Plan, input: ReconcileInput): Titles {
  return question.kind === "deletion" ? titlesOf(question.item, plan, input) : {};
}

export function titlesOf(id: ItemId, plan: Plan, { hub, hubBase, links, remotes }: ReconcileInput): Titles {
  const fresh = plan.hubBase.find(({ item, field }) => item === id && field === "title");
  if (hub.items[id]) return { agreed: fresh ? fresh.value : hubBase[id]?.fields.title };
  const own = links.filter(({ item }) => item === id);
  return Object.fromEntries(own.map(({ tool, ref }) => [tool, remotes[tool]?.[ref]?.fields.title]));
}

/** An answer is kept until a plan no longer names its conflict, or asks it anew. */
export function keepNamedAnswers(world: SimWorld, plan: Plan): void {
  const stages = new Map(conflictsIn(plan).map((conflict) => [keyOf(placeOf(conflict)), stageOf(conflict)]));
  world.answers = world.answers.flatMap((answer): ConflictAnswer[] => {
    const stage = stages.get(keyOf(answeredPlace(answer)));
    if (stage === undefined || (answer.kind !== undefined && stage === "open")) return [];
    return [answer.kind === "deletion" ? { ...answer, holds: stage === "settled" } : answer];
  });
}

function answeredPlace(answer: ConflictAnswer): Place {
  return answer.kind === undefined ? { item: answer.item, topic: answer.field } : placeOf(answer.shown);
}

function keyOf({ item, topic }: Place): string {
  return `${item} ${topic}`;
}
