/** Lenses of single values: one line of text, numbers, dates, labels, options, addresses. */
import type { Lens, Written } from "../../core/lens.ts";
import { isOwnLabel } from "../../core/fields.ts";
import type { FieldValue, ToolValue } from "../../core/model.ts";
import { readName, rowOf, type ValueMap } from "../../core/maps.ts";
import { bestNamed, isCalled } from "../status-choice.ts";
import { amongst } from "../parked-lens.ts";
import { byWriting, numberLensOf } from "../plain-lenses.ts";
import { shortened } from "../../core/shortened.ts";
import type { NotionOption, NotionProperty } from "./schema.ts";

/** A text is at most a hundred parts of 2,000 characters. https://developers.notion.com/reference/request-limits */
const TEXT_MAX = 100 * 2000;
const URL_MAX = 2000;
const OPTION_MAX = 100;
const LABELS_MAX = 100;

function cannot(code: string, message: string): Written {
  return { kind: "cannot", code, message };
}

function value(of: ToolValue): Written {
  return { kind: "value", value: of };
}

export const titleLens: Lens = byWriting({
  read: (held) => ({ kind: "value", value: typeof held === "string" ? held : "" }),
  write(canonical) {
    const line = String(canonical ?? "")
      .replace(/\s+/g, " ")
      .trim();
    if (line === "") return cannot("empty-title", "a page of the hub's needs a title in Notion");
    if (line.length <= TEXT_MAX) return value(line);
    const message = `a title has at most ${TEXT_MAX} characters in Notion, this one has ${line.length}`;
    return { kind: "cannot", code: "too-long", message, instead: shortened(line, TEXT_MAX) };
  },
});

export const numberLens = numberLensOf("the property takes a number");

/** A day. Of a range the last one counts, of a time its day; either stays as it is while that day is meant. */
export const dateLens: Lens = {
  read: (held) => ({ kind: "value", value: dayOf(held) }),
  write(canonical) {
    if (canonical === null) return value(null);
    if (typeof canonical === "string" && isDate(canonical)) return value(canonical);
    return cannot(
      "not-a-date",
      `a target date is a date like 2026-11-20 without time, not ${JSON.stringify(canonical)}`,
    );
  },
  represents: (held, canonical) => dayOf(held) === canonical,
};

