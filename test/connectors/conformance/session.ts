/** One connector against one stand-in: short words for what the tests do. */
import { inspect } from "node:util";
import { expect } from "vitest";
import type { CreateRequest, SchemaScope, UpdateRequest, WriteOutcome } from "../../../src/connectors/contract.ts";
import { createHttp, type Budget, type Http } from "../../../src/connectors/http.ts";
import { containerOf, syncKey } from "../../../src/connectors/sync-key.ts";
import { isSyncFailure, SyncFailure, type ErrorCode } from "../../../src/core/errors.ts";
import type { LensTable } from "../../../src/core/lens.ts";
import type { FieldName, FieldValues, RemoteItem, ToolValues } from "../../../src/core/model.ts";
import type { FaultRule } from "../../../sandbox/kit/faults.ts";
import { collect, sendingBy } from "../requests.ts";
import { ownersBy } from "../stream-owners.ts";
import type { Harness, Running, WorkType } from "./harness.ts";

const NO_BUDGET: Budget = { reserve: () => Promise.resolve(), observe: () => Promise.resolve() };
const TIMEOUT_MS = 20_000;

export type Done = Extract<WriteOutcome, { kind: "done" }>;

export class Session {
  readonly harness: Harness;
  readonly running: Running;
  readonly scope: SchemaScope;
  readonly lenses: LensTable;
  #items = 0;

  constructor(harness: Harness, running: Running, scope: SchemaScope) {
    this.harness = harness;
    this.running = running;
    this.scope = scope;
    this.lenses = harness.module.connector.lenses(scope.binding, scope.schema);
  }

  get connector(): Harness["module"]["connector"] {
    return this.harness.module.connector;
  }
  get human(): Running["human"] {
    return this.running.human;
  }
  get sandbox(): Running["sandbox"] {
    return this.running.sandbox;
  }

  /** The same connector and stand-in with another signal. */
  scopeWith(signal: AbortSignal): SchemaScope {
    return { ...this.scope, signal };
  }

  /** The same connector and stand-in, where the budget turns away what comes after so many calls. */
  scopeThatStopsAfter(calls: number): SchemaScope {
    let left = calls;
    const send: Http["send"] = async (request) => {
      if (left-- > 0) return this.scope.http.send(request);
      throw new SyncFailure("RateLimited", "used up", { retryAfterMs: 1_000 });
    };
    return sendingBy(this.scope, send);
  }

  /** Canonical fields in the tool's terms; what the tool cannot hold is left out. */
  written(type: WorkType, fields: FieldValues): ToolValues {
    const entries = Object.entries(fields).flatMap(([field, value]) => {
      const written = this.lenses(type, field as FieldName)?.write(value);
      return written?.kind === "value" ? [[field, written.value]] : [];
    });
    return Object.fromEntries(entries) as ToolValues;
  }

  /** Whether the tool holds this canonical value in this twin. */
  holds(twin: RemoteItem, type: WorkType, fields: FieldValues): boolean {
    return Object.entries(fields).every(([field, value]) => {
      const held = twin.fields[field as FieldName];
      return held !== undefined && this.lenses(type, field as FieldName)?.represents(held, value) === true;
    });
  }

  createRequest(type: WorkType, fields: ToolValues, more: Partial<CreateRequest> = {}): CreateRequest {
    this.#items += 1;
    const item = `${type.toUpperCase()}-${this.#items}`;
    const { project, tool } = this.scope.binding;
    const key = syncKey({ project, type, item, tool, container: containerOf(this.scope.binding), generation: 1 });
    return { id: `create-${this.#items}`, item, type, syncKey: key, fields, recover: false, ...more };
  }

  async create(requests: readonly CreateRequest[]): Promise<WriteOutcome[]> {
    return inOrder(requests, await collect((report) => this.connector.create(this.scope, requests, report)));
  }

  async update(requests: readonly UpdateRequest[]): Promise<WriteOutcome[]> {
    return inOrder(requests, await collect((report) => this.connector.update(this.scope, requests, report)));
  }

  /** A twin of these canonical fields, made by the connector. */
  async make(type: WorkType, fields: FieldValues): Promise<RemoteItem> {
    const [outcome] = await this.create([this.createRequest(type, this.written(type, fields))]);
    return doneOf(outcome).twin;
  }

  updateRequest(twin: RemoteItem, type: WorkType, fields: ToolValues): UpdateRequest {
    return { id: `update-${twin.ref}`, item: `${type}-of-${twin.ref}`, type, ref: twin.ref, fields };
  }

