/** One request as a stand-in saw it, and what it answered. */
export interface RequestRecord {
  readonly id: number;
  /** ISO time by the stand-in's own clock. */
  readonly at: string;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** `POST /issue/bulk` for REST, the operation's name for GraphQL. */
  readonly operation: string;
  /** Whether the operation changes anything at the vendor. */
  readonly write: boolean;
  /** Without credentials, as are body and answer. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** 0 where the socket was destroyed. */
  readonly status: number;
  readonly answer: string;
  readonly answerHeaders: Readonly<Record<string, string>>;
}

/** Where tokens are asked for and given. */
const TOKEN_PATH = /^\/(?:oauth\/token|app\/installations\/\d+\/access_tokens)$/;
const SECRET_HEADERS = new Set(["authorization", "cookie", "x-api-key", "proxy-authorization"]);

/** Everything a stand-in was asked, newest last; the oldest records are dropped beyond `limit`, the counters never. */
export class RequestLog {
  readonly #limit: number;
  #records: RequestRecord[] = [];
  #total = 0;
  #writes = 0;
  #byOperation = new Map<string, number>();

  constructor(limit = 20_000) {
    this.#limit = limit;
  }

  add(record: Omit<RequestRecord, "id">): RequestRecord {
    const hidden = TOKEN_PATH.test(record.path) ? { body: "<redacted>", answer: "<redacted>" } : {};
    const stored = { ...record, ...hidden, id: ++this.#total, headers: withoutSecrets(record.headers) };
    this.#records.push(stored);
    if (this.#records.length > this.#limit) this.#records.shift();
    if (stored.write) this.#writes += 1;
    this.#byOperation.set(stored.operation, (this.#byOperation.get(stored.operation) ?? 0) + 1);
    return stored;
  }

  all(): readonly RequestRecord[] {
    return this.#records;
  }

  /** Records from this count on: `const mark = log.total(); ...; log.since(mark)`. */
  since(mark: number): readonly RequestRecord[] {
    return this.#records.filter((record) => record.id > mark);
  }

  total(): number {
    return this.#total;
  }

  /** How many writing requests arrived, whatever became of them. */
  writes(): number {
    return this.#writes;
  }

  count(operation: string | RegExp): number {
    let sum = 0;
    for (const [name, times] of this.#byOperation) {
      if (typeof operation === "string" ? name === operation : operation.test(name)) sum += times;
    }
    return sum;
  }

  byOperation(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#byOperation].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  clear(): void {
    this.#records = [];
    this.#total = 0;
    this.#writes = 0;
    this.#byOperation.clear();
  }
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      SECRET_HEADERS.has(name.toLowerCase()) ? "<redacted>" : value,
    ]),
  );
}
