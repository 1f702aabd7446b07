/** Priorities and points: GitHub has neither, so labels tell them, or fields of the organization. */
import type { Lens, Reading, Written } from "../../core/lens.ts";
import type { FieldValue, ToolValue } from "../../core/model.ts";
import type { Binding } from "../contract.ts";
import { readName, rowOf } from "../../core/maps.ts";
import { amongst } from "../parked-lens.ts";
import { priorityLabel, sameName, type Home, type Naming } from "./naming.ts";

const value = (of: FieldValue): Reading => ({ kind: "value", value: of });
const wanted = (of: ToolValue): Written => ({ kind: "value", value: of });
const cannot = (code: string, message: string): Written => ({ kind: "cannot", code, message });
const none = (code: string, message: string): Reading => ({ kind: "none", code, message });
const vacant = (code: string, message: string): Reading => ({ kind: "none", code, message, vacant: true });

/** A label, or an option of the organization's field: its own four are Urgent, High, Medium and Low; two of them are P1. */
export function priorityLens(naming: Naming, binding: Binding): Lens {
  const home = naming.priority;
  const { priority: map } = naming.maps;
  const names = map.toTool.map(({ value: one }) => [one, nameOf(one)] as const);
  function nameOf(priority: string): string | undefined {
    if (home?.kind !== "field") return priorityLabel(naming, priority);
    const usual = binding.mapping.priority?.[priority]
      ? [binding.mapping.priority[priority]]
      : rowOf(map, priority)?.names;
    const found = usual?.flatMap((name) => home.field.options.find((option) => sameName(option, name)) ?? []);
    return found?.[0];
  }
  const read = (held: string): string | undefined =>
    names.find(([, name]) => name !== undefined && sameName(name, held))?.[0] ??
    (home?.kind === "field" ? readName(map, held) : undefined);
  return {
    read(held) {
      if (held === null) return vacant("no-priority", "No priority in GitHub");
      if (typeof held !== "string") return none("ambiguous-priority", `the issue carries ${told(held)}; leave one`);
      const found = read(held);
      return found === undefined ? none("unknown-priority", `GitHub shows priority "${held}"`) : value(found);
    },
    write(priority) {
      if (priority === null) return wanted(null);
      const [, name] = names.find(([one]) => one === priority) ?? [];
      if (name !== undefined) return wanted(home?.kind === "field" ? name : name.toLowerCase());
      const override = binding.mapping.priority?.[String(priority)];
      const message =
        override === undefined || home?.kind !== "field"
          ? `GitHub has no priority for "${String(priority)}"`
          : `the mapping names priority "${override}", which the field "${home.field.name}" does not have${amongst(home.field.options)}`;
      return cannot("unknown-priority", message);
    },
    represents: (held, canonical) =>
      canonical === null ? held === null : typeof held === "string" && read(held) === canonical,
  };
}

function told(held: ToolValue): string {
  return Array.isArray(held) ? held.join(" and ") : JSON.stringify(held);
}

/** `points:<n>` only where the binding asks, or a number of the organization's. */
export function estimateLens(home: Home): Lens | undefined {
  if (home === null || (home.kind === "field" && home.field.kind !== "number")) return undefined;
  return {
    read(held) {
      return held === null || typeof held === "number"
        ? value(held)
        : none("ambiguous-estimate", `the issue carries ${told(held)}; leave one number`);
    },
    write: (points) =>
      points === null || (typeof points === "number" && points >= 0)
        ? wanted(points)
        : cannot("out-of-scale", `"${String(points)}" is no number of points`),
    represents: (held, points) => held === points,
  };
}
