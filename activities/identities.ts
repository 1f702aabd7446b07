/** Whose a tool's accounts are: noted whenever a tool was described, used by the lenses of its people. */
import { createHash } from "node:crypto";
import type { Connector, ToolSchema } from "../src/connectors/contract.ts";
import type { LensTable } from "../src/core/lens.ts";
import type { Engine } from "./engine.ts";
import type { ToolContext } from "./run-context.ts";

interface Described {
  readonly connector: Connector;
  readonly context: Pick<ToolContext, "tool" | "client" | "binding">;
}

/** Projects of a client mostly name the same people: who was noted lately is not noted again. */
const NOTED_MS = 3_600_000;

export async function noteAccounts(
  engine: Engine,
  { connector, context }: Described,
  schema: ToolSchema,
): Promise<void> {
  const { tool, client } = context;
  const accounts = connector
    .accounts(schema)
    .map(({ id, email, names }) => ({ id, email, names }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  if (accounts.length === 0) return;
  const hash = createHash("sha256").update(JSON.stringify(accounts)).digest("hex").slice(0, 16);
  const key = `accounts/${tool}/${hash}/${client}`;
  if (await engine.store.cached(key, engine.now())) return;
  await engine.store.noteAccounts(client, tool, accounts);
  await engine.store.cache(key, true, engine.now() + NOTED_MS);
}

/** The tool's lenses, its people with what was learned of them. */
export async function lensesOf(
  { store }: Pick<Engine, "store">,
  { connector, context: { tool, client, binding } }: Described,
  schema: ToolSchema,
): Promise<LensTable> {
  return connector.lenses({ ...binding, learned: await store.learnedEmails(client, tool) }, schema);
}
