/**
 * Notion's SDK over our transport: its budget, deadline and errors. The SDK's own retries would sleep inside of an
 * activity, and its timeout leaves the request running, so neither has a part in it.
 */
import { Client } from "@notionhq/client";
import type { z } from "zod";
import { SyncFailure } from "../../core/errors.ts";
import type { Http } from "../http.ts";
import { failureOf, unreadable, type Asked } from "./failure.ts";

/** Trash is `in_trash`, and pages tell and take Markdown, from this version on. */
const NOTION_VERSION = "2026-03-11";
/** Longer than any deadline of ours: the SDK must not stop waiting before the transport does. */
const NEVER_MS = 3_600_000;
/** Reads that Notion takes by POST. */
const READING = /^\/v1\/(?:data_sources\/[^/]+\/query|search)$/;

interface Caller {
  readonly http: Http;
  readonly signal: AbortSignal;
}

export function notionClient(caller: Caller): Client {
  return new Client({
    baseUrl: caller.http.baseUrl,
    notionVersion: NOTION_VERSION,
    retry: false,
    timeoutMs: NEVER_MS,
    logger: () => {},
    fetch: (url, init) => send(caller, new URL(url), init ?? {}) as never,
  });
}

interface Init {
  readonly method?: string;
  readonly headers?: unknown;
  readonly body?: unknown;
}

/** What the SDK needs of a `Response`; a refusal never gets there. */
async function send({ http, signal }: Caller, url: URL, init: Init): Promise<object> {
  const method = init.method ?? "GET";
  const path = url.pathname.replace(new URL(http.baseUrl).pathname.replace(/\/$/, ""), "");
  const asked: Asked = { method, path, safe: method === "GET" || READING.test(path) };
  const answer = await http.send({
    method: method as "GET",
    url: url.href,
    headers: init.headers as Record<string, string>,
    ...(typeof init.body === "string" ? { body: init.body } : {}),
    signal,
    safe: asked.safe,
  });
  if (answer.status < 200 || answer.status > 299) throw failureOf(answer, asked);
  try {
    JSON.parse(answer.text);
  } catch (cause) {
    throw unreadable(answer, asked, cause);
  }
  return { ok: true, status: answer.status, headers: answer.headers, text: () => Promise.resolve(answer.text) };
}

/** Parses an answer, naming what was asked where Notion says something unexpected. */
export function parsed<S extends z.ZodType>(shape: S, answer: unknown, what: string): z.output<S> {
  const result = shape.safeParse(answer);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue ? `${issue.path.join(".")}: ${issue.message}` : "unexpected shape";
  throw new SyncFailure("Unavailable", `notion: the answer about ${what} is not understood (${where})`, {
    tool: "notion",
  });
}

/** Rows of a paged list; a cursor that comes twice ends in an error instead of a loop. */
export async function allPages<T>(
  what: string,
  read: (cursor: string | undefined) => Promise<{
    readonly results: readonly T[];
    readonly has_more: boolean;
    readonly next_cursor?: string | null | undefined;
  }>,
): Promise<T[]> {
  const rows: T[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    rows.push(...page.results);
    cursor = page.has_more ? (page.next_cursor ?? undefined) : undefined;
    if (cursor !== undefined && seen.has(cursor))
      throw new SyncFailure("Unavailable", `notion: the list of ${what} repeats one page for ever.`, {
        tool: "notion",
      });
    if (cursor !== undefined) seen.add(cursor);
  } while (cursor !== undefined);
  return rows;
}
