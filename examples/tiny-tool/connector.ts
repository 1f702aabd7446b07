/**
 * The whole contract of a connector (`src/connectors/contract.ts`) for a tool as small as can be: cards with a title,
 * notes, a lane and a card above them. A real one has a file for each part: see the folders beside `memory`.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { SyncFailure, isSyncFailure, type ErrorCode } from "../../src/core/errors.ts";
import type { Lens, LensTable } from "../../src/core/lens.ts";
import { canonicalMarkdown } from "../../src/core/markdown.ts";
import type { FieldValue, ItemType, RemoteItem, ToolValue, ToolValues } from "../../src/core/model.ts";
import type {
  Connector,
  ConnectorModule,
  CreateRequest,
  OwnersOf,
  SchemaScope,
  Scope,
  ToolSchema,
  WriteOutcome,
} from "../../src/connectors/contract.ts";
import { doubting } from "../../src/connectors/attempts.ts";
import { unraced } from "../../src/connectors/race.ts";
import { byProject } from "../../src/connectors/streamed.ts";
import { marker } from "../../src/connectors/sync-key.ts";

// --- What the tool says: only what is used, and nothing refused that is more.
const card = z.looseObject({
  id: z.string(),
  kind: z.enum(["epic", "story", "task"]),
  title: z.string(),
  notes: z.string(),
  lane: z.string(),
  under: z.string().nullable(),
  stamp: z.string().nullable(),
  archived: z.boolean(),
  updated: z.string(),
  version: z.number(),
});
type Card = z.output<typeof card>;
const page = z.looseObject({ cards: z.array(card), after: z.string().nullish() });
const lanes = z.looseObject({ lanes: z.array(z.looseObject({ id: z.string(), name: z.string() })) });
const refusal = z.looseObject({ message: z.string() });

// --- Calls: one way in, and every failure by its code.
const CODES: Readonly<Record<number, ErrorCode>> = {
  401: "AuthFailed",
  403: "Forbidden",
  404: "NotFound",
  429: "RateLimited",
};

async function call<S extends z.ZodType>(
  { http, signal }: Scope,
  request: { method: "GET" | "POST" | "PATCH"; path: string; body?: unknown },
  shape: S,
): Promise<z.output<S>> {
  const { method, path, body } = request;
  const safe = method === "GET";
  const sent =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const { status, headers, text } = await http.send({ method, url: path, signal, safe, ...sent });
  const said = parsed(text);
  const code = status < 400 ? "Unavailable" : (CODES[status] ?? (status >= 500 ? "Unavailable" : "Rejected"));
  const answer = shape.safeParse(said);
  if (status < 400 && answer.success) return answer.data;
  const words = refusal.safeParse(said).data?.message ?? `HTTP ${status}`;
  throw new SyncFailure(code, `tiny ${method} ${path}: ${words}`, {
    tool: "tiny",
    status,
    ...(code === "Unavailable" ? { outcomeUnknown: !safe } : {}),
    ...(code === "RateLimited" ? { retryAfterMs: Number(headers.get("retry-after") ?? 1) * 1000 } : {}),
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const boardOf = ({ binding }: Pick<Scope, "binding">): string => encodeURIComponent(binding.container["board"] ?? "");

// --- Fields: what the hub says in the tool's terms, and back.
const LANE: Readonly<Record<string, string>> = {
  planning: "Next",
  ready: "Next",
  todo: "Next",
  in_progress: "Doing",
  in_review: "Review",
  blocked: "Blocked",
  on_hold: "Blocked",
  done: "Done",
  completed: "Done",
  cancelled: "Dropped",
};
const OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  epic: ["planning", "in_progress", "blocked", "on_hold", "completed", "cancelled"],
  story: ["ready", "in_progress", "in_review", "blocked", "done", "cancelled"],
  task: ["todo", "in_progress", "blocked", "done"],
};

const line = (value: FieldValue | ToolValue): string =>
  typeof value === "string" ? value.replace(/\s+/g, " ").trim() : "";
const title: Lens = {
  read: (held) => ({ kind: "value", value: line(held) }),
  write: (value) =>
    line(value) === ""
      ? { kind: "cannot", code: "no-title", message: "a card needs a title" }
      : { kind: "value", value: line(value) },
  represents: (held, value) => line(held) === line(value),
};
const markdown = (value: FieldValue | ToolValue): string => (typeof value === "string" ? canonicalMarkdown(value) : "");
const notes: Lens = {
  read: (held) => ({ kind: "value", value: held === "" ? null : (held as string) }),
  write: (value) => ({ kind: "value", value: markdown(value) }),
  represents: (held, value) => markdown(held) === markdown(value),
};
const under: Lens = {
  read: (held) => ({ kind: "value", value: held as string | null }),
  write: (value) => ({ kind: "value", value: typeof value === "string" ? value : null }),
  represents: (held, value) => held === value,
};

/** By id, so that renaming a lane changes nothing; a lane that nobody mapped is no opinion. */
function laneLens(type: ItemType, schema: ToolSchema): Lens {
  const idOf = (status: FieldValue): string | undefined =>
    lanes.parse(schema).lanes.find(({ name }) => name === LANE[String(status)])?.id;
  return {
    read(held) {
      const status = OF_TYPE[type]?.find((one) => idOf(one) === held);
      return status === undefined
        ? { kind: "none", code: "unmapped-status", message: `no status stands for ${String(held as string)}` }
        : { kind: "value", value: status };
    },
    write(status) {
      const id = idOf(status);
      return id === undefined
        ? { kind: "cannot", code: "unknown-status", message: `no lane stands for "${String(status)}"` }
        : { kind: "value", value: id };
    },
    represents: (held, status) => idOf(status) === held,
  };
}

