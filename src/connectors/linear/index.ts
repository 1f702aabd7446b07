import { createHash } from "node:crypto";
import { SyncFailure } from "../../core/errors.ts";
import type { Connector, ConnectorModule, Credentials, Endpoint } from "../contract.ts";
import { create } from "./create.ts";
import { limitHints } from "./limits.ts";
import { history } from "./history.ts";
import { accountsOf, lensTable } from "./mapping.ts";
import { changes, read, stream } from "./read.ts";
import { describe, linearSchemaOf } from "./schema.ts";
import { archive, update } from "./write.ts";

const API_URL = "https://api.linear.app/graphql";

const connector: Connector = {
  tool: "linear",
  capabilities: { types: ["project", "epic", "story", "task"], history: true, staleListing: false, archive: true },
  describe,
  lenses: lensTable,
  accounts: (schema) => accountsOf(linearSchemaOf(schema)),
  // Linear shows a key neither its scopes nor its teams: what it may not see is not found, and the first write is refused.
  rights: () => Promise.resolve([]),
  changes,
  stream,
  read,
  create,
  update,
  archive,
  history,
  url: (_scope, twin) => twin.url,
};

/** `LINEAR_API_KEY` (a personal key as it is, an OAuth token with or without `Bearer`), `LINEAR_API_URL` for another host. */
function endpoint(credentials: Credentials): Endpoint {
  const key = credentials["LINEAR_API_KEY"]?.trim();
  if (!key) {
    const hint = "create one under Linear settings, Security & access, Personal API keys";
    throw new SyncFailure("InvalidConfig", `LINEAR_API_KEY is not set; ${hint}.`, { tool: "linear" });
  }
  const authorization = key.startsWith("lin_oauth_") ? `Bearer ${key}` : key;
  const account = createHash("sha256").update(key).digest("hex").slice(0, 12);
  return { baseUrl: apiUrl(credentials["LINEAR_API_URL"]), headers: { authorization }, account: `linear:${account}` };
}

/** The path is always `/graphql`, so a bare host will do. */
function apiUrl(configured: string | undefined): string {
  const url = configured?.trim() || API_URL;
  return /^https?:\/\/[^/]+\/?$/.test(url) ? `${url.replace(/\/$/, "")}/graphql` : url;
}

export const linearModule: ConnectorModule = { connector, endpoint, limits: limitHints };
