/** Linear's token endpoint. https://linear.app/developers/oauth-2-0-authentication */
import type { Clock } from "../kit/clock.ts";
import { TokenIssuer, type Refused, type TokenSettings } from "../kit/token-issuer.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

const SETTINGS: TokenSettings = {
  clientId: "linear-sandbox-client",
  clientSecret: "linear-sandbox-client-secret",
  refreshToken: "linear-sandbox-refresh-token",
  accessMs: DAY_MS,
  clientAccessMs: 30 * DAY_MS,
  graceMs: 30 * MINUTE_MS,
  repeats: "same-pair",
  endsOnReuse: false,
};

export function linearIssuer(clock: Clock, settings: Partial<TokenSettings>): TokenIssuer {
  return new TokenIssuer(clock, { ...SETTINGS, ...settings });
}

const REFUSALS: Readonly<Record<Refused, { status: number; error_description: string }>> = {
  invalid_client: { status: 401, error_description: "Invalid client" },
  invalid_grant: { status: 400, error_description: "Invalid refresh token" },
  unsupported_grant_type: { status: 400, error_description: "Unsupported grant type" },
};

/** Takes forms alone, and wants the scopes named where the client asks for itself. */
export function answerGrant(issuer: TokenIssuer, headers: Headers, text: string): Response {
  const isForm = headers.get("content-type")?.startsWith("application/x-www-form-urlencoded");
  const fields = isForm ? Object.fromEntries(new URLSearchParams(text)) : {};
  if (!isForm || (fields["grant_type"] === "client_credentials" && !fields["scope"]))
    return Response.json({ error: "invalid_request", error_description: "Invalid request" }, { status: 400 });
  const answer = issuer.grant(fields);
  if (typeof answer !== "string") return Response.json({ ...answer, token_type: "Bearer", scope: "read write" });
  const { status, error_description } = REFUSALS[answer];
  return Response.json({ error: answer, error_description }, { status });
}
