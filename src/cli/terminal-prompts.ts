import type { PromptOption, Prompts } from "./prompts.ts";

/** Questions with choices to move through. Everything is drawn on stderr: stdout is for what the command answers. */
export function terminalPrompts(): Prompts {
  const output = process.stderr;
  // Most commands ask nothing, and need not pay for it.
  const clack = () => import("@clack/prompts");
  return {
    async confirm(message) {
      const { confirm } = await clack();
      return (await confirm({ message, initialValue: false, output })) === true;
    },
    async text(message) {
      const { isCancel, text } = await clack();
      const answer = await text({ message, output });
      return isCancel(answer) ? null : answer.trim() || null;
    },
    async select(message, options) {
      const { isCancel, select } = await clack();
      const answer = await select<string>({ message, options: choices(options), output });
      return isCancel(answer) ? null : answer;
    },
    async multiselect(message, options, chosen) {
      const { isCancel, multiselect } = await clack();
      const initialValues = [...chosen];
      const answer = await multiselect<string>({
        message,
        options: choices(options),
        initialValues,
        required: false,
        output,
      });
      return isCancel(answer) ? null : answer;
    },
  };
}

function choices(options: readonly PromptOption[]): PromptOption[] {
  return [...options];
}
