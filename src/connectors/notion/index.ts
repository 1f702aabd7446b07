/** Notion, REST API 2026-03-11: a project is a data source, or the part of one that a property names. */
import { createHash } from "node:crypto";
import { SyncFailure } from "../../core/errors.ts";
import type { Connector, ConnectorModule, Credentials, Endpoint } from "../contract.ts";
import { checkedBaseUrl } from "../http.ts";
import { changes, stream } from "./changes.ts";
import { describe } from "./describe.ts";
import { limits } from "./limits.ts";
import { accountsOf, lenses } from "./mapping.ts";
import { read } from "./read.ts";
import { notionSchema } from "./schema.ts";
import { setup } from "./setup.ts";
import { archive, create, update } from "./write.ts";

const API_URL = "https://api.notion.com";

const connector: Connector = {
  tool: "notion",
  capabilities: { types: ["project", "epic", "story", "task"], history: false, staleListing: false, archive: true },
  describe,
  lenses,
  accounts: (schema) => accountsOf(notionSchema(schema)),
  // No endpoint tells what a connection is capable of: the first write is refused, with the capability that it lacks.
  // https://developers.notion.com/reference/capabilities
  rights: () => Promise.resolve([]),
  changes,
  stream,
  read,
  create,
  update,
  archive,
  history: () => Promise.resolve([]),
  setup,
  url: (_scope, twin) => twin.url,
};

/** `NOTION_API_KEY` (the secret of an internal connection, or an access token), `NOTION_BASE_URL` for another host, without `/v1`. */
function endpoint(credentials: Credentials): Endpoint {
  const key = credentials["NOTION_API_KEY"]?.trim();
  if (!key) {
    const hint = "make an internal connection at notion.so/profile/integrations and copy its secret";
    throw new SyncFailure("InvalidConfig", `notion: NOTION_API_KEY is not set; ${hint}.`, { tool: "notion" });
  }
  const url = checkedBaseUrl("notion", credentials["NOTION_BASE_URL"]?.trim() || API_URL);
  const account = createHash("sha256").update(key).digest("hex").slice(0, 12);
  return {
    baseUrl: url.href.replace(/\/(?:v1\/?)?$/, ""),
    headers: { authorization: `Bearer ${key}` },
    account: `notion:${account}`,
  };
}

export const notionModule: ConnectorModule = { connector, endpoint, limits };
