/** The accounts that a client's tools name, and whose they are. */
import { learnIdentities } from "../core/identities.ts";
import type { ToolKey } from "../core/model.ts";
import { change, type Handle } from "./handle.ts";
import type { Tx } from "./schema.ts";
import { batches } from "./upsert.ts";

/** An account as a tool shows it. */
export interface ShownAccount {
  readonly id: string;
  /** Null where it is hidden. */
  readonly email: string | null;
  readonly names: readonly string[];
}

export interface IdentityStore {
  /** Remembers the accounts, and what all of the client's tools together now tell of whose they are. */
  noteAccounts(client: string, tool: ToolKey, accounts: readonly ShownAccount[]): Promise<void>;
  /** By account id, the e-mail addresses of accounts that hide theirs in the tool. */
  learnedEmails(client: string, tool: ToolKey): Promise<Readonly<Record<string, string>>>;
}

export function identityMethods(handle: Handle): IdentityStore {
  return {
    noteAccounts: (client, tool, accounts) =>
      change(handle, `people/${client}`, async (tx) => {
        const rows = accounts.map(({ id, email, names }) => ({
          client,
          tool,
          id,
          email: email?.toLowerCase() ?? null,
          hidden: email === null ? 1 : 0,
          names: JSON.stringify(names),
        }));
        for (const some of batches(rows, ({ id }) => id))
          await tx
            .insertInto("account")
            .values(some)
            .onConflict((conflict) =>
              conflict.columns(["client", "tool", "id"]).doUpdateSet((eb) => ({
                email: eb.fn.coalesce("excluded.email", "account.email"),
                hidden: eb.ref("excluded.hidden"),
                names: eb.ref("excluded.names"),
              })),
            )
            .execute();
        await relearn(tx, client);
      }),
    async learnedEmails(client, tool) {
      const rows = await handle.db
        .selectFrom("account")
        .select(["id", "learned"])
        .where("client", "=", client)
        .where("tool", "=", tool)
        .where("learned", "is not", null)
        .execute();
      return Object.fromEntries(rows.map(({ id, learned }) => [id, learned ?? ""]));
    },
  };
}

async function relearn(tx: Tx, client: string): Promise<void> {
  const rows = await tx.selectFrom("account").selectAll().where("client", "=", client).execute();
  const accounts = rows.map(({ tool, id, email, hidden, names }) => ({
    tool,
    id,
    email,
    isHidden: hidden === 1,
    names: JSON.parse(names) as string[],
  }));
  const emails = new Map(learnIdentities(accounts).map(({ tool, id, email }) => [`${tool}/${id}`, email]));
  for (const { tool, id, learned } of rows) {
    const email = emails.get(`${tool}/${id}`) ?? null;
    if (email === learned) continue;
    const own = tx.updateTable("account").set({ learned: email }).where("client", "=", client);
    await own.where("tool", "=", tool).where("id", "=", id).execute();
  }
}
