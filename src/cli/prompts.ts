/** How commands put questions to a person: choices, names, yes or no. */
import type { Ask, CliIo } from "./context.ts";

export interface PromptOption {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

/** Null and false where the person breaks off. */
export interface Prompts {
  confirm(question: string): Promise<boolean>;
  text(question: string): Promise<string | null>;
  select(question: string, options: readonly PromptOption[]): Promise<string | null>;
  multiselect(
    question: string,
    options: readonly PromptOption[],
    chosen: readonly string[],
  ): Promise<readonly string[] | null>;
}

/** The person broke off: no failure, and nothing is done. */
export class Stopped extends Error {}

/** Null where nobody is there to be asked. */
export function promptsOf({ prompts, ask, err }: CliIo): Prompts | null {
  return prompts ?? (ask ? linePrompts(ask, err) : null);
}

/** Questions line by line, for whatever answers lines. */
function linePrompts(ask: Ask, tell: (text: string) => void): Prompts {
  const list = (options: readonly PromptOption[]) => {
    for (const [n, { label, hint }] of options.entries()) tell(`  ${n + 1}  ${label}${hint ? `  (${hint})` : ""}`);
  };
  const pick = (options: readonly PromptOption[], answer: string) =>
    options[Number(answer) - 1] ?? options.find(({ value }) => value === answer);
  return {
    confirm: async (question) => /^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim()),
    text: async (question) => (await ask(`${question}: `)).trim() || null,
    async select(question, options) {
      list(options);
      const answer = (await ask(`${question} [1-${options.length}, empty: stop] `)).trim();
      return pick(options, answer)?.value ?? null;
    },
    async multiselect(question, options, chosen) {
      list(options);
      const answer = (
        await ask(`${question} [numbers, comma separated; empty: ${chosen.join(", ") || "none"}] `)
      ).trim();
      if (answer === "") return chosen;
      const picked = answer.split(",").map((one) => pick(options, one.trim())?.value);
      return picked.every((one) => one !== undefined) ? picked : null;
    },
  };
}
