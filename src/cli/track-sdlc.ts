/** `track-sdlc`: parses the command line and nothing else; one file a command does the work. */
import { createInterface } from "node:readline/promises";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { SyncFailure } from "../core/errors.ts";
import type { SyncMode, SyncRequest } from "../core/ports.ts";
import { packageVersion } from "../registry/package-root.ts";
import { didYouMean } from "../registry/suggest.ts";
import { inActionOrder } from "./action-order.ts";
import { openContext, splitTools, type CliContext, type CliIo } from "./context.ts";
import { addAdoptingCommands } from "./adopting-commands.ts";
import type { SyncAllCommand } from "./commands/sync-all.ts";
import type { WorkerFlags } from "./commands/worker.ts";
import { LiveView } from "./live-view.ts";
import { terminalPrompts } from "./terminal-prompts.ts";
import { EXIT, exitCodeOfError } from "./exit-codes.ts";

const ACTIONS = [
  "init",
  "import",
  "update",
  "sync",
  "plan",
  "pull",
  "up",
  "worker",
  "deployment",
  "status",
  "conflicts",
  "resolve",
  "schedule",
  "tools",
  "doctor",
];

export function processIo(): CliIo {
  return {
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    env: process.env,
    cwd: process.cwd(),
    ask: isAttended() ? askAtTerminal : null,
    ...(isAttended() ? { prompts: terminalPrompts() } : {}),
    live: process.stderr.isTTY === true ? new LiveView(process.stderr) : null,
  };
}

/** Somebody looks on and can answer. */
function isAttended(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

async function askAtTerminal(question: string): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await prompt.question(question);
  } finally {
    prompt.close();
  }
}

