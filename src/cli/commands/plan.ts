import type { SyncRequest } from "../../core/ports.ts";
import type { Plan } from "../../core/plan.ts";
import { previewRun } from "../../../activities/preview.ts";
import { EXIT } from "../exit-codes.ts";
import { requireProject, type CliContext } from "../context.ts";
import { printTable } from "../table.ts";

/** `track-sdlc plan`: what a sync would write, item by item. Writes nothing, moves no cursor, stores no row. */
export async function planCommand(
  context: CliContext,
  asked: string | undefined,
  request: SyncRequest,
  json: boolean,
): Promise<number> {
  const project = await requireProject(context, asked);
  const { plan, findings, failures } = await previewRun(await context.engine(), project, request);
  const { io } = context;
  if (json) io.out(JSON.stringify({ project, plan, findings, failures }, null, 2));
  else {
    const rows = rowsOf(plan);
    io.out(
      rows.length > 0
        ? printTable(["where", "what", "item", "field", "value"], rows)
        : "Nothing to do: all sides agree.",
    );
    for (const { message, remedy, line } of findings)
      io.out(`- ${line === undefined ? "" : `line ${line}: `}${message}${remedy ? ` (${remedy})` : ""}`);
    for (const { tool, message } of failures) io.out(`- ${tool}: ${message}`);
  }
  if (failures.length > 0 || findings.some(({ severity }) => severity === "error")) return EXIT.failed;
  return findings.some(({ needsDecision }) => needsDecision) ? EXIT.decide : EXIT.ok;
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
  return [...writes, ...edits, ...conflicts];
}

function short(value: unknown): string {
  const text = (typeof value === "string" ? value : JSON.stringify(value)).replaceAll("\n", " ");
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
