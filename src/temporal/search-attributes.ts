import type { Connection } from "@temporalio/client";
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

/** Registers those that a configured Temporal does not know yet: no run could be started without them. */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
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
      `Temporal's namespace ${namespace} lacks the search attributes ${missing.map(({ name }) => name).join(", ")}, and this account may not add them. ` +
        `Ask its operator for: temporal operator search-attribute create --namespace ${namespace} ${flags}`,
      {},
      cause,
    );
  }
}