function lenses({ tasks }: Scope["binding"], schema: ToolSchema): LensTable {
  return (type, field) => {
    if (type === "project" || (type === "task" && !tasks)) return undefined;
    if (field === "status") return laneLens(type, schema);
    return { title, description: notes, parent: under }[field as string];
  };
}

// --- Twins.
const NAMES = { title: "title", description: "notes", status: "lane", parent: "under" } as const;

function twinOf(one: Card): RemoteItem {
  const prefix = marker("");
  return {
    ref: one.id,
    key: one.id,
    url: `tiny:${one.id}`,
    type: one.kind,
    syncKey: one.stamp?.startsWith(prefix) ? one.stamp.slice(prefix.length) : null,
    fields: { title: one.title, description: one.notes, status: one.lane, parent: one.under },
    updated: { at: one.updated, resolutionMs: 1 },
    state: one.archived ? "archived" : "live",
  };
}

function valuesOf(fields: ToolValues): Record<string, ToolValue> {
  const known = Object.entries(NAMES).filter(([field]) => field in fields);
  return Object.fromEntries(known.map(([field, name]) => [name, fields[field as keyof typeof NAMES] ?? null]));
}

// --- Reading. The cursor: newest change seen, and what it showed of that very instant.
const cursorShape = z.object({ since: z.string(), seen: z.array(z.string()) });
const versionOf = ({ id, version }: Card): string => `${id}@${version}`;

async function listed(scope: SchemaScope, query: { cursor: string | null; since?: string }) {
  const known =
    query.cursor === null ? { since: query.since ?? "", seen: [] } : cursorShape.parse(JSON.parse(query.cursor));
  const all: Card[] = [];
  let after: string | null | undefined;
  do {
    const search = new URLSearchParams({ since: known.since, ...(after ? { after } : {}) });
    const found: z.output<typeof page> = await call(
      scope,
      { method: "GET", path: `/boards/${boardOf(scope)}/cards?${search.toString()}` },
      page,
    );
    all.push(...found.cards);
    ({ after } = found);
  } while (after);
  const since = all.at(-1)?.updated ?? known.since;
  const cursorFor = (isTold: (one: Card) => boolean): string =>
    JSON.stringify({ since, seen: all.filter((one) => one.updated === since && isTold(one)).map(versionOf) });
  return { all, fresh: all.filter((one) => !known.seen.includes(versionOf(one))), cursorFor };
}

async function lookedUp(scope: SchemaScope, by: "ids" | "stamps", values: readonly string[]): Promise<Card[]> {
  if (values.length === 0) return [];
  const search = new URLSearchParams({ [by]: values.join() });
  return (await call(scope, { method: "GET", path: `/cards?${search.toString()}` }, page)).cards;
}

// --- Writing.
async function createOne(scope: SchemaScope, { id, type, syncKey, fields }: CreateRequest): Promise<WriteOutcome> {
  const body = { ...valuesOf(fields), kind: type, stamp: marker(syncKey) };
  return settled(id, () => call(scope, { method: "POST", path: `/boards/${boardOf(scope)}/cards`, body }, card));
}

