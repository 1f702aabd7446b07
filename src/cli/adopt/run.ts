import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { promptsOf, Stopped } from "../prompts.ts";
import type { Check } from "../checks/check.ts";
import { planAdoption, type Adoption } from "./adopt.ts";
import type { AdoptFlags } from "./arguments.ts";
import { adoptionDocument, showFiles, showFinding, showQuestions, showTool, type AdoptionStatus } from "./show.ts";

export interface AdoptCommand {
  /** The document's name under `--json`. */
  readonly command: "init" | "import";
  readonly project: string;
  readonly flags: AdoptFlags;
}

/** Looks, shows, asks, and writes: files only. What goes to the tools goes by the sync. Returns the exit code. */
export async function runAdoption(context: CliContext, { command, project, flags }: AdoptCommand): Promise<number> {
  const { io } = context;
  let adoption: Adoption;
  try {
    adoption = await planAdoption(context, project, flags);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    io.err("Nothing was written.");
    return EXIT.decide;
  }
  const end = (status: AdoptionStatus, code: number): number => {
    if (flags.json) io.out(JSON.stringify({ [command]: adoptionDocument(adoption, status) }, null, 2));
    return code;
  };
  if (adoption.problems.length > 0) {
    for (const { name, says, remedy } of adoption.problems)
      io.err(`FAIL ${name}: ${says}${remedy ? `\n     ${remedy}` : ""}`);
    io.err("Nothing was written.");
    return end("refused", adoption.problems.some(isOutside) ? EXIT.failed : EXIT.usage);
  }
  if (!flags.json) show(context, adoption);
  if (adoption.tools.some(({ matching }) => matching.open.length > 0)) {
    io.err(`Nothing was written: somebody has to say what belongs together.\n${showQuestions(adoption)}`);
    return end("needs-decision", EXIT.decide);
  }
  const hasNews = adoption.files.length > 0;
  if (hasNews && !flags.yes && !(await agrees(context, flags))) {
    io.err(flags.json || !promptsOf(io) ? "Nothing was written; --yes writes it." : "Nothing was written.");
    return end("needs-decision", EXIT.decide);
  }
  await write(context, adoption);
  if (hasNews || flags.yes) await consent(context, adoption);
  const code = adoption.findings.some(({ needsDecision }) => needsDecision) ? EXIT.decide : EXIT.ok;
  if (!flags.json) io.out(nextStep(adoption));
  return end(adoption.files.length > 0 ? "written" : "unchanged", code);
}

/** Whether it is for another to correct than who typed the command: a credential, a tool that is down. */
function isOutside({ code }: Check): boolean {
  return code === "AuthFailed" || code === "Forbidden" || code === "Unavailable" || code === "RateLimited";
}

function show({ io, root }: CliContext, adoption: Adoption): void {
  if (adoption.files.length > 0) io.out(`In ${root}:\n${showFiles(adoption.files)}`);
  for (const tool of adoption.tools) io.out(showTool(tool));
  for (const finding of adoption.findings) io.out(showFinding(finding));
}

async function agrees({ io }: CliContext, { json }: AdoptFlags): Promise<boolean> {
  const prompts = json ? null : promptsOf(io);
  return prompts !== null && (await prompts.confirm("Write this?"));
}

/** The hub last: until it is there, the project is not. */
async function write({ hub }: CliContext, { project, files, hubFile }: Adoption): Promise<void> {
  const path = hub.path(project);
  for (const file of files.toSorted((a, b) => Number(a.path === path) - Number(b.path === path))) {
    if (file.path !== path) await hub.create(project, file.after, file.path.split("/").at(-1));
    else if (hubFile) await hub.swap(project, hubFile.hash, file.after);
    else await hub.create(project, file.after);
  }
}

/** Somebody said yes to what was shown: the first sync may do it, and no bulk guard asks again. */
async function consent({ store }: CliContext, { project, tools }: Adoption): Promise<void> {
  const now = new Date().toISOString();
  for (const { survey } of tools) await store.consent(project, survey.tool.tool, now);
}

function nextStep({ project, files, tools }: Adoption): string {
  const did =
    files.length > 0 ? `Wrote ${files.map(({ path }) => path).join(" and ")}.` : "All of it stands there already.";
  if (tools.length === 0) return `${did} It binds no tool yet: track-sdlc init ${project} --sync=<tools>`;
  return `${did} Next: track-sdlc sync ${project}`;
}
