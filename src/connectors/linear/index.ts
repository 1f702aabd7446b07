import type { Connector, ConnectorModule } from "../contract.ts";
import { create } from "./create.ts";
import { endpoint } from "./credentials.ts";
import { limitHints } from "./limits.ts";
import { history } from "./history.ts";
import { accountsOf, lensTable } from "./mapping.ts";
import { changes, read, stream } from "./read.ts";
import { describe, linearSchemaOf } from "./schema.ts";
import { archive, update } from "./write.ts";

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

export const linearModule: ConnectorModule = { connector, endpoint, limits: limitHints };
