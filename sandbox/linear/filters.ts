/** Linear's filter inputs over records seen as facets: values, related facets, or lists of them, taken lazily. */
import { argumentInvalid } from "./errors.ts";

type Primitive = string | number | boolean | null;
type Facet = Primitive | Date | ReadonlySet<string> | Facets | readonly Facets[];
export interface Facets {
  readonly [name: string]: Facet | (() => Facet);
}
export type Filter = { readonly [key: string]: unknown };

/** Whether the filter holds. `now` is for durations (`-P2W`). */
export function matches(filter: Filter | null | undefined, facets: Facets, now: number): boolean {
  return Object.entries(filter ?? {}).every(([key, condition]) => {
    if (condition === null || condition === undefined) return true;
    if (key === "and") return (condition as Filter[]).every((one) => matches(one, facets, now));
    if (key === "or") return (condition as Filter[]).some((one) => matches(one, facets, now));
    if (key === "null") return condition === false;
    const facet = facets[key];
    if (facet === undefined) throw new Error(`the stand-in cannot filter by ${key}`);
    return holds(condition as Filter, typeof facet === "function" ? facet() : facet, now);
  });
}

function holds(condition: Filter, value: Facet, now: number): boolean {
  if (value === null) return holdsForNull(condition);
  if (value instanceof Date) return compareDates(condition, value.getTime(), now);
  if (value instanceof Set) return compareIds(condition, value as ReadonlySet<string>);
  if (Array.isArray(value)) return holdsForList(condition, value as readonly Facets[], now);
  if (typeof value === "object") return matches(condition, value as Facets, now);
  return typeof value === "string" ? compareText(condition, value) : compareValues(condition, value);
}

function holdsForNull(condition: Filter): boolean {
  return Object.entries(condition).every(
    ([operator]) => operator === "null" || operator === "neq" || operator === "nin",
  )
    ? condition["null"] !== false
    : false;
}

function holdsForList(condition: Filter, values: readonly Facets[], now: number): boolean {
  const { some, every, ...rest } = condition as { some?: Filter; every?: Filter };
  if (every && !values.every((value) => matches(every, value, now))) return false;
  if (some && !values.some((value) => matches(some, value, now))) return false;
  return Object.keys(rest).length === 0 || values.some((value) => matches(rest, value, now));
}

function compareIds(condition: Filter, ids: ReadonlySet<string>): boolean {
  const has = (id: unknown): boolean => ids.has(folded(id));
  const isAnyOf = (wanted: unknown): boolean => [...ids].some((id) => wantedIds(wanted as unknown[]).has(id));
  return Object.entries(condition).every(([operator, wanted]) => {
    if (operator === "eq") return has(wanted);
    if (operator === "neq") return !has(wanted);
    if (operator === "in") return isAnyOf(wanted);
    return operator === "nin" ? !isAnyOf(wanted) : true;
  });
}

/** By identity: a query that names two thousand teams asks each of ten thousand issues. */
const wantedSets = new WeakMap<readonly unknown[], ReadonlySet<string>>();

function wantedIds(wanted: readonly unknown[]): ReadonlySet<string> {
  const known = wantedSets.get(wanted) ?? new Set(wanted.map(folded));
  wantedSets.set(wanted, known);
  return known;
}

function folded(id: unknown): string {
  return String(id).toLowerCase();
}

const TEXT: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  eq: (value, wanted) => value === wanted,
  neq: (value, wanted) => value !== wanted,
  eqIgnoreCase: (value, wanted) => value.toLowerCase() === wanted.toLowerCase(),
  neqIgnoreCase: (value, wanted) => value.toLowerCase() !== wanted.toLowerCase(),
  contains: (value, wanted) => value.includes(wanted),
  notContains: (value, wanted) => !value.includes(wanted),
  containsIgnoreCase: (value, wanted) => value.toLowerCase().includes(wanted.toLowerCase()),
  startsWith: (value, wanted) => value.startsWith(wanted),
  endsWith: (value, wanted) => value.endsWith(wanted),
};

function compareText(condition: Filter, value: string): boolean {
  return Object.entries(condition).every(([operator, wanted]) => {
    if (operator === "in") return (wanted as unknown[]).includes(value);
    if (operator === "nin") return !(wanted as unknown[]).includes(value);
    if (operator === "null") return wanted === false;
    return TEXT[operator]?.(value, String(wanted)) ?? false;
  });
}

function compareValues(condition: Filter, value: number | boolean): boolean {
  return Object.entries(condition).every(([operator, wanted]) => {
    if (operator === "in") return (wanted as unknown[]).includes(value);
    if (operator === "nin") return !(wanted as unknown[]).includes(value);
    if (operator === "null") return wanted === false;
    return compareOrder(operator, Number(value), Number(wanted));
  });
}

function compareDates(condition: Filter, value: number, now: number): boolean {
  return Object.entries(condition).every(([operator, wanted]) => {
    if (operator === "null") return wanted === false;
    if (operator === "in") return (wanted as unknown[]).some((one) => timeOf(one, now) === value);
    if (operator === "nin") return !(wanted as unknown[]).some((one) => timeOf(one, now) === value);
    return compareOrder(operator, value, timeOf(wanted, now));
  });
}

function compareOrder(operator: string, value: number, wanted: number): boolean {
  if (operator === "eq") return value === wanted;
  if (operator === "neq") return value !== wanted;
  if (operator === "gt") return value > wanted;
  if (operator === "gte") return value >= wanted;
  return operator === "lt" ? value < wanted : value <= wanted;
}

/** `DateTimeOrDuration`: an ISO time, or an ISO 8601 duration from now. */
function timeOf(wanted: unknown, now: number): number {
  const text = String(wanted);
  const [, sign, weeks, days, hours, minutes] =
    /^(-?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(text) ?? [];
  if (sign !== undefined) {
    const total = ((Number(weeks ?? 0) * 7 + Number(days ?? 0)) * 24 + Number(hours ?? 0)) * 60 + Number(minutes ?? 0);
    return now + (sign === "-" ? -1 : 1) * total * 60_000;
  }
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw argumentInvalid("updatedAt", `"${text}" is neither a date nor a duration`);
  return time;
}
