/**
 * Statuses. GitHub's own two states and the reason of closing tell done and cancelled; what an open issue is
 * at, a label tells, or a field of the organization, or nothing: then "open" stands for every open status, so
 * that none of them is dragged back, and nothing is lost that the hub knows better.
 */
import type { Lens, Reading, Written } from "../../core/lens.ts";
import type { FieldValue, ToolValue } from "../../core/model.ts";
import { amongst } from "../parked-lens.ts";
import { cannot } from "../status-choice.ts";
import type { IssueFacts } from "./answers.ts";
import { readCategory, readLabel, rowOf, statusMap } from "../../core/maps.ts";
import { closedBy, isStatusLabel, openRows, sameName, type Naming, type WorkType } from "./naming.ts";

/** What is held: `closed:<reason>`, `open`, `open:<name>`, or `open:<name>+<name>` where several labels contradict. */
export function statusHeld(naming: Naming, type: WorkType, facts: IssueFacts): string {
  if (!facts.isOpen) return `closed:${facts.reason ?? "completed"}`;
  const names = [...naming.statusNames[type].values()];
  const spelled = (told: string): string => names.find((name) => sameName(name, told)) ?? told.toLowerCase();
  const told = toldBy(naming, type, facts).map(spelled).sort();
  return told.length === 0 ? "open" : `open:${told.join("+")}`;
}

function toldBy(naming: Naming, type: WorkType, facts: IssueFacts): string[] {
  const home = naming.status;
  if (home?.kind === "field") {
    const value = facts.values?.[String(home.field.id)];
    return value === undefined ? [] : [String(value)];
  }
  const labels = facts.labels.filter((label) => isStatusLabel(naming, type, label));
  // Where statuses are no labels, those that people use for something else are none of our business.
  return home ? labels : labels.filter((label) => readLabel(statusMap(naming.maps, type), label) !== undefined);
}

export function statusLens(naming: Naming, type: WorkType): Lens {
  const names = naming.statusNames[type];
  const open = openRows(statusMap(naming.maps, type)).map(({ value }) => value);
  // What "open" alone says: the first status that has no name of its own.
  const plain = open.find((value) => !names.has(value)) ?? open[0];
  const read = (held: ToolValue): Reading => readStatus(type, naming, plain, typeof held === "string" ? held : "open");
  return {
    read,
    write: (value) => writeStatus(type, naming, value),
    represents(held, value) {
      if (held === "open" && typeof value === "string")
        return value === plain || (open.includes(value) && !names.has(value));
      const reading = read(held);
      return reading.kind === "value" && reading.value === value;
    },
  };
}

function readStatus(type: WorkType, { statusNames, maps }: Naming, plain: string | undefined, held: string): Reading {
  const map = statusMap(maps, type);
  const [, reason] = /^closed:(.*)$/.exec(held) ?? [];
  if (reason !== undefined) {
    const closed = readCategory(map, held);
    const message = `no hub status stands for an issue closed as ${reason}; close it as completed or not planned, or reopen it`;
    return closed === undefined ? { kind: "none", code: "unmapped-status", message } : { kind: "value", value: closed };
  }
  if (held === "open") return { kind: "value", value: plain ?? null };
  const told = held.slice("open:".length);
  const value = [...statusNames[type]].find(([, name]) => sameName(name, told))?.[0] ?? readLabel(map, told);
  if (value !== undefined) return { kind: "value", value };
  return told.includes("+")
    ? {
        kind: "none",
        code: "ambiguous-status",
        message: `the issue carries ${told.split("+").join(" and ")}; leave one`,
      }
    : {
        kind: "none",
        code: "unmapped-status",
        message: `no hub status stands for "${told}"; name one in the binding's status mapping`,
      };
}

function writeStatus(type: WorkType, { maps, status: home, statusNames }: Naming, value: FieldValue): Written {
  const map = statusMap(maps, type);
  if (typeof value !== "string" || !rowOf(map, value))
    return cannot("unknown-status", `"${String(value)}" is no status of this item type`);
  const closed = closedBy(map, value);
  if (closed !== undefined) return { kind: "value", value: closed };
  const name = statusNames[type].get(value);
  if (name !== undefined && home?.kind === "field" && !home.field.options.some((option) => sameName(option, name))) {
    const { name: field, options } = home.field;
    const message = `the mapping names status "${name}", which the field "${field}" does not have${amongst(options)}`;
    return cannot("unknown-status", message);
  }
  return { kind: "value", value: name === undefined ? "open" : `open:${name}` };
}

export interface WantedStatus {
  readonly isOpen: boolean;
  readonly reason: "completed" | "not_planned" | null;
  /** What it is called where open; null for no name. */
  readonly name: string | null;
}

/** A written status, taken apart; anything else is an open issue. */
export function wantedStatus(value: ToolValue): WantedStatus {
  const text = typeof value === "string" ? value : "open";
  if (text.startsWith("closed:"))
    return { isOpen: false, reason: text === "closed:not_planned" ? "not_planned" : "completed", name: null };
  return { isOpen: true, reason: null, name: text.startsWith("open:") ? text.slice("open:".length) : null };
}
