/** The authorization server behind a stand-in: one client, one grant, tokens that expire and refresh tokens that rotate. */
import { randomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";

export interface TokenSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The one that people were given when they authorized the client. */
  readonly refreshToken: string;
  /** How long an access token lasts. */
  readonly accessMs: number;
  /** The same, for client credentials. */
  readonly clientAccessMs: number;
  /** How long a spent refresh token is taken again. */
  readonly graceMs: number;
  /** What it is answered with then: the very pair of the first time, or one more. */
  readonly repeats: "same-pair" | "another-pair";
  /** A spent one that comes later than that ends the whole grant. */
  readonly endsOnReuse: boolean;
}

export interface TokenCounts {
  /** Tokens given for a refresh token, repetitions included. */
  readonly refreshes: number;
  /** Tokens given for client credentials. */
  readonly clientGrants: number;
  readonly refused: number;
}

export interface Pair {
  readonly access_token: string;
  readonly refresh_token?: string;
  /** Seconds. */
  readonly expires_in: number;
}

export type Refused = "invalid_client" | "invalid_grant" | "unsupported_grant_type";

export type Fields = Readonly<Record<string, unknown>>;

export class TokenIssuer {
  readonly settings: TokenSettings;
  /** Every token given so far, for those who look where they got to. */
  readonly given: string[] = [];
  readonly #clock: Clock;
  /** Access tokens, each with the time at which it is none any more. */
  readonly #access = new Map<string, number>();
  readonly #live = new Set<string>();
  readonly #spent = new Map<string, { readonly at: number; readonly pair: Pair }>();
  #counts = { refreshes: 0, clientGrants: 0, refused: 0 };

  constructor(clock: Clock, settings: TokenSettings) {
    this.#clock = clock;
    this.settings = settings;
    this.#live.add(settings.refreshToken);
  }

  /** Answers a request at the token endpoint, its fields as they came. */
  grant(fields: Fields): Pair | Refused {
    const answer = this.#granted(fields);
    if (typeof answer === "string") this.#counts.refused += 1;
    return answer;
  }

  isValid(accessToken: string): boolean {
    return this.#clock.trueNow() < (this.#access.get(accessToken) ?? 0);
  }

  counts(): TokenCounts {
    return { ...this.#counts };
  }

  /** From now on no access token is one, whatever was said of its time; refresh tokens are as they were. */
  expireAll(): void {
    this.#access.clear();
  }

  /** People take the grant back. */
  revoke(): void {
    this.expireAll();
    this.#live.clear();
    this.#spent.clear();
  }

  /** People authorize the client again: the refresh token that they are given. */
  authorize(): string {
    const token = this.#newToken("refresh");
    this.#live.add(token);
    return token;
  }

  #granted(fields: Fields): Pair | Refused {
    const { clientId, clientSecret, accessMs, clientAccessMs } = this.settings;
    if (fields["client_id"] !== clientId || fields["client_secret"] !== clientSecret) return "invalid_client";
    if (fields["grant_type"] === "client_credentials") {
      this.#counts.clientGrants += 1;
      return this.#pair(clientAccessMs, null);
    }
    if (fields["grant_type"] !== "refresh_token") return "unsupported_grant_type";
    const sent = fields["refresh_token"];
    if (typeof sent !== "string") return "invalid_grant";
    const spent = this.#spent.get(sent);
    const now = this.#clock.trueNow();
    if (spent && now - spent.at >= this.settings.graceMs) {
      if (this.settings.endsOnReuse) this.revoke();
      return "invalid_grant";
    }
    if (!spent && !this.#live.delete(sent)) return "invalid_grant";
    this.#counts.refreshes += 1;
    if (spent && this.settings.repeats === "same-pair") return spent.pair;
    const next = this.#newToken("refresh");
    const pair = this.#pair(accessMs, next);
    this.#live.add(next);
    if (!spent) this.#spent.set(sent, { at: now, pair });
    return pair;
  }

  #pair(forMs: number, refreshToken: string | null): Pair {
    const access = this.#newToken("access");
    this.#access.set(access, this.#clock.trueNow() + forMs);
    const refresh = refreshToken === null ? {} : { refresh_token: refreshToken };
    return { access_token: access, ...refresh, expires_in: forMs / 1000 };
  }

  #newToken(kind: string): string {
    const token = `${kind}-${randomBytes(16).toString("hex")}`;
    this.given.push(token);
    return token;
  }
}
