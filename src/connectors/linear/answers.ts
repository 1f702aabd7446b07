/** The parts of Linear's answers that we use; anything else may come and go. */
import { z } from "zod";

/** Links of an issue that are read. */
export const ATTACHMENTS = 10;

const node = z.looseObject({ id: z.string() });

const issueNode = z.looseObject({
  id: z.string(),
  identifier: z.string(),
  previousIdentifiers: z.array(z.string()).default([]),
  title: z.string(),
  description: z.string().nullish(),
  priority: z.number(),
  estimate: z.number().nullish(),
  dueDate: z.string().nullish(),
  url: z.string(),
  updatedAt: z.string(),
  archivedAt: z.string().nullish(),
  trashed: z.boolean().nullish(),
  labelIds: z.array(z.string()),
  state: node,
  project: node.nullish(),
  parent: z.looseObject({ id: z.string(), parent: node.nullish() }).nullish(),
  assignee: node.nullish(),
  cycle: node.nullish(),
  children: z.looseObject({ nodes: z.array(node) }),
  attachments: z.looseObject({ nodes: z.array(z.looseObject({ url: z.string() })) }),
});
export type IssueNode = z.output<typeof issueNode>;

const projectNode = z.looseObject({
  id: z.string(),
  name: z.string(),
  content: z.string().nullish(),
  priority: z.number(),
  targetDate: z.string().nullish(),
  health: z.string().nullish(),
  url: z.string(),
  updatedAt: z.string(),
  archivedAt: z.string().nullish(),
  trashed: z.boolean().nullish(),
  labelIds: z.array(z.string()),
  status: node,
});
export type ProjectNode = z.output<typeof projectNode>;

export const labelNode = z.looseObject({ id: z.string(), name: z.string(), isGroup: z.boolean() });
export type LabelNode = z.output<typeof labelNode>;

export const pageInfo = z.looseObject({ hasNextPage: z.boolean(), endCursor: z.string().nullish() });

const issuePage = z.looseObject({ nodes: z.array(issueNode), pageInfo });
const projectPage = z.looseObject({ nodes: z.array(projectNode), pageInfo });
export const changesAnswer = z.looseObject({ issues: issuePage.optional(), projects: projectPage.optional() });

export const readAnswer = z.looseObject({
  issues: z.looseObject({ nodes: z.array(issueNode) }),
  projects: z.looseObject({ nodes: z.array(projectNode) }),
});

export const labelsFound = z.looseObject({
  issueLabels: z.looseObject({ nodes: z.array(labelNode) }),
  projectLabels: z.looseObject({ nodes: z.array(labelNode) }),
});

export const issuesCreated = z.looseObject({ issueBatchCreate: z.looseObject({ issues: z.array(issueNode) }) });
export const issueCreated = z.looseObject({ issueCreate: z.looseObject({ issue: issueNode }) });
export const projectCreated = z.looseObject({ projectCreate: z.looseObject({ project: projectNode }) });
export const projectUpdated = z.looseObject({ projectUpdate: z.looseObject({ project: projectNode }) });
export const healthPosted = z.looseObject({
  projectUpdateCreate: z.looseObject({ projectUpdate: z.looseObject({ project: projectNode }) }),
});
export const labelCreated = z.looseObject({ issueLabelCreate: z.looseObject({ issueLabel: labelNode }) });
export const projectLabelCreated = z.looseObject({ projectLabelCreate: z.looseObject({ projectLabel: labelNode }) });
export const attached = z.looseObject({
  attachmentCreate: z.looseObject({ attachment: z.looseObject({ url: z.string(), issue: issueNode }) }),
});

const text = z.string().nullish();
const count = z.number().nullish();
const ids = z.array(z.string()).nullish();
const historyEntry = z.looseObject({
  updatedAt: z.string(),
  actor: z.looseObject({ name: z.string() }).nullish(),
  fromTitle: text,
  toTitle: text,
  updatedDescription: z.boolean().nullish(),
  fromStateId: text,
  toStateId: text,
  fromPriority: count,
  toPriority: count,
  fromEstimate: count,
  toEstimate: count,
  fromDueDate: text,
  toDueDate: text,
  fromAssigneeId: text,
  toAssigneeId: text,
  fromProjectId: text,
  toProjectId: text,
  fromParentId: text,
  toParentId: text,
  fromCycleId: text,
  toCycleId: text,
  addedLabelIds: ids,
  removedLabelIds: ids,
});
export type HistoryEntry = z.output<typeof historyEntry>;
const historyPage = z.looseObject({ nodes: z.array(historyEntry) });
export const historyAnswer = z.looseObject({
  issues: z.looseObject({ nodes: z.array(z.looseObject({ id: z.string(), history: historyPage })) }),
});
export const issueUpdated = z.looseObject({
  issueUpdate: z.looseObject({ issue: issueNode.extend({ history: historyPage }) }),
});
