/**
 * Jira's screens: a create sets what stands on the create screen of its type, an edit what stands on the
 * edit screen. The first is told by type, the second only for an issue that exists.
 */
import { getCreateIssueMetaIssueTypeId, getEditIssueMeta } from "jira.js/cloud";
import type { Client } from "jira.js/core";
import { isSyncFailure } from "../../core/errors.ts";
import { searchAll } from "./changes.ts";
import { CreateMetaAnswer, EditMetaAnswer, parsed, type JiraSchema, type JiraType } from "./schema.ts";

type EditScreens = NonNullable<JiraSchema["editScreens"]>;

export async function readCreateScreen(client: Client, projectId: string, type: JiraType): Promise<string[]> {
  const answer = await getCreateIssueMetaIssueTypeId(client, {
    projectIdOrKey: projectId,
    issueTypeId: type.id,
    maxResults: 200,
  });
  const { fields, results } = parsed(CreateMetaAnswer, answer, `the fields of ${type.name}`);
  return (fields ?? results ?? []).map((field) => field.fieldId).sort();
}

/** The edit screens of the types that have an open issue: what is closed may be closed to edits too. */
export async function readEditScreens(
  client: Client,
  projectId: string,
  types: readonly JiraType[],
): Promise<EditScreens> {
  const screens: Record<string, readonly string[]> = {};
  await Promise.all(
    types.map(async ({ id }) => {
      const jql = `project = ${projectId} AND issuetype = ${id} AND statusCategory != Done ORDER BY updated DESC`;
      const [issue] = await searchAll(client, { jql, fields: ["issuetype"], limit: 1 });
      const screen = issue ? await readEditScreen(client, issue.id) : null;
      if (screen) screens[id] = screen;
    }),
  );
  return screens;
}

/** Null where Jira tells of no field at all: that one issue cannot be edited, which says nothing about others. */
export async function readEditScreen(client: Client, issue: string): Promise<readonly string[] | null> {
  try {
    const { fields } = parsed(
      EditMetaAnswer,
      await getEditIssueMeta(client, { issueIdOrKey: issue }),
      "the edit screen",
    );
    const ids = Object.keys(fields).sort();
    return ids.length === 0 ? null : ids;
  } catch (error) {
    // The index still shows what is deleted.
    if (isSyncFailure(error, "NotFound")) return null;
    throw error;
  }
}
