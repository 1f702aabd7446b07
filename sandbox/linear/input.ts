/** Arguments as graphql-js hands them over: coerced already, but without a type of ours. */
export type Input = Readonly<Record<string, unknown>>;

/** A string or number as text; anything else is the empty text. */
export function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? `${value}` : "";
}
