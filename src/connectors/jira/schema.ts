/** Jira's answers as far as they are used (permissive to everything else), and what `describe` makes of them. */
import { z } from "zod";
import { SyncFailure } from "../../core/errors.ts";
import type { ItemType } from "../../core/model.ts";
import type { ToolSchema } from "../contract.ts";

const Named = z.object({ id: z.string(), name: z.string() });

const StatusAnswer = Named.extend({ statusCategory: z.object({ key: z.string() }).optional() });
export const ProjectAnswer = z.object({
  id: z.string(),
  key: z.string(),
  name: z.string(),
  issueTypes: z.array(Named.extend({ subtask: z.boolean().default(false), hierarchyLevel: z.number().optional() })),
});
export const ProjectStatusesAnswer = z.array(z.object({ id: z.string(), statuses: z.array(StatusAnswer) }));
export const PrioritiesAnswer = z.object({ values: z.array(Named).default([]) });
export const FieldsAnswer = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    schema: z.object({ custom: z.string().optional(), type: z.string().optional() }).optional(),
  }),
);
export const UsersAnswer = z.array(
  z.object({
    accountId: z.string(),
    accountType: z.string().optional(),
    displayName: z.string().default(""),
    emailAddress: z.string().optional(),
    active: z.boolean().default(true),
  }),
);
const CreateField = z.object({ fieldId: z.string(), required: z.boolean().default(false) });
export const CreateMetaAnswer = z.object({
  fields: z.array(CreateField).optional(),
  results: z.array(CreateField).optional(),
  total: z.number().optional(),
});
/** By field id. */
export const EditMetaAnswer = z.object({ fields: z.record(z.string(), z.unknown()).default({}) });
/** By permission key. */
export const PermissionsAnswer = z.object({
  permissions: z.record(z.string(), z.object({ havePermission: z.boolean().optional() })).default({}),
});
export const ServerInfoAnswer = z.object({ baseUrl: z.string() });
export const BoardsAnswer = z.object({
  values: z.array(z.object({ id: z.number(), type: z.string().optional() })).default([]),
});
const SprintAnswer = z.object({ id: z.number(), name: z.string(), state: z.string().default("") });
export const SprintsAnswer = z.object({ values: z.array(SprintAnswer).default([]) });

/** One entry of an issue's changelog. The bulk answer tells epoch milliseconds, the single one ISO text. */
const Change = z.object({
  created: z.union([z.string(), z.number()]),
  author: z.object({ accountId: z.string(), displayName: z.string().optional() }).optional(),
  items: z
    .array(
      z.object({
        field: z.string(),
        fieldId: z.string().optional(),
        from: z.string().nullish(),
        fromString: z.string().nullish(),
      }),
    )
    .default([]),
});

/** Fields stay `unknown` one by one: a surprising value costs that field, not the issue. */
export const IssueAnswer = z.object({
  id: z.string(),
  key: z.string(),
  fields: z.record(z.string(), z.unknown()),
  properties: z.record(z.string(), z.unknown()).optional(),
  changelog: z.object({ histories: z.array(Change).default([]) }).optional(),
});
export type JiraIssue = z.infer<typeof IssueAnswer>;
export const IssuesAnswer = z.object({
  issues: z.array(IssueAnswer).default([]),
  /** Issues that exist and cannot be shown just now: too much was asked, or Jira failed over them. */
  issueErrors: z.array(z.looseObject({})).default([]),
});
export const SearchAnswer = z.object({
  issues: z.array(IssueAnswer.partial({ fields: true })).default([]),
  nextPageToken: z.string().nullish(),
  isLast: z.boolean().optional(),
});
export const CreatedAnswer = z.object({
  issues: z.array(z.object({ id: z.string(), key: z.string() })).default([]),
  errors: z
    .array(
      z.object({
        failedElementNumber: z.number(),
        elementErrors: z
          .object({
            errorMessages: z.array(z.string()).default([]),
            errors: z.record(z.string(), z.string()).default({}),
          })
          .optional(),
      }),
    )
    .default([]),
});
export const TransitionsAnswer = z.object({
  transitions: z
    .array(
      z.object({
        id: z.string(),
        name: z.string().default(""),
        to: StatusAnswer,
        isAvailable: z.boolean().optional(),
        fields: z
          .record(
            z.string(),
            z.object({ required: z.boolean().default(false), hasDefaultValue: z.boolean().optional() }),
          )
          .optional(),
      }),
    )
    .default([]),
});
export type JiraTransition = z.infer<typeof TransitionsAnswer>["transitions"][number];
export const ChangelogsAnswer = z.object({
  issueChangeLogs: z
    .array(
      z.object({
        issueId: z.string(),
        changeHistories: z.array(Change).default([]),
      }),
    )
    .default([]),
  nextPageToken: z.string().nullish(),
});

