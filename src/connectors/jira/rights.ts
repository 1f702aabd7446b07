/** What the account may do in the project, asked of Jira in one call. */
import { getMyPermissions } from "jira.js/cloud";
import type { MissingRight, Right, Scope } from "../contract.ts";
import { jiraClient } from "./client.ts";
import { parsed, PermissionsAnswer } from "./schema.ts";

/** Labels are part of the edit. */
const NEEDED: readonly (readonly [permission: string, right: Right, name: string])[] = [
  ["CREATE_ISSUES", "create", "Create issues"],
  ["EDIT_ISSUES", "edit", "Edit issues"],
  ["TRANSITION_ISSUES", "transition", "Transition issues"],
];

/**
 * A permission that is granted by what an issue says (its reporter, its assignee) counts as granted: of those a single
 * write tells. https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/#api-rest-api-3-mypermissions-get
 */
export async function rights(scope: Scope): Promise<readonly MissingRight[]> {
  const answer = await getMyPermissions(jiraClient(scope), {
    projectKey: scope.binding.container["project_key"] ?? "",
    permissions: NEEDED.map(([permission]) => permission).join(","),
  });
  const { permissions } = parsed(PermissionsAnswer, answer, "the account's permissions");
  const remedy =
    "grant what is missing to the account of JIRA_USERNAME in the project's permission scheme (Project settings, Permissions)";
  return NEEDED.flatMap(([permission, right, name]) =>
    permissions[permission]?.havePermission === false ? [{ right, name, remedy }] : [],
  );
}
