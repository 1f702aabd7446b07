/** Updates that were sent and whose answer never came. */
import type { FieldName } from "../src/core/model.ts";
import type { UpdateWrite } from "../src/core/plan.ts";
import { earlierLinks, isHeld, settle, type ApplyRun } from "./acknowledge.ts";

/**
 * What stands in the tool as it was sent is ours: it becomes the agreement that its answer would have proven,
 * before a plan could take it for a person's edit. What does not stand there is planned anew.
 */
export async function settleUnanswered(run: ApplyRun): Promise<void> {
  const { engine, input, session, scope } = run;
  const open = await engine.store.openIntents(input.project, input.tool);
  const sent = open.filter(({ state, write }) => state === "sent" && write.kind === "update");
  if (sent.length === 0) return;
  const refs = [...new Set(sent.map(({ write }) => (write as UpdateWrite).ref))];
  const { items, gone } = await session.connector.read(scope, refs);
  await engine.store.saveTwins(input.project, input.tool, items);
  await engine.store.markGone(input.project, input.tool, gone);
  const earlier = await earlierLinks(run);
  for (const intent of sent) {
    const { ref, fields } = intent.write as UpdateWrite;
    const twin = items.find((item) => item.ref === ref);
    const isLost = (field: FieldName) => !isHeld(run, intent.write as UpdateWrite, field, twin?.fields[field], earlier);
    const lost = (Object.keys(fields) as FieldName[]).filter(isLost);
    if (!twin || lost.length === Object.keys(fields).length)
      await engine.store.reject(intent.id, "its answer was lost, and it did not take effect", "superseded");
    else await settle(run, intent, { id: intent.id, kind: "done", twin, refused: {}, raced: lost }, earlier);
  }
}
