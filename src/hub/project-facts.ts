import { HubDocument } from "./document.ts";

/** Keys of `implementation.handoffs`. */
export const HANDOFFS: readonly string[] = ["dev_to_qa", "qa_to_security", "security_to_devops"];

/** Figures of a project that people, or their other programs, keep in the hub; null where they do not. */
export interface ProjectFacts {
  readonly daysBehind: number | null;
  readonly velocity: number | null;
  /** `implementation.folder` */
  readonly folder: string | null;
  /** `implementation.handoffs`: paths by kind, as far as they are given. */
  readonly handoffs: Readonly<Record<string, string>>;
}

/** Nothing is known of a file that cannot be read. */
export function projectFacts(text: string): ProjectFacts {
  const document = HubDocument.parse(text);
  if (!(document instanceof HubDocument)) return { daysBehind: null, velocity: null, folder: null, handoffs: {} };
  const number = (...path: string[]): number | null => {
    const value = Number(document.textAt(path)?.trim() || Number.NaN);
    return Number.isFinite(value) ? value : null;
  };
  return {
    daysBehind: number("timeline", "days_behind_schedule"),
    velocity: number("metrics", "velocity"),
    folder: document.textAt(["implementation", "folder"])?.trim() || null,
    handoffs: Object.fromEntries(
      HANDOFFS.flatMap((kind) => {
        const path = document.textAt(["implementation", "handoffs", kind])?.trim();
        return path ? [[kind, path]] : [];
      }),
    ),
  };
}