/** Runs one command line; returns the exit code (see `exit-codes.ts`). */
export async function main(args: readonly string[], io: CliIo = processIo()): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = commands(io, (code) => (exitCode = code));
  try {
    await program.parseAsync(inActionOrder(args, ACTIONS), { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      const guess = error.code === "commander.unknownOption" ? guessOption(program, args) : undefined;
      if (guess !== undefined) io.err(`(Did you mean ${guess}?)`);
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    }
    io.err(
      error instanceof SyncFailure
        ? error.message
        : `Unexpected failure: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return exitCodeOfError(error);
  }
}

/** For `--tolls=jira`: commander guesses only where the value stands apart. */
function guessOption(program: Command, args: readonly string[]): string | undefined {
  const command = program.commands.find((candidate) => args.includes(candidate.name()));
  const known = [...program.options, ...(command?.options ?? [])].flatMap(({ long }) => long ?? []);
  const names = args.filter((arg) => /^--[^=]+=/.test(arg)).map((arg) => arg.slice(0, arg.indexOf("=")));
  const unknown = names.find((name) => !known.includes(name));
  return unknown === undefined ? undefined : didYouMean(unknown, known);
}

function commands(io: CliIo, end: (exitCode: number) => void): Command {
  const program = new Command("track-sdlc")
    .description("Keeps sdlc-tracking.yaml and the trackers it is bound to telling the same story.")
    .version(packageVersion())
    .option("--root <folder>", "workspace folder (default: the nearest parent that has one)")
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.err(text.trimEnd()) });
  const root = () => program.opts<{ root?: string }>().root;
  const run = async (action: (context: CliContext) => Promise<number>, mayBeNew = false) => {
    const context = await openContext(io, root(), mayBeNew);
    try {
      end(await action(context));
    } finally {
      await context.close();
    }
  };

  addAdoptingCommands(program, run);
  addSyncOptions(
    program.command("sync").argument("[project]").description("bring the hub file and its trackers in step"),
  )
    .option("--all", "the portfolio: every project with something to do")
    .option("--client <code>", "with --all: only this client's projects")
    .option("--priority <P1>", "with --all: only projects of this pme_priority")
    .option("--changed-since <time>", "with --all: only projects with changes since then (ISO 8601)", isoTime)
    .action(async (project: string | undefined, options: SyncFlags & PortfolioFlags) => {
      if (options.all) {
        const { syncAllCommand } = await import("./commands/sync-all.ts");
        const command = portfolioCommand(project, options);
        return run((context) => syncAllCommand(context, command));
      }
      const { syncCommand } = await import("./commands/sync.ts");
      await run((context) =>
        syncCommand(context, { project, request: requestOf(options), json: options.json === true }),
      );
    });
  addSyncOptions(
    program.command("plan").argument("[project]").description("what sync would write, as a table; writes nothing"),
  ).action(async (project: string | undefined, options: SyncFlags) => {
    const { planCommand } = await import("./commands/plan.ts");
    await run((context) => planCommand(context, project, requestOf(options), options.json === true));
  });
  program
    .command("pull")
    .argument("[project]")
    .description("apply what changed in the trackers to the hub file, and say what it was")
    .requiredOption("--since <time>", "ISO 8601 time, e.g. 2026-11-20T08:00:00Z", isoTime)
    .option("--tools <keys>", "only these tools, comma separated")
    .option("--json", "print one JSON document")
    .action(async (project: string | undefined, options: { since: string; tools?: string; json?: boolean }) => {
      const { syncCommand } = await import("./commands/sync.ts");
      const tools = splitTools(options.tools);
      const request: SyncRequest = {
        trigger: "manual",
        mode: "pull-only",
        since: options.since,
        ...(tools ? { tools } : {}),
      };
      await run((context) => syncCommand(context, { project, request, json: options.json === true }));
    });
  program
    .command("up")
    .description("start the embedded engine and a worker, and stay up")
    .action(async () => {
      const { upCommand } = await import("./commands/up.ts");
      await run((context) => upCommand(context));
    });
  program
    .command("worker")
    .description("one of any number of workers for TEMPORAL_ADDRESS or a temporal.toml profile")
    .option("--tools <keys>", "take these tools' queues, comma separated, and no others that are not named")
    .option("--workflows", "take the workflows' queue, and no others that are not named")
    .option("--hub", "take the queue of this workspace's hub files, and no others that are not named")
    .option("--no-hub", "take every queue but that of the hub files")
    .option("--build-id <id>", "which build this is, where versions are routed (default: TEMPORAL_WORKER_BUILD_ID)")
    .option("--log <file>", "where the log lines go, - for stderr (default: .sdlc-sync/worker.log)")
    .action(async ({ tools, ...options }: WorkerFlags & { tools?: string }) => {
      const { workerCommand } = await import("./commands/worker.ts");
      await run((context) => workerCommand(context, { ...options, tools: splitTools(tools) }));
    });
  program
    .command("deployment")
    .argument("<action>", "list | set-current | unset-current")
    .argument("[build-id]", "a build, as `list` shows it")
    .description("which build of the workers new runs go to, where workers name their build")
    .option("--json", "print one JSON document")
    .action(async (action: string, buildId: string | undefined, options: { json?: boolean }) => {
      const { deploymentCommand } = await import("./commands/deployment.ts");
      await run((context) => deploymentCommand(context, { action, buildId, json: options.json === true }));
    });
  program
    .command("status")
    .argument("[project]")
    .description("what a run under way is doing, the last report, links")
    .option("--links", "the links of all twins, and not only of those that somebody should look at")
    .option("--json", "print one JSON document")
    .action(async (project: string | undefined, options: { links?: boolean; json?: boolean }) => {
      const { statusCommand } = await import("./commands/status.ts");
      await run((context) => statusCommand(context, project, options));
    });
  program
    .command("conflicts")
    .argument("[project]")
    .description("what only people can decide, with every side's value")
    .option("--json", "print one JSON document")
    .action(async (project: string | undefined, options: { json?: boolean }) => {
      const { conflictsCommand } = await import("./commands/conflicts.ts");
      await run((context) => conflictsCommand(context, project, options.json === true));
    });
  program
    .command("resolve")
    .argument("[project]")
    .description("decide an open conflict and sync its project; asks where no decision is given")
    .option("--conflict-id <id>", "number of the conflict, as `conflicts` and the report show it", conflictNumber)
    .option("--all", "all open conflicts of the project that have the choice, but for those about a whole side")
    .option(
      "--choice <choice>",
      "whose value holds: hub, a tool's key, or newest; of a deletion or a bulk write one of its own answers",
    )
    .option("--value <value>", "a value of your own; empty clears the field")
    .option("--by <name>", "who decides (default: the user)")
    .option("--note <text>", "why, for the record")
    .option("--json", "print one JSON document")
    .action(async (project: string | undefined, { conflictId, all, json, ...given }: ResolveFlags) => {
      const { resolveCommand } = await import("./commands/resolve.ts");
      const number = conflictId === undefined ? {} : { number: conflictId };
      await run((context) =>
        resolveCommand(context, { project, ...number, ...given, all: all === true, json: json === true }),
      );
    });
  program
    .command("schedule")
    .argument("<action>", "apply | list | pause | resume | trigger | remove")
    .argument("[name]", "a schedule, as `list` shows it")
    .description("what syncs by itself: business hours, stand-up, sprint planning and audit of each client")
    .option("--note <text>", "why, for who looks at it next")
    .option("--json", "print one JSON document")
    .action(async (action: string, name: string | undefined, options: { note?: string; json?: boolean }) => {
      const { scheduleCommand } = await import("./commands/schedule.ts");
      const command = { action, name, note: options.note, json: options.json === true };
      await run((context) => scheduleCommand(context, command));
    });
  program
    .command("tools")
    .argument("[action]", "list | pause | resume", "list")
    .argument("[tool]", "a tool's key, as the registry has it")
    .description("which tools take part, which credential they refuse, and how old it is")
    .option("--by <name>", "who pauses it (default: the user)")
    .option("--note <text>", "why, for who looks at it next")
    .option("--json", "print one JSON document")
    .action(
      async (action: string, tool: string | undefined, options: { by?: string; note?: string; json?: boolean }) => {
        const { toolsCommand } = await import("./commands/tools.ts");
        const { by, note, json } = options;
        await run((context) => toolsCommand(context, { action, tool, by, note, json: json === true }));
      },
    );
  program
    .command("doctor")
    .description("check everything a sync needs, each with its remedy")
    .option("--fix", "make what bound containers lack, properties of a database say")
    .option("--json", "print one JSON document")
    .action(async (options: { fix?: boolean; json?: boolean }) => {
      const { doctorCommand } = await import("./commands/doctor.ts");
      // Opens the workspace by itself: one that cannot be opened is an answer too.
      end(await doctorCommand(io, root(), { json: options.json === true, fix: options.fix === true }));
    });
  return program;
}

interface PortfolioFlags {
  readonly all?: boolean;
  readonly client?: string;
  readonly priority?: string;
  readonly changedSince?: string;
}

function portfolioCommand(project: string | undefined, options: SyncFlags & PortfolioFlags): SyncAllCommand {
  if (project !== undefined) throw new SyncFailure("Usage", `sync: give ${project} or --all, not both.`);
  const { tools, mode, yes, force, json, client, priority, changedSince } = options;
  for (const [flag, given] of Object.entries({ tools, mode, yes }))
    if (given !== undefined) throw new SyncFailure("Usage", `sync --all: --${flag} is for a single project.`);
  return {
    filter: {
      ...(client === undefined ? {} : { client }),
      ...(priority === undefined ? {} : { priority: priority.toUpperCase() }),
      ...(changedSince === undefined ? {} : { changedSince }),
    },
    force: force === true,
    json: json === true,
  };
}

interface SyncFlags {
  readonly tools?: string;
  readonly mode?: SyncMode;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

interface ResolveFlags {
  readonly conflictId?: number;
  readonly all?: boolean;
  readonly choice?: string;
  readonly value?: string;
  readonly by?: string;
  readonly note?: string;
  readonly json?: boolean;
}

function conflictNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("give the number of a conflict, e.g. 3");
  return Number(text);
}

function addSyncOptions(command: Command): Command {
  return command
    .option("--tools <keys>", "only these tools, comma separated")
    .addOption(
      new Option("--mode <mode>", "which sides may propose and be written").choices([
        "bidirectional",
        "push-only",
        "pull-only",
      ]),
    )
    .option("--force", "ignore cursors and caches, read every item; under last-modified-wins the hub wins conflicts")
    .option("--yes", "answer the bulk guard with yes")
    .option("--json", "print one JSON document");
}

function requestOf({ tools: csv, mode, force, yes }: SyncFlags): SyncRequest {
  const tools = splitTools(csv);
  return {
    trigger: "manual",
    ...(tools ? { tools } : {}),
    ...(mode ? { mode } : {}),
    ...(force ? { force } : {}),
    ...(yes ? { yes } : {}),
  };
}

function isoTime(text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time) || !/^\d{4}-\d{2}-\d{2}T/.test(text))
    throw new InvalidArgumentError("give an ISO 8601 time, e.g. 2026-11-20T08:00:00Z");
  return new Date(time).toISOString();
}
