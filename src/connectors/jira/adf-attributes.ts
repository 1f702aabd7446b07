/** Attributes of ADF nodes and marks: the values that each may have. */
type Kind =
  | "any"
  | "string"
  | "word"
  | "words"
  | "boolean"
  | "number"
  | "numbers"
  | "amount"
  | "percentage"
  | "datasource";

/** By name, `?` after it where it may be missing: a kind, a pattern, or the values there are. */
export type Attributes = Readonly<Record<string, Kind | RegExp | readonly (string | number)[]>>;

const isString = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";

const KINDS: { readonly [K in Kind]: (value: unknown) => boolean } = {
  any: () => true,
  string: isString,
  /** A string with something in it. */
  word: (value: unknown) => isString(value) && value !== "",
  words: (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isString),
  boolean: (value: unknown) => typeof value === "boolean",
  number: isNumber,
  numbers: (value: unknown) => Array.isArray(value) && value.every(isNumber),
  amount: (value: unknown) => isNumber(value) && value >= 0,
  percentage: (value: unknown) => isNumber(value) && value >= 0 && value <= 100,
  /** What a card that lists issues shows, and how. */
  datasource: (value: unknown) =>
    isRecord(value) &&
    fitsAttributes(value, { id: "string", parameters: "any", views: "any" }) &&
    Array.isArray(value["views"]) &&
    value["views"].length > 0 &&
    value["views"].every((view) => fitsAttributes(view, { type: "string", "properties?": "any" })),
};

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** All that must be there is, nothing else is, and each value is one of those it may be. */
export function fitsAttributes(value: unknown, attributes: Attributes): boolean {
  if (!isRecord(value)) return false;
  const known = Object.entries(attributes).map(([key, allowed]) => {
    const isOptional = key.endsWith("?");
    return { name: isOptional ? key.slice(0, -1) : key, isOptional, allowed };
  });
  return (
    Object.keys(value).every((name) => known.some((one) => one.name === name)) &&
    known.every(({ name, isOptional, allowed }) =>
      Object.hasOwn(value, name) ? fitsOne(value[name], allowed) : isOptional,
    )
  );
}

function fitsOne(value: unknown, allowed: Attributes[string]): boolean {
  if (allowed instanceof RegExp) return isString(value) && allowed.test(value);
  return isString(allowed) ? KINDS[allowed](value) : (allowed as readonly unknown[]).includes(value);
}
