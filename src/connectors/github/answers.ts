/** Issues as GitHub tells them, by REST and by GraphQL, brought into one shape; anything else may come and go. */
import { z } from "zod";

export type CloseReason = "completed" | "not_planned" | "duplicate";

/** Where people find an issue. */
export interface Place {
  /** `owner/name`, as it is called now. */
  readonly repository: string;
  readonly number: number;
}

export interface IssueFacts extends Place {
  /** Node id. */
  readonly ref: string;
  /** What sub-issues and duplicates are named by. */
  readonly databaseId: number;
  readonly url: string;
  readonly title: string;
  readonly body: string;
  readonly isOpen: boolean;
  /** Why it was closed; null for an open one. Closed before there were reasons: completed. */
  readonly reason: CloseReason | null;
  readonly labels: readonly string[];
  /** Logins. */
  readonly assignees: readonly string[];
  readonly milestone: { readonly number: number; readonly dueOn: string | null } | null;
  readonly type: string | null;
  readonly parent: Parent | null;
  /** Values of the organization's issue fields by field id, single choices by name; undefined where the answer has none of them. */
  readonly values: Readonly<Record<string, string | number>> | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** How many renamings and removed labels its timeline has; only where they were asked for. */
  readonly changesSeen?: number;
  /** Login; null where the account is gone or the answer does not say. */
  readonly author: string | null;
}

export interface Parent extends Place {
  /** Undefined where REST named the place only. */
  readonly ref: string | undefined;
}

/** Octokit's parser makes a BigInt of what no number can hold; ours are far from that. */
const whole = z.union([z.number(), z.bigint().transform(Number)]);
const login = z.object({ login: z.string() });
const time = z.iso.datetime({ offset: true });

/** A GraphQL connection: the list and each of its rows may be null. */
export function connection<T extends z.ZodType>(row: T) {
  return z.object({
    nodes: z
      .array(row.nullable())
      .nullish()
      .transform((rows) => (rows ?? []).flatMap((one) => (one === null ? [] : [one as NonNullable<z.output<T>>]))),
  });
}

const named = z.object({ name: z.string().nullish() });

const fieldValue = z.object({
  issue_field_id: whole,
  value: z.unknown(),
  single_select_option: z.object({ name: z.string() }).nullish(),
});

export const restIssue = z
  .object({
    id: whole,
    node_id: z.string(),
    number: z.number(),
    html_url: z.string(),
    title: z.string(),
    body: z.string().nullish(),
    state: z.string(),
    state_reason: z.string().nullish(),
    labels: z.array(z.union([z.string(), named])),
    assignees: z.array(login).nullish(),
    milestone: z.object({ number: z.number(), due_on: z.string().nullish() }).nullish(),
    type: named.nullish(),
    parent_issue_url: z.string().nullish(),
    issue_field_values: z.array(fieldValue).nullish(),
    created_at: time,
    updated_at: time,
    user: login.nullish(),
    pull_request: z.unknown().optional(),
  })
  .transform((row): IssueFacts & { readonly isPullRequest: boolean } => {
    const isOpen = row.state !== "closed";
    return {
      ref: row.node_id,
      databaseId: row.id,
      repository: /([^/]+\/[^/]+)\/(?:issues|pull)\/\d+$/.exec(row.html_url)?.[1] ?? "",
      number: row.number,
      url: row.html_url,
      title: row.title,
      body: row.body ?? "",
      isOpen,
      reason: isOpen ? null : reasonOf(row.state_reason),
      labels: row.labels.map((label) => (typeof label === "string" ? label : (label.name ?? ""))).filter(Boolean),
      assignees: (row.assignees ?? []).map((one) => one.login),
      milestone: row.milestone ? { number: row.milestone.number, dueOn: row.milestone.due_on ?? null } : null,
      type: row.type?.name ?? null,
      parent: row.parent_issue_url ? { ...placeIn(row.parent_issue_url), ref: undefined } : null,
      values: row.issue_field_values ? valuesOf(row.issue_field_values) : undefined,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      author: row.user?.login ?? null,
      isPullRequest: row.pull_request !== undefined && row.pull_request !== null,
    };
  });
export const restIssues = z.array(restIssue);

/** `https://api.github.com/repos/acme/shop/issues/12`; a place without a name where the address has another form. */
function placeIn(url: string): Place {
  const [, repository = "", number = ""] = /\/repos\/([^/]+\/[^/]+)\/issues\/(\d+)$/.exec(url) ?? [];
  return { repository, number: Number(number) };
}

function reasonOf(reason: string | null | undefined): CloseReason {
  const told = reason?.toLowerCase();
  return told === "not_planned" || told === "duplicate" ? told : "completed";
}

function valuesOf(rows: readonly z.output<typeof fieldValue>[]): Record<string, string | number> {
  const entries = rows.flatMap(({ issue_field_id, value, single_select_option }) => {
    const told = single_select_option?.name ?? (typeof value === "bigint" ? Number(value) : value);
    return typeof told === "string" || typeof told === "number" ? [[String(issue_field_id), told] as const] : [];
  });
  return Object.fromEntries(entries);
}

const place = z.object({ number: z.number(), repository: z.object({ nameWithOwner: z.string() }) });

export const graphIssue = place
  .extend({
    id: z.string(),
    fullDatabaseId: z.union([z.string(), z.number()]).nullish(),
    url: z.string(),
    title: z.string(),
    body: z.string(),
    state: z.string(),
    stateReason: z.string().nullish(),
    createdAt: time,
    updatedAt: time,
    milestone: z.object({ number: z.number(), dueOn: z.string().nullish() }).nullish(),
    issueType: named.nullish(),
    parent: place.extend({ id: z.string() }).nullish(),
    labels: connection(named).nullish(),
    assignees: connection(login),
    timelineItems: z.object({ filteredCount: z.number() }).optional(),
  })
  .transform((node): IssueFacts => {
    const isOpen = node.state !== "CLOSED";
    return {
      ref: node.id,
      databaseId: Number(node.fullDatabaseId ?? 0),
      repository: node.repository.nameWithOwner,
      number: node.number,
      url: node.url,
      title: node.title,
      body: node.body,
      isOpen,
      reason: isOpen ? null : reasonOf(node.stateReason),
      labels: (node.labels?.nodes ?? []).flatMap((label) => label.name ?? []),
      assignees: node.assignees.nodes.map((one) => one.login),
      milestone: node.milestone ? { number: node.milestone.number, dueOn: node.milestone.dueOn ?? null } : null,
      type: node.issueType?.name ?? null,
      parent: node.parent
        ? { ref: node.parent.id, number: node.parent.number, repository: node.parent.repository.nameWithOwner }
        : null,
      values: undefined,
      createdAt: node.createdAt,
      updatedAt: node.updatedAt,
      author: null,
      ...(node.timelineItems ? { changesSeen: node.timelineItems.filteredCount } : {}),
    };
  });

export const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() });

/** `owner/name#12`: what people call an issue. */
export function keyOf({ repository, number }: Place): string {
  return `${repository}#${number}`;
}
