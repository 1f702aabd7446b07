import { guardChoice } from "../bulk-guard.ts";
import type { GuardQuestion } from "../plan.ts";
import type { Draft } from "./draft.ts";
import type { World } from "./world.ts";

/**
 * An alarm for each tool that lost too many twins at once: an outage or a lost permission, never a wish, unless a
 * person says that they are really gone. Then each follows the delete policy.
 */
export function reportMassDeletions(world: World, draft: Draft): void {
  for (const tool of world.tools) {
    if (!tool.massDeletion) continue;
    const { gone, linked } = tool.massDeletion;
    const limit = Math.max(5, Math.floor(linked * 0.1));
    const question: GuardQuestion = { side: tool.key, kind: "mass-deletion", count: gone, limit };
    const choice = guardChoice(question, world.policy);
    draft.guards.push({ ...question, ...(choice && { decided: { choice } }) });
    if (choice === "gone") tool.massDeletion = undefined;
    else reportWave(draft, tool.key, { gone, linked, isKept: choice === "keep" });
  }
}

function reportWave(
  draft: Draft,
  tool: string,
  { gone, linked, isKept }: { readonly gone: number; readonly linked: number; readonly isKept: boolean },
): void {
  draft.findings.push({
    code: "mass-deletion",
    severity: isKept ? "info" : "error",
    tool,
    message: `${gone} of ${linked} linked items are gone from ${tool} at once; its deletions are not acted on${isKept ? ", as was decided" : ""}.`,
    remedy: `Check that ${tool} is up and that the credential may still see the items; if they are really gone, say so with track-sdlc resolve.`,
    ...(!isKept && { needsDecision: true }),
  });
}
