/** Lenses of single values: one line of text, numbers, dates, labels, priorities, sprints. */
import type { Lens, Written } from "../../core/lens.ts";
import { isOwnLabel } from "../../core/fields.ts";
import type { FieldValue, ToolValue } from "../../core/model.ts";
import { readName, rowOf, type ValueMap } from "../../core/maps.ts";
import { bestNamed, isCalled } from "../status-choice.ts";
import { amongst } from "../parked-lens.ts";
import { byWriting, numberLensOf } from "../plain-lenses.ts";
import { shortened } from "../../core/shortened.ts";
import { textOf, type JiraSchema, type JiraType } from "./schema.ts";

/** Jira refuses a longer summary, and any line end in it. */
const SUMMARY_MAX = 255;
const LABEL_MAX = 255;

export function cannot(code: string, message: string): Written {
  return { kind: "cannot", code, message };
}

function value(value: ToolValue): Written {
  return { kind: "value", value };
}

export const summaryLens: Lens = byWriting({
  read: (held) => ({ kind: "value", value: textOf(held) }),
  write(canonical) {
    const line = String(canonical ?? "")
      .replace(/\s+/g, " ")
      .trim();
    if (line === "") return cannot("empty-title", "Jira needs a summary");
    if (line.length <= SUMMARY_MAX) return value(line);
    const message = `a summary has at most ${SUMMARY_MAX} characters, this title has ${line.length}`;
    return { kind: "cannot", code: "too-long", message, instead: shortened(line, SUMMARY_MAX) };
  },
});

export const numberLens = numberLensOf("an estimate is a number");

/**
 * A task's hours in Jira's original estimate, which counts whole minutes: 0.33 h is 20 of them. Two decimals tell
 * every minute apart, so that is how they are read. An estimate is cleared by `0m`, after which Jira shows 0 seconds,
 * so zero hours and none stand for each other.
 */
export const hoursLens: Lens = {
  read: (held) => ({
    kind: "value",
    value: typeof held === "number" ? Math.round((minutesIn(held) * 100) / 60) / 100 : null,
  }),
  write(canonical) {
    const written = numberLens.write(canonical);
    if (written.kind !== "value" || typeof written.value !== "number") return written;
    if (written.value >= 0) return value(minutesIn(written.value) / 60);
    return cannot("negative-hours", `an original estimate is not negative, as ${String(canonical)} is`);
  },
  represents(held, canonical) {
    const written = hoursLens.write(canonical);
    return written.kind === "value" && minutesIn(held) === minutesIn(written.value);
  },
};

function minutesIn(hours: ToolValue): number {
  return typeof hours === "number" ? Math.round(hours * 60) : 0;
}

export const dateLens: Lens = byWriting({
  read: (held) => ({ kind: "value", value: typeof held === "string" ? held : null }),
  write(canonical) {
    if (canonical === null) return value(null);
    if (typeof canonical === "string" && isDate(canonical)) return value(canonical);
    return cannot("not-a-date", `a due date is a date like 2026-11-20 without time, not ${JSON.stringify(canonical)}`);
  },
});

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** People's labels only; blanks become `-`, because Jira refuses them. */
export const labelsLens: Lens = byWriting({
  read: (held) => ({ kind: "value", value: Array.isArray(held) ? held.map(String) : [] }),
  write(canonical) {
    const wanted = canonical === null ? [] : typeof canonical === "object" ? canonical : [String(canonical)];
    const labels = wanted
      .map((label) => label.trim().replace(/\s+/g, "-"))
      .filter((label) => label !== "" && !isOwnLabel(label));
    const long = labels.find((label) => label.length > LABEL_MAX);
    if (long) return cannot("too-long", `a label has at most ${LABEL_MAX} characters, one has ${long.length}`);
    return value([...new Set(labels)].sort());
  },
});

/** A value that Jira holds as it is: a parent's id, a task's type, a pull request's address. */
export const textLens: Lens = byWriting({
  read: (held) => ({ kind: "value", value: typeof held === "string" ? held : null }),
  write: (canonical) => value(canonical === null || canonical === "" ? null : String(canonical)),
});

