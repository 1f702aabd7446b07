/** Story points on a team's estimate scale. */
import type { Lens } from "../../core/lens.ts";
import type { LinearSchema } from "./schema.ts";

interface Scale {
  readonly values: readonly number[];
  readonly extended: readonly number[];
}

/** Linear's scales; "extended" adds the larger values (team settings, Estimates). T-shirt sizes count as Fibonacci. */
const SCALES: Readonly<Record<string, Scale>> = {
  exponential: { values: [1, 2, 4, 8, 16], extended: [32, 64] },
  fibonacci: { values: [1, 2, 3, 5, 8], extended: [13, 21] },
  linear: { values: [1, 2, 3, 4, 5], extended: [6, 7] },
  tShirt: { values: [1, 2, 3, 5, 8], extended: [13, 21] },
};

function allowedEstimates(settings: LinearSchema["team"]["estimation"]): readonly number[] {
  const scale = SCALES[settings.type];
  if (!scale) return [];
  return [...(settings.allowZero ? [0] : []), ...scale.values, ...(settings.extended ? scale.extended : [])];
}

/** Lossy: a number between two steps of the scale goes to the nearer one (up at a tie). Undefined where the team does not estimate. */
export function estimateLens(settings: LinearSchema["team"]["estimation"]): Lens | undefined {
  const allowed = allowedEstimates(settings);
  const [smallest] = allowed;
  const largest = allowed.at(-1);
  if (smallest === undefined || largest === undefined) return undefined;
  const nearest = (points: number): number | undefined => {
    if (!(points > 0 || (points === 0 && smallest === 0)) || points > largest) return undefined;
    return allowed.reduce((best, step) => (Math.abs(step - points) <= Math.abs(best - points) ? step : best));
  };
  return {
    read: (value) => ({ kind: "value", value: typeof value === "number" ? value : null }),
    write(value) {
      if (value === null) return { kind: "value", value: null };
      const step = typeof value === "number" ? nearest(value) : undefined;
      if (step !== undefined) return { kind: "value", value: step };
      const message = `${JSON.stringify(value)} is not on the team's ${settings.type} scale (${allowed.join(", ")})`;
      return { kind: "cannot", code: "out-of-scale", message };
    },
    represents: (value, canonical) =>
      value === canonical || (typeof canonical === "number" && value === nearest(canonical)),
  };
}
