/** Status changes: Jira takes no status, only transitions, and those are per workflow and present status. */
import { doTransition, getTransitions } from "jira.js/cloud";
import type { Client } from "jira.js/core";
import { isSyncFailure } from "../../core/errors.ts";
import { stepping } from "../attempts.ts";
import type { ReportStep } from "../contract.ts";
import { parsed, TransitionsAnswer, type JiraStatus, type JiraTransition } from "./schema.ts";

const MAX_HOPS = 4;

/** Transitions seen while a scope is written to: issues of one type in one status mostly share them. */
export type TransitionBook = Map<string, readonly JiraTransition[]>;

export interface Move {
  readonly issue: string;
  readonly typeId: string;
  readonly from: string;
  readonly to: string;
  /** All states of the type's workflow, for names and categories. */
  readonly states: readonly JiraStatus[];
  /** Told of each status on the way before the issue is moved there. */
  readonly passing?: ((status: string) => ReturnType<ReportStep>) | undefined;
}

export type Moved =
  | { readonly kind: "reached" }
  /** Where it stands now, and why not further. */
  | { readonly kind: "stuck"; readonly at: string; readonly message: string };

/**
 * Walks an issue to a status in at most four hops: along ways already seen where they lead there, else over
 * states not yet visited, never through a closed one on the way to an open one. Where there is no way on it
 * goes back if it can, and says in any case where the issue stands.
 */
export async function moveTo(client: Client, book: TransitionBook, move: Move): Promise<Moved> {
  const visited = new Set<string>();
  let at = move.from;
  for (let hop = 0; hop < MAX_HOPS && at !== move.to; hop++) {
    visited.add(at);
    const next = await step(client, book, move, at, visited);
    if (next.kind === "refused") return retreat(client, book, move, at, next.message);
    at = next.at;
  }
  const tooFar = `${nameOf(move, move.to)} is more than ${MAX_HOPS} transitions away`;
  return at === move.to ? { kind: "reached" } : retreat(client, book, move, at, tooFar);
}

type Step = { readonly kind: "moved"; readonly at: string } | { readonly kind: "refused"; readonly message: string };

async function step(
  client: Client,
  book: TransitionBook,
  move: Move,
  at: string,
  visited: ReadonlySet<string>,
): Promise<Step> {
  const remembered = book.has(bookKey(move, at));
  if (!remembered) await transitionsOf(client, book, move, at);
  const choice = knownWay(book, move, at) ?? explored(book, move, at, visited);
  if (!choice) {
    const message = `the workflow has no transition from ${nameOf(move, at)} towards ${nameOf(move, move.to)}`;
    return { kind: "refused", message };
  }
  const words = await perform(client, move, choice);
  if (words === null) return { kind: "moved", at: choice.to.id };
  if (!remembered) return { kind: "refused", message: words };
  // What is open to one issue may be closed to another: ask for this one before giving up.
  book.delete(bookKey(move, at));
  return step(client, book, move, at, visited);
}

/** First transition of the shortest way to the target over what has been seen so far. */
function knownWay(book: TransitionBook, move: Move, at: string): JiraTransition | undefined {
  const queue: { readonly at: string; readonly first: JiraTransition | undefined }[] = [{ at, first: undefined }];
  const seen = new Set([at]);
  for (let place = queue.shift(); place; place = queue.shift()) {
    for (const option of askingLast(book.get(bookKey(move, place.at)) ?? [])) {
      const first = place.first ?? option;
      if (option.to.id === move.to) return first;
      if (seen.has(option.to.id) || !isPassable(move, option)) continue;
      seen.add(option.to.id);
      queue.push({ at: option.to.id, first });
    }
  }
  return undefined;
}

/** The most promising state not yet visited. */
function explored(
  book: TransitionBook,
  move: Move,
  at: string,
  visited: ReadonlySet<string>,
): JiraTransition | undefined {
  return (book.get(bookKey(move, at)) ?? [])
    .filter((option) => isPassable(move, option) && !visited.has(option.to.id))
    .sort((a, b) => promise(move, b) - promise(move, a))[0];
}

/** Nobody is there to fill in a screen on the way, and what is closed is not opened again in passing. */
function isPassable(move: Move, option: JiraTransition): boolean {
  const closes = categoryOf(move, option.to.id) === "done" && categoryOf(move, move.to) !== "done";
  return questions(option) === 0 && !closes;
}

function askingLast(options: readonly JiraTransition[]): JiraTransition[] {
  return [...options].sort((a, b) => questions(a) - questions(b));
}

async function transitionsOf(
  client: Client,
  book: TransitionBook,
  move: Move,
  at: string,
): Promise<readonly JiraTransition[]> {
  const answer = await getTransitions(client, { issueIdOrKey: move.issue, expand: "transitions.fields" });
  const { transitions } = parsed(TransitionsAnswer, answer, "transitions");
  const open = transitions.filter((transition) => transition.isAvailable !== false);
  book.set(bookKey(move, at), open);
  return open;
}

function questions(transition: JiraTransition): number {
  return Object.values(transition.fields ?? {}).filter((field) => field.required && !field.hasDefaultValue).length;
}

/** Work in progress is where most ways meet; a closed state mostly ends them, and so does one where work rests. */
function promise(move: Move, option: JiraTransition): number {
  const rests = /block|hold|wait|cancel|reject|won.?t/i.test(nameOf(move, option.to.id)) ? 0.5 : 0;
  const category = categoryOf(move, option.to.id);
  if (category === "indeterminate") return 2 - rests;
  return (category === "new" ? 1 : 0) - rests;
}

/** Null when it went through, else Jira's own words. */
async function perform(client: Client, move: Move, transition: JiraTransition): Promise<string | null> {
  const { passing } = move;
  const isOnTheWay = transition.to.id !== move.to && passing !== undefined;
  try {
    await stepping(isOnTheWay ? () => passing(transition.to.id) : undefined, () =>
      doTransition(client, { issueIdOrKey: move.issue, transition: { id: transition.id } }),
    );
    return null;
  } catch (error) {
    if (!isSyncFailure(error, "Rejected")) throw error;
    const words = Object.values(error.details.fields ?? {}).join(" ");
    return `transition "${transition.name}": ${words || error.message}`;
  }
}

/** Back to where it came from, along ways seen on the way here. */
async function retreat(client: Client, book: TransitionBook, move: Move, from: string, reason: string): Promise<Moved> {
  const back = { ...move, to: move.from };
  let at = from;
  for (let hop = 0; hop < MAX_HOPS && at !== move.from; hop++) {
    if (!book.has(bookKey(move, at))) await transitionsOf(client, book, back, at);
    const way = knownWay(book, back, at);
    if (!way || (await perform(client, back, way)) !== null) break;
    at = way.to.id;
  }
  const where = at === move.from ? "" : `; it stands at ${nameOf(move, at)} now`;
  return { kind: "stuck", at, message: reason + where };
}

function bookKey(move: Move, at: string): string {
  return `${move.typeId} ${at}`;
}

function nameOf(move: Move, id: string): string {
  const state = move.states.find((one) => one.id === id);
  return state ? `"${state.name}"` : `status ${id}`;
}

function categoryOf(move: Move, id: string): string {
  return move.states.find((one) => one.id === id)?.category ?? "undefined";
}
