/** Epoch milliseconds as reports, findings and people are told them. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
