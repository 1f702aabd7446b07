/** What no plan may do before a person said so, and what it may not ask them twice. */
import type { ItemId, Side } from "../../../src/core/model.ts";
import type { DeletionAnswer, GuardAnswer } from "../../../src/core/policy.ts";
import { broken } from "./promises.ts";
import { titlesOf } from "./questions.ts";
import type { PassResult } from "./sim-engine.ts";
import type { SimWorld, Titles, ToolState } from "./sim-world.ts";

/** I7: nothing is put away or made anew without a deletion somewhere, and a policy or a person who says so. */
export function checkDeletes(world: SimWorld, result: PassResult): void {
  for (const write of result.plan.writes) {
    const tool = world.tools.find(({ key }) => key === write.tool);
    if (write.kind === "archive") checkArchive(world, result, write.item);
    if (write.kind === "create" && tool) checkCreate(tool, write.item, result);
  }
}

function checkArchive(world: SimWorld, { plan, input }: PassResult, item: ItemId): void {
  const lost = input.links.filter((link) => link.item === item && isGone(input, link));
  if (lost.length === 0 && input.hub.items[item]) broken("I7 no removal", `${item} is nowhere deleted`);
  const answer = answerOf(input, item);
  const now = titlesOf(item, plan, input);
  if (answer?.choice === "archive") {
    checkTitles(item, world.answeredTitles.get(item) ?? {}, now, "its title is not what was shown");
    return;
  }
  const isPolicy = world.config.yes && world.tools.some(({ config }) => config.deletes === "archive");
  const sides = lost.map(({ tool }) => tool).concat(input.hub.items[item] ? [] : ["hub"]);
  if (!isPolicy || isToStay(answer, sides)) broken("I7 no removal", `${item} was put away, and nobody said so`);
  if (!input.hub.items[item]) return;
  for (const { tool } of lost) {
    const known = world.lostTitles.get(`${tool} ${item}`) ?? input.hubBase[item]?.fields.title;
    checkTitles(item, { agreed: known }, now, `its title was edited since it was lost in ${tool}`);
  }
}

function checkTitles(item: ItemId, shown: Titles, now: Titles, why: string): void {
  for (const [side, title] of Object.entries(shown)) {
    const isThere = side in now;
    if (isThere && JSON.stringify(title) !== JSON.stringify(now[side]))
      broken("I7 no removal", `${item} was put away though ${why}: ${JSON.stringify([title, now[side]])}`);
  }
}

function checkCreate({ key, config }: ToolState, item: ItemId, { input }: PassResult): void {
  const link = input.links.find((known) => known.item === item && known.tool === key);
  if (!link) return;
  const answer = answerOf(input, item);
  const isWanted = answer?.choice === "recreate" || config.deletes === "recreate";
  if (!isGone(input, link) || !isWanted) broken("I5 one twin", `${item} was made anew in ${key}`);
}

/** Whoever said that an item is to stay as it is, is not asked again while it is lost nowhere else. */
export function checkAsked({ plan, input }: PassResult): void {
  for (const { item, traces, decided } of plan.deletions) {
    const lost = traces.filter(({ state }) => state !== "live").map(({ side }) => side);
    if (!decided && isToStay(answerOf(input, item), lost)) broken("asked again", `${item}: ${JSON.stringify(traces)}`);
  }
}

/** Whether somebody said so, who saw it lost at all of these sides. */
function isToStay(answer: DeletionAnswer | undefined, lost: readonly Side[]): boolean {
  const known = answer?.shown.traces.filter(({ state }) => state !== "live").map(({ side }) => side) ?? [];
  return answer?.choice === "keep" && lost.every((side) => known.includes(side));
}

/** What is more than everyday work waits for a person at each side. */
export function checkBulk(world: SimWorld, { plan, input }: PassResult): void {
  if (world.config.yes || world.config.consented) return;
  for (const { key } of world.tools) {
    const creates = plan.writes.filter(({ kind, tool }) => kind === "create" && tool === key).length;
    if (creates > 1) checkConsent(input, key, "bulk-create", creates);
  }
  const overwritten = plan.hubEdits.filter(
    (edit) => edit.kind === "field" && (input.hub.items[edit.item]?.fields[edit.field] ?? null) !== null,
  ).length;
  const agreed = Object.values(input.hubBase).reduce((sum, { fields }) => sum + Object.keys(fields).length, 0);
  if (overwritten > Math.max(4, agreed * 0.2)) checkConsent(input, "hub", "bulk-overwrite", overwritten);
}

function checkConsent({ policy }: PassResult["input"], side: Side, kind: string, count: number): void {
  const answers = policy.answers.filter((answer): answer is GuardAnswer => answer.kind === "guard");
  const answer = answers.findLast(({ shown }) => shown.kind === kind && shown.side === side);
  if (answer?.choice !== "proceed") broken("unasked", `${kind} of ${count} at ${side}`);
}

function answerOf({ policy }: PassResult["input"], item: ItemId): DeletionAnswer | undefined {
  const answers = policy.answers.filter((answer): answer is DeletionAnswer => answer.kind === "deletion");
  return answers.findLast(({ shown }) => shown.item === item);
}

function isGone(
  { remotes }: PassResult["input"],
  { tool, ref }: { readonly tool: string; readonly ref: string },
): boolean {
  const state = remotes[tool]?.[ref]?.state;
  return state === "gone" || state === "archived";
}
