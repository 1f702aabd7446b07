/**
 * What every tool's connector offers, and nothing more. Vocabulary:
 * - item: an epic, story or task of the hub; its *twin* is what stands for it in the tool.
 * - ref: the vendor's stable id of a twin. key: what people call it (`CHK-11`).
 * - sync key: our identity of a twin (see `sync-key.ts`), carried by each create in a place the vendor shows again.
 * - schema: what the tool says about itself (fields, states, users) - JSON, cached for an hour by the caller.
 * A connector knows its vendor and nothing else: no store, no hub, no Temporal, no other connector.
 * It throws `SyncFailure` only, with the codes of `core/errors.ts`; all waiting is the caller's.
 */
import type { LensTable } from "../core/lens.ts";
import type { FieldName, ItemId, ItemType, RemoteItem, Stamp, ToolKey, ToolValue, ToolValues } from "../core/model.ts";
import type { Account } from "./person-lens.ts";
import type { ToolMaps } from "../core/maps.ts";
import type { Http, HttpAnswer, LimitHint } from "./http.ts";
import type { Renewal } from "./renewal.ts";

/** One project's tie to one tool, resolved from the hub, the client file, sync-config and the registry. */
export interface Binding {
  readonly project: string;
  readonly tool: ToolKey;
  /** The `external_sync.<tool>` block without our switches: `{project_key, epic_id}`, `{team_id, project_id}`. */
  readonly container: Readonly<Record<string, string | null>>;
  /** Whether tasks are synced too. */
  readonly tasks: boolean;
  /** What the tool usually calls the hub's values and fields, in both directions. */
  readonly maps: ToolMaps;
  /** Per client or project overrides of the maps, e.g. `status.story.in_review: "Code Review"`. */
  readonly mapping: {
    readonly status?: Partial<Record<ItemType, Readonly<Record<string, string>>>>;
    readonly priority?: Readonly<Record<string, string>>;
    /** Canonical field to the tool's own field id or name (`estimate: customfield_10016`). */
    readonly fields?: Readonly<Record<string, string>>;
  };
  /** Person as spelled in the hub (lower-cased e-mail, login or name) to the tool's account id or e-mail. */
  readonly people: Readonly<Record<string, string>>;
  /** By account id, e-mail addresses that the tool does not show: it showed them before, or another tool tells. */
  readonly learned?: Readonly<Record<string, string>>;
}

/** What `describe` learned; JSON. Only its own connector looks inside. */
export type ToolSchema = { readonly [key: string]: ToolValue };

/** Reads what all projects of a credential have in common: one of them asks, for all, once in a schema's lifetime. JSON. */
export type Shared = <T>(what: string, read: () => Promise<T>) => Promise<T>;

export interface Scope {
  readonly binding: Binding;
  readonly http: Http;
  readonly signal: AbortSignal;
  /** Where absent everything is read anew. */
  readonly shared?: Shared;
}
export interface SchemaScope extends Scope {
  readonly schema: ToolSchema;
}

export interface ChangesQuery {
  /** Opaque cursor of the last completed listing; null reads everything of the container. */
  readonly cursor: string | null;
  /** Refs written or read lately, that a stale index must not hide (at most 50 are used). */
  readonly recheck: readonly string[];
}
export interface Changes {
  readonly items: readonly RemoteItem[];
  readonly cursor: string;
  /** The schema with what the listing had to look up (a label made since): stands in for the cached one. */
  readonly learned?: ToolSchema;
}

/** What to ask of several containers of one credential at once. */
export interface StreamQuery {
  /** Opaque cursor of the last stream; null begins one. */
  readonly cursor: string | null;
  /** ISO time from which a new stream tells. */
  readonly since: string;
  /** Of these refs, asked once the listing is read: what was linked meanwhile counts. */
  readonly owners: (refs: readonly string[]) => Promise<OwnersOf>;
}
/** The scopes that hold the twin of that ref. None: it is nobody's, left out, and told again as long as the overlap shows it. */
export type OwnersOf = (ref: string) => readonly SchemaScope[];