/** Three hub levels over the site's scale: the first name of a level is written, all of them stand for it. */
export function priorityLens(
  priorities: readonly JiraType[],
  map: ValueMap,
  overrides: Readonly<Record<string, string>> = {},
): Lens {
  const levelOf = (held: ToolValue): string | undefined => {
    const one = priorities.find(({ id }) => id === held);
    if (!one) return undefined;
    return Object.keys(overrides).find((level) => isMeant(one, overrides[level])) ?? readName(map, one.name);
  };
  return {
    read(held) {
      if (held === null) return { kind: "value", value: null };
      const level = levelOf(held);
      if (level !== undefined) return { kind: "value", value: level };
      return {
        kind: "none",
        code: "unmapped-priority",
        message: "no hub priority stands for this one; name it in the binding's priority mapping",
      };
    },
    write: (canonical) => writtenPriority({ priorities, map, overrides }, canonical),
    represents: (held, canonical) => (held === null ? canonical === null : levelOf(held) === canonical),
  };
}

interface PriorityScale {
  readonly priorities: readonly JiraType[];
  readonly map: ValueMap;
  readonly overrides: Readonly<Record<string, string>>;
}

function writtenPriority({ priorities, map, overrides }: PriorityScale, canonical: FieldValue): Written {
  if (canonical === null) return cannot("no-priority", "an issue of this project always has a priority");
  const level = String(canonical);
  const override = overrides[level];
  if (override !== undefined) {
    const found = priorities.find((one) => isMeant(one, override));
    return found
      ? value(found.id)
      : cannot(
          "unknown-priority",
          `the mapping names priority "${override}", which this project does not have${amongst(priorities.map(({ name }) => name))}`,
        );
  }
  const free = priorities.filter((one) => !Object.values(overrides).some((other) => isMeant(one, other)));
  const [found] = bestNamed(free, rowOf(map, level)?.names ?? []);
  if (found) return value(found.id);
  return cannot(
    "unknown-priority",
    `no priority of this project stands for "${level}"; name one in the binding's priority mapping`,
  );
}

function isMeant(one: JiraType, wanted: string | undefined): boolean {
  return wanted !== undefined && isCalled(one, wanted);
}

/** The sprint an issue is in, as `{id, name}`. Sprints are people's planning: only existing ones are ever set. */
export function sprintLens(sprints: JiraSchema["sprints"]): Lens {
  const find = (canonical: FieldValue): readonly { id: number; name: string }[] => {
    const wanted = String(canonical).trim();
    const byId = sprints.filter((sprint) => String(sprint.id) === wanted);
    return byId.length ? byId : sprints.filter((sprint) => sprint.name.toLowerCase() === wanted.toLowerCase());
  };
  const heldBy = (held: ToolValue): { id: unknown; name: unknown } | undefined =>
    typeof held === "object" && held !== null && "id" in held ? { id: held["id"], name: held["name"] } : undefined;
  return {
    read: (held) => ({ kind: "value", value: held === null ? null : textOf(heldBy(held)?.name) }),
    write(canonical) {
      if (canonical === null || canonical === "") return value(null);
      const found = find(canonical);
      const [sprint] = found;
      if (sprint && found.length === 1) return value({ id: sprint.id, name: sprint.name });
      if (found.length > 1)
        return cannot("ambiguous-sprint", `sprint "${String(canonical)}" exists ${found.length} times; write its id`);
      return cannot(
        "unknown-sprint",
        `no open sprint of this project is "${String(canonical)}"; sprints are made in Jira`,
      );
    },
    represents(held, canonical) {
      const sprint = heldBy(held);
      if (!sprint || canonical === null || canonical === "")
        return held === null && (canonical === null || canonical === "");
      const wanted = String(canonical).trim().toLowerCase();
      return wanted === String(sprint.id) || wanted === String(sprint.name).trim().toLowerCase();
    },
  };
}
