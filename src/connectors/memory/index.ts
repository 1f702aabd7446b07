/** The reference connector: the whole contract against a tracker in memory. Tests and examples sync with it. */
import { createHash } from "node:crypto";
import { SyncFailure } from "../../core/errors.ts";
import type { Connector, ConnectorModule, Credentials, Endpoint } from "../contract.ts";
import { limitHints } from "./client.ts";
import { accountsOf, lenses } from "./mapping.ts";
import { changes, history, read, stream } from "./read.ts";
import { describe, memorySchemaOf } from "./schema.ts";
import { archive, create, update } from "./write.ts";

const connector: Connector = {
  tool: "memory",
  capabilities: { types: ["epic", "story", "task"], history: true, staleListing: true, archive: true },
  describe,
  lenses,
  accounts: (schema) => accountsOf(memorySchemaOf(schema)),
  // Who may see a space may write it.
  rights: () => Promise.resolve([]),
  changes,
  stream,
  read,
  create,
  update,
  archive,
  history,
  url: (_, twin) => twin.url,
};

function endpoint(credentials: Credentials): Endpoint {
  const baseUrl = credentials["MEMORY_URL"];
  const token = credentials["MEMORY_TOKEN"];
  if (!baseUrl || !token) {
    const missing = baseUrl ? "MEMORY_TOKEN" : "MEMORY_URL";
    throw new SyncFailure("InvalidConfig", `memory: ${missing} is not set`, { tool: "memory" });
  }
  const account = createHash("sha256").update(token).digest("hex").slice(0, 12);
  return { baseUrl, headers: { authorization: `Bearer ${token}` }, account: `memory:${account}` };
}

export const memoryModule: ConnectorModule = { connector, endpoint, limits: limitHints };
