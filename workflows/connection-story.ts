import { iso } from "../src/core/iso.ts";
import type { ConnectionState } from "./messages.ts";

/** What the Temporal UI shows of a credential: its tool, numbers and times. */
export function tellConnection(tool: string, { status, waiting, waitMs, sinceMs, probes }: ConnectionState): string {
  const since = iso(sinceMs);
  if (status === "accepted") return `**${tool}** takes the credential again; it refused it from ${since} on.`;
  const answer = status === "away" ? "gave no answer when it was asked last" : "refuses the credential";
  return [
    `**${tool}** ${answer}. Refused since ${since}; asked again ${probes} times, next ${iso(Date.now() + waitMs)}.`,
    "",
    `${waiting} projects wait for it; everything else goes on. Correct the credential, then send the Signal \`probe\`, or wait.`,
  ].join("\n");
}
