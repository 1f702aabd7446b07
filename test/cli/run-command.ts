import { main } from "../../src/cli/track-sdlc.ts";
import type { World } from "../support/world.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One command line as a person types it in a workspace. */
export async function runCommand(
  { env, root }: Pick<World, "env" | "root">,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await main(args, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    env: { ...env, ...more },
    cwd: root,
    ask: null,
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}
