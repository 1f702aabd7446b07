/** The workspace's rows. Everything the API and people do goes through the functions of `issues.ts`, `projects.ts` and `labels.ts`. */
import { createHash } from "node:crypto";
import type { Clock } from "../kit/clock.ts";
import type { LinearQuirks } from "./quirks.ts";

export interface Row {
  readonly id: string;
  readonly createdAt: number;
  updatedAt: number;
  archivedAt: number | null;
}
export interface UserRow extends Row {
  name: string;
  displayName: string;
  email: string;
  active: boolean;
  admin: boolean;
}
export interface TeamRow extends Row {
  key: string;
  name: string;
  issueEstimationType: string;
  issueEstimationAllowZero: boolean;
  issueEstimationExtended: boolean;
  nextNumber: number;
}
export interface StateRow extends Row {
  /** Null: a project status. */
  readonly teamId: string | null;
  name: string;
  type: string;
  position: number;
  color: string;
}
export interface LabelRow extends Row {
  /** Null: of the whole workspace. */
  readonly teamId: string | null;
  readonly parentId: string | null;
  readonly isGroup: boolean;
  name: string;
  color: string;
}
export interface CycleRow extends Row {
  readonly teamId: string;
  readonly number: number;
  name: string | null;
  startsAt: number;
  endsAt: number;
}
export interface IssueRow extends Row {
  teamId: string;
  number: number;
  title: string;
  description: string | null;
  priority: number;
  estimate: number | null;
  dueDate: string | null;
  stateId: string;
  assigneeId: string | null;
  creatorId: string;
  projectId: string | null;
  parentId: string | null;
  cycleId: string | null;
  labelIds: readonly string[];
  trashed: boolean;
  sortOrder: number;
  startedAt: number | null;
  completedAt: number | null;
  canceledAt: number | null;
  previousIdentifiers: readonly string[];
}
export interface ProjectRow extends Row {
  name: string;
  description: string;
  content: string | null;
  statusId: string;
  priority: number;
  startDate: string | null;
  targetDate: string | null;
  health: string | null;
  healthUpdatedAt: number | null;
  labelIds: readonly string[];
  teamIds: readonly string[];
  leadId: string | null;
  creatorId: string;
  trashed: boolean;
  sortOrder: number;
}
export interface HistoryRow extends Row {
  readonly issueId: string;
  readonly actorId: string;
  /** Fields of `IssueHistory` (`fromTitle`, `toStateId`, ...). */
  readonly changes: Readonly<Record<string, unknown>>;
}
export interface AttachmentRow extends Row {
  readonly issueId: string;
  readonly url: string;
  title: string;
  subtitle: string | null;
  metadata: object;
  readonly creatorId: string;
}
export interface CommentRow extends Row {
  readonly issueId: string | null;
  readonly projectId: string | null;
  readonly parentId: string | null;
  readonly userId: string;
  body: string;
  editedAt: number | null;
}
export interface ProjectUpdateRow extends Row {
  readonly projectId: string;
  readonly userId: string;
  body: string;
  health: string;
}

export class LinearStore {
  readonly clock: Clock;
  readonly quirks: LinearQuirks;
  /** Whether the API key was granted more than reading. */
  keyMayWrite = true;
  readonly organization = { id: uuidOf("organization"), name: "Acme", urlKey: "acme" };
  readonly users = new Map<string, UserRow>();
  readonly teams = new Map<string, TeamRow>();
  readonly states = new Map<string, StateRow>();
  readonly projectStatuses = new Map<string, StateRow>();
  readonly labels = new Map<string, LabelRow>();
  readonly projectLabels = new Map<string, LabelRow>();
  readonly cycles = new Map<string, CycleRow>();
  readonly issues = new Map<string, IssueRow>();
  readonly projects = new Map<string, ProjectRow>();
  readonly history = new Map<string, HistoryRow>();
  readonly attachments = new Map<string, AttachmentRow>();
  readonly comments = new Map<string, CommentRow>();
  readonly projectUpdates = new Map<string, ProjectUpdateRow>();
  /** Ids of rows that were deleted for good. */
  readonly spent = new Set<string>();
  /** Where the stand-in listens: the start of every `url`. */
  baseUrl = "";
  lastSyncId = 0;
  #made = 0;
  #version = 0;
  #indexes = new Map<string, { readonly version: number; readonly groups: Map<string, Row[]> }>();

  constructor(clock: Clock, quirks: LinearQuirks) {
    this.clock = clock;
    this.quirks = quirks;
  }

  now(): number {
    return this.clock.now();
  }

  /** The next id of our own making: deterministic, shaped as version 4. */
  newId(): string {
    return uuidOf(`row ${++this.#made}`);
  }

  /** Called before anything is changed: what was grouped is grouped anew. */
  touch(): void {
    this.#version += 1;
  }

  /** Rows of a table by the value of one of their columns, so that a page of 250 issues does not read the table 250 times. */
  grouped<R extends Row>(
    name: string,
    rows: ReadonlyMap<string, R>,
    column: (row: R) => string | null,
  ): ReadonlyMap<string, R[]> {
    const known = this.#indexes.get(name);
    if (known?.version === this.#version) return known.groups as Map<string, R[]>;
    const groups = new Map<string, R[]>();
    for (const row of rows.values()) {
      const key = column(row);
      if (key !== null) groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    this.#indexes.set(name, { version: this.#version, groups });
    return groups;
  }

  /** Fields that every row has, as of now. */
  row(id: string = this.newId()): Row {
    const now = this.now();
    return { id, createdAt: now, updatedAt: now, archivedAt: null };
  }

  identifier(issue: IssueRow): string {
    return `${this.teams.get(issue.teamId)?.key ?? "?"}-${issue.number}`;
  }

  /** By UUID or identifier, whatever its case; identifiers of before a move count. */
  findIssue(idOrKey: string): IssueRow | undefined {
    const wanted = idOrKey.toLowerCase();
    const direct = this.issues.get(wanted);
    if (direct) return direct;
    return [...this.issues.values()].find(
      (issue) =>
        this.identifier(issue).toLowerCase() === wanted ||
        issue.previousIdentifiers.some((key) => key.toLowerCase() === wanted),
    );
  }

  findProject(idOrName: string): ProjectRow | undefined {
    return this.projects.get(idOrName) ?? [...this.projects.values()].find((project) => project.name === idOrName);
  }

  /** A copy of all rows to go back to; rows are replaced or restored as wholes. */
  snapshot(): () => void {
    const tables = [this.issues, this.history, this.attachments] as readonly Map<string, Row>[];
    const copies = tables.map((table) => new Map([...table].map(([id, row]) => [id, { ...row }])));
    const numbers = [...this.teams.values()].map((team) => [team, team.nextNumber] as const);
    return () => {
      for (const [index, table] of tables.entries()) {
        table.clear();
        for (const [id, row] of copies[index] ?? []) table.set(id, row);
      }
      for (const [team, next] of numbers) team.nextNumber = next;
    };
  }
}

/** A stable id for a name, in the shape of UUID version 4. */
export function uuidOf(name: string): string {
  const hex = createHash("sha256").update(`linear stand-in: ${name}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
