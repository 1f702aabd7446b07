/** The trail: who changed what, and what a decision was about to overwrite. */
import { createHash } from "node:crypto";
import { change, durably, type Handle } from "./handle.ts";
import type { Tx } from "./schema.ts";
import type { AuditEntry, Store } from "./store.ts";
import { batches } from "./upsert.ts";

type AuditMethods = Pick<Store, "audit" | "recordDecisions">;

export function auditMethods(handle: Handle): AuditMethods {
  return {
    // On the disk before the first write leaves: what it overwrites stands nowhere else.
    recordDecisions: (entries) =>
      durably(handle, async (durable) => {
        for (const [project, own] of Map.groupBy(entries, (entry) => entry.project))
          await change(durable, project, (tx) => appendAudit(tx, own, "decision"));
      }),
    async audit(project, run) {
      let query = handle.db.selectFrom("audit").select("body").where("project", "=", project).orderBy("seq");
      if (run !== undefined) query = query.where("run", "=", run);
      return (await query.execute()).map(({ body }) => JSON.parse(body) as AuditEntry);
    },
  };
}

/** The digest leaves the time out: the same step done again after a crash is the same entry. */
export async function appendAudit(tx: Tx, entries: readonly AuditEntry[], step: string): Promise<void> {
  const rows = entries.map((entry) => {
    const { timestamp: _, ...facts } = entry;
    const digest = createHash("sha256")
      .update(JSON.stringify([step, facts]))
      .digest("hex");
    return { project: entry.project, run: entry.run, digest, body: JSON.stringify(entry) };
  });
  for (const some of batches(rows, ({ digest }) => digest))
    await tx
      .insertInto("audit")
      .values(some)
      .onConflict((conflict) => conflict.column("digest").doNothing())
      .execute();
}
