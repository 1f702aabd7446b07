/** A connection as a sync opens it, with the tokens of these credentials. */
import { createAccess } from "../../src/access/access.ts";
import type { Binding, ConnectorModule, Credentials } from "../../src/connectors/contract.ts";
import { createHttp, type Http } from "../../src/connectors/http.ts";
import type { TokenStore } from "../../src/store/tokens.ts";

export interface Opening {
  readonly module: ConnectorModule;
  readonly credentials: Credentials;
  readonly store: TokenStore;
  readonly container?: Binding["container"];
  /** Epoch ms; the true time where absent. */
  readonly now?: () => number;
}

const TIMEOUT_MS = 5_000;

export function openHttp({ module, credentials, store, container = {}, now = Date.now }: Opening): Http {
  const { tool } = module.connector;
  const { baseUrl, headers, renewal } = module.endpoint(credentials, container);
  const timeoutMs = TIMEOUT_MS;
  const access = renewal && createAccess({ tool, renewal, store, now, timeoutMs });
  return createHttp({
    tool,
    baseUrl,
    headers,
    ...(access ? { access } : {}),
    budget: { reserve: async () => undefined, observe: async () => undefined },
    limits: (answer) => module.limits(answer),
    now,
    timeoutMs,
  });
}
