/** Which of a tool's states a status is written as: the same questions for every tool that has named states. */
import type { Written } from "../core/lens.ts";

/** A state as the tool tells of it. */
export interface NamedState {
  readonly id: string;
  readonly name: string;
}

/** The one state there is; nothing where there is none, and a refusal that names them where there are several. */
export function only(states: readonly NamedState[], value: string): Written | undefined {
  const [first, ...others] = states;
  if (!first) return undefined;
  if (others.length === 0) return { kind: "value", value: first.id };
  const isAlike = new Set(states.map(({ name }) => name)).size < states.length;
  const names = states.map(({ id, name }) => `"${name}"${isAlike ? ` (id ${id})` : ""}`).join(", ");
  return cannot(
    "ambiguous-status",
    `${names} could all stand for "${value}"; name one${isAlike ? " by its id" : ""} in the binding's status mapping`,
  );
}

export function cannot(code: string, message: string): Written {
  return { kind: "cannot", code, message };
}

/** Whether people mean this state: by its id, or by its name in whatever case. */
export function isCalled(state: NamedState, wanted: string): boolean {
  return state.id === wanted || state.name.trim().toLowerCase() === wanted.trim().toLowerCase();
}

/** Of things with names, those with the best name that any of them has. */
export function bestNamed<T extends NamedState>(all: readonly T[], names: readonly string[]): readonly T[] {
  for (const name of names) {
    const found = all.filter((one) => isCalled(one, name));
    if (found.length > 0) return found;
  }
  return [];
}
