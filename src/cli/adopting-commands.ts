/** The options of `init`, `import` and `update`: what brings into a hub what exists elsewhere. */
import { InvalidArgumentError, Option, type Command } from "commander";
import type { AdoptFlags } from "./adopt/arguments.ts";
import { splitTools, type CliContext } from "./context.ts";

/** @param mayBeNew the working directory becomes a workspace where it is in none */
export type RunCommand = (action: (context: CliContext) => Promise<number>, mayBeNew?: boolean) => Promise<void>;

export function addAdoptingCommands(program: Command, run: RunCommand): void {
  addAdoptOptions(
    program
      .command("init")
      .argument("[project]")
      .description("make a project's hub file, or bind the one that is there, and link what its trackers have already"),
  )
    .option("--sync <keys>", "trackers to bind, comma separated")
    .option("--from <tool:place>", "take what the hub lacks from there, e.g. jira:CHK")
    .action(async (project: string | undefined, options: AdoptOptions) => {
      const { initCommand } = await import("./commands/init.ts");
      await run((context) => initCommand(context, project, adoptFlags(options)), true);
    });
  addAdoptOptions(
    program
      .command("import")
      .argument("[source]", "a tracker and the place in it, e.g. jira:CHK")
      .description("make a hub file of what a tracker has, or add to a hub what it lacks"),
  )
    .option("--project <id>", "the project (default: a new one, with the next number)")
    .option("--sync <keys>", "further trackers to bind, comma separated")
    .action(async (source: string | undefined, { project, ...options }: AdoptOptions & { project?: string }) => {
      const { importCommand } = await import("./commands/import.ts");
      await run((context) => importCommand(context, { source, project, flags: adoptFlags(options) }), true);
    });
  program
    .command("update")
    .argument("[project]")
    .description("take what the files below implementation/ say into the hub, and compute progress and health")
    .option("--phase <number>", "the project's phase, 0 to 8", phaseNumber)
    .option("--sync", "sync the project afterwards")
    .option("--json", "print one JSON document")
    .action(async (project: string | undefined, options: { phase?: number; sync?: boolean; json?: boolean }) => {
      const { updateCommand } = await import("./commands/update.ts");
      const { phase, sync, json } = options;
      await run((context) => updateCommand(context, { project, phase, sync: sync === true, json: json === true }));
    });
}

/** As commander hands them over. */
interface AdoptOptions {
  readonly sync?: string;
  readonly from?: string;
  readonly client?: string;
  readonly container?: readonly string[];
  readonly link?: readonly string[];
  readonly name?: string;
  readonly adoption?: NonNullable<AdoptFlags["adoption"]>;
  readonly tasks?: boolean;
  readonly marked?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

function addAdoptOptions(command: Command): Command {
  const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  return command
    .option("--client <code>", "the project's client (registry/clients/<code>.yaml)")
    .option(
      "--container <tool.key=value>",
      "where in a tool the project is, e.g. jira.project_key=CHK; repeatable",
      several,
    )
    .option(
      "--link <item=tool:key>",
      "what belongs together, e.g. US-001=jira:CHK-12, or =jira:new; repeatable",
      several,
    )
    .option("--name <text>", "a new project's name")
    .option("--tasks", "tasks take part too")
    .option("--marked", "take also what carries the marker of a project that is not here: its hub is lost")
    .addOption(
      new Option("--adoption <whose>", "whose values hold where linked items differ").choices([
        "ask",
        "hub",
        "tool",
        "newest",
      ]),
    )
    .option("--yes", "write without asking")
    .option("--json", "print one JSON document; asks nothing");
}

function adoptFlags({ sync, container, link, tasks, marked, yes, json, ...given }: AdoptOptions): AdoptFlags {
  const tools = splitTools(sync, "--sync");
  return {
    ...given,
    ...(tools ? { sync: tools } : {}),
    containers: container ?? [],
    links: link ?? [],
    tasks: tasks === true,
    marked: marked === true,
    yes: yes === true,
    json: json === true,
  };
}

function phaseNumber(text: string): number {
  if (!/^[0-8]$/.test(text)) throw new InvalidArgumentError("give a phase from 0 to 8");
  return Number(text);
}