export interface Streamed {
  /** By binding's project, of those whose twins changed. */
  readonly items: ReadonlyMap<string, readonly RemoteItem[]>;
  readonly cursor: string;
}

/** Twins found by id. `gone` are the asked refs that the vendor says do not exist (or may not be seen). */
export interface ReadResult {
  readonly items: readonly RemoteItem[];
  readonly gone: readonly string[];
}

export interface CreateRequest {
  readonly id: string;
  readonly item: ItemId;
  readonly type: ItemType;
  /** Hash part of the marker; see `sync-key.ts`. */
  readonly syncKey: string;
  /** In the tool's terms, parents resolved to refs. */
  readonly fields: ToolValues;
  /** True after an attempt whose outcome is unknown: look the sync key up before creating. */
  readonly recover: boolean;
  /** With `recover`: no create of it was sent before this time (ISO, our clock). Absent where nobody knows. */
  readonly sentSince?: string;
  /** With `recover`: the twin that an earlier attempt told of as begun. */
  readonly begun?: string;
}
export interface UpdateRequest {
  readonly id: string;
  readonly item: ItemId;
  readonly type: ItemType;
  readonly ref: string;
  readonly fields: ToolValues;
  /** What the twin must still hold in them: a field that people have changed since is left out. Absent: written anyway. */
  readonly expect?: ToolValues;
  /** Statuses that an earlier attempt told of as steps. */
  readonly steps?: readonly ToolValue[];
}

/** Values that people set between our read and our write, and that the write replaced, as the tool's history shows them. */
export type Overwritten = { readonly [F in FieldName]?: string };

/** Told once per request, as soon as the vendor's answer for it is known. */
export type WriteOutcome =
  /** The twin as the vendor returned it. `refused`: fields it did not take, in its own words; the rest is in. */
  | {
      readonly id: string;
      readonly kind: "done";
      readonly twin: RemoteItem;
      readonly refused: { readonly [F in FieldName]?: string };
      /** Fields left out because people had changed them since the plan. */
      readonly raced?: readonly FieldName[];
      readonly overwrote?: Overwritten;
    }
  /** Nothing was written: people had changed all of it since the plan. */
  | { readonly id: string; readonly kind: "raced"; readonly twin: RemoteItem }
  /** Nothing was written: the tool shows no such twin. */
  | { readonly id: string; readonly kind: "gone" }
  /** Nothing was written for this request. */
  | { readonly id: string; readonly kind: "rejected"; readonly message: string };
export type ReportOutcome = (outcome: WriteOutcome) => Promise<void>;
/** Told of a status on the way to the one that was asked for, before the request that leads there is sent; what it answers takes that back. */
export type ReportStep = (id: string, status: ToolValue) => Promise<() => Promise<void>>;
/** Told of a create whose twin is made, and may not be as it was asked for yet. */
export type ReportBegun = (id: string, ref: string) => Promise<void>;

/** By ref, the vendor's words about twins that it did not put away when it was asked to. */
export type NotArchived = ReadonlyMap<string, string>;

/** When and to what a field of a twin last changed, from the vendor's own history. */
export interface FieldTime {
  readonly ref: string;
  readonly field: FieldName;
  readonly stamp: Stamp;
  /** What that change replaced, in every spelling that the vendor tells, none for nothing. Absent where it tells no value that compares. */
  readonly replaced?: readonly string[];
}

export interface Capabilities {
  /** Item types the tool can hold under this binding. */
  readonly types: readonly ItemType[];
  /** Whether `history` gives per-field times. */
  readonly history: boolean;
  /** The listing may lag behind writes (Jira's search index). */
  readonly staleListing: boolean;
  readonly archive: boolean;
}

/** A place that a container lacks and fields of the hub would use: a property of a Notion database. */
export interface MissingPlace {
  /** As people would look for it: `property "Sync key" (rich_text)`. */
  readonly name: string;
  /** Without it nothing can be synced; without another one its fields are left out. */
  readonly required: boolean;
  /** What keeps it from being made, and what people have to do first; absent where it can be made. */
  readonly obstacle?: string;
}

