/** Everything the connector changes in Jira. */
import type { SchemaScope } from "../contract.ts";
import { SyncFailure, isSyncFailure } from "../../core/errors.ts";
import { jiraClient } from "./client.ts";

export { create } from "./create.ts";
export { update } from "./update.ts";

const ARCHIVED_MAX = 1000;

/** Archives issues. Needs site administration and a Premium site; says so where Jira refuses. */
export async function archive(scope: SchemaScope, refs: readonly string[]): Promise<void> {
  const client = jiraClient(scope);
  for (let at = 0; at < refs.length; at += ARCHIVED_MAX) {
    // jira.js has no method for it.
    const body = { issueIdsOrKeys: refs.slice(at, at + ARCHIVED_MAX) };
    try {
      await client.sendRequest({ url: "/rest/api/3/issue/archive", method: "PUT", body });
    } catch (error) {
      if (!isSyncFailure(error, "Forbidden")) throw error;
      const message =
        "jira: archiving needs a Premium site and an administrator's token; close or delete the issues in Jira instead.";
      throw new SyncFailure("Forbidden", message, error.details, error);
    }
  }
}
