import { auditMethods } from "./audit.ts";
import { budgetMethods } from "./budgets.ts";
import { cacheMethods } from "./cache.ts";
import { conflictMethods } from "./conflicts.ts";
import { connectionMethods } from "./connections.ts";
import { deadLetterMethods } from "./dead-letters.ts";
import { connect, openFailure, type StoreOptions } from "./connect.ts";
import { findingMethods } from "./findings.ts";
import type { Handle } from "./handle.ts";
import { identityMethods } from "./identities.ts";
import { hubCommitMethods } from "./hub-commit.ts";
import { intentMethods } from "./intents.ts";
import { linkMethods } from "./links.ts";
import { migrate } from "./migrations.ts";
import { mirrorMethods } from "./mirror.ts";
import { outcomeMethods } from "./outcomes.ts";
import { stateMethods } from "./project-state.ts";
import { runMethods } from "./runs.ts";
import { standingMethods } from "./standings.ts";
import type { Store } from "./store.ts";
import { tokenMethods } from "./tokens.ts";

/**
 * Opens the store and brings its schema up to date; safe from any number of processes at once.
 * Throws InvalidConfig where the place cannot be opened, or was written by a newer version.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const handle = await connected(options);
  return {
    ...stateMethods(handle),
    ...mirrorMethods(handle),
    ...linkMethods(handle),
    ...intentMethods(handle),
    ...outcomeMethods(handle),
    ...hubCommitMethods(handle),
    ...auditMethods(handle),
    ...runMethods(handle),
    ...standingMethods(handle),
    ...connectionMethods(handle),
    ...deadLetterMethods(handle),
    ...identityMethods(handle),
    ...findingMethods(handle),
    ...conflictMethods(handle),
    ...cacheMethods(handle),
    ...budgetMethods(handle),
    ...tokenMethods(handle),
    close: () => handle.db.destroy(),
  };
}

async function connected(options: StoreOptions): Promise<Handle> {
  let handle: Handle | undefined;
  try {
    handle = connect(options);
    await migrate(handle);
    return handle;
  } catch (error) {
    await handle?.db.destroy().catch(() => undefined);
    throw openFailure(error, options);
  }
}