function dayOf(held: ToolValue): string | null {
  const { start, end } =
    typeof held === "object" && held !== null && "start" in held ? held : { start: held, end: null };
  const last = end ?? start;
  return typeof last === "string" ? last.slice(0, 10) : null;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** People's labels. Notion takes no comma in an option and makes those that are new. */
export const labelsLens: Lens = byWriting({
  read: (held) => ({ kind: "value", value: Array.isArray(held) ? held.map(String) : [] }),
  write(canonical) {
    const wanted = canonical === null ? [] : typeof canonical === "object" ? canonical : [String(canonical)];
    const labels = wanted.map((label) => label.trim()).filter((label) => label !== "" && !isOwnLabel(label));
    const comma = labels.find((label) => label.includes(","));
    if (comma !== undefined) return cannot("label-comma", `Notion takes no comma in an option, "${comma}" has one`);
    const long = labels.find((label) => label.length > OPTION_MAX);
    if (long !== undefined)
      return cannot("too-long", `an option has at most ${OPTION_MAX} characters, one label has ${long.length}`);
    const all = [...new Set(labels)].sort();
    if (all.length > LABELS_MAX)
      return cannot("too-many", `Notion takes at most ${LABELS_MAX} labels at once, these are ${all.length}`);
    return value(all);
  },
});

/** A value that Notion holds as it is: a parent's id, a task's type. */
export const textLens: Lens = byWriting({
  read: (held) => ({ kind: "value", value: typeof held === "string" ? held : null }),
  write(canonical) {
    const text = canonical === null || canonical === "" ? null : String(canonical);
    if ((text?.length ?? 0) <= TEXT_MAX) return value(text);
    return cannot("too-long", `a text has at most ${TEXT_MAX} characters in Notion, this one has ${text?.length ?? 0}`);
  },
});

/** What an address property takes; a branch's name is none. */
export const urlLens: Lens = byWriting({
  read: (held) => textLens.read(held),
  write(canonical) {
    const written = textLens.write(canonical);
    if (written.kind !== "value" || typeof written.value !== "string") return written;
    if (!/^https?:\/\/\S+$/i.test(written.value))
      return cannot("not-a-url", `the property takes an address, not "${shortened(written.value, 80)}"`);
    return written.value.length <= URL_MAX
      ? written
      : cannot(
          "too-long",
          `an address has at most ${URL_MAX} characters in Notion, this one has ${written.value.length}`,
        );
  },
});

/** Three hub levels over the property's options: the first name of a level is written, all of them stand for it. */
export function priorityLens(
  { name: property, options = [] }: NotionProperty,
  map: ValueMap,
  overrides: Readonly<Record<string, string>> = {},
): Lens {
  const isOverridden = (level: string, option: NotionOption): boolean => {
    const wanted = overrides[level];
    return wanted !== undefined && isCalled(option, wanted);
  };
  const levelOf = (held: ToolValue): string | undefined => {
    const option = options.find(({ id }) => id === held);
    if (!option) return undefined;
    return Object.keys(overrides).find((level) => isOverridden(level, option)) ?? readName(map, option.name);
  };
  return {
    read(held) {
      if (held === null) return { kind: "value", value: null };
      const level = levelOf(held);
      if (level !== undefined) return { kind: "value", value: level };
      const message = "no hub priority stands for this option; name it in the binding's priority mapping";
      return { kind: "none", code: "unmapped-priority", message };
    },
    write(canonical) {
      if (canonical === null) return value(null);
      const level = String(canonical);
      const names = overrides[level] === undefined ? (rowOf(map, level)?.names ?? []) : [overrides[level]];
      const taken = (option: NotionOption): boolean =>
        Object.keys(overrides).some((other) => other !== level && isOverridden(other, option));
      const free = options.filter((option) => !taken(option));
      const [found] = bestNamed(free, names);
      if (found) return value(found.id);
      const named = overrides[level];
      const message =
        named === undefined
          ? `no option of the property "${property}" stands for "${level}"; add one in Notion, or name one in the binding's priority mapping`
          : `the mapping names priority "${named}", which the property "${property}" does not have${amongst(options.map(({ name }) => name))}`;
      return cannot("unknown-priority", message);
    },
    represents: (held, canonical) => (held === null ? canonical === null : levelOf(held) === canonical),
  };
}

/** Sprints are people's planning: writing an option that is not there would make it. */
export function sprintLens({ name: property, options = [] }: NotionProperty): Lens {
  const nameOf = (held: ToolValue): string | undefined => options.find(({ id }) => id === held)?.name;
  const find = (canonical: FieldValue): NotionOption | undefined =>
    options.find(({ name }) => name === canonical) ?? options.find((one) => isCalled(one, String(canonical)));
  return {
    read(held) {
      if (held === null) return { kind: "value", value: null };
      const name = nameOf(held);
      if (name !== undefined) return { kind: "value", value: name };
      return { kind: "none", code: "unknown-sprint", message: `the sprint is no option of the property "${property}"` };
    },
    write(canonical) {
      if (canonical === null || canonical === "") return value(null);
      const option = find(canonical);
      if (option) return value(option.id);
      const message = `the property "${property}" has no option "${String(canonical)}"; add the sprint in Notion first`;
      return cannot("unknown-sprint", message);
    },
    represents(held, canonical) {
      if (held === null || canonical === null || canonical === "")
        return held === null && (canonical === null || canonical === "");
      return find(canonical)?.id === held;
    },
  };
}

const HEALTH: readonly string[] = ["Green", "Yellow", "Red"];

/** The project's health by the option's name. */
export const healthLens: Lens = {
  read(held) {
    if (held === null) return { kind: "none", code: "no-health", message: "no health in Notion", vacant: true };
    const health = HEALTH.find((one) => one.toLowerCase() === String(held as string).toLowerCase());
    if (health !== undefined) return { kind: "value", value: health };
    return { kind: "none", code: "unknown-health", message: `Notion shows the health ${JSON.stringify(held)}` };
  },
  write: (canonical) =>
    typeof canonical === "string" && HEALTH.includes(canonical)
      ? value(canonical)
      : cannot("unknown-health", `"${String(canonical)}" is none of ${HEALTH.join(", ")}`),
  represents: (held, canonical) =>
    typeof held === "string" && typeof canonical === "string" && held.toLowerCase() === canonical.toLowerCase(),
};
