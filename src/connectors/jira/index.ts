/** Jira Cloud, REST API v3. */
import type { Connector, ConnectorModule } from "../contract.ts";
import { changes, stream } from "./changes.ts";
import { endpoint } from "./credentials.ts";
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

export const jiraModule: ConnectorModule = { connector, endpoint, limits };
