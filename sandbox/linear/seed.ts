/** What a workspace starts with. */
import { uuidOf, type LinearStore } from "./store.ts";

interface SeedState {
  readonly name: string;
  /** `triage backlog unstarted started completed canceled duplicate`, or anything new. */
  readonly type: string;
}
interface SeedTeam {
  readonly key: string;
  readonly name?: string;
  readonly states?: readonly SeedState[];
  /** `notUsed exponential fibonacci linear tShirt`; Fibonacci where absent. */
  readonly estimation?: string;
  readonly allowZero?: boolean;
  readonly extended?: boolean;
}
export interface SeedUser {
  readonly email: string;
  readonly name?: string;
  readonly displayName?: string;
  /** False: deactivated. */
  readonly active?: boolean;
}
export interface SeedLabel {
  readonly name: string;
  /** Key of a team; the whole workspace where absent. */
  readonly team?: string;
  readonly group?: boolean;
  /** Name of its group. */
  readonly parent?: string;
}
interface SeedCycle {
  readonly team: string;
  readonly number: number;
  readonly name?: string;
}
interface SeedProject {
  readonly name: string;
  /** Keys of its teams; all where absent. */
  readonly teams?: readonly string[];
}
export interface Seed {
  readonly teams?: readonly SeedTeam[];
  /** The first is who the API key belongs to. */
  readonly users?: readonly SeedUser[];
  readonly labels?: readonly SeedLabel[];
  readonly cycles?: readonly SeedCycle[];
  readonly projects?: readonly SeedProject[];
  readonly projectStatuses?: readonly SeedState[];
}

/** States of a new team, plus the "In Review" that nearly every team adds. There is no "Blocked". */
const DEFAULT_STATES: readonly SeedState[] = [
  { name: "Triage", type: "triage" },
  { name: "Backlog", type: "backlog" },
  { name: "Todo", type: "unstarted" },
  { name: "In Progress", type: "started" },
  { name: "In Review", type: "started" },
  { name: "Done", type: "completed" },
  { name: "Canceled", type: "canceled" },
  { name: "Duplicate", type: "duplicate" },
];
const DEFAULT_STATUSES: readonly SeedState[] = [
  { name: "Backlog", type: "backlog" },
  { name: "Planned", type: "planned" },
  { name: "In Progress", type: "started" },
  { name: "Paused", type: "paused" },
  { name: "Completed", type: "completed" },
  { name: "Canceled", type: "canceled" },
];
const DEFAULT_USERS: readonly SeedUser[] = [
  { email: "sync@acme.test", name: "Sync Robot" },
  { email: "ana@acme.test", name: "Ana Pérez" },
  { email: "ben@acme.test", name: "Ben Okafor" },
];

/** Fills an empty store; ids are `idOf.*` of the names, the same in every stand-in. */
export function seedStore(store: LinearStore, seed: Seed): void {
  for (const user of seed.users ?? DEFAULT_USERS) addUser(store, user);
  for (const team of seed.teams ?? [{ key: "PAY", name: "Payments" }]) addTeam(store, team);
  addProjectStatuses(store, seed.projectStatuses ?? DEFAULT_STATUSES);
  for (const label of seed.labels ?? []) addLabel(store, label);
  for (const cycle of seed.cycles ?? []) addCycle(store, cycle);
  for (const project of seed.projects ?? []) addProject(store, project);
}

export const idOf = {
  user: (email: string): string => uuidOf(`user ${email}`),
  team: (key: string): string => uuidOf(`team ${key}`),
  state: (team: string, name: string): string => uuidOf(`state ${team} ${name}`),
  projectStatus: (name: string): string => uuidOf(`project status ${name}`),
  label: (name: string): string => uuidOf(`label ${name}`),
  cycle: (team: string, number: number): string => uuidOf(`cycle ${team} ${number}`),
  project: (name: string): string => uuidOf(`project ${name}`),
};

function addUser(store: LinearStore, user: SeedUser): void {
  const name = user.name ?? user.email.replace(/@.*/, "");
  store.users.set(idOf.user(user.email), {
    ...store.row(idOf.user(user.email)),
    name,
    displayName: user.displayName ?? user.email.replace(/@.*/, ""),
    email: user.email,
    active: user.active ?? true,
    admin: false,
  });
}

function addTeam(store: LinearStore, team: SeedTeam): void {
  store.teams.set(idOf.team(team.key), {
    ...store.row(idOf.team(team.key)),
    key: team.key,
    name: team.name ?? team.key,
    issueEstimationType: team.estimation ?? "fibonacci",
    issueEstimationAllowZero: team.allowZero ?? false,
    issueEstimationExtended: team.extended ?? false,
    nextNumber: 1,
  });
  for (const [position, state] of (team.states ?? DEFAULT_STATES).entries()) {
    const id = idOf.state(team.key, state.name);
    const common = { ...store.row(id), ...state, position, color: "#95a2b3" };
    store.states.set(id, { ...common, teamId: idOf.team(team.key) });
  }
}

function addProjectStatuses(store: LinearStore, statuses: readonly SeedState[]): void {
  for (const [position, status] of statuses.entries()) {
    const id = idOf.projectStatus(status.name);
    store.projectStatuses.set(id, { ...store.row(id), ...status, position, color: "#95a2b3", teamId: null });
  }
}

function addLabel(store: LinearStore, label: SeedLabel): void {
  store.labels.set(idOf.label(label.name), {
    ...store.row(idOf.label(label.name)),
    name: label.name,
    teamId: label.team === undefined ? null : idOf.team(label.team),
    parentId: label.parent === undefined ? null : idOf.label(label.parent),
    isGroup: label.group ?? false,
    color: "#bec2c8",
  });
}

function addCycle(store: LinearStore, cycle: SeedCycle): void {
  const id = idOf.cycle(cycle.team, cycle.number);
  const startsAt = store.now() + (cycle.number - 1) * 1_209_600_000;
  store.cycles.set(id, {
    ...store.row(id),
    teamId: idOf.team(cycle.team),
    number: cycle.number,
    name: cycle.name ?? null,
    startsAt,
    endsAt: startsAt + 1_209_600_000,
  });
}

function addProject(store: LinearStore, project: SeedProject): void {
  const [planned] = [...store.projectStatuses.values()].filter((status) => status.type === "planned");
  const id = idOf.project(project.name);
  store.projects.set(id, {
    ...store.row(id),
    name: project.name,
    description: "",
    content: null,
    statusId: planned?.id ?? "",
    priority: 0,
    startDate: null,
    targetDate: null,
    health: null,
    healthUpdatedAt: null,
    labelIds: [],
    teamIds: (project.teams ?? [...store.teams.values()].map((team) => team.key)).map(idOf.team),
    leadId: null,
    creatorId: [...store.users.keys()][0] ?? "",
    trashed: false,
    sortOrder: 0,
  });
}
