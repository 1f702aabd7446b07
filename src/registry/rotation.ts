import type { Rotation } from "../core/connection.ts";
import { SyncFailure } from "../core/errors.ts";
import type { Env } from "./credentials.ts";

/** The contract's days: `TOKEN_ROTATION_DAYS` (90; 0 where nobody minds) and `ALERT_BEFORE_EXPIRY_DAYS` (7). */
export function rotationOf(env: Env): Rotation {
  return { days: days(env, "TOKEN_ROTATION_DAYS", 90), alertBeforeDays: days(env, "ALERT_BEFORE_EXPIRY_DAYS", 7) };
}

function days(env: Env, name: string, preset: number): number {
  const text = env[name]?.trim();
  if (!text) return preset;
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new SyncFailure("InvalidConfig", `${name}: "${text}" is no number of days; give e.g. ${preset}.`);
}
