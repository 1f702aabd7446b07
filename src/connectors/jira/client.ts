/**
 * jira.js on our own transport. Its functions accept anything with `sendRequest`, so every call goes
 * through `Http` (budget, deadline, limits); answers come back as raw JSON, because the package's models
 * would turn times into `Date` objects, which no stored value may hold.
 */
import type { Client, SendRequestOptions } from "jira.js/core";
import type { Http } from "../http.ts";
import { failureOf, unreadable, type Asked } from "./failure.ts";

/** Reads that Jira takes by POST. */
const READING = /^\/rest\/api\/3\/(?:search\/jql|search\/approximate-count|issue\/bulkfetch|changelog\/bulkfetch)$/;
/** Writes to one issue: Jira allows 20 in 2 s and 100 in 30 s for each. */
const ISSUE_WRITE = /^\/rest\/api\/3\/issue\/(\d+)(?:\/|$)/;
const BULK_CREATE = "/rest/api/3/issue/bulk";

export function jiraClient(scope: { readonly http: Http; readonly signal: AbortSignal }): Client {
  return {
    async sendRequest<T>(options: SendRequestOptions<T>): Promise<T> {
      return (await exchange(scope, options)) as T;
    },
  };
}

async function exchange(
  scope: { readonly http: Http; readonly signal: AbortSignal },
  options: SendRequestOptions,
): Promise<unknown> {
  const method = options.method ?? "GET";
  const asked: Asked = { method, path: options.url, safe: method === "GET" || READING.test(options.url) };
  const issue = asked.safe ? undefined : ISSUE_WRITE.exec(options.url)?.[1];
  const answer = await scope.http.send({
    method: method as "GET",
    url: options.url + query(options.searchParams ?? {}),
    // Jira answers 415 to any other method without it, body or not.
    headers: { accept: "application/json", ...(method === "GET" ? {} : { "content-type": "application/json" }) },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    signal: scope.signal,
    safe: asked.safe,
    ...(issue === undefined ? {} : { buckets: [{ name: `write:${issue}`, cost: 1 }] }),
  });
  // A bulk create of which every element failed answers 400, with the same body as a partial one.
  const isBulkAnswer =
    answer.status === 400 && options.url === BULK_CREATE && answer.text.includes('"failedElementNumber"');
  if ((answer.status < 200 || answer.status > 299) && !isBulkAnswer) {
    throw failureOf(answer, asked, Date.now() + (scope.http.skewMs ?? 0));
  }
  if (answer.text === "" && (answer.status === 204 || answer.status === 201)) return undefined;
  try {
    return JSON.parse(answer.text);
  } catch (cause) {
    throw unreadable(answer, asked, cause);
  }
}

/** Jira reads lists as repeated keys. */
function query(params: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) search.append(name, String(each));
    }
  }
  const text = search.toString();
  return text && `?${text}`;
}
