import { SyncFailure } from "../../core/errors.ts";
import { understood, type AdoptFlags } from "../adopt/arguments.ts";
import { runAdoption } from "../adopt/run.ts";
import type { CliContext } from "../context.ts";

export interface ImportCommand {
  /** `jira:CHK` */
  readonly source: string | undefined;
  /** Undefined: the next of the year. */
  readonly project: string | undefined;
  readonly flags: AdoptFlags;
}

/**
 * `track-sdlc import`: a hub made of what stands in a tracker, or a hub that gets what it lacks. The next sync finds both
 * sides saying the same, and writes nothing.
 */
export async function importCommand(context: CliContext, { source, project, flags }: ImportCommand): Promise<number> {
  if (!source) throw new SyncFailure("Usage", "import: name the tracker and the place in it, as in jira:CHK.");
  const given = { ...flags, from: source };
  return runAdoption(context, {
    command: "import",
    project: project ?? (await newProject(context, given)),
    flags: given,
  });
}

/** `PROJ-2026-104` after `PROJ-2026-103`. Throws `Usage` where a project has that place already: its items would be two projects'. */
async function newProject({ hub, workspace }: CliContext, flags: AdoptFlags): Promise<string> {
  const { from, containers } = understood(flags, workspace.registry);
  const wanted = Object.values(containers.get(from?.key ?? "") ?? {});
  const projects = await hub.list();
  for (const { id } of projects) {
    const { bindings } = await hub.head(id);
    const own = bindings.find(({ tool }) => tool === from?.key || from?.aliases.includes(tool));
    const places = Object.values(own?.container ?? {}).map((name) => name?.toLowerCase());
    if (wanted.some((name) => places.includes(name.toLowerCase())))
      throw new SyncFailure(
        "Usage",
        `${id} has ${wanted.join(", ")} of ${from?.name} already: --project=${id} adds what it lacks, another id makes a second project of it.`,
      );
  }
  const year = new Date().getFullYear();
  const numbers = projects.map(({ id }) =>
    Number(/^PROJ-(\d{4})-(\d+)$/.exec(id)?.[1] === String(year) ? id.split("-")[2] : 0),
  );
  return `PROJ-${year}-${String(Math.max(0, ...numbers) + 1).padStart(3, "0")}`;
}
