/** Makes containers ready for their first sync, once somebody has seen and agreed to what that takes. */
import { isSyncFailure } from "../../core/errors.ts";
import { containerOf } from "../../connectors/sync-key.ts";
import type { MissingPlace } from "../../connectors/contract.ts";
import type { ResolvedTool } from "../../registry/resolve.ts";
import type { CliContext } from "../context.ts";
import { Stopped, type Prompts } from "../prompts.ts";
import { canBeMade, makePlaces, missingPlaces, namesOf, openUrgent } from "../tool-setup.ts";

interface Consent {
  /** Said on the command line. */
  readonly yes: boolean;
  readonly prompts: Prompts | null;
}

const PATIENCE_MS = 60_000;

/** Throws `Stopped` where something is needed that nobody agreed to. What keeps a tool from being read, its survey tells. */
export async function prepareTools(
  context: CliContext,
  tools: readonly ResolvedTool[],
  consent: Consent,
): Promise<void> {
  for (const tool of tools.filter(({ missingEnv }) => missingEnv.length === 0)) {
    try {
      await prepare(context, tool, consent);
    } catch (error) {
      if (!isSyncFailure(error)) throw error;
    }
  }
}

async function prepare(context: CliContext, tool: ResolvedTool, { yes, prompts }: Consent): Promise<void> {
  const { io } = context;
  const session = openUrgent(await context.engine(), tool);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const missing = await missingPlaces(session, signal);
  if (missing.length === 0) return;
  const place = `${tool.name} ${containerOf(tool.binding)}`;
  io.err(`${place} lacks ${namesOf(missing)}.`);
  const makeable = missing.filter(canBeMade);
  if (makeable.length === 0) return;
  if (yes || (await prompts?.confirm(`Make ${makeable.length === 1 ? "it" : "them"} in ${tool.name}?`))) {
    const left = await makePlaces(session, signal);
    io.err(`Made in ${place}: ${namesOf(made(makeable, left))}.`);
  } else if (makeable.some(({ required }) => required)) {
    io.err(
      `Nothing can be synced there without ${namesOf(makeable.filter(({ required }) => required))}; --yes makes what is missing.`,
    );
    throw new Stopped();
  }
}

function made(asked: readonly MissingPlace[], left: readonly MissingPlace[]): MissingPlace[] {
  return asked.filter(({ name }) => !left.some((one) => one.name === name));
}
