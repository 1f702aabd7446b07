/** An access to a stand-in's tokens, as a worker has it; several of them share a store. */
import { createAccess } from "../../src/access/access.ts";
import type { Credentials } from "../../src/connectors/contract.ts";
import { jiraModule } from "../../src/connectors/jira/index.ts";
import { createHttp, type Access, type Http } from "../../src/connectors/http.ts";
import type { Renewal } from "../../src/connectors/renewal.ts";
import type { TokenStore } from "../../src/store/tokens.ts";

export interface Worker {
  readonly access: Access;
  readonly http: Http;
  /** Asks who the account is: answers the status. */
  myself(): Promise<number>;
}

export const TIMEOUT_MS = 5_000;
/** Longer than any lease. */
export const LEASE_MS = 20_000;

export function renewalOf(credentials: Credentials): Renewal {
  const { renewal } = jiraModule.endpoint(credentials);
  if (!renewal) throw new Error("these credentials do not expire");
  return renewal;
}

/** A worker that calls Jira with OAuth. @param aheadMs how far its clock is ahead of the true time */
export function startWorker(store: TokenStore, credentials: Credentials, aheadMs = 0): Worker {
  const { baseUrl, headers } = jiraModule.endpoint(credentials);
  const now = (): number => Date.now() + aheadMs;
  const access = createAccess({ tool: "jira", renewal: renewalOf(credentials), store, now, timeoutMs: TIMEOUT_MS });
  const http = createHttp({
    tool: "jira",
    baseUrl,
    headers,
    access,
    budget: { reserve: async () => undefined, observe: async () => undefined },
    limits: () => [],
    now,
    timeoutMs: TIMEOUT_MS,
  });
  return {
    access,
    http,
    async myself() {
      const signal = new AbortController().signal;
      return (await http.send({ method: "GET", url: "/rest/api/3/myself", signal, safe: true })).status;
    },
  };
}
