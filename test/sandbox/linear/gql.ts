/** A plain client of the stand-in: what any program could send. */
import { Clock } from "../../../sandbox/kit/clock.ts";
import { startLinearSandbox, type LinearSandbox, type LinearSandboxOptions } from "../../../sandbox/linear/server.ts";

export const START = Date.parse("2026-11-20T10:00:00.000Z");

interface GqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: {
    readonly type?: string;
    readonly code?: string;
    readonly statusCode?: number;
    readonly userPresentableMessage?: string;
  };
}
export interface GqlAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly data?: Record<string, never> | null; readonly errors?: readonly GqlError[] };
}

export async function gql(
  sandbox: LinearSandbox,
  query: string,
  variables: object = {},
  key: string = sandbox.apiKey,
): Promise<GqlAnswer> {
  const answer = await fetch(sandbox.apiUrl, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: key },
    body: JSON.stringify({ query, variables }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as GqlAnswer["body"] };
}

/** Starts a stand-in whose clock stands still. */
export function start(options: LinearSandboxOptions = {}): Promise<LinearSandbox> {
  return startLinearSandbox({ clock: new Clock(() => START), ...options });
}

export const CREATE =
  "mutation Create($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id identifier title description estimate dueDate labelIds updatedAt } } }";
export const UPDATE =
  "mutation Update($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success issue { id title updatedAt } } }";

/** The first error's message, or undefined where all went well. */
export async function refusal(sandbox: LinearSandbox, query: string, variables: object): Promise<string | undefined> {
  return (await gql(sandbox, query, variables)).body.errors?.[0]?.message;
}
