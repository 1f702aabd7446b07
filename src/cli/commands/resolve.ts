import { WorkflowUpdateFailedError } from "@temporalio/client";
import { SyncFailure } from "../../core/errors.ts";
import { choicesIn, inWords, isFieldConflict, placeOf } from "../../core/conflict.ts";
import type { FieldValue } from "../../core/model.ts";
import type { Conflict } from "../../core/plan.ts";
import type { Resolution } from "../../core/ports.ts";
import { decideByTime } from "../../core/reconcile/decide.ts";
import { exitCodeOf } from "../../core/report.ts";
import { openSession, runSync } from "../../sync-runner.ts";
import { sendAnswer } from "../../temporal/conversations.ts";
import type { EngineSession } from "../../temporal/engine-session.ts";
import type { ConflictRecord } from "../../store/store.ts";
import { questionOf } from "../../../activities/questions.ts";
import { requireProject, type CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { choiceText } from "../question-text.ts";
import { printReport } from "../report-text.ts";
import { askForChoices } from "../choices.ts";
import { closeOnInterrupt } from "./sync.ts";

export interface ResolveCommand {
  readonly project: string | undefined;
  readonly number?: number;
  /** A side, `newest`, or one of the conflict's own choices. */
  readonly choice?: string;
  /** A value of one's own, as typed. */
  readonly value?: string;
  readonly all: boolean;
  readonly by?: string;
  readonly note?: string;
  readonly json: boolean;
}

/** One question and what was chosen for it. */
export interface Choice {
  readonly record: ConflictRecord;
  readonly pick: { readonly choice: string } | { readonly value: FieldValue };
}

/** `track-sdlc resolve`: decides questions through their workflows, and syncs the project at once. */
export async function resolveCommand(context: CliContext, command: ResolveCommand): Promise<number> {
  const project = await requireProject(context, command.project);
  const picked = await picksOf(context, project, command);
  if (typeof picked === "number") return picked;
  if (picked.length === 0) {
    context.io.err("Nothing was decided.");
    return EXIT.decide;
  }
  const session = await openSession(context, "if-none");
  const forget = closeOnInterrupt(context, session);
  try {
    let refused = 0;
    for (const choice of picked) if (!(await send(context, session, choice, command))) refused += 1;
    if (refused === picked.length) return EXIT.usage;
    const report = await runSync(context, session, project, { trigger: "answer" });
    context.io.out(command.json ? JSON.stringify({ sync_report: report }, null, 2) : printReport(report));
    return refused > 0 && exitCodeOf(report) === EXIT.ok ? EXIT.decide : exitCodeOf(report);
  } finally {
    forget();
    await session.close();
  }
}

async function picksOf(
  context: CliContext,
  project: string,
  command: ResolveCommand,
): Promise<readonly Choice[] | number> {
  const { choice, value, all, number } = command;
  if (choice !== undefined && value !== undefined) throw usage("give one of --choice and --value");
  if (all === (number !== undefined)) throw usage("give one of --conflict-id=<id> and --all");
  const open = await context.store.openConflicts(project);
  if (number === undefined) {
    if (open.length === 0) {
      context.io.err("No open conflicts.");
      return EXIT.ok;
    }
    if (value !== undefined) throw usage("--value decides one conflict; name it with --conflict-id");
    if (choice !== undefined) return open.flatMap((record) => pickFor(context, record, choice));
    return interactively(context, open, open);
  }
  const record = open.find((one) => one.number === number) ?? (await settled(context, project, number));
  if (!record) return closedAnswer(context, project, command, open);
  if (value !== undefined) {
    if (!isFieldConflict(record.conflict)) throw usage(noChoice(record.conflict, "--value"));
    return [{ record, pick: { value } }];
  }
  return choice === undefined ? interactively(context, [record], open) : pickFor(context, record, choice, true);
}

/** Whoever changed their mind may answer again what is asked no more. */
async function settled({ store }: CliContext, project: string, number: number): Promise<ConflictRecord | undefined> {
  const record = await store.conflict(project, number);
  return record?.state === "settled" ? record : undefined;
}

/** Too late is no mistake where the answer was the same; else somebody must know that theirs is not what holds. */
async function closedAnswer(
  { store, io }: CliContext,
  project: string,
  { number = 0, choice }: ResolveCommand,
  open: readonly ConflictRecord[],
): Promise<number> {
  const record = await store.conflict(project, number);
  const others = open.length === 0 ? "none is open" : `open: ${open.map((one) => one.number).join(", ")}`;
  if (!record) throw usage(`${project} has no conflict ${number}; ${others}`);
  const { answer, conflict } = record;
  const how = answer
    ? `it was answered with ${choiceText(answer)}${answer.by ? ` by ${answer.by}` : ""} on ${answer.at.slice(0, 10)}`
    : "the sides came to agree by themselves";
  io.err(`Conflict ${number} (${nameOf(conflict)}) is closed: ${how}.`);
  return answer && answer.choice === choice ? EXIT.ok : EXIT.usage;
}

function pickFor({ io }: CliContext, record: ConflictRecord, choice: string, isNamed = false): Choice[] {
  const { conflict } = record;
  const wanted = choice === "newest" && isFieldConflict(conflict) ? decideByTime(conflict.candidates)?.side : choice;
  // What a whole side takes is nobody's by the way: it is answered by its number.
  const named = choicesIn(conflict).find((one) => one === wanted && (isNamed || !("count" in conflict)));
  if (named !== undefined) return [{ record, pick: { choice: named } }];
  const message = noChoice(conflict, `--choice: "${choice}"`);
  if (isNamed) throw usage(message);
  io.err(`Left open: conflict ${record.number}, ${message}.`);
  return [];
}

function noChoice(conflict: Conflict, given: string): string {
  const choices = choicesIn(conflict).join(", ");
  return isFieldConflict(conflict)
    ? `${given} has no value for ${nameOf(conflict)}; choose one of ${choices}, newest, or give --value`
    : `${given} is no answer to ${nameOf(conflict)}; choose one of ${choices}${"count" in conflict ? ", by its number" : ""}`;
}

function nameOf(conflict: Conflict): string {
  const { item, topic } = placeOf(conflict);
  return isFieldConflict(conflict) ? `${topic} of ${item}` : `${item}: ${inWords(conflict)}`;
}

async function interactively(
  context: CliContext,
  asked: readonly ConflictRecord[],
  open: readonly ConflictRecord[],
): Promise<readonly Choice[]> {
  const { io } = context;
  if (io.ask) return askForChoices({ ask: io.ask, tell: io.err }, asked, open);
  const [record] = asked;
  const choices = record ? choicesIn(record.conflict).join(", ") : "";
  const more = record && isFieldConflict(record.conflict) ? `(${choices}, newest) or --value` : `(${choices})`;
  throw usage(`nobody is here to ask; decide with --choice ${more}`);
}

/** Whether it is decided; what stands against it is told. */
async function send(
  context: CliContext,
  session: EngineSession,
  { record, pick }: Choice,
  command: ResolveCommand,
): Promise<boolean> {
  const { workspace, hubQueue, store, io } = context;
  const { project, number, revision, conflict } = record;
  const { item, topic: field } = placeOf(conflict);
  const { by = io.env["USER"] ?? io.env["USERNAME"], note } = command;
  const others = (await store.openConflicts(project)).filter((one) => placeOf(one.conflict).item === item);
  const isAgain = record.state === "settled";
  const questions = [...others, ...(isAgain ? [record] : [])].map(questionOf);
  const resolution: Resolution = { ...pick, field, number, revision, ...(by ? { by } : {}), ...(note ? { note } : {}) };
  try {
    const call = { workspace, hubQueue, project, item, questions, isAgain, resolution };
    const { status, replaced } = await sendAnswer(session.client, call);
    const told = status === "taken" ? `is decided${replaced ? `, instead of ${replaced}` : ""}` : CHANGED;
    io.err(`Conflict ${number}: ${nameOf(conflict)} ${told}.`);
    return status === "taken";
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError) || !error.cause) throw error;
    io.err(`Conflict ${number}: ${nameOf(conflict)} is not decided: ${error.cause.message}.`);
    return false;
  }
}

const CHANGED = "is not decided: the candidates have changed since; look again";

function usage(message: string): SyncFailure {
  return new SyncFailure("Usage", `resolve: ${message}.`);
}
