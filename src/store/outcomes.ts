/** What a vendor's answer settles. */
import { SyncFailure } from "../core/errors.ts";
import type { ItemId, ToolKey } from "../core/model.ts";
import { appendAudit } from "./audit.ts";
import { change, type Handle } from "./handle.ts";
import { asIntent } from "./intents.ts";
import { advanceBases, upsertLinks } from "./links.ts";
import { upsertTwin } from "./mirror.ts";
import type { Write } from "../core/plan.ts";
import type { Tx } from "./schema.ts";
import type { Acknowledgement, Store } from "./store.ts";

export function outcomeMethods(handle: Handle): Pick<Store, "acknowledge"> {
  return {
    acknowledge: (project, ack) => change(handle, project, (tx) => acknowledge(tx, project, ack)),
  };
}

/** Intent, mirror, link or base, and audit: all of it or nothing, and the second time nothing but what it replaced. */
async function acknowledge(tx: Tx, project: string, ack: Acknowledgement): Promise<void> {
  const row = await tx
    .selectFrom("intent")
    .selectAll()
    .where("id", "=", ack.intent)
    .where("project", "=", project)
    .executeTakeFirst();
  if (!row) throw new SyncFailure("Bug", `an answer came for ${ack.intent}, which ${project} never planned`);
  if (row.state === "done") {
    // A worker that was taken for dead may write after the one in its place, and over what a person set meanwhile.
    const kept = ack.audit.filter(({ operation }) => operation === "keep");
    return appendAudit(tx, kept, ack.intent);
  }
  const { tool, write } = asIntent(row);
  await tx.updateTable("intent").set({ state: "done", message: null }).where("id", "=", ack.intent).execute();
  await settleEarlier(tx, { project, tool, kind: write.kind, item: write.item, but: ack.intent });
  await upsertTwin(tx, project, tool, ack.twin);
  if (ack.link) await upsertLinks(tx, project, [ack.link]);
  else await advanceBases(tx, project, tool, new Map([[write.item, ack.bases]]));
  await appendAudit(tx, ack.audit, ack.intent);
}

interface Attempt {
  readonly project: string;
  readonly tool: ToolKey;
  readonly kind: Write["kind"];
  readonly item: ItemId;
  readonly but: string;
}

/** A write that is proven settles every earlier attempt at the same twin. */
async function settleEarlier(tx: Tx, { project, tool, kind, item, but }: Attempt): Promise<void> {
  const sent = await tx
    .selectFrom("intent")
    .selectAll()
    .where("project", "=", project)
    .where("tool", "=", tool)
    .where("state", "=", "sent")
    .execute();
  for (const row of sent) {
    const { write, id } = asIntent(row);
    if (id !== but && write.kind === kind && write.item === item)
      await tx.updateTable("intent").set({ state: "superseded" }).where("id", "=", id).execute();
  }
}
