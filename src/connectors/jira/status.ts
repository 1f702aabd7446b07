/** Hub statuses as the states of an issue type's workflow: by name first, by category where no name tells. */
import type { Lens, Reading, Written } from "../../core/lens.ts";
import type { FieldValue, ItemType } from "../../core/model.ts";
import { cannot, isCalled, only } from "../status-choice.ts";
import type { JiraStatus } from "./schema.ts";

interface StatusRow {
  readonly value: string;
  /** Names that mean this value, lower case, best first. */
  readonly names: readonly string[];
  /** Key of the status category that means it where no name does; absent where only a name can. */
  readonly category?: string;
  /** The value whose state also holds this one, where the workflow has none of its own for it. */
  readonly heldBy?: string;
}

const TO_DO = { names: ["to do", "todo", "ready"], category: "new" };
const IN_PROGRESS: StatusRow = { value: "in_progress", names: ["in progress"], category: "indeterminate" };
const BLOCKED: StatusRow = { value: "blocked", names: ["blocked"], heldBy: "in_progress" };
const DONE = { names: ["done", "completed"], category: "done" };
const CANCELLED: StatusRow = { value: "cancelled", names: ["cancelled", "canceled"] };

const ROWS: { readonly [T in Exclude<ItemType, "project">]: readonly StatusRow[] } = {
  epic: [
    { value: "planning", names: [...TO_DO.names, "planning"], category: "new" },
    IN_PROGRESS,
    { value: "on_hold", names: ["on hold"], heldBy: "blocked" },
    { value: "completed", ...DONE },
    BLOCKED,
    CANCELLED,
  ],
  story: [
    { value: "ready", ...TO_DO },
    IN_PROGRESS,
    { value: "in_review", names: ["in review"], heldBy: "in_progress" },
    { value: "done", ...DONE },
    BLOCKED,
    CANCELLED,
  ],
  task: [{ value: "todo", ...TO_DO }, IN_PROGRESS, { value: "done", ...DONE }, BLOCKED],
};

interface StatusTable {
  readonly rows: readonly StatusRow[];
  readonly states: readonly JiraStatus[];
  /** Hub value to the state's name or id, from the binding. */
  readonly overrides: Readonly<Record<string, string>>;
}

/**
 * The status lens over live states, by id, so that a rename in Jira changes nothing. A state nobody
 * mapped ("Won't Do") reads as none; two states that could stand for one value are refused before any write.
 */
export function statusLens(
  type: Exclude<ItemType, "project">,
  states: readonly JiraStatus[],
  overrides: Readonly<Record<string, string>> = {},
): Lens {
  const table: StatusTable = { rows: ROWS[type], states, overrides };
  const written = new Map(table.rows.map((row) => [row.value, resolve(table, row)]));
  const write = (value: FieldValue): Written => {
    if (typeof value !== "string") return cannot("no-status", "an issue always has a status");
    return written.get(value) ?? cannot("unknown-status", `"${value}" is no status of this item type`);
  };
  return {
    read: (id) => readState(table, written, id),
    write,
    represents(id, value) {
      const target = write(value);
      return target.kind === "value" && target.value === id;
    },
  };
}

function readState(table: StatusTable, written: ReadonlyMap<string, Written>, id: unknown): Reading {
  const state = table.states.find((one) => one.id === id);
  if (!state)
    return { kind: "none", code: "unknown-status", message: "the status is none of this issue type's workflow" };
  const own = table.rows.find((row) => !isHeld(table, row) && isValue(written.get(row.value), state.id));
  if (own) return { kind: "value", value: own.value };
  return {
    kind: "none",
    code: "unmapped-status",
    message: `no hub status stands for "${state.name}"; name one in the binding's status mapping, or leave it to Jira`,
  };
}

function isValue(written: Written | undefined, id: string): boolean {
  return written?.kind === "value" && written.value === id;
}

/** Only borrowed from another value's state. */
function isHeld(table: StatusTable, row: StatusRow): boolean {
  return table.overrides[row.value] === undefined && named(table, row).length === 0 && row.category === undefined;
}

function resolve(table: StatusTable, row: StatusRow): Written {
  const override = table.overrides[row.value];
  if (override !== undefined) {
    const found = table.states.filter((state) => isCalled(state, override));
    return (
      only(found, row.value) ??
      cannot("unknown-status", `the mapping names status "${override}", which this workflow does not have`)
    );
  }
  const found = only(named(table, row), row.value) ?? only(byCategory(table, row), row.value);
  if (found) return found;
  const holder = table.rows.find((one) => one.value === row.heldBy);
  return holder ? resolve(table, holder) : cannot("no-such-status", `this workflow has no status for "${row.value}"`);
}

/** States with the best of the row's names that any state has and no override took. */
function named(table: StatusTable, row: StatusRow): readonly JiraStatus[] {
  for (const name of row.names) {
    const found = table.states.filter((state) => isCalled(state, name) && !isTaken(table, state));
    if (found.length) return found;
  }
  return [];
}

/** States of the row's category that nobody claims by name. */
function byCategory(table: StatusTable, row: StatusRow): readonly JiraStatus[] {
  if (row.category === undefined) return [];
  return table.states.filter(
    (state) =>
      state.category === row.category &&
      !isTaken(table, state) &&
      !table.rows.some((other) => other !== row && other.names.some((name) => isCalled(state, name))),
  );
}

function isTaken(table: StatusTable, state: JiraStatus): boolean {
  return Object.values(table.overrides).some((wanted) => isCalled(state, wanted));
}
