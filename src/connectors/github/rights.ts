/** What the account may do in the repository, asked of GitHub in one call. */
import { z } from "zod";
import type { MissingRight, Scope } from "../contract.ts";
import { send } from "./client.ts";
import { boundRepository } from "./schema.ts";

const answer = z.object({
  permissions: z.object({ push: z.boolean(), triage: z.boolean().nullish() }).nullish(),
});

/**
 * Who may read may open issues; labels, assignees and types of those GitHub leaves out without a word unless the account
 * may push, and only who triages changes what others opened. It tells the account's role: what a fine-grained token leaves
 * of it nobody can ask, and the first write is refused for.
 * https://docs.github.com/en/rest/repos/repos#get-a-repository, https://docs.github.com/en/rest/issues/issues#create-an-issue
 */
export async function rights(scope: Scope): Promise<readonly MissingRight[]> {
  const { owner, name: repo } = boundRepository(scope.binding);
  const { permissions } = await send(scope, "GET /repos/{owner}/{repo}", { owner, repo }, answer);
  if (!permissions || permissions.push) return [];
  const remedy = "give the account of GH_TOKEN the Write role in the repository (Settings, Collaborators and teams)";
  const label = { right: "label", name: "push access", remedy } as const;
  if (permissions.triage === true) return [label];
  const others = (["edit", "transition"] as const).map((right) => ({ right, name: "triage access", remedy }));
  return [...others, label];
}
