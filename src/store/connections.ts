/** The credentials in use: which of them the tools refuse, which tools somebody paused, and who waits for them. */
import type { ToolKey } from "../core/model.ts";
import { sql } from "kysely";
import type { Handle } from "./handle.ts";
import type { Db, Tx } from "./schema.ts";
import { markNews } from "./standings.ts";
import { batches } from "./upsert.ts";

/** Since when a tool refuses a credential, and how it is asked again. */
export interface Refusal {
  /** Epoch ms. */
  readonly sinceMs: number;
  /** The vendor's words. */
  readonly message: string;
  /** How often it was tried since. */
  readonly probes: number;
  /** Epoch ms; null: nobody has planned it yet. */
  readonly nextProbeMs: number | null;
  /** What a probe needs to open a session, as who was refused had it; without secrets. */
  readonly context: unknown;
}

export interface ConnectionRecord {
  /** Names the credential without revealing it. */
  readonly account: string;
  readonly tool: ToolKey;
  /** When it was first accepted here, epoch ms; null before, and for one whose age does not matter. */
  readonly firstUsedMs: number | null;
  /** When the tool last took it, to the hour; epoch ms, null before. */
  readonly usedAtMs: number | null;
  readonly refusal: Refusal | null;
  /** Projects whose last sync had to go without the tool. */
  readonly waiting: number;
}

/** A tool that somebody has taken out of all syncs. */
export interface ToolPause {
  readonly tool: ToolKey;
  /** Epoch ms. */
  readonly sinceMs: number;
  readonly by: string;
  readonly note: string | null;
}

export interface ConnectionStore {
  /** By tool, then account. */
  connections(): Promise<readonly ConnectionRecord[]>;
  connection(account: string): Promise<ConnectionRecord | null>;
  /** The tool took the credential: its age counts from the first time, unless it is `ageless`, and a refusal is over. */
  acceptConnection(account: string, tool: ToolKey, now: number, ageless?: boolean): Promise<void>;
  /** The tool refused the credential. Repeated, the first time stays. */
  refuseConnection(
    account: string,
    tool: ToolKey,
    refusal: Pick<Refusal, "message" | "context">,
    now: number,
  ): Promise<void>;
  /** Another credential has taken its place. */
  forgetConnection(account: string): Promise<void>;
  noteProbe(account: string, probes: number, nextProbeMs: number): Promise<void>;
  /** Which tools the project's last sync had to go without; replaces what was known of these accounts. */
  noteWaiting(project: string, waiting: readonly string[], served: readonly string[]): Promise<void>;
  /** Projects that waited for any of these wait no more: counted as news of theirs, so that whatever syncs next takes them up. */
  releaseWaiting(accounts: readonly string[]): Promise<readonly string[]>;
  toolPauses(): Promise<readonly ToolPause[]>;
  /** The first one who paused it stays named. */
  pauseTool(pause: ToolPause): Promise<void>;
  /** False where it was not paused. */
  resumeTool(tool: ToolKey): Promise<boolean>;
}

