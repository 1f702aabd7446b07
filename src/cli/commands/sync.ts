import type { SyncRequest } from "../../core/ports.ts";
import { exitCodeOf, type ReportFinding, type SyncReport } from "../../core/report.ts";
import { openSession, runSync } from "../../sync-runner.ts";
import type { EngineSession } from "../../temporal/engine-session.ts";
import type { SyncProgress } from "../../../workflows/messages.ts";
import { checkTools } from "../asked-tools.ts";
import { requireProject, type CliContext } from "../context.ts";
import { printReport } from "../report-text.ts";

export interface SyncCommand {
  readonly project: string | undefined;
  readonly request: SyncRequest;
  readonly json: boolean;
}

/** `track-sdlc sync` and `pull`: through the workflow, answered by the stored report. */
export async function syncCommand(context: CliContext, command: SyncCommand): Promise<number> {
  const project = await requireProject(context, command.project);
  await checkTools(context, project, command.request.tools);
  const session = await openSession(context, "if-none");
  const forget = closeOnInterrupt(context, session);
  try {
    const tell = command.json ? undefined : progressTeller(context);
    let report = await runSync(context, session, project, command.request, tell);
    if (asksForConsent(report) && !command.json && (await consents(context, report))) {
      report = await runSync(context, session, project, { ...command.request, yes: true }, tell);
    }
    context.io.out(command.json ? JSON.stringify({ sync_report: report }, null, 2) : printReport(report));
    if (!command.json && session.uiUrl && !session.embedded)
      context.io.err(`Temporal UI: ${session.uiUrl}/namespaces/default/workflows/project%2F${project}`);
    return exitCodeOf(report);
  } finally {
    forget();
    await session.close();
  }
}

/** What is under way stays in the engine's database; the next run finishes it. */
export function closeOnInterrupt(context: CliContext, session: EngineSession): () => void {
  const stop = () => {
    context.io.err("Interrupted: what is under way is finished by the next sync.");
    const patience = new Promise((resolve) => setTimeout(resolve, 5_000));
    void Promise.race([session.close(), patience]).finally(() => process.exit(130));
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  return () => {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  };
}

function progressTeller(context: CliContext): (progress: SyncProgress) => void {
  let last = "";
  return ({ step, pass, standings, written }) => {
    const tools = standings.map(({ tool, state }) => `${tool} ${state}`).join(", ");
    const line = `pass ${pass}: ${step}${tools ? ` (${tools})` : ""}${written ? `, ${written} written` : ""}`;
    if (line !== last) context.io.err(line);
    last = line;
  };
}

function asksForConsent(report: SyncReport): boolean {
  return report.findings.some(isConsentQuestion);
}

function isConsentQuestion({ code, needs_decision: asked }: ReportFinding): boolean {
  return asked === true && code.startsWith("bulk-");
}

async function consents({ io }: CliContext, report: SyncReport): Promise<boolean> {
  if (!io.ask) return false;
  for (const { message } of report.findings.filter(isConsentQuestion)) io.err(message);
  return /^y(es)?$/i.test((await io.ask("Go on? [y/N] ")).trim());
}
