/** Everything the connector changes in Jira. */
import { z } from "zod";
import type { NotArchived, SchemaScope } from "../contract.ts";
import { SyncFailure, isSyncFailure } from "../../core/errors.ts";
import { jiraClient } from "./client.ts";
import { BULK_READ, fetchIssues } from "./read.ts";
import { parsed } from "./schema.ts";

export { create } from "./create.ts";
export { update } from "./update.ts";

/** Jira takes a thousand; what it did not put away is read back, and a read takes a hundred. */
const TOGETHER = BULK_READ;

/** Why issues were left, by kind; refs are told as ids or as keys. */
const ArchiveAnswer = z.object({
  errors: z
    .record(z.string(), z.object({ issueIdsOrKeys: z.array(z.string()).default([]), message: z.string().default("") }))
    .nullish(),
});

/**
 * Archives issues. Jira answers 200 where it took one of them, and names the others with its reason (subtasks go
 * with their parent only); 400 where it took none. Needs site administration and a Premium site.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-archive-put
 */
export async function archive(scope: SchemaScope, refs: readonly string[]): Promise<NotArchived> {
  const left = new Map<string, string>();
  for (let at = 0; at < refs.length; at += TOGETHER) {
    for (const [ref, words] of await archiveSome(scope, refs.slice(at, at + TOGETHER))) left.set(ref, words);
  }
  return left;
}

async function archiveSome(scope: SchemaScope, refs: readonly string[]): Promise<NotArchived> {
  const client = jiraClient(scope);
  try {
    // jira.js has no method for it.
    const body = { issueIdsOrKeys: refs };
    const answer: unknown = await client.sendRequest({ url: "/rest/api/3/issue/archive", method: "PUT", body });
    const { errors } = parsed(ArchiveAnswer, answer, "the archived issues");
    const words = new Map(
      Object.values(errors ?? {}).flatMap(({ issueIdsOrKeys, message }) => issueIdsOrKeys.map((ref) => [ref, message])),
    );
    if (words.size === 0) return new Map();
    const keyOf = new Map((await fetchIssues(scope, client, refs)).map(({ id, key }) => [id, key]));
    const wordsOf = (ref: string): string | undefined => words.get(ref) ?? words.get(keyOf.get(ref) ?? "");
    return new Map(refs.flatMap((ref) => (wordsOf(ref) === undefined ? [] : [[ref, wordsOf(ref) ?? ""]])));
  } catch (error) {
    if (isSyncFailure(error, "Rejected")) return new Map(refs.map((ref) => [ref, error.message]));
    if (!isSyncFailure(error, "Forbidden")) throw error;
    const message =
      "jira: archiving needs a Premium site and an administrator's token; close or delete the issues in Jira instead.";
    throw new SyncFailure("Forbidden", message, error.details, error);
  }
}
