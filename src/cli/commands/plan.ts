import { inWords } from "../../core/conflict.ts";
import type { SyncRequest } from "../../core/ports.ts";
import type { Finding } from "../../core/findings.ts";
import type { Plan } from "../../core/plan.ts";
import { previewRun } from "../../../activities/preview.ts";
import { checkTools } from "../asked-tools.ts";
import { EXIT } from "../exit-codes.ts";
import { requireProject, type CliContext } from "../context.ts";
import { findingLine } from "../finding-text.ts";
import { printTable } from "../table.ts";

/** `track-sdlc plan`: what a sync would write, item by item. Writes nothing, moves no cursor, stores no row. */
export async function planCommand(
  context: CliContext,
  asked: string | undefined,
  request: SyncRequest,
  json: boolean,
): Promise<number> {
  const project = await requireProject(context, asked);
  await checkTools(context, project, request.tools);
  const { plan, findings, failures } = await previewRun(await context.engine(), project, request);
  const { io } = context;
  if (json) io.out(JSON.stringify({ project, plan, findings, failures }, null, 2));
  else {
    const rows = rowsOf(plan);
    const isClear = failures.length === 0 && !findings.some((one) => one.severity === "error" || one.needsDecision);
    // What must be answered first stands above what would follow.
    const [first, others] = [findings.filter(isAsked), findings.filter((one) => !isAsked(one))];
    for (const finding of first) io.out(findingLine(finding));
    if (rows.length > 0) io.out(printTable(["where", "what", "item", "field", "value"], rows));
    else if (isClear) io.out("Nothing to do: all sides agree.");
    for (const finding of others) io.out(findingLine(finding));
    for (const { message } of failures) io.out(`- ${message}`);
  }
  if (failures.length > 0 || findings.some(({ severity }) => severity === "error")) return EXIT.failed;
  return findings.some(({ needsDecision }) => needsDecision) ? EXIT.decide : EXIT.ok;
}

function isAsked({ code, needsDecision }: Finding): boolean {
  return needsDecision === true && code.startsWith("bulk-");
}

function rowsOf(plan: Plan): string[][] {
  const writes = plan.writes.flatMap((write) =>
    write.kind === "archive"
      ? [[write.tool, "archive", write.item, "", ""]]
      : Object.entries(write.fields).map(([field, wanted]) => [
          write.tool,
          write.kind,
          write.item,
          field,
          short(wanted.agreed),
        ]),
  );
  const edits = plan.hubEdits.map((edit) =>
    edit.kind === "ref"
      ? ["hub", "ref", edit.item, edit.tool, edit.ref]
      : ["hub", "update", edit.item, edit.field, short(edit.value)],
  );
  const conflicts = plan.conflicts.map(({ item, field, decided, candidates }) => [
    "conflict",
    decided ? `${decided.side ?? "the answer"} wins` : "asks",
    item,
    field,
    candidates.map(({ side, value }) => `${side}: ${short(value)}`).join(" | "),
  ]);
  const deletions = plan.deletions
    .filter(({ decided }) => !decided)
    .map((deletion) => ["deletion", "asks", deletion.item, "", inWords(deletion)]);
  return [...writes, ...edits, ...conflicts, ...deletions];
}

function short(value: unknown): string {
  const text = (typeof value === "string" ? value : JSON.stringify(value)).replaceAll("\n", " ");
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
