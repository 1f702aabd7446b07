/** Rows go in many at a time: one round trip for hundreds, far below what either home takes as parameters. */
const ROWS_AT_ONCE = 500;

/** The rows in batches, the last of each key only: one statement may not touch a row twice. */
export function* batches<R>(rows: readonly R[], keyOf: (row: R) => string): Generator<R[]> {
  const last = [...new Map(rows.map((row) => [keyOf(row), row])).values()];
  for (let start = 0; start < last.length; start += ROWS_AT_ONCE) yield last.slice(start, start + ROWS_AT_ONCE);
}
