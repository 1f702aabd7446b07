/** Texts of pages whose time is known. Each is a call, so one that cannot have changed since it was read is not read again. */
import type { SchemaScope } from "../contract.ts";
import type { NotionPage } from "./answers.ts";
import { readBody, type Body } from "./body.ts";
import { isTextTold, MINUTE_MS } from "./twin.ts";

/** Characters kept in this process, of all texts together; the oldest texts go first. */
const KEPT_CHARACTERS = 20_000_000;
const kept = new Map<string, Body>();
let keptCharacters = 0;

/** The vendor's clock, epoch milliseconds. */
export function vendorNow({ http }: SchemaScope): number {
  return http.vendorNow ?? Date.now();
}

/**
 * Whether an edit made from now on moves `last_edited_time`: only once the minute of the last one is over. The margin
 * is for the `Date` header, which counts seconds.
 */
export function isSettled(page: Pick<NotionPage, "last_edited_time">, now: number): boolean {
  return now >= Date.parse(page.last_edited_time) + MINUTE_MS + 5_000;
}

/** The page's text as it stands; null where nobody wants to know. */
export async function bodyNow(scope: SchemaScope, page: NotionPage): Promise<Body> {
  return isTextTold(scope, page) ? readBody(scope, page.id) : null;
}

/** The page's text; of one that was settled when it was read, as it was then. A listing that starts again so goes on. */
export async function bodyOfRow(scope: SchemaScope, page: NotionPage): Promise<Body> {
  const key = `${scope.http.baseUrl} ${page.id} ${page.last_edited_time}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const wasSettled = isSettled(page, vendorNow(scope));
  const body = await bodyNow(scope, page);
  if (wasSettled) keep(key, body);
  return body;
}

function keep(key: string, body: Body): void {
  kept.set(key, body);
  keptCharacters += sizeOf(key, body);
  for (const [oldest, text] of kept) {
    if (keptCharacters <= KEPT_CHARACTERS) return;
    kept.delete(oldest);
    keptCharacters -= sizeOf(oldest, text);
  }
}

function sizeOf(key: string, body: Body): number {
  return key.length + (typeof body === "string" ? body.length : 0);
}
