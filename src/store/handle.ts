/** The ways into the database. Every method of the store goes through one of these. */
import { sql } from "kysely";
import type { Db, Home, Tx } from "./schema.ts";

export interface Handle {
  readonly db: Db;
  readonly home: Home;
}

/**
 * One atomic change of one project. Those of a project go one after another in both homes: SQLite has
 * one writer, and PostgreSQL takes the project's lock, so that read-then-write is safe in either.
 * A power failure may undo the newest ones (never a part of one); a killed process loses nothing.
 */
export function change<T>({ db, home }: Handle, project: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (tx) => {
    if (home === "postgres")
      await sql`select pg_advisory_xact_lock(hashtextextended(${`sdlc-sync/${project}`}, 0))`.execute(tx);
    return work(tx);
  });
}

/** Reads that belong together: one snapshot, waiting for no writer. */
export function look<T>({ db, home }: Handle, work: (tx: Tx) => Promise<T>): Promise<T> {
  const reading = db.transaction().setAccessMode("read only");
  return (home === "postgres" ? reading.setIsolationLevel("repeatable read") : reading).execute(work);
}

/**
 * The same work, on the disk before it returns: for what must be known after a power failure because
 * something outside changes next. PostgreSQL always works so; for SQLite it costs a sync of the file.
 */
export function durably<T>(handle: Handle, work: (handle: Handle) => Promise<T>): Promise<T> {
  const { db, home } = handle;
  if (home === "postgres") return work(handle);
  return db.connection().execute(async (connection) => {
    await sql`pragma synchronous = full`.execute(connection);
    try {
      return await work({ db: connection, home });
    } finally {
      await sql`pragma synchronous = normal`.execute(connection);
    }
  });
}
