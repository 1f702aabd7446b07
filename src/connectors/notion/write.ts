/** Everything the connector changes in Notion. */
import { isSyncFailure } from "../../core/errors.ts";
import type { NotArchived, SchemaScope } from "../contract.ts";
import { trash } from "./recover.ts";

export { create } from "./create.ts";
export { update } from "./update.ts";

/** Moves pages to the trash, one request each; Notion restores them whole. One that is not there has nothing to be put away. */
export async function archive(scope: SchemaScope, refs: readonly string[]): Promise<NotArchived> {
  const left = new Map<string, string>();
  for (const ref of refs) {
    try {
      await trash(scope, ref);
    } catch (error) {
      if (isSyncFailure(error, "Rejected")) left.set(ref, error.message);
      else if (!isSyncFailure(error, "NotFound")) throw error;
    }
  }
  return left;
}
