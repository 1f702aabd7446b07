/** The mutation `createIssue`: all of it or nothing, the place below a parent included. */
import { GraphQLError } from "graphql";
import type { View } from "./connection.ts";
import type { GithubHost } from "./host.ts";
import { createIssue } from "./issues.ts";
import { nodeNamed, type Issue, type Repository } from "./model.ts";
import { Refusal } from "./refusal.ts";
import { addSubIssue, checkNewSubIssue } from "./sub-issues.ts";
import { unresolved, type Views } from "./views.ts";

export interface CreateIssueInput {
  readonly repositoryId: string;
  readonly title: string;
  readonly body?: string | null;
  readonly labelIds?: readonly string[] | null;
  readonly assigneeIds?: readonly string[] | null;
  readonly milestoneId?: string | null;
  readonly parentIssueId?: string | null;
}

export function createByMutation(host: GithubHost, views: Views, input: CreateIssueInput): View {
  const repository = host.node(input.repositoryId);
  if (!repository || !("owner" in repository)) throw unknownNode(input.repositoryId);
  const parent = input.parentIssueId ? issueNamed(host, input.parentIssueId) : undefined;
  const more = { labels: labelsNamed(repository, input), assignees: loginsNamed(host, input) };
  const isPlain = more.labels.length + more.assignees.length === 0 && !input.milestoneId && !parent;
  if (repository.permission !== "write" && !isPlain) throw forbidden(host);
  try {
    if (parent) checkNewSubIssue(host, repository, parent);
    const { title, body = null } = input;
    const milestone = milestoneNamed(repository, input);
    const issue = createIssue(host, repository, { title, body, milestone, ...more }, host.viewer.login);
    if (parent) addSubIssue(host, parent, issue.id, false, host.viewer.login);
    return { issue: views.issue(issue) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const words = error.errors?.map(({ field, code, message }) => message ?? `${field} is ${code}`).join(", ");
    throw new GraphQLError(words ?? error.message, {
      extensions: { type: error.status === 403 ? "FORBIDDEN" : "UNPROCESSABLE" },
    });
  }
}

function unknownNode(id: string): GraphQLError {
  return unresolved(`a node with the global id of '${id}'`);
}

function forbidden({ viewer }: GithubHost): GraphQLError {
  const message = `${viewer.login} does not have the correct permissions to execute \`CreateIssue\``;
  return new GraphQLError(message, { extensions: { type: "FORBIDDEN" } });
}

function issueNamed(host: GithubHost, id: string): Issue {
  const found = host.node(id);
  if (!found || "owner" in found || found.isPullRequest) throw unknownNode(id);
  return found;
}

function labelsNamed({ labels }: Repository, { labelIds }: CreateIssueInput): string[] {
  return (labelIds ?? []).map((id) => {
    const found = labels.find((label) => nodeNamed(id)?.kind === "LA" && label.id === nodeNamed(id)?.id);
    if (!found) throw unknownNode(id);
    return found.name;
  });
}

function loginsNamed({ users }: GithubHost, { assigneeIds }: CreateIssueInput): string[] {
  return (assigneeIds ?? []).map((id) => {
    const found = users.find((user) => nodeNamed(id)?.kind === "U" && user.id === nodeNamed(id)?.id);
    if (!found) throw unknownNode(id);
    return found.login;
  });
}

function milestoneNamed({ milestones }: Repository, { milestoneId }: CreateIssueInput): number | null {
  if (!milestoneId) return null;
  const found = milestones.find(({ id }) => id === nodeNamed(milestoneId)?.id);
  if (!found) throw unknownNode(milestoneId);
  return found.number;
}
