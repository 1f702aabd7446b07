/** Hub statuses as Linear's workflow states and project statuses: by name first, by type where no name tells. */
import type { Lens, Reading, Written } from "../../core/lens.ts";
import type { ItemType } from "../../core/model.ts";
import { cannot, isCalled, only } from "../status-choice.ts";
import type { LinearState } from "./schema.ts";

interface StatusRow {
  readonly value: string;
  /** Names that mean this value, lower case. */
  readonly names: readonly string[];
  /** State types that mean it, best first; empty where only a name can. */
  readonly types: readonly string[];
  /** The value whose state also holds this one, where the team has no state of its own for it. */
  readonly heldBy?: string;
}

const CANCELLED: StatusRow = { value: "cancelled", names: ["canceled", "cancelled"], types: ["canceled"] };
const IN_PROGRESS: StatusRow = { value: "in_progress", names: ["in progress"], types: ["started"] };
const BLOCKED: StatusRow = { value: "blocked", names: ["blocked"], types: [], heldBy: "in_progress" };
const TO_DO = { names: ["todo", "to do", "ready"], types: ["unstarted", "backlog"] };

const STORY: readonly StatusRow[] = [
  { value: "ready", ...TO_DO },
  IN_PROGRESS,
  { value: "in_review", names: ["in review"], types: [], heldBy: "in_progress" },
  { value: "done", names: ["done"], types: ["completed"] },
  BLOCKED,
  CANCELLED,
];
const TASK: readonly StatusRow[] = [
  { value: "todo", ...TO_DO },
  IN_PROGRESS,
  { value: "done", names: ["done"], types: ["completed"] },
  BLOCKED,
];
const EPIC_ISSUE: readonly StatusRow[] = [
  { value: "planning", names: ["planning", "planned", ...TO_DO.names], types: TO_DO.types },
  IN_PROGRESS,
  { value: "on_hold", names: ["on hold", "paused"], types: [], heldBy: "blocked" },
  { value: "completed", names: ["completed", "done"], types: ["completed"] },
  BLOCKED,
  CANCELLED,
];
const EPIC_PROJECT: readonly StatusRow[] = [
  { value: "planning", names: ["planned", "planning"], types: ["planned", "backlog"] },
  { value: "in_progress", names: ["in progress", "started"], types: ["started"] },
  { value: "on_hold", names: ["paused", "on hold"], types: ["paused"] },
  { value: "completed", names: ["completed", "done"], types: ["completed"] },
  { value: "blocked", names: ["blocked"], types: [], heldBy: "on_hold" },
  CANCELLED,
];

export function statusRows(type: ItemType, epicsAreProjects: boolean): readonly StatusRow[] {
  if (type === "epic") return epicsAreProjects ? EPIC_PROJECT : EPIC_ISSUE;
  return type === "task" ? TASK : STORY;
}

interface StatusTable {
  readonly rows: readonly StatusRow[];
  readonly states: readonly LinearState[];
  /** Hub value to the state's name or id, from the binding. */
  readonly overrides: Readonly<Record<string, string>>;
}

/** The status lens over live states: ambiguity and gaps are refused before any write. */
export function statusLens(table: StatusTable): Lens {
  const written = new Map(table.rows.map((row) => [row.value, resolve(table, row)]));
  const write = (value: string): Written =>
    written.get(value) ?? cannot("unknown-status", `"${value}" is no status of this item type`);
  const read = (id: unknown): Reading => readState(table, id);
  return {
    read,
    write: (value) => (typeof value === "string" ? write(value) : cannot("no-status", "Linear has no empty status")),
    represents(id, value) {
      if (typeof value !== "string") return false;
      const reading = read(id);
      if (reading.kind === "value" && reading.value === value) return true;
      const target = write(value);
      return target.kind === "value" && target.value === id;
    },
  };
}

function readState(table: StatusTable, id: unknown): Reading {
  const state = table.states.find((one) => one.id === id);
  if (!state) return { kind: "none", code: "unknown-status", message: "the state is none of the bound team's" };
  const row = rowOf(table, state) ?? table.rows.find((one) => one.types.includes(state.type));
  if (row) return { kind: "value", value: row.value };
  return { kind: "none", code: "unmapped-status", message: `no hub status stands for "${state.name}" (${state.type})` };
}

/** The row that names this state: the binding's word before the usual names. */
function rowOf(table: StatusTable, state: LinearState): StatusRow | undefined {
  const overridden = table.rows.find((row) => {
    const wanted = table.overrides[row.value];
    return wanted !== undefined && isCalled(state, wanted);
  });
  return overridden ?? table.rows.find((row) => row.names.includes(state.name.trim().toLowerCase()));
}

function resolve(table: StatusTable, row: StatusRow): Written {
  const wanted = table.overrides[row.value];
  if (wanted !== undefined) {
    const found = table.states.filter((state) => isCalled(state, wanted));
    return (
      only(found, row.value) ??
      cannot("unknown-status", `the mapping names state "${wanted}", which Linear does not have`)
    );
  }
  const named = table.states.filter((state) => rowOf(table, state) === row && nameRank(row, state) >= 0);
  const best = Math.min(...named.map((state) => nameRank(row, state)));
  const byName = only(
    named.filter((state) => nameRank(row, state) === best),
    row.value,
  );
  return (
    byName ??
    byType(table, row) ??
    held(table, row) ??
    cannot("no-such-status", `Linear has no state for "${row.value}"`)
  );
}

function nameRank(row: StatusRow, state: LinearState): number {
  return row.names.indexOf(state.name.trim().toLowerCase());
}

/** The one state of the row's best type that no other row claims by name. */
function byType(table: StatusTable, row: StatusRow): Written | undefined {
  for (const type of row.types) {
    const found = table.states.filter((state) => state.type === type && (rowOf(table, state) ?? row) === row);
    const written = only(found, row.value);
    if (written) return written;
  }
  return undefined;
}

function held(table: StatusTable, row: StatusRow): Written | undefined {
  const holder = table.rows.find((one) => one.value === row.heldBy);
  return holder && resolve(table, holder);
}