/** For tools whose containers are made ready before the first sync; done by `init` and `doctor --fix` alone, after it was shown. */
export interface Setup {
  /** Reads only. */
  missing(scope: Scope): Promise<readonly MissingPlace[]>;
  /** Makes what can be made and never touches what is there; answers what is missing then. */
  make(scope: Scope): Promise<readonly MissingPlace[]>;
}

/** What an account needs to keep twins: `transition` moves a status, `label` sets labels. */
export type Right = "create" | "edit" | "transition" | "label";
export interface MissingRight {
  readonly right: Right;
  /** As the vendor calls it: `Create issues`. */
  readonly name: string;
  /** Who gives it and where, as an order without a full stop. */
  readonly remedy: string;
}

export interface Connector {
  readonly tool: ToolKey;
  readonly capabilities: Capabilities;
  /** Reads users, states, fields. The first call of a run and so its connection check. */
  describe(scope: Scope): Promise<ToolSchema>;
  lenses(binding: Binding, schema: ToolSchema): LensTable;
  /** The people that the schema names. */
  accounts(schema: ToolSchema): readonly Account[];
  /** Which rights to write the account lacks in the container, in one call at most; none where the vendor has no way to ask. */
  rights(scope: Scope): Promise<readonly MissingRight[]>;
  /** All items of the container that changed since the cursor, every page of them. */
  changes(scope: SchemaScope, query: ChangesQuery): Promise<Changes>;
  /** As `changes`, of all projects of one credential together: as many requests as there are pages, however many projects. */
  stream(scopes: readonly SchemaScope[], query: StreamQuery): Promise<Streamed>;
  /** Strongly consistent read by ref or human key. */
  read(scope: SchemaScope, refs: readonly string[]): Promise<ReadResult>;
  /**
   * Exactly once each: a create whose outcome is unknown is looked up by its sync key first. Order of requests: parents
   * first. Where it rejects with RateLimited or an outcome unknown, nothing was sent of requests that it has not told of, but
   * of those that are named `inDoubt`, and of those that it was to recover.
   */
  create(
    scope: SchemaScope,
    requests: readonly CreateRequest[],
    report: ReportOutcome,
    begun?: ReportBegun,
  ): Promise<void>;
  /** Reads the twins, then one write per item with all its fields (a status may need its own). */
  update(
    scope: SchemaScope,
    requests: readonly UpdateRequest[],
    report: ReportOutcome,
    step?: ReportStep,
  ): Promise<void>;
  /** Asks the vendor to put twins away. Whether one is tells a read of it: it may also have gone with its parent. */
  archive(scope: SchemaScope, refs: readonly string[]): Promise<NotArchived>;
  history(scope: SchemaScope, refs: readonly string[], fields: readonly FieldName[]): Promise<readonly FieldTime[]>;
  readonly setup?: Setup;
  /** The unchanging texts of a key for the person: where to look at a twin. */
  url(scope: { readonly binding: Binding; readonly schema: ToolSchema }, twin: RemoteItem): string;
}

/** Values of the env variables that the registry names for the tool, by their canonical names. */
export type Credentials = Readonly<Record<string, string | undefined>>;

export interface Endpoint {
  readonly baseUrl: string;
  /** Authentication headers. Secrets live here and nowhere else. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names the credential without revealing it, another secret by another name: the budget's and the cache's key. */
  readonly account: string;
  /** Where the credential is a token that expires: its header goes over `headers`. */
  readonly renewal?: Renewal;
}

/** What a tool's folder exports; `connectors/index.ts` maps registry keys to these. */
export interface ConnectorModule {
  readonly connector: Connector;
  /**
   * Throws `InvalidConfig` naming the missing env variable. `container` is that of the binding, where what the
   * credential is depends on it.
   */
  endpoint(credentials: Credentials, container?: Binding["container"]): Endpoint;
  /** What the answer's headers say about the budget. */
  limits(answer: HttpAnswer): readonly LimitHint[];
}
