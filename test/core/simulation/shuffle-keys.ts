/** The same value with the keys of every record in reverse order. Functions and lists stay as they are. */
export function shuffleKeys<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((element: unknown) => shuffleKeys(element)) as T;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, inner]) => [key, shuffleKeys(inner)])) as T;
}