export function connectionMethods({ db }: Handle): ConnectionStore {
  return {
    connections: () => readConnections(db),
    connection: async (account) => (await readConnections(db, account))[0] ?? null,
    acceptConnection: (account, tool, now, ageless = false) =>
      db.transaction().execute(async (tx) => {
        const known = await row(tx, account);
        await put(tx, {
          account,
          tool,
          first_used: ageless ? null : (known?.first_used ?? now),
          used_at: now,
          refusal: null,
        });
      }),
    refuseConnection: (account, tool, { message, context }, now) =>
      db.transaction().execute(async (tx) => {
        const known = await row(tx, account);
        const before = known?.refusal ? (JSON.parse(known.refusal) as Refusal) : null;
        const refusal: Refusal = {
          sinceMs: before?.sinceMs ?? now,
          message,
          context,
          probes: before?.probes ?? 0,
          nextProbeMs: before?.nextProbeMs ?? null,
        };
        const own = { first_used: known?.first_used ?? null, used_at: known?.used_at ?? null };
        await put(tx, { account, tool, ...own, refusal: JSON.stringify(refusal) });
      }),
    async forgetConnection(account) {
      await db.deleteFrom("connection").where("account", "=", account).execute();
    },
    noteProbe: (account, probes, nextProbeMs) =>
      db.transaction().execute(async (tx) => {
        const known = await row(tx, account);
        if (!known?.refusal) return;
        const refusal: Refusal = { ...(JSON.parse(known.refusal) as Refusal), probes, nextProbeMs };
        await put(tx, { ...known, refusal: JSON.stringify(refusal) });
      }),
    async noteWaiting(project, waiting, served) {
      const rows = await db.selectFrom("connection_waiter").select("account").where("project", "=", project).execute();
      const known = rows.map(({ account }) => account);
      const gone = known.filter((account) => served.includes(account) && !waiting.includes(account));
      // Each commit asks, and nearly none has anything to tell.
      if (gone.length === 0 && waiting.every((account) => known.includes(account))) return;
      await db.transaction().execute(async (tx) => {
        if (gone.length > 0)
          await tx
            .deleteFrom("connection_waiter")
            .where("project", "=", project)
            .where("account", "in", gone)
            .execute();
        for (const account of waiting)
          await tx
            .insertInto("connection_waiter")
            .values({ account, project })
            .onConflict((conflict) => conflict.doNothing())
            .execute();
      });
    },
    releaseWaiting: (accounts) =>
      db.transaction().execute(async (tx) => {
        if (accounts.length === 0) return [];
        const rows = await tx
          .deleteFrom("connection_waiter")
          .where("account", "in", [...accounts])
          .returning("project")
          .execute();
        const projects = [...new Set(rows.map(({ project }) => project))].toSorted();
        for (const some of batches(projects, (project) => project)) await markNews(tx, some);
        return projects;
      }),
    async toolPauses() {
      const rows = await db.selectFrom("tool_pause").selectAll().orderBy("tool").execute();
      return rows.map(({ tool, since, by, note }) => ({ tool, sinceMs: since, by, note }));
    },
    async pauseTool({ tool, sinceMs, by, note }) {
      await db
        .insertInto("tool_pause")
        .values({ tool, since: sinceMs, by, note })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async resumeTool(tool) {
      const { numDeletedRows } = await db.deleteFrom("tool_pause").where("tool", "=", tool).executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}

interface Row {
  readonly account: string;
  readonly tool: string;
  readonly first_used: number | null;
  readonly used_at: number | null;
  readonly refusal: string | null;
}

async function row(tx: Tx, account: string): Promise<Row | undefined> {
  return tx.selectFrom("connection").selectAll().where("account", "=", account).executeTakeFirst();
}

async function put(tx: Tx, value: Row): Promise<void> {
  const { account, ...rest } = value;
  await tx
    .insertInto("connection")
    .values({ account, ...rest })
    .onConflict((conflict) => conflict.column("account").doUpdateSet(rest))
    .execute();
}

async function readConnections(db: Db, account?: string): Promise<ConnectionRecord[]> {
  const all = db
    .selectFrom("connection")
    .selectAll()
    .select(
      sql<number>`(select count(*) from connection_waiter where connection_waiter.account = connection.account)`.as(
        "waiting",
      ),
    )
    .orderBy("tool")
    .orderBy("account");
  const rows = await (account === undefined ? all : all.where("account", "=", account)).execute();
  return rows.map(({ first_used: firstUsedMs, used_at: usedAtMs, refusal, waiting, ...own }) => ({
    ...own,
    firstUsedMs,
    usedAtMs,
    refusal: refusal === null ? null : (JSON.parse(refusal) as Refusal),
    waiting: Number(waiting),
  }));
}
