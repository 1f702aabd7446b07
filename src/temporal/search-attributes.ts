import { setTimeout } from "node:timers/promises";
import { isGrpcServiceError, type Connection } from "@temporalio/client";
import { SyncFailure } from "../core/errors.ts";
import { CONFLICT_FIELD, SYNC_OUTCOME, SYNC_PROJECT, SYNC_TOOL, SYNC_TRIGGER } from "../../workflows/messages.ts";

/** Names and numbers of Temporal's `IndexedValueType`, for the types we use. */
const TYPES: Readonly<Record<string, { readonly name: string; readonly number: number }>> = {
  KEYWORD: { name: "Keyword", number: 2 },
  KEYWORD_LIST: { name: "KeywordList", number: 7 },
};

/** What the operator can search by in the Temporal UI. The embedded server is started with them. */
export const SEARCH_ATTRIBUTES = [SYNC_PROJECT, SYNC_TOOL, SYNC_TRIGGER, SYNC_OUTCOME, CONFLICT_FIELD].map((key) => ({
  name: key.name,
  type: TYPES[key.type]?.name ?? key.type,
}));
const NAMES = SEARCH_ATTRIBUTES.map(({ name }) => name);

/** Of a cluster whose servers look for what is new in a namespace every so often: 10 s as Temporal is delivered. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 250;
/** gRPC's own number. */
const INVALID_ARGUMENT = 3;

/** Registers those that a configured Temporal does not know yet, and waits until it takes them: no run could be started before. */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  for (const since = performance.now(); !(await areTaken(connection, namespace)); await setTimeout(LOOK_EVERY_MS)) {
    if (performance.now() - since > PATIENCE_MS)
      throw new SyncFailure(
        "EngineUnavailable",
        `Temporal's namespace ${namespace} has the search attributes ${NAMES.join(", ")}, and still does not take them after ${PATIENCE_MS / 1_000} s. Try again in a minute; if it stays so, ask its operator to restart the frontend service.`,
      );
    await addMissing(connection, namespace);
  }
}

/** Whether a query by them is understood. That they are listed says less: each server of a cluster learns of them in its own time. */
async function areTaken(connection: Connection, namespace: string): Promise<boolean> {
  const query = NAMES.map((name) => `${name} = 'none'`).join(" and ");
  try {
    await connection.workflowService.countWorkflowExecutions({ namespace, query });
    return true;
  } catch (cause) {
    if (isGrpcServiceError(cause) && cause.code === INVALID_ARGUMENT) return false;
    throw cause;
  }
}

async function addMissing(connection: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTES.filter(({ name }) => customAttributes?.[name] === undefined);
  if (missing.length === 0) return;
  const numbers = Object.fromEntries(Object.values(TYPES).map(({ name, number }) => [name, number]));
  const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, numbers[type] ?? 0]));
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (cause) {
    const flags = missing.map(({ name, type }) => `--name ${name} --type ${type}`).join(" ");
    throw new SyncFailure(
      "EngineUnavailable",
      `Temporal's namespace ${namespace} lacks the search attributes ${missing.map(({ name }) => name).join(", ")}, and they could not be added: ${isGrpcServiceError(cause) ? cause.details : String(cause)}. ` +
        `Ask its operator for: temporal operator search-attribute create --namespace ${namespace} ${flags}`,
      {},
      cause,
    );
  }
}
