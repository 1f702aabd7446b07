/** SQLite through `node:sqlite`, as Kysely sees it: one connection, made for a file that several processes share. */
import { resolve } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  type TransactionSettings,
} from "kysely";

/** How long a writer waits for another process's transaction; ours last milliseconds. */
const BUSY_TIMEOUT_MS = 15_000;
/** Statements kept prepared: more than the store has, so that only `in (...)` lists of odd lengths come and go. */
const PREPARED = 200;

/** A dialect over `path` (`:memory:` for a store of this process alone). */
export function sqliteDialect(path: string): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new NodeSqliteDriver(path),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** Work on one file goes one after another. `tail` ends when the last one in line is done. */
interface Line {
  tail: Promise<void>;
  drivers: number;
}

/**
 * By file, for all stores of this process: SQLite waits for a lock by blocking the thread, so two
 * connections of one process would wait for a transaction that cannot go on meanwhile.
 */
const lines = new Map<string, Line>();

class NodeSqliteDriver implements Driver {
  readonly #path: string;
  readonly #line: Line;
  #connection: NodeSqliteConnection | undefined;
  #leave: () => void = () => undefined;

  constructor(path: string) {
    this.#path = path === ":memory:" ? path : resolve(path);
    const line = (path === ":memory:" ? undefined : lines.get(this.#path)) ?? { tail: Promise.resolve(), drivers: 0 };
    line.drivers += 1;
    if (path !== ":memory:") lines.set(this.#path, line);
    this.#line = line;
  }

  async init(): Promise<void> {
    const database = new DatabaseSync(this.#path);
    // The timeout first: turning WAL on takes the file's lock for a moment.
    database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
    enterWal(database);
    database.exec("pragma synchronous = normal; pragma foreign_keys = on");
    this.#connection = new NodeSqliteConnection(database);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#line.tail;
    const { promise, resolve: leave } = Promise.withResolvers<void>();
    this.#line.tail = before.then(() => promise);
    await before;
    this.#leave = leave;
    return this.#connection!;
  }

  async releaseConnection(): Promise<void> {
    this.#leave();
  }

  /**
   * Writers take their place at the start: a transaction that reads first could not become a writer once
   * another process wrote. Readers have their snapshot and wait for nobody.
   */
  async beginTransaction(connection: DatabaseConnection, { accessMode }: TransactionSettings): Promise<void> {
    await run(connection, accessMode === "read only" ? "begin" : "begin immediate");
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await run(connection, "commit");
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // SQLite itself has rolled back after some errors (a full disk): there is nothing left to undo then.
    if ((connection as NodeSqliteConnection).inTransaction) await run(connection, "rollback");
  }

  async destroy(): Promise<void> {
    this.#connection?.close();
    this.#line.drivers -= 1;
    if (this.#line.drivers === 0) lines.delete(this.#path);
  }
}

function run(connection: DatabaseConnection, text: string): Promise<unknown> {
  return connection.executeQuery(CompiledQuery.raw(text));
}

/** Changing the journal answers "locked" at once, whatever the timeout, while another process does the same. */
function enterWal(database: DatabaseSync): void {
  const giveUpAt = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      database.exec("pragma journal_mode = wal");
      return;
    } catch (error) {
      if (!/locked/.test(String(error)) || performance.now() > giveUpAt) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

class NodeSqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { statement, reads } = this.#prepare(sql);
    const values = parameters as readonly SQLInputValue[];
    if (reads) return { rows: statement.all(...values) as R[] };
    const { changes } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  // eslint-disable-next-line require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("the store reads whole answers, it never streams");
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
  }

  #prepare(text: string): Prepared {
    const known = this.#prepared.get(text);
    if (known) return known;
    const statement = this.#database.prepare(text);
    const prepared = { statement, reads: statement.columns().length > 0 };
    const oldest = this.#prepared.size >= PREPARED ? this.#prepared.keys().next() : undefined;
    if (oldest && !oldest.done) this.#prepared.delete(oldest.value);
    // A statement that changes the schema or a setting is run once.
    if (/^(?:select|insert|update|delete|begin|commit)/.test(text)) this.#prepared.set(text, prepared);
    return prepared;
  }
}

interface Prepared {
  readonly statement: StatementSync;
  /** Whether it answers with rows. */
  readonly reads: boolean;
}
