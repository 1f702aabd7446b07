import type { FaultPlan } from "./faults.ts";
import type { HumanAction, Sandbox } from "./sandbox.ts";

/** Answers `/__sandbox/...`: reading the log, switching faults, acting as a person. Never logged, never faulted. */
export async function handleControl(sandbox: Sandbox, request: Request, url: URL): Promise<Response> {
  const route = `${request.method} ${url.pathname.slice("/__sandbox/".length)}`;
  try {
    switch (route) {
      case "GET requests":
        return Response.json(logView(sandbox, Number(url.searchParams.get("since") ?? "0")));
      case "DELETE requests":
        sandbox.log.clear();
        return Response.json({});
      case "GET faults":
        return Response.json(faultView(sandbox));
      case "PUT faults":
        applyFaults(sandbox, (await request.json()) as FaultPlan);
        return Response.json(faultView(sandbox));
      case "DELETE faults":
        applyFaults(sandbox, {});
        return Response.json(faultView(sandbox));
      case "GET tokens":
        return Response.json(sandbox.tokens());
      case "POST human":
        return Response.json((await sandbox.human((await request.json()) as HumanAction)) ?? {});
      default:
        return Response.json({ message: `no control "${route}"` }, { status: 404 });
    }
  } catch (error) {
    return Response.json({ message: error instanceof Error ? error.message : String(error) }, { status: 400 });
  }
}

/** Replaces all faults and conditions of a stand-in by these. */
function applyFaults(sandbox: Pick<Sandbox, "faults" | "clock">, plan: FaultPlan): void {
  sandbox.faults.clear();
  sandbox.faults.add(...(plan.rules ?? []));
  sandbox.faults.conditions.authRevoked = plan.authRevoked ?? false;
  sandbox.faults.conditions.blind = plan.blind ?? false;
  sandbox.faults.conditions.staleSearchMs = plan.staleSearchMs ?? 0;
  sandbox.clock.skewMs = plan.clockSkewMs ?? 0;
}

function logView(sandbox: Sandbox, since: number): object {
  const { log } = sandbox;
  return { total: log.total(), writes: log.writes(), byOperation: log.byOperation(), requests: log.since(since) };
}

function faultView(sandbox: Sandbox): FaultPlan {
  return { rules: sandbox.faults.rules(), ...sandbox.faults.conditions, clockSkewMs: sandbox.clock.skewMs };
}
