/**
 * What our edit replaced that nobody had seen: GitHub has no compare-and-set, an edit sets labels and title as a
 * whole, and between our reading and our writing a person may have been quicker. The timeline tells it.
 */
import { z } from "zod";
import type { Overwritten, SchemaScope } from "../contract.ts";
import { connection, type IssueFacts } from "./answers.ts";
import { query, send } from "./client.ts";
import { AFTERMATH } from "./documents.ts";
import { sameName } from "./naming.ts";
import { pathOf } from "./nodes.ts";
import { githubSchemaOf } from "./schema.ts";

const event = z.object({
  __typename: z.string(),
  actor: z.object({ login: z.string() }).nullish(),
  previousTitle: z.string().optional(),
  label: z.object({ name: z.string() }).optional(),
});
const answer = z.object({
  node: z.object({ timelineItems: connection(event).optional() }).nullish(),
});

export interface Aftermath {
  readonly issue: IssueFacts;
  readonly overwrote: Overwritten;
}

/**
 * Puts labels back that our edit took away although it did not know them, and tells a title that it replaced unseen.
 * @param before the issue as it was read; @param after as the edit answered it
 */
export async function aftermathOf(
  scope: SchemaScope,
  wrote: Readonly<Record<string, unknown>>,
  before: IssueFacts,
  after: IssueFacts,
): Promise<Aftermath> {
  if (wrote["labels"] === undefined && wrote["title"] === undefined) return { issue: after, overwrote: {} };
  const data = await query(scope, AFTERMATH, { id: after.ref, known: before.changesSeen ?? 0 }, answer);
  // An App's bot is `name[bot]` as the viewer, and `name` as an actor.
  const login = githubSchemaOf(scope.schema).viewer.login.replace(/\[bot\]$/, "");
  const own = (data.node?.timelineItems?.nodes ?? []).filter((one) => one.actor?.login === login);
  const titles = own.flatMap((one) => one.previousTitle ?? []);
  const replaced = titles.find((title) => title !== before.title && title !== wrote["title"]);
  const unseen = own.flatMap((one) => (one.__typename === "UnlabeledEvent" ? (one.label?.name ?? []) : []));
  const lost = unseen.filter((label) => ![...before.labels, ...after.labels].some((known) => sameName(known, label)));
  return {
    issue: lost.length > 0 ? await withLabels(scope, after, lost) : after,
    overwrote: replaced === undefined ? {} : { title: replaced },
  };
}

async function withLabels(scope: SchemaScope, issue: IssueFacts, labels: readonly string[]): Promise<IssueFacts> {
  const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels";
  const shape = z.array(z.object({ name: z.string() }));
  const parameters = { ...pathOf(issue), issue_number: issue.number, labels: [...new Set(labels)] };
  const shown = await send(scope, route, parameters, shape);
  return { ...issue, labels: shown.map(({ name }) => name) };
}
