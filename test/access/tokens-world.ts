/** A worker that calls Jira by OAuth; several of them share a store. */
import type { Credentials } from "../../src/connectors/contract.ts";
import { jiraModule } from "../../src/connectors/jira/index.ts";
import type { Renewal } from "../../src/connectors/renewal.ts";
import type { Http } from "../../src/connectors/http.ts";
import type { TokenStore } from "../../src/store/tokens.ts";
import { openHttp } from "./http-with.ts";

export interface Worker {
  readonly http: Http;
  /** Asks who the account is: answers the status. */
  myself(signal?: AbortSignal): Promise<number>;
}

/** Longer than any lease here. */
export const LEASE_MS = 20_000;

export function renewalOf(credentials: Credentials): Renewal {
  const { renewal } = jiraModule.endpoint(credentials);
  if (!renewal) throw new Error("these credentials do not expire");
  return renewal;
}

/** @param aheadMs how far its clock is ahead of the true time */
export function startWorker(store: TokenStore, credentials: Credentials, aheadMs = 0): Worker {
  const http = openHttp({ module: jiraModule, credentials, store, now: () => Date.now() + aheadMs });
  return {
    http,
    async myself(signal = new AbortController().signal) {
      return (await http.send({ method: "GET", url: "/rest/api/3/myself", signal, safe: true })).status;
    },
  };
}
