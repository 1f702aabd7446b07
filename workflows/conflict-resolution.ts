import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import type { Question, Resolution } from "../src/core/ports.ts";
import type { Topic } from "../src/core/plan.ts";
import { checkResolution } from "../src/core/resolution.ts";
import {
  CONFLICT_FIELD,
  conflictStateQuery,
  questionsSignal,
  resolveSignal,
  resolveUpdate,
  SYNC_TOOL,
  type ConflictInput,
  type ConflictState,
  type OpenQuestion,
  type ResolutionReceipt,
} from "./messages.ts";
import { tellQuestions } from "./question-story.ts";
import { promptActivities } from "./steps.ts";

/** An answer on its way; an Update waits for its receipt. */
interface Letter {
  readonly question: Question;
  readonly resolution: Resolution;
  receipt?: ResolutionReceipt;
}

/**
 * What is asked about one item (workflow id `conflict/<project>/<item>`): its parked fields, its deletion; of the
 * item `project` what a run may do in bulk. Until nothing is asked any more. People
 * answer by Signal or Update `resolve`, however long they take; an answer is kept in the store and syncs
 * the project, whose plans then tell this workflow what is left to ask.
 */
export async function conflictResolution(input: ConflictInput): Promise<void> {
  const conversation = new Conversation(input);
  setHandler(questionsSignal, (questions) => conversation.ask(questions), {
    description: "What is asked about this item now; sent by the sync.",
  });
  setHandler(resolveSignal, (resolution) => conversation.receive(resolution), {
    description:
      'Decides a question: {"choice": "hub"} or whatever it names, or {"value": ...}; with "field" where several are asked.',
  });
  setHandler(resolveUpdate, (resolution) => conversation.answer(resolution), {
    description: "As the Signal, and says what became of it.",
    validator: (resolution) => void conversation.check(resolution),
  });
  setHandler(conflictStateQuery, () => conversation.state());
  await condition(() => conversation.isAsked);
  await conversation.untilAgreed();
}

class Conversation {
  isAsked = false;
  private open: OpenQuestion[] = [];
  private readonly letters: Letter[] = [];
  private refused: string | null = null;
  private readonly input: ConflictInput;

  constructor(input: ConflictInput) {
    this.input = input;
    if (input.carried) this.set(input.carried);
    if (input.questions) this.ask(input.questions);
  }

  state(): ConflictState {
    const { project, item } = this.input;
    return { project, item, questions: this.open, refused: this.refused };
  }

  /** A question whose candidates changed is a new one: what was answered to the old one is over. */
  ask(questions: readonly Question[]): void {
    this.set(
      questions.map((question) => {
        const known = this.open.find(
          ({ number, revision }) => number === question.number && revision === question.revision,
        );
        return known ? { ...known, ...question } : { ...question, askedAtMs: Date.now(), reminders: 0 };
      }),
    );
    upsertSearchAttributes([
      { key: CONFLICT_FIELD, value: topicsOf(questions) },
      { key: SYNC_TOOL, value: [...new Set(questions.flatMap(({ sides }) => sides))].filter((side) => side !== "hub") },
    ]);
  }

  /** A Signal has nobody to tell what is wrong with it: the details and the state do. */
  receive(given: unknown): void {
    const checked = checkResolution(given, this.open);
    if (checked.kind === "taken") this.letters.push({ ...checked });
    else this.refuse(checked.why);
  }

  async answer(given: unknown): Promise<ResolutionReceipt> {
    const letter: Letter = { ...this.check(given) };
    this.letters.push(letter);
    await condition(() => letter.receipt !== undefined);
    return letter.receipt!;
  }

  check(given: unknown): { readonly question: Question; readonly resolution: Resolution } {
    const checked = checkResolution(given, this.open);
    if (checked.kind === "taken") return checked;
    throw ApplicationFailure.create({ type: "Usage", message: checked.why, nonRetryable: true });
  }

  async untilAgreed(): Promise<void> {
    for (;;) {
      const isDone = (): boolean => this.open.length === 0 && this.letters.length === 0;
      const due = this.reminderDueMs();
      // A question that is asked anew, or answered, has another time to be reminded of.
      const isBusy = (): boolean => this.letters.length > 0 || isDone() || this.reminderDueMs() !== due;
      if (due === null) await condition(isBusy);
      else if (!isBusy())
        await condition(isBusy, Math.max(1, due - Date.now()), { summary: "until people are reminded" });
      const letter = this.letters.shift();
      if (letter) await this.deliver(letter);
      else if (isDone()) {
        await condition(() => allHandlersFinished() || !isDone());
        if (isDone()) return;
      } else await this.remind();
      const isIdle = this.letters.length === 0 && allHandlersFinished();
      if (isIdle && workflowInfo().continueAsNewSuggested) await this.startAfresh();
    }
  }

  private async deliver(letter: Letter): Promise<void> {
    const { number, revision, field } = letter.question;
    const { project } = this.input;
    const choice = letter.resolution.choice ?? "a value of their own";
    const { status } = await promptActivities(this.input, `keep the answer to ${field}: ${choice}`).answer({
      project,
      number,
      revision,
      resolution: letter.resolution,
    });
    const replaced = this.open.find((one) => one.number === number && one.revision === revision)?.answer?.choice;
    letter.receipt = { number, field, status, ...(replaced === undefined ? {} : { replaced }) };
    if (status === "outdated") return this.refuse(`${field}: the candidates have changed since; look again`);
    const answer = { choice, by: letter.resolution.by ?? null, atMs: Date.now() };
    this.refused = null;
    this.set(this.open.map((one) => (one.number === number && one.revision === revision ? { ...one, answer } : one)));
  }

  /** When the question that was asked longest ago is to be brought back to mind. */
  private reminderDueMs(): number | null {
    const due = this.open.filter(({ answer }) => !answer).map((question) => this.dueOf(question));
    return due.length > 0 ? Math.min(...due) : null;
  }

  /** No two items at the same moment, whatever day a bad import was. */
  private dueOf({ askedAtMs, reminders, number }: OpenQuestion): number {
    const jitter = 1 + ((number * 0.618) % 1) / 5;
    return askedAtMs + (reminders + 1) * this.input.remindAfterMs * jitter;
  }

  private async remind(): Promise<void> {
    const isDue = (question: OpenQuestion): boolean => !question.answer && this.dueOf(question) <= Date.now();
    const due = this.open.filter(isDue);
    if (due.length === 0) return;
    const { project, item } = this.input;
    const numbers = due.map(({ number }) => number);
    const escalate = due.some(({ reminders }) => reminders > 0);
    await promptActivities(this.input, `remind people of ${topicsOf(due).join(", ")}`).remind({
      project,
      item,
      numbers,
      escalate,
    });
    this.set(this.open.map((one) => (numbers.includes(one.number) ? { ...one, reminders: one.reminders + 1 } : one)));
  }

  private async startAfresh(): Promise<void> {
    const { questions: _, ...input } = this.input;
    await continueAsNew<typeof conflictResolution>({ ...input, carried: this.open });
  }

  private refuse(why: string): void {
    this.refused = why;
    setCurrentDetails(tellQuestions(this.state()));
  }

  private set(questions: readonly OpenQuestion[]): void {
    this.isAsked = true;
    this.open = [...questions];
    setCurrentDetails(tellQuestions(this.state()));
  }
}

function topicsOf(questions: readonly Question[]): Topic[] {
  return questions.map(({ field }) => field);
}