/** What the tool refuses is this item's affair; anything else stops the batch. */
async function settled(id: string, write: () => Promise<Card>): Promise<WriteOutcome> {
  try {
    return { id, kind: "done", twin: twinOf(await write()), refused: {} };
  } catch (error) {
    if (!isSyncFailure(error, "Rejected") && !isSyncFailure(error, "NotFound")) throw error;
    return { id, kind: "rejected", message: error.message };
  }
}

const connector: Connector = {
  tool: "tiny",
  capabilities: { types: ["epic", "story", "task"], history: false, staleListing: false, archive: true },
  describe: async (scope) =>
    (await call(scope, { method: "GET", path: `/boards/${boardOf(scope)}/lanes` }, lanes)) as ToolSchema,
  lenses,
  // Cards have no assignee.
  accounts: () => [],
  rights: () => Promise.resolve([]),
  async changes(scope, { cursor }) {
    const { fresh, cursorFor } = await listed(scope, { cursor });
    return { items: fresh.map(twinOf), cursor: cursorFor(() => true) };
  },
  async stream(scopes, { cursor, since, owners }) {
    const boards = new Map(scopes.map((scope) => [boardOf(scope), scope]));
    const cursors = z.record(z.string(), z.string()).parse(JSON.parse(cursor ?? "{}"));
    const listings = [];
    for (const [board, scope] of boards)
      listings.push({ board, ...(await listed(scope, { cursor: cursors[board] ?? null, since })) });
    const ownersOf: OwnersOf = await owners(listings.flatMap(({ all }) => all.map(({ id }) => id)));
    for (const { board, cursorFor } of listings) cursors[board] = cursorFor(({ id }) => ownersOf(id).length > 0);
    const told = listings.flatMap(({ fresh }) =>
      fresh.flatMap((one) => ownersOf(one.id).map((scope) => ({ scope, twin: twinOf(one) }))),
    );
    return { items: byProject(told), cursor: JSON.stringify(cursors) };
  },
  async read(scope, refs) {
    const items = (await lookedUp(scope, "ids", refs)).map(twinOf);
    return { items, gone: refs.filter((ref) => !items.some((item) => item.ref === ref)) };
  },
  async create(scope, requests, report) {
    const unsure = requests.filter(({ recover }) => recover).map(({ syncKey }) => marker(syncKey));
    const found = new Map((await lookedUp(scope, "stamps", unsure)).map((one) => [one.stamp, one]));
    for (const request of requests) {
      const known = found.get(marker(request.syncKey));
      if (known) await report({ id: request.id, kind: "done", twin: twinOf(known), refused: {} });
      else await report(await doubting([request.id], () => createOne(scope, request)));
    }
  },
  async update(scope, requests, report) {
    const { items } = await connector.read(
      scope,
      requests.map(({ ref }) => ref),
    );
    for (const request of requests) {
      const { id, ref } = request;
      const twin = items.find((item) => item.ref === ref);
      const { fields, raced } = twin ? unraced(request, twin) : { fields: {}, raced: [] };
      if (!twin) await report({ id, kind: "gone" });
      else if (Object.keys(fields).length === 0) await report({ id, kind: "raced", twin });
      else {
        const outcome = await settled(id, () =>
          call(scope, { method: "PATCH", path: `/cards/${ref}`, body: valuesOf(fields) }, card),
        );
        await report(outcome.kind === "done" && raced.length > 0 ? { ...outcome, raced } : outcome);
      }
    }
  },
  async archive(scope, refs) {
    const left = new Map<string, string>();
    for (const ref of refs) {
      const outcome = await settled(ref, () =>
        call(scope, { method: "PATCH", path: `/cards/${ref}`, body: { archived: true } }, card),
      );
      if (outcome.kind === "rejected") left.set(ref, outcome.message);
    }
    return left;
  },
  history: async () => [],
  url: (_, twin) => twin.url,
};

export const tinyModule: ConnectorModule = {
  connector,
  endpoint({ TINY_URL: baseUrl, TINY_TOKEN: token }) {
    if (!baseUrl || !token)
      throw new SyncFailure("InvalidConfig", `tiny: ${baseUrl ? "TINY_TOKEN" : "TINY_URL"} is not set`, {
        tool: "tiny",
      });
    const account = createHash("sha256").update(token).digest("hex").slice(0, 12);
    return { baseUrl, headers: { authorization: `Bearer ${token}` }, account: `tiny/${account}` };
  },
  limits: ({ status, headers }) =>
    status === 429 ? [{ bucket: "requests", blockedForMs: Number(headers.get("retry-after") ?? 1) * 1000 }] : [],
};
