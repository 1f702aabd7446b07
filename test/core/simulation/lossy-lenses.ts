/** Lenses of tools that keep less than the hub does: the planner must live with every mix of them. */
import type { Lens, LensTable, Reading, Written } from "../../../src/core/lens.ts";
import type { FieldName, FieldValue, ToolValue } from "../../../src/core/model.ts";

const value = (read: FieldValue): Reading => ({ kind: "value", value: read });
const wrote = (written: ToolValue): Written => ({ kind: "value", value: written });

function lossless(): Lens {
  return {
    read: (tool) => value(tool as FieldValue),
    write: (canonical) => wrote(canonical),
    represents: (tool, canonical) => JSON.stringify(tool) === JSON.stringify(canonical),
  };
}

/** Keeps `squash(value)` only. */
function squashing(squash: (canonical: FieldValue) => FieldValue): Lens {
  return {
    read: (tool) => value(tool as FieldValue),
    write: (canonical) => wrote(squash(canonical)),
    represents: (tool, canonical) => JSON.stringify(tool) === JSON.stringify(squash(canonical)),
  };
}

/** Tool states, each with the hub values it stands for; the first is what it reads as. Others are unreadable or unwritable. */
function states(table: Readonly<Record<string, readonly string[]>>): Lens {
  return {
    read(tool) {
      const canonical = table[String(tool)]?.[0];
      return canonical === undefined
        ? { kind: "none", code: "unknown-status", message: `Nothing in the hub stands for ${String(tool)}.` }
        : value(canonical);
    },
    write(canonical) {
      const state = Object.keys(table).find((name) => table[name]?.includes(String(canonical)));
      return state === undefined
        ? { kind: "cannot", code: "no-such-status", message: `The tool has no ${String(canonical)}.` }
        : wrote(state);
    },
    represents: (tool, canonical) => table[String(tool)]?.includes(String(canonical)) ?? false,
  };
}

const EVERY_STATUS = ["ready", "in_progress", "in_review", "done", "blocked", "cancelled"];

export const STATUS_STATES = {
  exact: Object.fromEntries(EVERY_STATUS.map((status) => [status.toUpperCase(), [status]])),
  coarse: { open: ["in_progress", "ready", "in_review", "blocked"], closed: ["done"], "not planned": ["cancelled"] },
  partial: { todo: ["ready"], doing: ["in_progress", "in_review"], finished: ["done", "cancelled"] },
} as const satisfies Record<string, Readonly<Record<string, readonly string[]>>>;
export type StatusLens = keyof typeof STATUS_STATES;

/** A state that nobody mapped. */
export const STRANGE_STATUS = "strange";

/** Two of three people have an account. */
export function hasAccount(person: FieldValue): boolean {
  return person === null || Number(/\d+/.exec(String(person))?.[0] ?? 1) % 3 !== 0;
}

function people(): Lens {
  const cannot: Written = { kind: "cannot", code: "unknown-person", message: "Somebody has no account there." };
  return { ...lossless(), write: (person) => (hasAccount(person) ? wrote(person) : cannot) };
}

function labels(dashes: boolean): Lens {
  const squash = (label: string): string => (dashes ? label.replaceAll(" ", "-") : label);
  const set = (list: unknown): string => JSON.stringify([...new Set(asList(list).map(squash))].toSorted());
  return {
    read: (tool) => value(asList(tool)),
    write: (canonical) => wrote([...new Set(asList(canonical).map(squash))]),
    represents: (tool, canonical) => JSON.stringify([...asList(tool)].toSorted()) === set(canonical),
  };
}

export function asList(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.map(String) : [];
}

const trimEnd = (canonical: FieldValue): FieldValue =>
  typeof canonical === "string" ? canonical.trimEnd() : canonical;
const round = (canonical: FieldValue): FieldValue =>
  typeof canonical === "number" ? Math.round(canonical) : canonical;
const stripLines = (canonical: FieldValue): FieldValue =>
  typeof canonical === "string"
    ? canonical
        .split("\n")
        .map((line) => line.trimEnd())
        .join("\n")
        .trimEnd()
    : canonical;

/** How much one tool keeps. */
export interface Lossiness {
  readonly status: StatusLens;
  readonly rounds: boolean;
  readonly trims: boolean;
  readonly dashes: boolean;
  readonly strips: boolean;
  readonly somePeople: boolean;
  /** Has no place for estimates at all. */
  readonly noEstimate: boolean;
}

export function lensTable(lossiness: Lossiness): LensTable {
  const exact = lossless();
  const table: { readonly [F in FieldName]?: Lens | undefined } = {
    title: lossiness.trims ? squashing(trimEnd) : exact,
    status: states(STATUS_STATES[lossiness.status]),
    estimate: lossiness.noEstimate ? undefined : lossiness.rounds ? squashing(round) : exact,
    labels: labels(lossiness.dashes),
    description: lossiness.strips ? squashing(stripLines) : exact,
    assignee: lossiness.somePeople ? people() : exact,
    parent: exact,
  };
  return (_type, field) => table[field];
}
