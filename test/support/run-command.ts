import { main } from "../../src/cli/track-sdlc.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One command line in a workspace: as a script runs it, or as a person types it who gives these answers. */
export async function runCommand(
  { env, root }: { readonly env: NodeJS.ProcessEnv; readonly root: string },
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
  answers?: string[],
): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await main(args, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    env: { ...env, ...more },
    cwd: root,
    ask: answers ? async () => answers.shift() ?? "" : null,
    live: null,
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}