  async change(twin: RemoteItem, type: WorkType, fields: FieldValues): Promise<Done> {
    const [outcome] = await this.update([this.updateRequest(twin, type, this.written(type, fields))]);
    return doneOf(outcome);
  }

  async readOne(ref: string): Promise<RemoteItem> {
    const { items } = await this.connector.read(this.scope, [ref]);
    expect(items, `read of ${ref}`).toHaveLength(1);
    return items[0] as RemoteItem;
  }

  /** Titles of all stories of the container, in order. */
  async storyTitles(): Promise<string[]> {
    const { items } = await this.changes();
    const stories = items.filter(({ type }) => type === "story");
    return stories.map(({ fields }) => fields.title as string).toSorted();
  }

  /** Everything of the container, and the cursor after it. */
  changes(
    cursor: string | null = null,
    recheck: readonly string[] = [],
  ): ReturnType<Harness["module"]["connector"]["changes"]> {
    return this.connector.changes(this.scope, { cursor, recheck });
  }

  /** What changed in two projects of one container: `owners` says by ref which of them holds a twin. */
  async stream(owners: Readonly<Record<string, readonly ("P" | "Q")[]>>, cursor: string | null = null) {
    const scopeOf = (project: string): SchemaScope => ({ ...this.scope, binding: { ...this.scope.binding, project } });
    const scopes = { P: scopeOf("P"), Q: scopeOf("Q") };
    const since = new Date(this.sandbox.clock.now()).toISOString();
    const query = { cursor, since, owners: ownersBy((ref) => (owners[ref] ?? []).map((name) => scopes[name])) };
    const streamed = await this.connector.stream(Object.values(scopes), query);
    const told = Object.fromEntries(
      [...streamed.items].map(([project, items]) => [project, items.map(({ fields }) => fields.title)]),
    );
    return { told, cursor: streamed.cursor };
  }

  /** Requests and writes that `work` costs. */
  async cost(work: () => Promise<unknown>): Promise<{ readonly requests: number; readonly writes: number }> {
    const { log } = this.sandbox;
    const [total, writes] = [log.total(), log.writes()];
    await work();
    return { requests: log.total() - total, writes: log.writes() - writes };
  }

  fault(operation: "create" | "update" | "changes", rule: FaultRule): void {
    this.sandbox.faults.add({ operation: this.harness.operations[operation], ...rule });
  }

  /** The failure of `work`: of this code, of this tool, and without any secret in it or its causes. */
  async failure(code: ErrorCode, work: () => Promise<unknown>): Promise<SyncFailure> {
    const error = await work().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!isSyncFailure(error)) throw new Error(`expected ${code}, got ${inspect(error)}`);
    expect(error.code, error.message).toBe(code);
    this.checkSecrets(error);
    return error;
  }

  checkSecrets(shown: unknown): void {
    const text = inspect(shown, { depth: 20, showHidden: true, maxStringLength: null });
    for (const [name, secret] of Object.entries(this.running.credentials)) {
      if (/TOKEN|KEY|SECRET/.test(name) && secret) expect(text, `${name} is shown`).not.toContain(secret);
    }
  }
}

export async function openSession(harness: Harness): Promise<Session> {
  const running = await harness.start();
  const { binding } = running;
  const signal = new AbortController().signal;
  const http = httpOf(harness, running);
  const schema = await harness.module.connector.describe({ binding, http, signal });
  return new Session(harness, running, { binding, http, signal, schema });
}

function httpOf({ module }: Harness, { credentials, sandbox }: Running): Http {
  const { baseUrl, headers } = module.endpoint(credentials);
  return createHttp({
    tool: module.connector.tool,
    baseUrl,
    headers,
    budget: NO_BUDGET,
    limits: (answer) => module.limits(answer),
    now: () => sandbox.clock.trueNow(),
    timeoutMs: TIMEOUT_MS,
  });
}

/** Outcomes in the order of their requests; each request must have been told exactly once. */
function inOrder(requests: readonly { readonly id: string }[], outcomes: readonly WriteOutcome[]): WriteOutcome[] {
  expect(outcomes.map(({ id }) => id).sort(), "one outcome a request").toEqual(requests.map(({ id }) => id).sort());
  return requests.map(({ id }) => outcomes.find((outcome) => outcome.id === id) as WriteOutcome);
}

export function doneOf(outcome: WriteOutcome | undefined): Done {
  if (outcome?.kind === "done") return outcome;
  throw new Error(`not done: ${inspect(outcome)}`);
}
