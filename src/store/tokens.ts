/** Tokens that expire, encrypted by whoever keeps them here, and who is renewing which: one process at a time. */
import { durably, type Handle } from "./handle.ts";
import type { Db, Tx } from "./schema.ts";

export interface TokenRecord {
  /** Counts what was kept under this name; 0 before anything was. */
  readonly generation: number;
  /** What the keeper made of it; null before anything was kept. */
  readonly sealed: string | null;
}

export interface TokenLease {
  /** Names the process, and the attempt. */
  readonly holder: string;
  /** Epoch ms. */
  readonly now: number;
  /** From then on (epoch ms) somebody else may take it; the clocks of hosts that share a store agree to within seconds. */
  readonly until: number;
}

export interface TokenStore {
  token(grant: string): Promise<TokenRecord | null>;
  /** Lets the holder renew the token, and tells how it stands; null while somebody else does. */
  leaseToken(grant: string, lease: TokenLease): Promise<TokenRecord | null>;
  /** Keeps what was renewed and ends the lease; null, and nothing kept, where somebody else holds the lease by now. */
  keepToken(grant: string, holder: string, sealed: string): Promise<TokenRecord | null>;
  /** Ends the lease, where it is still this holder's. */
  releaseToken(grant: string, holder: string): Promise<void>;
}

export function tokenMethods(handle: Handle): TokenStore {
  const { db } = handle;
  return {
    token: (grant) => read(db, grant),
    leaseToken: (grant, { holder, now, until }) =>
      db.transaction().execute(async (tx) => {
        await tx
          .insertInto("token")
          .values({ grant_name: grant, generation: 0, sealed: null, holder: null, held_until: 0 })
          .onConflict((conflict) => conflict.column("grant_name").doNothing())
          .execute();
        const { numUpdatedRows } = await tx
          .updateTable("token")
          .set({ holder, held_until: until })
          .where("grant_name", "=", grant)
          .where((row) => row.or([row("holder", "is", null), row("held_until", "<=", now)]))
          .executeTakeFirst();
        return numUpdatedRows > 0n ? read(tx, grant) : null;
      }),
    // On the disk before the token is used: the vendor takes the previous one back soon after.
    keepToken: (grant, holder, sealed) =>
      durably(handle, async (durable) => {
        const row = await durable.db
          .updateTable("token")
          .set((current) => ({
            sealed,
            generation: current("generation", "+", 1),
            holder: null,
            held_until: 0,
          }))
          .where("grant_name", "=", grant)
          .where("holder", "=", holder)
          .returning(["generation", "sealed"])
          .executeTakeFirst();
        return row ?? null;
      }),
    async releaseToken(grant, holder) {
      await db
        .updateTable("token")
        .set({ holder: null, held_until: 0 })
        .where("grant_name", "=", grant)
        .where("holder", "=", holder)
        .execute();
    },
  };
}

async function read(db: Db | Tx, grant: string): Promise<TokenRecord | null> {
  const row = await db
    .selectFrom("token")
    .select(["generation", "sealed"])
    .where("grant_name", "=", grant)
    .executeTakeFirst();
  return row ?? null;
}
