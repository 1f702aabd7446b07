/** GitHub Issues: REST for listings and writes, GraphQL for reads of many at once. */
import type { Connector, ConnectorModule } from "../contract.ts";
import { changes } from "./changes.ts";
import { endpoint } from "./credentials.ts";
import { history } from "./history.ts";
import { limitHints } from "./limits.ts";
import { accountsOf, lensTable } from "./mapping.ts";
import { read } from "./read.ts";
import { describe, githubSchemaOf } from "./schema.ts";
import { rights } from "./rights.ts";
import { stream } from "./stream.ts";
import { archive, create, update } from "./write.ts";

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

export const githubModule: ConnectorModule = { connector, endpoint, limits: limitHints };
