/** What can be done to a project, its labels and its updates. */
import { checkProjectLabels, checkText, checkTimelessDate, claimId, mustFind } from "./checks.ts";
import { argumentInvalid, conflictOnInsert, inputRefused } from "./errors.ts";
import { textOf, type Input } from "./input.ts";
import { checkPriority, saveText } from "./issues.ts";
import type {
  AttachmentRow,
  CommentRow,
  CycleRow,
  LabelRow,
  LinearStore,
  ProjectRow,
  ProjectUpdateRow,
} from "./store.ts";

const NAME_MAX = 80;
const SUMMARY_MAX = 255;

export function createProject(store: LinearStore, actorId: string, input: Input): ProjectRow {
  const id = claimId(store, "Project", store.projects, input["id"]);
  const statuses = [...store.projectStatuses.values()];
  const first = statuses.find((status) => status.type === "backlog") ?? statuses[0];
  const project: ProjectRow = {
    ...store.row(id),
    name: "",
    description: "",
    content: null,
    statusId: first?.id ?? "",
    priority: 0,
    startDate: null,
    targetDate: null,
    health: null,
    healthUpdatedAt: null,
    labelIds: [],
    teamIds: [],
    leadId: null,
    creatorId: actorId,
    trashed: false,
    sortOrder: 0,
  };
  Object.assign(project, changesOf(store, input));
  if (project.teamIds.length === 0) throw argumentInvalid("teamIds", "should not be empty");
  store.projects.set(id, project);
  store.lastSyncId += 1;
  return project;
}

export function updateProject(store: LinearStore, id: string, input: Input): ProjectRow {
  const project = mustFind(store.projects.get(id), "Project");
  const before = JSON.stringify(project);
  Object.assign(project, changesOf(store, input));
  if (JSON.stringify(project) !== before) project.updatedAt = store.now();
  store.lastSyncId += 1;
  return project;
}

function changesOf(store: LinearStore, input: Input): Partial<ProjectRow> {
  const changes: Partial<ProjectRow> = {};
  const given = (name: string): boolean => input[name] !== undefined;
  const nameMax = store.quirks.projectNameMaximum ? NAME_MAX : Number.POSITIVE_INFINITY;
  if (given("name")) changes.name = checkText("name", input["name"], nameMax);
  if (given("description")) changes.description = summary(input["description"]);
  if (given("content")) changes.content = saveText(store, input["content"]);
  if (given("statusId"))
    changes.statusId = mustFind(store.projectStatuses.get(textOf(input["statusId"])), "ProjectStatus").id;
  if (given("priority")) changes.priority = checkPriority(input["priority"]);
  if (given("startDate")) changes.startDate = checkTimelessDate(store, "startDate", input["startDate"]);
  if (given("targetDate")) changes.targetDate = checkTimelessDate(store, "targetDate", input["targetDate"]);
  if (given("labelIds")) changes.labelIds = checkProjectLabels(store, (input["labelIds"] as string[] | null) ?? []);
  if (given("teamIds"))
    changes.teamIds = (input["teamIds"] as string[]).map((id) => mustFind(store.teams.get(id), "Team").id);
  if (given("leadId"))
    changes.leadId = input["leadId"] === null ? null : mustFind(store.users.get(textOf(input["leadId"])), "User").id;
  if (given("trashed"))
    Object.assign(changes, {
      trashed: input["trashed"] === true,
      archivedAt: input["trashed"] === true ? store.now() : null,
    });
  if (given("sortOrder")) changes.sortOrder = Number(input["sortOrder"]);
  return changes;
}

function summary(value: unknown): string {
  const text = textOf(value ?? "");
  if (text.length > SUMMARY_MAX)
    throw argumentInvalid("description", `must be shorter than or equal to ${SUMMARY_MAX} characters`);
  return text;
}

export function archiveProject(store: LinearStore, id: string, trash: boolean): ProjectRow {
  const project = mustFind(store.projects.get(id), "Project");
  return Object.assign(project, { archivedAt: store.now(), trashed: trash || project.trashed, updatedAt: store.now() });
}

export function unarchiveProject(store: LinearStore, id: string): ProjectRow {
  const project = mustFind(store.projects.get(id), "Project");
  return Object.assign(project, { archivedAt: null, trashed: false, updatedAt: store.now() });
}

export function eraseProject(store: LinearStore, id: string): void {
  const project = mustFind(store.projects.get(id), "Project");
  store.projects.delete(project.id);
  store.spent.add(project.id);
  for (const issue of store.issues.values()) if (issue.projectId === project.id) issue.projectId = null;
}

export function createIssueLabel(store: LinearStore, input: Input): LabelRow {
  const id = claimId(store, "IssueLabel", store.labels, input["id"]);
  const teamId = (input["teamId"] as string | null | undefined) ?? null;
  if (teamId !== null) mustFind(store.teams.get(teamId), "Team");
  const rivals = [...store.labels.values()].filter(
    (label) => teamId === null || label.teamId === null || label.teamId === teamId,
  );
  return addLabel(store, store.labels, rivals, { id, teamId, input });
}

