/** The tools, and the credentials in use, as people and scripts read them. */
import { secretAge, type Rotation, type SecretAge } from "../core/connection.ts";
import { iso } from "../core/iso.ts";
import type { ConnectionRecord, ToolPause } from "../store/connections.ts";
import { printTable } from "./table.ts";

export interface ToolsView {
  readonly connections: readonly ConnectionRecord[];
  readonly pauses: readonly ToolPause[];
  readonly rotation: Rotation;
  readonly nowMs: number;
}

/** One line a credential, and one for each paused tool that was never called. */
export function printTools(view: ToolsView): string {
  const { connections, pauses } = view;
  const uncalled = pauses.filter(({ tool }) => !connections.some((one) => one.tool === tool));
  const rows = [
    ...connections.map((one) => {
      const waiting = one.waiting > 0 ? `${one.waiting} projects` : "-";
      return [one.tool, one.account, stateOf(one, pauses), waiting, ageText(ageOf(one, view))];
    }),
    ...uncalled.map((pause) => [pause.tool, "-", pausedText(pause), "-", "-"]),
  ];
  if (rows.length === 0) return "No tool was called so far.";
  return printTable(["tool", "credential", "state", "waiting", "age"], rows);
}

function ageOf({ firstUsedMs }: ConnectionRecord, { rotation, nowMs }: ToolsView): SecretAge | null {
  return firstUsedMs === null ? null : secretAge(firstUsedMs, nowMs, rotation);
}

const ADVICE: { readonly [S in SecretAge["state"]]: string } = {
  fine: "",
  due: ", replace it soon",
  overdue: ", replace it now",
};

function ageText(age: SecretAge | null): string {
  return age === null ? "-" : `${age.days} of ${age.of} days${ADVICE[age.state]}`;
}

function stateOf({ tool, refusal }: ConnectionRecord, pauses: readonly ToolPause[]): string {
  const pause = pauses.find((one) => one.tool === tool);
  if (pause) return pausedText(pause);
  if (!refusal) return "ok";
  const next = refusal.nextProbeMs === null ? "" : `, asked again ${iso(refusal.nextProbeMs)}`;
  return `refused since ${iso(refusal.sinceMs)}${next}`;
}

function pausedText({ by, sinceMs, note }: ToolPause): string {
  return `paused by ${by} since ${iso(sinceMs)}${note === null ? "" : ` (${note})`}`;
}

/** For `--json`. */
export function toolDocument(view: ToolsView): object {
  const { connections, pauses } = view;
  return {
    tools: connections.map((one) => credentialDocument(one, view)),
    paused: pauses.map(({ tool, by, sinceMs, note }) => ({ tool, by, since: iso(sinceMs), note })),
  };
}

function credentialDocument(one: ConnectionRecord, view: ToolsView): object {
  const { tool, account, refusal, waiting } = one;
  const age = ageOf(one, view);
  const isPaused = view.pauses.some((pause) => pause.tool === tool);
  return {
    tool,
    account,
    state: isPaused ? "paused" : refusal ? "refused" : "ok",
    waiting,
    ...(age ? { age_days: age.days, rotation_days: age.of, rotation: age.state } : {}),
    ...(refusal
      ? {
          refused_since: iso(refusal.sinceMs),
          error: refusal.message,
          probes: refusal.probes,
          next_probe: refusal.nextProbeMs === null ? null : iso(refusal.nextProbeMs),
        }
      : {}),
  };
}
