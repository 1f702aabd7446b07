import type { SyncReport } from "../../core/report.ts";
import { printReport } from "../report-text.ts";
import { EXIT } from "../exit-codes.ts";
import { printTable } from "../table.ts";
import { requireProject, type CliContext } from "../context.ts";

/** `track-sdlc status [PROJ]`: the last report, what is pending, and where to look. */
export async function statusCommand(context: CliContext, project: string | undefined, json: boolean): Promise<number> {
  const { hub, store, io } = context;
  if (project) {
    await requireProject(context, project);
    const [record, findings, conflicts] = await Promise.all([
      store.lastRun(project),
      store.findings(project),
      store.openConflicts(project),
    ]);
    if (json) io.out(JSON.stringify({ project, last_run: record, findings, conflicts }, null, 2));
    else if (!record) io.out(`${project} was never synced. Run: track-sdlc sync ${project}`);
    else
      io.out(
        record.report
          ? printReport(record.report as SyncReport)
          : `${project}: a run started ${record.startedAt} and has not ended; the next sync finishes it.`,
      );
    if (!json) await printTwins(context, project);
    const ui = await engineUi(context);
    if (ui && !json) io.out(`Temporal UI: ${ui}/namespaces/default/workflows/project%2F${project}`);
    return EXIT.ok;
  }
  const projects = await hub.list();
  const rows = await Promise.all(projects.map(async ({ id }) => ({ project: id, run: await store.lastRun(id) })));
  if (json) io.out(JSON.stringify(rows, null, 2));
  else
    for (const { project: id, run } of rows)
      io.out(
        `${id.padEnd(16)} ${run ? `${run.outcome.padEnd(8)} ${run.finishedAt ?? "not finished"}` : "never synced"}`,
      );
  return EXIT.ok;
}

async function engineUi(context: CliContext): Promise<string | null> {
  return (await context.state.engine())?.uiUrl ?? null;
}

/** Where each item's twins are to be seen. */
async function printTwins({ io, store }: CliContext, project: string): Promise<void> {
  const { links } = await store.projectState(project);
  if (links.length === 0) return;
  io.out(
    printTable(
      ["item", "tool", "key", "url"],
      links.toSorted((a, b) => (a.item < b.item ? -1 : 1)).map(({ item, tool, key, url }) => [item, tool, key, url]),
    ),
  );
}
