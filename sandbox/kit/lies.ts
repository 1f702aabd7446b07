/** What a lying vendor, or a proxy before it, makes of an answer that was true. */
import type { FaultKind } from "./faults.ts";

const RATE_HEADER = /^(?:x-)?(?:ratelimit|rate-limit|complexity)|^retry-after$/;
const BEYOND_BELIEF = "1000000000";

/** Changes the headers in place. */
export function lieInHeaders(headers: Headers, isTold: (kind: FaultKind) => boolean): void {
  for (const name of [...headers.keys()].filter((key) => RATE_HEADER.test(key))) {
    if (isTold("no-rate-headers")) headers.delete(name);
    else if (isTold("wrong-rate-headers")) headers.set(name, /limit$|remaining$/.test(name) ? BEYOND_BELIEF : "soon");
  }
}

/** The body of a listing without what is kept from the reader; other bodies as they are. */
export function lieInListing(text: string, isTold: (kind: FaultKind) => boolean): string {
  const isEmpty = isTold("empty-listing");
  if (!isEmpty && !isTold("short-listing")) return text;
  const body = JSON.parse(text) as unknown;
  const shortened = (list: readonly unknown[]): unknown[] =>
    isEmpty ? [] : list.slice(0, Math.floor(list.length / 2));
  const lists = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const { nodes } = value as { readonly nodes?: unknown };
    if (Array.isArray(nodes)) return { ...value, nodes: shortened(nodes) };
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, lists(one)]));
  };
  // REST has its rows in the body itself, with a name or without; GraphQL has connections below `data`.
  if (Array.isArray(body)) return JSON.stringify(shortened(body));
  const { data, ...named } = body as Readonly<Record<string, unknown>>;
  const name = ["issues", "results"].find((one) => Array.isArray(named[one]));
  if (name !== undefined) return JSON.stringify({ ...(body as object), [name]: shortened(named[name] as unknown[]) });
  return data === undefined ? text : JSON.stringify({ ...(body as object), data: lists(data) });
}
