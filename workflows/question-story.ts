import type { ConflictState, OpenQuestion } from "./messages.ts";

/** What the Temporal UI shows of an item's questions: numbers, fields, sides and times. The values stand in the store. */
export function tellQuestions({ project, item, questions, refused }: ConflictState): string {
  if (questions.length === 0) return `**${item}** of ${project}: all sides agree.`;
  const lines = [`**${item}** of ${project} was changed differently on several sides.`, ""];
  for (const question of questions) lines.push(`- ${describe(question)}`);
  const [first] = questions;
  const field = questions.length > 1 ? `"field": "${first?.field}", ` : "";
  lines.push(
    "",
    `The values: \`track-sdlc conflicts ${project}\`. To decide, send the Signal \`resolve\`, for example:`,
    "",
    "```json",
    `{${field}"choice": "${first?.sides[0]}"}`,
    "```",
  );
  if (refused) lines.push("", `Not taken: ${refused}.`);
  return lines.join("\n");
}

function describe({ number, field, kind, sides, askedAtMs, reminders, answer }: OpenQuestion): string {
  const what = kind === "adoption" ? "differs where it was just linked" : "was changed on";
  const asked = `asked ${new Date(askedAtMs).toISOString()}`;
  const told = reminders === 0 ? "" : `, reminded ${reminders} ${reminders === 1 ? "time" : "times"}`;
  const by = answer?.by ? ` by ${answer.by}` : "";
  const state = answer ? `answered${by}: ${answer.choice}; the sync applies it` : `${asked}${told}`;
  return `conflict ${number}, **${field}** ${what} ${sides.join(", ")}: ${state}`;
}
