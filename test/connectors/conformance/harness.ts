/** What a connector's author gives so that the one conformance suite can run against it. */
import type { Binding, ConnectorModule, Credentials } from "../../../src/connectors/contract.ts";
import type { FieldName, FieldValue, FieldValues, ItemType, ToolValue } from "../../../src/core/model.ts";
import { Clock } from "../../../sandbox/kit/clock.ts";
import type { Sandbox } from "../../../sandbox/kit/sandbox.ts";

export type WorkType = Exclude<ItemType, "project">;

/** A person who works in the tool's own user interface. Fields are in our terms; the harness translates. */
export interface Human {
  /** Makes an item that is not ours; answers its ref. */
  create(type: WorkType, fields: FieldValues): Promise<string>;
  edit(ref: string, fields: FieldValues): Promise<void>;
  /** For good: no read shows it again. */
  remove(ref: string): Promise<void>;
  /** All labels of an item, ours included; absent where the tool has none. */
  readonly labels?: { read(ref: string): Promise<readonly string[]>; add(ref: string, label: string): Promise<void> };
  /** Moves a story to a state that nobody mapped; absent where there is none. */
  setUnmappedStatus?(ref: string): Promise<void>;
  /** Makes an item outside of the bound container. */
  createElsewhere?(): Promise<string>;
}

/** A stand-in of the tool that is up, and a project bound to it. */
export interface Running {
  readonly binding: Binding;
  /** By canonical env name, with the stand-in as base URL. */
  readonly credentials: Credentials;
  readonly sandbox: Sandbox;
  readonly human: Human;
}

export interface Harness {
  readonly name: string;
  readonly module: ConnectorModule;
  /** Starts an empty stand-in; the suite closes its sandbox. Use `frozenClock()`, so that the suite decides when time passes. */
  start(): Promise<Running>;
  /** How the stand-in's log names the requests, as regular expressions. */
  readonly operations: {
    readonly create: string;
    readonly update: string;
    readonly changes: string;
    /** The listing in which a create whose answer was lost is looked for; absent where it is asked for by its id. */
    readonly lookUp?: string;
  };
  /** A value that the tool refuses for a field of a story; absent where it refuses none. */
  readonly refused?: { readonly field: FieldName; readonly value: ToolValue };
  /** More canonical values for the lens laws: people, sprints, what is special here. */
  readonly samples?: { readonly [F in FieldName]?: readonly FieldValue[] };
  /** Writes that one status change of one item may take; 1 where absent. */
  readonly statusWrites?: number;
  /** False where the vendor's wait is not in `Retry-After`. */
  readonly retryAfter?: boolean;
  /** True where a 503 after a create names what was saved, so that nothing is lost with it. */
  readonly namesSaved?: boolean;
  /** False where a listing does not show our marker. */
  readonly listsSyncKey?: boolean;
}

/** A clock that stands still until it is told to advance. */
export function frozenClock(): Clock {
  const start = Date.parse("2026-11-20T10:00:00.000Z");
  return new Clock(() => start);
}
