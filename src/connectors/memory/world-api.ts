/** The tracker's HTTP interface: plain JSON over a few routes, behind a bearer token. */
import { Refused, type Kind, type MemoryWorld, type ValueName, type WorldItem, type WorldValues } from "./world.ts";

const PAGE = 50;

export interface WorldApiOptions {
  readonly token: string;
  /** True while every credential is answered as revoked. */
  readonly revoked?: () => boolean;
  /** Changes younger than this (by the tracker's clock) are not yet in listings. */
  readonly listingLag?: () => number;
  readonly now: () => number;
}

type Handler = (world: MemoryWorld, call: Call) => unknown;

interface Call {
  readonly part: string;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
  readonly options: WorldApiOptions;
}

const ROUTES: readonly (readonly [method: string, path: RegExp, handler: Handler])[] = [
  ["GET", /^\/me$/, () => ({ id: "p-bot", name: "sdlc-sync" })],
  ["GET", /^\/spaces\/([^/]+)$/, showSpace],
  ["GET", /^\/spaces\/([^/]+)\/items$/, listItems],
  ["POST", /^\/spaces\/([^/]+)\/items$/, createItems],
  ["POST", /^\/lookup$/, (world, { body }) => ({ items: texts(body["ids"]).flatMap((id) => world.find(id) ?? []) })],
  ["PATCH", /^\/items\/([^/]+)$/, patchItem],
  ["POST", /^\/items\/([^/]+)\/archive$/, (world, { part }) => found(world.setArchived(part, true))],
];

class NotFound extends Error {}

/** Answers one request as the tracker would. */
export async function answerWorld(world: MemoryWorld, request: Request, options: WorldApiOptions): Promise<Response> {
  if (options.revoked?.() === true || request.headers.get("authorization") !== `Bearer ${options.token}`) {
    return Response.json({ message: "the token is not valid" }, { status: 401 });
  }
  const url = new URL(request.url);
  for (const [method, path, handler] of ROUTES) {
    const match = path.exec(url.pathname);
    if (request.method !== method || !match) continue;
    const body = method === "GET" ? {} : ((await request.json()) as Record<string, unknown>);
    return answer(() =>
      handler(world, { part: decodeURIComponent(match[1] ?? ""), query: url.searchParams, body, options }),
    );
  }
  return Response.json({ message: "no such route" }, { status: 404 });
}

function answer(work: () => unknown): Response {
  try {
    return Response.json(work());
  } catch (error) {
    if (error instanceof NotFound) return Response.json({ message: error.message }, { status: 404 });
    if (error instanceof Refused)
      return Response.json({ message: error.message, fields: error.fields }, { status: 422 });
    throw error;
  }
}

function showSpace(world: MemoryWorld, { part }: Call): unknown {
  checkSpace(world, part);
  return { space: part, states: world.states, people: world.people, cycles: world.cycles };
}

/** Oldest change first; `marker` asks for twins by identity, and is never late. */
function listItems(world: MemoryWorld, { part, query, options }: Call): unknown {
  checkSpace(world, part);
  const markers = query.getAll("marker");
  if (markers.length > 0)
    return { items: world.items().filter(({ marker }) => marker !== null && markers.includes(marker)), next: null };
  const visible = new Date(options.now() - (options.listingLag?.() ?? 0)).toISOString();
  const since = query.get("since") ?? "";
  const after = query.get("after") ?? "";
  const rest = world
    .items()
    .filter(({ space, updated }) => space === part && updated >= since && updated <= visible)
    .toSorted((a, b) => (position(a) < position(b) ? -1 : 1))
    .filter((item) => position(item) > after);
  const items = rest.slice(0, PAGE);
  const last = items.at(-1);
  return { items, next: last && rest.length > PAGE ? position(last) : null };
}

function position({ updated, ref }: WorldItem): string {
  return `${updated}|${ref.padStart(12, "0")}`;
}

/** Each on its own: some may be refused while others are made. */
function createItems(world: MemoryWorld, { part, body }: Call): unknown {
  checkSpace(world, part);
  const drafts = Array.isArray(body["items"])
    ? (body["items"] as { kind: Kind; marker: string | null; values: Partial<WorldValues> }[])
    : [];
  const results = drafts.map(({ kind, marker, values }) => {
    try {
      return { item: world.create(kind, values, { marker, space: part }) };
    } catch (error) {
      if (error instanceof Refused) return { error: { message: error.message, fields: error.fields } };
      throw error;
    }
  });
  return { results };
}

function patchItem(world: MemoryWorld, { part, body }: Call): WorldItem {
  const item = found(world.find(part));
  const values = (body["values"] ?? {}) as Partial<Record<ValueName, never>>;
  const removed = new Set(texts(body["removeTags"]).map((tag) => tag.toLowerCase()));
  const added = texts(body["addTags"]);
  const tags = [...item.tags.filter((tag) => !removed.has(tag.toLowerCase())), ...added];
  const changesTags = added.length > 0 || removed.size > 0;
  return found(world.edit(part, { ...values, ...(changesTags ? { tags } : {}) }));
}

function found(item: WorldItem | undefined): WorldItem {
  if (item) return item;
  throw new NotFound("no such item");
}

function checkSpace(world: MemoryWorld, space: string): void {
  if (!world.spaces.includes(space)) throw new NotFound(`no space "${space}"`);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((part) => typeof part === "string") : [];
}
