/** The rows of the stand-in. Times are epoch milliseconds; the API tells whole seconds. */
export interface User {
  readonly id: number;
  login: string;
  readonly name: string | null;
  /** Null where it is not shown in the profile. */
  readonly email: string | null;
  /** Only the account that the connector signs in with has one. */
  readonly token?: string;
}

export interface Label {
  readonly id: number;
  name: string;
}

export interface Milestone {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  /** `YYYY-MM-DD`. */
  readonly due: string | null;
}

export interface IssueField {
  readonly id: number;
  readonly name: string;
  readonly kind: "text" | "number" | "date" | "single_select";
  readonly options: readonly string[];
}

export interface Repository {
  readonly id: number;
  owner: string;
  name: string;
  readonly ownerType: "Organization" | "User";
  /** What the connector's account may do; `none`: the repository does not exist for it; `sso`: not before it signs on again. */
  permission: "write" | "triage" | "read" | "none" | "sso";
  archived: boolean;
  hasIssues: boolean;
  /** Issue types of the organization. */
  readonly types: readonly string[];
  fields: readonly IssueField[];
  readonly labels: Label[];
  readonly milestones: Milestone[];
  /** Logins that may be assigned. */
  readonly assignable: readonly string[];
  /** `owner/name`s of before, lower case. */
  oldNames: string[];
  nextNumber: number;
}

export type Reason = "completed" | "not_planned" | "duplicate" | "reopened";

export interface Issue {
  readonly id: number;
  readonly repositoryId: number;
  readonly number: number;
  readonly isPullRequest: boolean;
  title: string;
  body: string | null;
  state: "open" | "closed";
  reason: Reason | null;
  labelIds: readonly number[];
  assignees: readonly string[];
  milestone: number | null;
  type: string | null;
  parentId: number | null;
  childIds: readonly number[];
  values: Readonly<Record<number, string | number>>;
  readonly author: string;
  readonly createdAt: number;
  updatedAt: number;
  closedAt: number | null;
  /** `movedTo`: the id of the issue that stands for it since it was transferred. */
  fate: "here" | "deleted" | { readonly movedTo: number };
  readonly events: IssueEvent[];
  readonly edits: { readonly at: number; readonly by: string }[];
}

export interface IssueEvent {
  /** GraphQL name of the timeline's item. */
  readonly type: string;
  readonly at: number;
  readonly by: string;
  readonly label?: string;
  readonly previousTitle?: string;
  readonly currentTitle?: string;
  readonly assignee?: string;
  readonly milestone?: string;
  readonly reason?: Reason | null;
}

type NodeKind = "I" | "PR" | "R" | "U" | "LA" | "MI" | "IT";

/** The new format of node ids: a prefix for the kind, then the rest in base64. */
export function nodeId(kind: NodeKind, id: number): string {
  return `${kind}_kwDO${Buffer.from(String(id)).toString("base64url")}`;
}

/** What a node id names; undefined for what is none of ours. */
export function nodeNamed(text: string): { readonly kind: string; readonly id: number } | undefined {
  const [, kind, rest] = /^([A-Z]+)_kwDO([\w-]+)$/.exec(text) ?? [];
  const id = Number(Buffer.from(rest ?? "", "base64url").toString());
  return kind !== undefined && Number.isInteger(id) ? { kind, id } : undefined;
}
