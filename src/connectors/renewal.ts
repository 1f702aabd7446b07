/**
 * Credentials that expire: what a connector says of how its tokens are got. Keeping, sharing and renewing them
 * in time is `src/access`'s.
 */
import type { Http, HttpAnswer } from "./http.ts";

export interface Token {
  /** The whole value of the `Authorization` header. */
  readonly authorization: string;
  /** Epoch ms, by our clock. */
  readonly expiresAtMs: number;
  /** What the next token is asked for with; null where what the operator gave serves every time. */
  readonly refreshToken: string | null;
}

export interface TokenCall {
  /** A connection without credentials or budget; each request has its own deadline. */
  open(baseUrl: string): Http;
  /** Epoch ms. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export interface Renewal {
  /** Names what the operator gave, without revealing it: tokens are kept and shared under this name. */
  readonly grant: string;
  /** What is kept is encrypted under a key made from this; it never leaves the process. */
  readonly secret: string;
  /** What to do where the vendor refuses even a new token; names the variables. */
  readonly remedy: string;
  /**
   * Asks for a token; `refreshToken` is the newest that the vendor gave, null before it gave one. Throws AuthFailed
   * where the vendor refuses the grant, Unavailable or RateLimited where asking again later may do.
   */
  obtain(call: TokenCall, refreshToken: string | null): Promise<Token>;
  /** Whether the vendor says that the token is none (any more). */
  isRefused(answer: HttpAnswer): boolean;
  /**
   * Path below the endpoint's base URL at which the vendor's API stands for this credential, null where the vendor
   * refuses the token; absent: the base itself.
   */
  locate?(call: TokenCall, token: Token): Promise<string | null>;
}
