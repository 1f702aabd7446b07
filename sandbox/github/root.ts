/** The fields of `Query` and `Mutation` over the host; graphql-js has checked the arguments against the schema. */
import type { View } from "./connection.ts";
import { createByMutation, type CreateIssueInput } from "./create-mutation.ts";
import type { GithubHost } from "./host.ts";
import type { Limits } from "./limits.ts";
import { orThrow, unresolved, Views } from "./views.ts";

export function rootOf(host: GithubHost, limits: Limits): View {
  const views = new Views(host);
  return {
    viewer: views.user(host.viewer),
    rateLimit: () => {
      const headers = limits.headers("graphql");
      const resetAt = new Date(Number(headers["x-ratelimit-reset"]) * 1000).toISOString();
      return { cost: 1, limit: limits.limit, remaining: Number(headers["x-ratelimit-remaining"]), resetAt };
    },
    node: ({ id }: { id: string }) => orThrow(views.node(id), unresolved(`a node with the global id of '${id}'`)),
    // An error in place of an element is told by its path, and the others are answered.
    nodes: ({ ids }: { ids: readonly string[] }) =>
      ids.map((id) => views.node(id) ?? unresolved(`a node with the global id of '${id}'`)),
    user: ({ login }: { login: string }) => {
      const found = host.users.find((one) => one.login.toLowerCase() === login.toLowerCase());
      return orThrow(found && views.user(found), unresolved(`a User with the login of '${login}'.`));
    },
    createIssue: ({ input }: { input: CreateIssueInput }) => createByMutation(host, views, input),
    repository: ({ owner, name }: { owner: string; name: string }) => {
      const found = host.named(`${owner}/${name}`);
      const shown = found && views.repository(found.repository);
      return orThrow(shown, unresolved(`a Repository with the name '${owner}/${name}'.`));
    },
  };
}
