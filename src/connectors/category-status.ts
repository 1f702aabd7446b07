/** Hub statuses as the states of a tool that sorts them into categories: by name first, by category where no name tells. */
import type { Lens, Reading, Written } from "../core/lens.ts";
import type { FieldValue } from "../core/model.ts";
import { readCategory, readName, rowOf, type ValueMap, type ValueRow } from "../core/maps.ts";
import { amongst } from "./parked-lens.ts";
import { bestNamed, cannot, isCalled, only, type NamedState } from "./status-choice.ts";

export interface CategorisedState extends NamedState {
  /** As the tool calls it. */
  readonly category: string;
}

/** What findings say, in the tool's own words. */
interface StatusWords {
  readonly none: string;
  readonly foreign: string;
  readonly unmapped: (state: CategorisedState) => string;
  readonly missing: (value: string) => string;
  readonly misnamed: (wanted: string) => string;
}

interface StatusTable {
  readonly map: ValueMap;
  readonly states: readonly CategorisedState[];
  /** Hub value to the state's name or id, from the binding. */
  readonly overrides: Readonly<Record<string, string>>;
  /** `written`: only the state that a value is written to is read as it; `all`: every state that its name or category tells. */
  readonly reads: "written" | "all";
  readonly words: StatusWords;
}

/**
 * The status lens over live states, by id, so that a rename in the tool changes nothing. A state nobody
 * mapped ("Won't Do") reads as none; two states that could stand for one value are refused before any write.
 */
export function categoryStatusLens(table: StatusTable): Lens {
  const { words } = table;
  const written = new Map(table.map.toTool.map((row) => [row.value, resolve(table, row)]));
  const write = (value: FieldValue): Written => {
    if (typeof value !== "string") return cannot("no-status", words.none);
    return written.get(value) ?? cannot("unknown-status", `"${value}" is no status of this item type`);
  };
  const read = (id: unknown): Reading => {
    const state = table.states.find((one) => one.id === id);
    if (!state) return { kind: "none", code: "unknown-status", message: words.foreign };
    const value = valueOf(table, state);
    const isRead = value !== undefined && (table.reads === "all" || isValue(written.get(value), state.id));
    if (isRead) return { kind: "value", value };
    return { kind: "none", code: "unmapped-status", message: words.unmapped(state) };
  };
  return {
    read,
    write,
    represents(id, value) {
      const reading = read(id);
      if (table.reads === "all" && reading.kind === "value" && reading.value === value) return true;
      return isValue(write(value), id);
    },
  };
}

function isValue(written: Written | undefined, id: unknown): boolean {
  return written?.kind === "value" && written.value === id;
}

/** The value that a state means: the binding's word before the usual names, those before its category. */
function valueOf(table: StatusTable, state: CategorisedState): string | undefined {
  const overridden = table.map.toTool.find(({ value }) => {
    const wanted = table.overrides[value];
    return wanted !== undefined && isCalled(state, wanted);
  });
  return overridden?.value ?? readName(table.map, state.name) ?? readCategory(table.map, state.category);
}

function resolve(table: StatusTable, row: ValueRow): Written {
  const override = table.overrides[row.value];
  if (override !== undefined) {
    const found = table.states.filter((state) => isCalled(state, override));
    const missing = `${table.words.misnamed(override)}${amongst(table.states.map(({ name }) => name))}`;
    return only(found, row.value) ?? cannot("unknown-status", missing);
  }
  const free = table.states.filter((state) => !isTaken(table, state));
  const found = only(bestNamed(free, row.names), row.value) ?? byCategory(table, row, free);
  if (found) return found;
  const holder = row.heldBy === undefined ? undefined : rowOf(table.map, row.heldBy);
  return holder ? resolve(table, holder) : cannot("no-such-status", table.words.missing(row.value));
}

/** The one state of the best of the row's categories that no other value claims by name. */
function byCategory(table: StatusTable, row: ValueRow, free: readonly CategorisedState[]): Written | undefined {
  for (const category of row.categories) {
    const found = free.filter(
      (state) => state.category === category && (readName(table.map, state.name) ?? row.value) === row.value,
    );
    const written = only(found, row.value);
    if (written) return written;
  }
  return undefined;
}

function isTaken(table: StatusTable, state: CategorisedState): boolean {
  return Object.values(table.overrides).some((wanted) => isCalled(state, wanted));
}
