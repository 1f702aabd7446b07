/** The writes of plans, stored before the first of them is sent. */
import type { ToolValue } from "../core/model.ts";
import { sameJson } from "../core/equality.ts";
import type { Write } from "../core/plan.ts";
import { change, durably, type Handle } from "./handle.ts";
import type { Tables, Tx } from "./schema.ts";
import type { Intent, IntentState, Store } from "./store.ts";
import { batches } from "./upsert.ts";

type IntentMethods = Pick<
  Store,
  | "storeIntents"
  | "openIntents"
  | "markSent"
  | "markUnsent"
  | "noteBegun"
  | "noteStep"
  | "dropStep"
  | "reject"
  | "intentsOf"
>;
type IntentRow = Tables["intent"];

const OPEN: readonly IntentState[] = ["planned", "sent"];

export function intentMethods(handle: Handle): IntentMethods {
  const { db } = handle;
  const intents = () => db.selectFrom("intent").selectAll().orderBy("pass").orderBy("tool").orderBy("position");
  return {
    storeIntents: (project, planned) => change(handle, project, (tx) => storeIntents(tx, project, planned)),
    async openIntents(project, tool) {
      const rows = await intents()
        .where("project", "=", project)
        .where("tool", "=", tool)
        .where("state", "in", OPEN)
        .execute();
      return rows.map(asIntent);
    },
    // On the disk before the first byte leaves: else a power failure would forget that an answer is owed.
    markSent: (ids, sender) =>
      durably(handle, async (durable) => {
        await durable.db.transaction().execute(async (tx) => {
          for (const some of batches(ids, (id) => id))
            await tx
              .updateTable("intent")
              .set((eb) => ({
                state: "sent",
                sender: eb
                  .case()
                  .when("state", "=", "sent")
                  .then(null)
                  .else(sender ?? null)
                  .end(),
              }))
              .where("id", "in", some)
              .where("state", "<>", "done")
              .execute();
        });
      }),
    async markUnsent(ids, sender) {
      for (const some of batches(ids, (id) => id))
        await db
          .updateTable("intent")
          .set({ state: "planned" })
          .where("id", "in", some)
          .where("state", "=", "sent")
          .where("sender", "=", sender)
          .where("begun", "is", null)
          .execute();
    },
    async noteBegun(id, ref) {
      await db.updateTable("intent").set({ begun: ref }).where("id", "=", id).execute();
    },
    // On the disk like the mark that it was sent: else nobody could tell the step from a person's edit.
    noteStep: (id, status) => durably(handle, (durable) => changeSteps(durable, id, (steps) => [...steps, status])),
    dropStep: (id, status) =>
      changeSteps(handle, id, (steps) => {
        const last = steps.findLastIndex((step) => sameJson(step, status));
        return steps.filter((_, n) => n !== last);
      }),
    async reject(id, message, state = "rejected") {
      // Late words about a write that is proven change nothing. PostgreSQL takes no NUL in a text.
      await db
        .updateTable("intent")
        .set({ state, message: message.replaceAll("\0", "") })
        .where("id", "=", id)
        .where("state", "<>", "done")
        .execute();
    },
    async intentsOf(run) {
      return (await intents().where("run", "=", run).execute()).map(asIntent);
    },
  };
}

async function changeSteps(
  { db, home }: Handle,
  id: string,
  changed: (steps: readonly ToolValue[]) => readonly ToolValue[],
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const row = tx.selectFrom("intent").select("steps").where("id", "=", id);
    const known = await (home === "postgres" ? row.forUpdate() : row).executeTakeFirst();
    const steps = changed(stepsIn(known?.steps ?? null));
    const text = steps.length > 0 ? JSON.stringify(steps) : null;
    await tx.updateTable("intent").set({ steps: text }).where("id", "=", id).execute();
  });
}

async function storeIntents(tx: Tx, project: string, planned: readonly Intent[]): Promise<void> {
  await supersedeOthers(tx, project, new Set(planned.map(({ id }) => id)));
  const rows = planned.map(({ write, message, begun: _, steps: __, ...intent }) => ({
    ...intent,
    message: message ?? null,
    begun: null,
    steps: null,
    sender: null,
    body: JSON.stringify(write),
  }));
  // A pass that is planned again after a crash, over a world that moved: the newest plan holds, as long as nothing left.
  for (const some of batches(rows, ({ id }) => id))
    await tx
      .insertInto("intent")
      .values(some)
      .onConflict((conflict) =>
        conflict
          .column("id")
          .doUpdateSet((eb) => ({
            state: eb.ref("excluded.state"),
            message: eb.ref("excluded.message"),
            position: eb.ref("excluded.position"),
            body: eb.ref("excluded.body"),
            // Of the write that stood in its place before.
            begun: null,
            steps: null,
            sender: null,
          }))
          .where("intent.state", "in", ["planned", "superseded"]),
      )
      .execute();
}

/**
 * What was sent keeps waiting for its answer: it is looked up before anything else is believed of its item.
 * An archive does no harm when it is sent again.
 */
async function supersedeOthers(tx: Tx, project: string, kept: ReadonlySet<string>): Promise<void> {
  const open = await tx
    .selectFrom("intent")
    .selectAll()
    .where("project", "=", project)
    .where("state", "in", OPEN)
    .execute();
  const others = open.filter(({ id }) => !kept.has(id));
  const planned = others.filter(({ state }) => state === "planned");
  const sent = others.filter((row) => row.state === "sent" && asIntent(row).write.kind === "archive");
  await supersede(tx, "planned", planned);
  await supersede(tx, "sent", sent);
}

/** Only rows still in that state: one that is sent this moment is not the planned one we saw. */
async function supersede(tx: Tx, state: IntentState, rows: readonly IntentRow[]): Promise<void> {
  for (const some of batches(rows, ({ id }) => id))
    await tx
      .updateTable("intent")
      .set({ state: "superseded" })
      .where(
        "id",
        "in",
        some.map(({ id }) => id),
      )
      .where("state", "=", state)
      .execute();
}

function stepsIn(text: string | null): readonly ToolValue[] {
  return text === null ? [] : (JSON.parse(text) as ToolValue[]);
}

export function asIntent({ body, message, begun, steps, state, sender: _, ...row }: IntentRow): Intent {
  return {
    ...row,
    state: state as IntentState,
    write: JSON.parse(body) as Write,
    ...(message === null ? {} : { message }),
    ...(begun === null ? {} : { begun }),
    ...(steps === null ? {} : { steps: stepsIn(steps) }),
  };
}
