/** Lenses that are the same for every tool that holds such values as they are. */
import type { Lens } from "../core/lens.ts";
import { cannot } from "./status-choice.ts";

/** A lens whose tool value stands for whatever would be written as just that, up to how the tool spells it. */
export function byWriting(lens: Pick<Lens, "read" | "write">): Lens {
  return {
    ...lens,
    represents(held, canonical) {
      const written = lens.write(canonical);
      if (written.kind !== "value") return false;
      if (JSON.stringify(written.value) === JSON.stringify(held)) return true;
      const reading = lens.read(held);
      const respelled = reading.kind === "value" ? lens.write(reading.value) : undefined;
      return respelled?.kind === "value" && JSON.stringify(respelled.value) === JSON.stringify(written.value);
    },
  };
}

/** Numbers, also where the hub quotes them. `rule` is what a finding says of anything else: `an estimate is a number`. */
export function numberLensOf(rule: string): Lens {
  return byWriting({
    read: (held) => ({ kind: "value", value: typeof held === "number" ? held : null }),
    write(canonical) {
      if (canonical === null) return { kind: "value", value: null };
      const number = typeof canonical === "string" && canonical.trim() !== "" ? Number(canonical) : canonical;
      if (typeof number === "number" && Number.isFinite(number)) return { kind: "value", value: number };
      return cannot("not-a-number", `${rule}, not ${JSON.stringify(canonical)}`);
    },
  });
}
