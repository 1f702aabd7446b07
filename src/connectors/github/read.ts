/** Twins by ref or human key; listings and history have files of their own. */
import type { ReadResult, SchemaScope } from "../contract.ts";
import type { RemoteItem } from "../../core/model.ts";
import type { Place } from "./answers.ts";
import { issuesAt, issuesById, nameOf } from "./nodes.ts";
import { githubSchemaOf } from "./schema.ts";
import { twinOf } from "./twin.ts";

/**
 * Strongly consistent read by node id, by `owner/name#12` (`#12` of the bound repository, or the issue's address).
 * What GitHub does not show is `gone`: deleted, turned into a discussion, or transferred, which gives an issue
 * another id in another repository than the bound one.
 */
export async function read(scope: SchemaScope, refs: readonly string[]): Promise<ReadResult> {
  const places = new Map(refs.flatMap((ref) => placeOf(scope, ref) ?? []));
  const byId = await issuesById(
    scope,
    refs.filter((ref) => !places.has(ref)),
  );
  const byPlace = await issuesAt(scope, [...places.values()]);
  const items = new Map<string, RemoteItem>();
  const gone: string[] = [];
  for (const ref of refs) {
    const place = places.get(ref);
    const facts = place ? byPlace.get(nameOf(place)) : byId.get(ref);
    if (!facts) gone.push(ref);
    else items.set(facts.ref, withAlias(items.get(facts.ref) ?? twinOf(scope, facts), ref));
  }
  return { items: [...items.values()], gone: [...new Set(gone)] };
}

function withAlias(twin: RemoteItem, alias: string): RemoteItem {
  if (alias === twin.ref || alias.toLowerCase() === twin.key.toLowerCase()) return twin;
  return { ...twin, aliases: [...new Set([...(twin.aliases ?? []), alias])].sort() };
}

function placeOf({ schema }: SchemaScope, ref: string): [string, Place][] | undefined {
  const address = /^https?:\/\/[^/]+\/([\w.-]+\/[\w.-]+)\/issues\/(\d+)/.exec(ref);
  const key = /^([\w.-]+\/[\w.-]+)?#(\d+)$/.exec(ref.trim());
  const [, repository, number] = address ?? key ?? [];
  if (number === undefined) return undefined;
  return [[ref, { repository: repository ?? githubSchemaOf(schema).repository.fullName, number: Number(number) }]];
}
