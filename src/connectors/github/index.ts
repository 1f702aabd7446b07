/** GitHub Issues: REST for listings and writes, GraphQL for reads of many at once. */
import { createHash } from "node:crypto";
import { SyncFailure } from "../../core/errors.ts";
import type { Connector, ConnectorModule, Credentials, Endpoint } from "../contract.ts";
import { checkedBaseUrl } from "../http.ts";
import { changes } from "./changes.ts";
import { history } from "./history.ts";
import { limitHints } from "./limits.ts";
import { accountsOf, lensTable } from "./mapping.ts";
import { read } from "./read.ts";
import { describe, githubSchemaOf } from "./schema.ts";
import { rights } from "./rights.ts";
import { stream } from "./stream.ts";
import { archive, create, update } from "./write.ts";

const API_URL = "https://api.github.com";

const connector: Connector = {
  tool: "github",
  capabilities: { types: ["epic", "story", "task"], history: true, staleListing: false, archive: true },
  describe,
  lenses: lensTable,
  accounts: (schema) => accountsOf(githubSchemaOf(schema)),
  rights,
  changes,
  stream,
  read,
  create,
  update,
  archive,
  history,
  url: (_scope, twin) => twin.url,
};

/** `GH_TOKEN` (a personal access token, classic or fine-grained), `GITHUB_API_URL` for an enterprise server (`https://host/api/v3`). */
function endpoint(credentials: Credentials): Endpoint {
  const token = credentials["GH_TOKEN"]?.trim();
  if (!token) {
    const hint = "create one under Settings, Developer settings, Personal access tokens, with Issues read and write";
    throw new SyncFailure("InvalidConfig", `GH_TOKEN is not set; ${hint}.`, { tool: "github" });
  }
  const url = checkedBaseUrl("github", credentials["GITHUB_API_URL"]?.trim() || API_URL);
  const account = createHash("sha256").update(token).digest("hex").slice(0, 12);
  return {
    baseUrl: url.href.replace(/\/$/, ""),
    headers: { authorization: `Bearer ${token}` },
    account: `github:${account}`,
  };
}

export const githubModule: ConnectorModule = { connector, endpoint, limits: limitHints };
