/** The change summary of `pull --since`: what the tools say was touched, and what of it reached the hub file. */
import type { FieldValue, Link } from "../src/core/model.ts";
import type { FieldChange, ReportChange } from "../src/core/report.ts";
import type { AuditEntry } from "../src/store/store.ts";
import type { Engine } from "./engine.ts";
import type { RunContext } from "./run-context.ts";

export async function changesSince(
  engine: Engine,
  { project, tools }: RunContext,
  since: string,
): Promise<ReportChange[]> {
  const { links, mirror } = await engine.store.projectState(project);
  const trail = await engine.store.audit(project);
  // By our clock, while twins tell theirs: what was applied since then counts however the tool's clock goes.
  const applied = trail.filter(
    ({ tool, operation, timestamp }) => tool === "hub" && operation === "update" && timestamp >= since,
  );
  const byItem = Map.groupBy(applied, ({ item }) => item);
  return tools.flatMap(({ tool }) =>
    links.flatMap((link) => {
      const twin = link.tool === tool ? mirror[tool]?.[link.ref] : undefined;
      if (!twin) return [];
      const isTouched = twin.updated.at >= since;
      const fields = fieldChanges(link, byItem.get(link.item) ?? [], isTouched);
      if (!isTouched && fields.length === 0) return [];
      return [{ tool, item: link.item, key: link.key, updated: twin.updated.at, url: link.url, fields }];
    }),
  );
}

/** One a field, from what stood in the hub at first to what stands there now. What several sides made together is news of each. */
function fieldChanges({ tool }: Pick<Link, "tool">, applied: readonly AuditEntry[], isTouched: boolean): FieldChange[] {
  const own = applied.filter(({ from }) => (from === undefined ? isTouched : from === tool));
  return [...Map.groupBy(own, ({ field }) => field)].flatMap(([field, entries]): FieldChange[] => {
    const [before, after] = [entries[0]?.oldValue as FieldValue, entries.at(-1)?.newValue as FieldValue];
    const isBack = JSON.stringify(before) === JSON.stringify(after);
    return isBack ? [] : [{ field: field as FieldChange["field"], old_value: before, new_value: after }];
  });
}