export interface JiraStatus {
  readonly id: string;
  readonly name: string;
  /** `new`, `indeterminate`, `done` or `undefined`. */
  readonly category: string;
}
export interface JiraUser {
  readonly accountId: string;
  readonly name: string;
  /** Null where the person's privacy settings hide it. */
  readonly email: string | null;
  readonly active: boolean;
}
export interface JiraType {
  readonly id: string;
  readonly name: string;
}

/** What `describe` learned about one project. JSON. */
export interface JiraSchema {
  readonly siteUrl: string;
  readonly projectId: string;
  readonly projectKey: string;
  readonly types: { readonly [T in Exclude<ItemType, "project">]?: JiraType };
  /** Type of a task whose parent is a story. */
  readonly subtask: JiraType | null;
  /** By issue type id. */
  readonly statuses: Readonly<Record<string, readonly JiraStatus[]>>;
  readonly priorities: readonly JiraType[];
  /** Of the whole site, and so the same in its projects. */
  readonly users: readonly JiraUser[];
  /** Account ids of the active ones that may not be assigned in this project. */
  readonly unassignable: readonly string[];
  /** Jira's field id by canonical field, for those whose id differs from site to site. */
  readonly fields: {
    readonly estimate: string | null;
    readonly sprint: string | null;
    readonly qa_assignee: string | null;
  };
  /** Of fields that the binding keeps where they cannot be, why. */
  readonly misplaced?: { readonly [F in "estimate" | "sprint" | "qa_assignee"]?: string };
  /** Story points where the epic's screen has another field than the story's. */
  readonly epicEstimate: string | null;
  /** Ids of the fields that a create can set, by issue type id. */
  readonly screens: Readonly<Record<string, readonly string[]>>;
  /** Ids of the fields that an edit can set, by issue type id. Absent for a type that had no issue to ask about. */
  readonly editScreens?: Readonly<Record<string, readonly string[]>>;
  readonly sprints: readonly { readonly id: number; readonly name: string; readonly state: string }[];
}

/** Only this connector writes the schema it gets back, so its shape is known. */
export function jiraSchema(schema: ToolSchema): JiraSchema {
  if (typeof schema["projectId"] !== "string")
    throw new SyncFailure("Bug", "jira: that is no schema of this connector");
  return schema as unknown as JiraSchema;
}

/** Id of the status that an issue stands at; empty where the answer does not tell. */
export function statusOf({ fields }: JiraIssue): string {
  return textOf((fields["status"] as { id?: unknown } | undefined)?.id);
}

/** A text, and `""` for anything else. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Parses an answer, naming what was asked where Jira says something unexpected. */
export function parsed<S extends z.ZodType>(shape: S, answer: unknown, what: string): z.output<S> {
  const result = shape.safeParse(answer);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue ? `${issue.path.join(".")}: ${issue.message}` : "unexpected shape";
  throw new SyncFailure("Unavailable", `jira: the answer about ${what} is not understood (${where})`, { tool: "jira" });
}
