import { placeOf } from "../../core/conflict.ts";
import type { SyncReport } from "../../core/report.ts";
import type { RunRecord } from "../../store/store.ts";
import type { UnderWay } from "../../temporal/client.ts";
import { projectWorkflowId } from "../../../workflows/messages.ts";
import { EXIT } from "../exit-codes.ts";
import { printPortfolioSummary } from "../portfolio-text.ts";
import { doingInWords, printProgress } from "../progress-text.ts";
import { printReport } from "../report-text.ts";
import { requireProject, type CliContext } from "../context.ts";
import { linksToShow, printLinks } from "../twin-links.ts";

interface StatusFlags {
  readonly links?: boolean;
  readonly json?: boolean;
}

/** `track-sdlc status [PROJ]`: what is under way, the last report, what is pending, and where to look. */
export async function statusCommand(
  context: CliContext,
  project: string | undefined,
  flags: StatusFlags,
): Promise<number> {
  return project === undefined ? listProjects(context, flags) : showProject(context, project, flags);
}

async function showProject(context: CliContext, asked: string, flags: StatusFlags): Promise<number> {
  const { store, io } = context;
  const project = await requireProject(context, asked);
  const [underWay] = await ask(context, [project]);
  const [record, findings, conflicts, { links }] = await Promise.all([
    store.lastRun(project),
    store.findings(project),
    store.openConflicts(project),
    store.projectState(project),
  ]);
  if (flags.json) {
    const twins = links.map(({ item, tool, key, url }) => ({ item, tool, key, url }));
    const document = { project, under_way: underWay ?? null, last_run: record, findings, conflicts, links: twins };
    io.out(JSON.stringify(document, null, 2));
    return EXIT.ok;
  }
  if (underWay) io.out(printProgress(underWay));
  for (const line of lastRun(project, record, underWay)) io.out(line);
  const concerned = [
    ...findings.flatMap(({ items }) => items ?? []),
    ...conflicts.map(({ conflict }) => placeOf(conflict).item),
  ];
  for (const line of printLinks(linksToShow(links, flags.links ? null : new Set(concerned)))) io.out(line);
  const ui = (await context.state.engine())?.uiUrl;
  if (ui) io.out(`Temporal UI: ${ui}/namespaces/default/workflows/${encodeURIComponent(projectWorkflowId(project))}`);
  return EXIT.ok;
}

/** The stored report; of a run that is under way it tells what its passes did so far. */
function lastRun(project: string, record: RunRecord | null, underWay: UnderWay | undefined): string[] {
  if (record?.report) {
    const isOwn = record.run === underWay?.progress?.run;
    const title = isOwn ? ["After its last pass:"] : ["The last report:"];
    return [...(underWay ? title : []), printReport(record.report as SyncReport)];
  }
  if (underWay) return [];
  return record
    ? [`${project}: a run started ${record.startedAt} and has not ended; the next sync finishes it.`]
    : [`${project} was never synced. Run: track-sdlc sync ${project}`];
}

async function listProjects(context: CliContext, { json }: StatusFlags): Promise<number> {
  const { hub, store, io } = context;
  const projects = (await hub.list()).map(({ id }) => id);
  const underWay = new Map((await ask(context, projects)).map((one) => [one.project, one]));
  const rows = await Promise.all(projects.map(async (project) => ({ project, run: await store.lastRun(project) })));
  if (json) {
    const document = rows.map(({ project, run }) => ({ project, under_way: underWay.get(project) ?? null, run }));
    io.out(JSON.stringify(document, null, 2));
    return EXIT.ok;
  }
  const portfolio = await store.lastPortfolio();
  if (portfolio) io.out(printPortfolioSummary(portfolio));
  for (const { project, run } of rows) {
    const open = underWay.get(project);
    const last = run ? `${run.outcome.padEnd(8)} ${run.finishedAt ?? "not finished"}` : "never synced";
    io.out(`${project.padEnd(16)} ${open ? `running  ${doingInWords(open.progress)}` : last}`);
  }
  return EXIT.ok;
}

/** What Temporal knows to be under way: nothing where none is running, which `status` does not start. */
async function ask({ io, state }: CliContext, projects: readonly string[]): Promise<UnderWay[]> {
  const { clientOfRunning } = await import("../../temporal/target.ts");
  const client = await clientOfRunning(io.env, state);
  if (!client) return [];
  const { syncsUnderWay, syncUnderWay } = await import("../../temporal/client.ts");
  try {
    const [only, ...others] = projects;
    if (only === undefined || others.length > 0) return await syncsUnderWay(client, projects);
    const found = await syncUnderWay(client, only);
    return found ? [found] : [];
  } finally {
    await client.connection.close();
  }
}
