/** The connection to a tool: when a refused credential is tried again, and how old one may get. */

export interface ProbeTimings {
  /** First wait after a refusal; doubles up to `maxMs`. */
  readonly afterMs: number;
  readonly maxMs: number;
}

/** Milliseconds until a refused credential is tried again. */
export function probeWaitMs(probes: number, { afterMs, maxMs }: ProbeTimings): number {
  return Math.min(maxMs, afterMs * 2 ** Math.min(probes, 30));
}

/** How long a secret may be used; days. */
export interface Rotation {
  /** 0: nobody minds its age. */
  readonly days: number;
  /** People are told this long before. */
  readonly alertBeforeDays: number;
}

export interface SecretAge {
  readonly days: number;
  readonly of: number;
  /** `due`: within the days in which people are told; `overdue`: past its time. */
  readonly state: "fine" | "due" | "overdue";
}

const DAY_MS = 86_400_000;

/** The age of a secret that was first used then; null where nobody minds. */
export function secretAge(firstUsedMs: number, nowMs: number, { days, alertBeforeDays }: Rotation): SecretAge | null {
  if (days === 0) return null;
  const age = Math.max(0, Math.floor((nowMs - firstUsedMs) / DAY_MS));
  const state = age >= days ? "overdue" : age >= days - alertBeforeDays ? "due" : "fine";
  return { days: age, of: days, state };
}
