/** Jira Cloud, REST API v3. */
import { createHash } from "node:crypto";
import { SyncFailure } from "../../core/errors.ts";
import type { Connector, ConnectorModule, Credentials, Endpoint } from "../contract.ts";
import { checkedBaseUrl } from "../http.ts";
import { changes, stream } from "./changes.ts";
import { describe } from "./describe.ts";
import { limits } from "./limits.ts";
import { accountsOf, lenses } from "./mapping.ts";
import { history, read } from "./read.ts";
import { rights } from "./rights.ts";
import { jiraSchema } from "./schema.ts";
import { archive, create, update } from "./write.ts";

const connector: Connector = {
  tool: "jira",
  capabilities: { types: ["project", "epic", "story", "task"], history: true, staleListing: true, archive: true },
  describe,
  lenses,
  accounts: (schema) => accountsOf(jiraSchema(schema)),
  rights,
  changes,
  stream,
  read,
  create,
  update,
  archive,
  history,
  url: ({ schema }, twin) => `${jiraSchema(schema).siteUrl}/browse/${twin.key}`,
};

/** Basic authentication with an API token, at the site, at Atlassian's gateway for scoped tokens, or at `JIRA_BASE_URL`. */
function endpoint(credentials: Credentials): Endpoint {
  const server = required(credentials, "JIRA_SERVER", "the site's address, https://<site>.atlassian.net");
  const username = required(credentials, "JIRA_USERNAME", "the e-mail address of the account");
  const token = required(credentials, "JIRA_API_TOKEN", "an API token of that account");
  const url = checkedBaseUrl("jira", credentials["JIRA_BASE_URL"]?.trim() || server);
  const person = createHash("sha256").update(`${username}:${token}`).digest("hex").slice(0, 12);
  return {
    baseUrl: url.href.replace(/\/$/, ""),
    headers: { authorization: `Basic ${Buffer.from(`${username}:${token}`).toString("base64")}` },
    account: `${url.host}${url.pathname.replace(/\/$/, "")}/${person}`,
  };
}

function required(credentials: Credentials, name: string, what: string): string {
  const value = credentials[name]?.trim();
  if (value) return value;
  throw new SyncFailure("InvalidConfig", `jira: ${name} is not set; it holds ${what}.`, { tool: "jira" });
}

export const jiraModule: ConnectorModule = { connector, endpoint, limits };
