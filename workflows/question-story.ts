import { remindedInWords } from "../src/core/reminders.ts";
import { minuteInWords } from "../src/core/standing-words.ts";
import type { ConflictState, OpenQuestion } from "./messages.ts";

/**
 * What the Temporal UI shows of an item's questions: numbers, fields, sides and times. The values stand in the store.
 * Its page has room for five lines before one has to scroll: what to do comes first.
 */
export function tellQuestions({ project, item, questions, refused }: ConflictState): string {
  if (questions.length === 0) return `**${item}** of ${project}: nothing is asked any more.`;
  const [first] = questions;
  const field = questions.length > 1 ? `"field": "${first?.field}", ` : "";
  const lines = refused ? [`Not taken: ${refused}.`, ""] : [];
  lines.push(
    `**${item}** of ${project} waits for a person's decision. ` +
      `To decide, send the Signal \`resolve\`, for example \`{${field}"choice": "${(first?.choices ?? first?.sides)?.[0]}"}\`.`,
    "",
  );
  for (const question of questions) lines.push(`- ${describe(question)}`);
  lines.push("", `The values: \`track-sdlc conflicts ${project}\`.`);
  return lines.join("\n");
}

function describe(question: OpenQuestion): string {
  const { number, askedAtMs, reminders, answer } = question;
  const asked = `asked ${minuteInWords(askedAtMs)}`;
  const told = reminders === 0 ? "" : `, ${remindedInWords(reminders)}`;
  const by = answer?.by ? ` by ${answer.by}` : "";
  const state = answer ? `answered${by}: ${answer.choice}; the sync applies it` : `${asked}${told}`;
  return `conflict ${number}, ${whatIsAsked(question)}: ${state}`;
}

function whatIsAsked({ field, kind, sides, about, choices = [] }: OpenQuestion): string {
  if (about !== undefined) return `**${field}** (${about}), answer ${choices.join(", ")}`;
  const what = kind === "adoption" ? "differs where it was just linked" : "was changed on";
  return `**${field}** ${what} ${sides.join(", ")}`;
}