export function createProjectLabel(store: LinearStore, input: Input): LabelRow {
  const id = claimId(store, "ProjectLabel", store.projectLabels, input["id"]);
  return addLabel(store, store.projectLabels, [...store.projectLabels.values()], { id, teamId: null, input });
}

function addLabel(
  store: LinearStore,
  table: Map<string, LabelRow>,
  rivals: readonly LabelRow[],
  made: { readonly id: string; readonly teamId: string | null; readonly input: Input },
): LabelRow {
  const name = checkText("name", made.input["name"], NAME_MAX);
  const taken = rivals.some((label) => label.name.toLowerCase() === name.toLowerCase());
  if (taken && store.quirks.labelNamesAreUnique) {
    throw inputRefused("duplicate label name", `A label called "${name}" already exists in this workspace or team.`);
  }
  const label: LabelRow = {
    ...store.row(made.id),
    name,
    teamId: made.teamId,
    parentId: (made.input["parentId"] as string | null | undefined) ?? null,
    isGroup: made.input["isGroup"] === true,
    color: textOf(made.input["color"] ?? "#bec2c8"),
  };
  table.set(label.id, label);
  return label;
}

/** An upsert by issue and URL: the same attachment id comes back with the new words. */
export function attach(store: LinearStore, actorId: string, input: Input): AttachmentRow {
  const issue = mustFind(store.findIssue(textOf(input["issueId"])), "Issue");
  const url = textOf(input["url"]);
  if (!/^[a-z][a-z0-9+.-]*:\S+$/i.test(url)) throw argumentInvalid("url", "must be a valid URL");
  const words = {
    title: checkText("title", input["title"] ?? url, 2048),
    subtitle: (input["subtitle"] as string | null | undefined) ?? null,
    metadata: (input["metadata"] as object | null | undefined) ?? {},
  };
  const known = [...store.attachments.values()].find((one) => one.issueId === issue.id && one.url === url);
  if (known && store.quirks.attachmentsAreUpserts) return Object.assign(known, words, { updatedAt: store.now() });
  const row = store.row(claimId(store, "Attachment", store.attachments, input["id"]));
  const attachment: AttachmentRow = { ...row, ...words, issueId: issue.id, url, creatorId: actorId };
  store.attachments.set(row.id, attachment);
  if (!store.quirks.meaningfulUpdates) issue.updatedAt = store.now();
  return attachment;
}

export function comment(store: LinearStore, actorId: string, input: Input): CommentRow {
  const issue = input["issueId"] ? mustFind(store.findIssue(textOf(input["issueId"])), "Issue") : undefined;
  const project = input["projectId"] ? mustFind(store.projects.get(textOf(input["projectId"])), "Project") : undefined;
  if (!issue && !project) throw argumentInvalid("issueId", "should not be empty");
  const row = store.row(claimId(store, "Comment", store.comments, input["id"]));
  const made: CommentRow = {
    ...row,
    issueId: issue?.id ?? null,
    projectId: project?.id ?? null,
    parentId: (input["parentId"] as string | null | undefined) ?? null,
    userId: actorId,
    body: saveText(store, input["body"]) ?? "",
    editedAt: null,
  };
  store.comments.set(row.id, made);
  if (issue && !store.quirks.meaningfulUpdates) issue.updatedAt = store.now();
  return made;
}

export function editComment(store: LinearStore, id: string, body: unknown): CommentRow {
  const row = mustFind(store.comments.get(id), "Comment");
  return Object.assign(row, { body: saveText(store, body) ?? "", editedAt: store.now(), updatedAt: store.now() });
}

export function postProjectUpdate(store: LinearStore, actorId: string, input: Input): ProjectUpdateRow {
  const project = mustFind(store.projects.get(textOf(input["projectId"])), "Project");
  const id = claimId(store, "ProjectUpdate", store.projectUpdates, input["id"]);
  const health = textOf(input["health"] ?? project.health ?? "onTrack");
  const body = saveText(store, input["body"]) ?? "";
  const made: ProjectUpdateRow = { ...store.row(id), projectId: project.id, userId: actorId, body, health };
  store.projectUpdates.set(id, made);
  Object.assign(project, { health, healthUpdatedAt: store.now(), updatedAt: store.now() });
  return made;
}

export function createCycle(store: LinearStore, input: Input): CycleRow {
  const team = mustFind(store.teams.get(textOf(input["teamId"])), "Team");
  const id = claimId(store, "Cycle", store.cycles, input["id"]);
  const number = [...store.cycles.values()].filter((cycle) => cycle.teamId === team.id).length + 1;
  const cycle: CycleRow = {
    ...store.row(id),
    teamId: team.id,
    number,
    name: (input["name"] as string | null | undefined) ?? null,
    startsAt: Date.parse(textOf(input["startsAt"])),
    endsAt: Date.parse(textOf(input["endsAt"])),
  };
  if (!(cycle.endsAt > cycle.startsAt)) throw argumentInvalid("endsAt", "must be after startsAt");
  if (store.cycles.has(id)) throw conflictOnInsert("Cycle", id);
  store.cycles.set(id, cycle);
  return cycle;
}
