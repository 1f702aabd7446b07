/** The tokens of this process: one access a grant, however many projects are synced with it. */
import { createAccess } from "../src/access/access.ts";
import type { Endpoint } from "../src/connectors/contract.ts";
import type { Access } from "../src/connectors/http.ts";
import type { Store } from "../src/store/store.ts";
import type { Engine } from "./engine.ts";

const known = new WeakMap<Store, Map<string, Access>>();

/** Undefined where the credential does not expire. */
export function accessOf(
  { store, workspace, now }: Engine,
  tool: string,
  { account, renewal }: Endpoint,
): Access | undefined {
  if (!renewal) return undefined;
  const own = known.get(store) ?? new Map<string, Access>();
  known.set(store, own);
  // Two accounts may share a grant, each with a place of its own.
  const key = `${renewal.grant} ${account}`;
  const timeoutMs = workspace.config.engine.request_timeout_ms;
  const access = own.get(key) ?? createAccess({ tool, renewal, store, now, timeoutMs });
  own.set(key, access);
  return access;
}
