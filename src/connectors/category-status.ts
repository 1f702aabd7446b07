/** Hub statuses as the states of a tool that sorts them into categories: by name first, by category where no name tells. */
import type { Lens, Reading, Written } from "../core/lens.ts";
import type { FieldValue } from "../core/model.ts";
import { cannot, isCalled, only, type NamedState } from "./status-choice.ts";

export interface CategorisedState extends NamedState {
  /** As the tool calls it. */
  readonly category: string;
}

export interface StatusRow {
  readonly value: string;
  /** Names that mean this value, lower case, best first. */
  readonly names: readonly string[];
  /** Key of the status category that means it where no name does; absent where only a name can. */
  readonly category?: string;
  /** The value whose state also holds this one, where the workflow has none of its own for it. */
  readonly heldBy?: string;
}

/** What findings say, in the tool's own words. */
interface StatusWords {
  readonly none: string;
  readonly foreign: string;
  readonly unmapped: (name: string) => string;
  readonly missing: (value: string) => string;
  readonly misnamed: (wanted: string) => string;
}

interface StatusTable {
  readonly rows: readonly StatusRow[];
  readonly states: readonly CategorisedState[];
  /** Hub value to the state's name or id, from the binding. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly words: StatusWords;
}

/**
 * The status lens over live states, by id, so that a rename in the tool changes nothing. A state nobody
 * mapped ("Won't Do") reads as none; two states that could stand for one value are refused before any write.
 */
export function categoryStatusLens(table: StatusTable): Lens {
  const written = new Map(table.rows.map((row) => [row.value, resolve(table, row)]));
  const write = (value: FieldValue): Written => {
    if (typeof value !== "string") return cannot("no-status", table.words.none);
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
  if (!state) return { kind: "none", code: "unknown-status", message: table.words.foreign };
  const own = table.rows.find((row) => !isHeld(table, row) && isValue(written.get(row.value), state.id));
  if (own) return { kind: "value", value: own.value };
  return { kind: "none", code: "unmapped-status", message: table.words.unmapped(state.name) };
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
    return only(found, row.value) ?? cannot("unknown-status", table.words.misnamed(override));
  }
  const found = only(named(table, row), row.value) ?? only(byCategory(table, row), row.value);
  if (found) return found;
  const holder = table.rows.find((one) => one.value === row.heldBy);
  return holder ? resolve(table, holder) : cannot("no-such-status", table.words.missing(row.value));
}

/** States with the best of the row's names that any state has and no override took. */
function named(table: StatusTable, row: StatusRow): readonly CategorisedState[] {
  for (const name of row.names) {
    const found = table.states.filter((state) => isCalled(state, name) && !isTaken(table, state));
    if (found.length) return found;
  }
  return [];
}

/** States of the row's category that nobody claims by name. */
function byCategory(table: StatusTable, row: StatusRow): readonly CategorisedState[] {
  if (row.category === undefined) return [];
  return table.states.filter(
    (state) =>
      state.category === row.category &&
      !isTaken(table, state) &&
      !table.rows.some((other) => other !== row && other.names.some((name) => isCalled(state, name))),
  );
}

function isTaken(table: StatusTable, state: CategorisedState): boolean {
  return Object.values(table.overrides).some((wanted) => isCalled(state, wanted));
}
