/** What a stand-in can be told to do wrong. `*-after` faults happen once the request has taken effect. */
export type FaultKind =
  /** Socket destroyed before the request was handled. */
  | "drop-before"
  /** Handled, then the socket destroyed without a byte of answer. */
  | "drop-after"
  /** 429 in the vendor's own shape, not handled. */
  | "rate-limited"
  /** 500 in the vendor's own shape, not handled. */
  | "server-error"
  /** 200 with the vendor's error in its body, not handled: GraphQL's way. */
  | "error-in-success"
  /** 502 with a proxy's HTML page, not handled. */
  | "bad-gateway"
  /** Handled, then 503. */
  | "unavailable-after"
  /** Answered late. */
  | "latency"
  /** Handled, then half of the body with a matching length, as a proxy cuts it. */
  | "truncated"
  /** Handled; the first half of what a listing holds, as if that were all. */
  | "short-listing"
  /** Handled; a listing that holds nothing. */
  | "empty-listing"
  /** Handled, and nothing said about limits. */
  | "no-rate-headers"
  /** Handled; limits beyond belief, and times that are none. */
  | "wrong-rate-headers";

export interface FaultRule {
  readonly kind: FaultKind;
  /** HTTP method; any where absent. */
  readonly method?: string;
  /** Regular expression over path and query. */
  readonly path?: string;
  /** Regular expression over the operation name the vendor gives the request. */
  readonly operation?: string;
  /** First matching request to hit, counted from 1. */
  readonly nth?: number;
  /** How many matching requests to hit from there on; 1 where absent, 0 for all. */
  readonly times?: number;
  /** For `rate-limited` and `unavailable-after`: the `Retry-After` header. */
  readonly retryAfterSeconds?: number;
  /** For `latency`. */
  readonly latencyMs?: number;
}

/** The lasting conditions a vendor stand-in honours by itself. */
export interface Conditions {
  /** Every credential is answered as revoked. */
  authRevoked: boolean;
  /** The credential may no longer see any issue: nothing is listed, and none is there. Jira only. */
  blind: boolean;
  /** Age a change must have before listings and searches show it. */
  staleSearchMs: number;
}

export interface FaultPlan extends Partial<Conditions> {
  readonly rules?: readonly FaultRule[];
  /** Fast (positive) or slow clock of the vendor. */
  readonly clockSkewMs?: number;
}

export interface FaultTarget {
  readonly method: string;
  readonly path: string;
  readonly operation: string;
}

/** The fault switches of one stand-in. Rules are consulted in order; each counts its own matches. */
export class Faults {
  readonly conditions: Conditions = { authRevoked: false, blind: false, staleSearchMs: 0 };
  /** How often each kind hit a request; outlives `clear`. */
  readonly hits = new Map<FaultKind, number>();
  #rules: { rule: FaultRule; seen: number }[] = [];

  add(...rules: readonly FaultRule[]): void {
    this.#rules.push(...rules.map((rule) => ({ rule, seen: 0 })));
  }

  clear(): void {
    this.#rules = [];
    Object.assign(this.conditions, { authRevoked: false, blind: false, staleSearchMs: 0 } satisfies Conditions);
  }

  rules(): readonly FaultRule[] {
    return this.#rules.map(({ rule }) => rule);
  }

  /** The rules that hit this request; counts it for each rule that matches. */
  take(target: FaultTarget): readonly FaultRule[] {
    const due = this.#rules.filter((entry) => matches(entry.rule, target) && isDue(entry)).map(({ rule }) => rule);
    for (const { kind } of due) this.hits.set(kind, (this.hits.get(kind) ?? 0) + 1);
    return due;
  }
}

function matches(rule: FaultRule, target: FaultTarget): boolean {
  if (rule.method !== undefined && rule.method.toUpperCase() !== target.method) return false;
  if (rule.path !== undefined && !new RegExp(rule.path).test(target.path)) return false;
  return rule.operation === undefined || new RegExp(rule.operation).test(target.operation);
}

function isDue(entry: { rule: FaultRule; seen: number }): boolean {
  entry.seen += 1;
  const first = entry.rule.nth ?? 1;
  const times = entry.rule.times ?? 1;
  return entry.seen >= first && (times === 0 || entry.seen < first + times);
}
