/** Updates that were sent and whose answer never came. */
import type { Overwritten } from "../src/connectors/contract.ts";
import { sameJson } from "../src/core/equality.ts";
import type { FieldName, ItemId, RemoteItem, ToolValue } from "../src/core/model.ts";
import type { UpdateWrite } from "../src/core/plan.ts";
import type { Intent, ProjectState } from "../src/store/store.ts";
import type { Engine } from "./engine.ts";
import { earlierLinks, isHeld, isOnTheWay, settle, stepsByItem, type ApplyRun, type Earlier } from "./acknowledge.ts";

/**
 * What stands in the tool as it was sent is ours: it becomes the agreement that its answer would have proven,
 * before a plan could take it for a person's edit. What does not stand there is planned anew.
 */
export async function settleUnanswered(run: ApplyRun): Promise<void> {
  const { engine, input, session, scope } = run;
  const open = await engine.store.openIntents(input.project, input.tool);
  const updates = open.filter(({ state, write }) => state === "sent" && write.kind === "update");
  if (updates.length === 0) return;
  const steps = await ownSteps(run, updates);
  const sent = updates.map((intent) => ({ ...intent, steps: steps.get(intent.write.item) ?? [] }));
  const refs = [...new Set(sent.map(({ write }) => (write as UpdateWrite).ref))];
  const { items, gone } = await session.connector.read(scope, refs);
  await engine.store.saveTwins(input.project, input.tool, items);
  await engine.store.markGone(input.project, input.tool, gone);
  const earlier = await earlierLinks(run);
  const replaced = await replacedUnseen(run, sent, items, earlier);
  for (const intent of sent) {
    const { ref, fields } = intent.write as UpdateWrite;
    const twin = items.find((item) => item.ref === ref);
    const held = heldFields(run, intent, twin, earlier);
    const isHalted = twin !== undefined && "status" in fields && isOnTheWay(intent, twin);
    if (!twin || (held.length === 0 && !isHalted)) {
      await engine.store.reject(intent.id, "its answer was lost, and it did not take effect", "superseded");
      continue;
    }
    const raced = (Object.keys(fields) as FieldName[]).filter((field) => !held.includes(field));
    const overwrote = replaced.get(intent.id);
    const done = {
      id: intent.id,
      kind: "done",
      twin,
      refused: {},
      raced,
      ...(overwrote ? { overwrote } : {}),
    } as const;
    await settle(run, intent, done, earlier);
  }
}

/**
 * By item, the statuses on the way that writes without an answer told of, but for those where the tool's history speaks
 * against it: what was moved from elsewhere, from the status that was asked for say, somebody moved who chose the same one.
 */
export async function ownSteps(
  { session, scope }: ApplyRun,
  sent: readonly Intent[],
): Promise<ReadonlyMap<ItemId, readonly ToolValue[]>> {
  const steps = new Map([...stepsByItem(sent)].filter(([, all]) => all.length > 0));
  const stepped = sent.filter(({ write }) => steps.has(write.item) && write.kind === "update");
  if (stepped.length === 0 || !session.connector.capabilities.history) return steps;
  const refs = [...new Set(stepped.map(({ write }) => (write as UpdateWrite).ref))];
  const times = await session.connector.history(scope, refs, ["status"]);
  for (const [item, writes] of Map.groupBy(stepped, ({ write }) => write.item)) {
    const from = times.find(({ ref }) => writes.some(({ write }) => (write as UpdateWrite).ref === ref))?.replaced;
    const planned = writes.filter(({ write }) => "status" in (write as UpdateWrite).fields);
    if (from && !planned.some((intent) => isExpected(intent, "status", from))) steps.delete(item);
  }
  return steps;
}

/** The mirrors as if what we left on the way had not left: change detection tells of it like of a person's edit. */
export async function withoutSteps(
  { store }: Engine,
  project: string,
  { mirror, links }: Pick<ProjectState, "mirror" | "links">,
): Promise<ProjectState["mirror"]> {
  const shown = Object.entries(mirror).map(async ([tool, twins]) => {
    const sent = (await store.openIntents(project, tool)).filter(({ state, steps }) => state === "sent" && steps);
    const steps = stepsByItem(sent);
    const halted = links.flatMap(({ tool: of, item, ref, base }): [string, RemoteItem][] => {
      const [twin, before] = [twins[ref], base.status?.value];
      const isStep = steps.get(item)?.some((step) => sameJson(step, twin?.fields.status ?? null));
      if (of !== tool || !twin || !isStep || before === undefined) return [];
      return [[ref, { ...twin, fields: { ...twin.fields, status: before } }]];
    });
    return [tool, halted.length > 0 ? { ...twins, ...Object.fromEntries(halted) } : twins] as const;
  });
  return Object.fromEntries(await Promise.all(shown));
}

/**
 * By intent, what people had set in the moment before a write of ours whose answer never came: the answer would
 * have shown it, now only the tool's history does. `items` are the twins as they stand after it.
 */
export async function replacedUnseen(
  run: ApplyRun,
  sent: readonly Intent[],
  items: readonly RemoteItem[],
  earlier: Earlier,
): Promise<ReadonlyMap<string, Overwritten>> {
  const { connector } = run.session;
  const held = sent.map((intent) => {
    const { ref } = intent.write as UpdateWrite;
    const twin = items.find((item) => item.ref === ref);
    return { intent, ref, fields: heldFields(run, intent, twin, earlier) };
  });
  const fields = [...new Set(held.flatMap((one) => one.fields))];
  if (!connector.capabilities.history || fields.length === 0) return new Map();
  const times = await connector.history(run.scope, [...new Set(held.map(({ ref }) => ref))], fields);
  const found = new Map<string, Overwritten>();
  for (const { intent, ref, fields: own } of held) {
    const unseen = times.filter(
      ({ ref: of, field, replaced }) =>
        of === ref && own.includes(field) && replaced && !isExpected(intent, field, replaced),
    );
    const values = unseen.map(({ field, replaced }) => [field, replaced?.at(-1) ?? ""] as const);
    if (values.length > 0) found.set(intent.id, Object.fromEntries(values));
  }
  return found;
}

/** Whether the write replaced what it was planned on; of a value without a spelling nobody can tell. */
function isExpected({ write, steps = [] }: Intent, field: FieldName, replaced: readonly string[]): boolean {
  if (field === "status" && steps.some((step) => typeof step === "string" && replaced.includes(step))) return true;
  const expect = (write as UpdateWrite).fields[field]?.expect;
  if (expect === undefined || (expect !== null && typeof expect === "object")) return true;
  return expect === null || expect === "" ? replaced.length === 0 : replaced.includes(String(expect));
}

function heldFields(run: ApplyRun, { write }: Intent, twin: RemoteItem | undefined, earlier: Earlier): FieldName[] {
  const update = write as UpdateWrite;
  const isOurs = (field: FieldName) => isHeld(run, update, field, twin?.fields[field], earlier);
  return (Object.keys(update.fields) as FieldName[]).filter(isOurs);
}
