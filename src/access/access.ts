/**
 * The tokens of one credential: kept in memory and, encrypted, in the store, and renewed by one process for all.
 *
 * A token is stored before it is used. Where a process dies after the vendor's answer and before that, its lease runs
 * out and the next one sends the previous refresh token again, which the vendors allow for longer than any lease:
 * Atlassian for 10 minutes, Linear for 30 (sources in each connector's `credentials.ts`).
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { SyncFailure } from "../core/errors.ts";
import { createHttp, type Access, type Budget, type Pass } from "../connectors/http.ts";
import type { Renewal, Token, TokenCall } from "../connectors/renewal.ts";
import type { TokenRecord, TokenStore } from "../store/tokens.ts";
import { seal, unseal } from "./seal.ts";

export interface AccessOptions {
  readonly tool: string;
  readonly renewal: Renewal;
  readonly store: TokenStore;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Deadline of one request. */
  readonly timeoutMs: number;
}

/** A token is renewed this long before it expires, a short-lived one in the last tenth of its time. */
const AHEAD_MS = 60_000;
const AHEAD_SHARE = 0.1;
/** A token that came in place of a refused one and is refused as well, so soon, says that the credential is. */
const SAME_REFUSAL_MS = 60_000;
/** A connector asks twice at most (GitHub: which installation, then its token); the rest is for the store. */
const REQUESTS = 2;
const STORING_MS = 5_000;
/** How often who waits for another process looks whether it is done. */
const POLL_MS = 100;

/** As it is kept, as JSON. */
interface Kept extends Token {
  readonly fetchedAtMs: number;
  readonly isAfterRefusal: boolean;
}
interface Held extends Kept {
  readonly generation: number;
}

const UNBOUNDED: Budget = { reserve: async () => undefined, observe: async () => undefined };

/** The access that `renewal` describes. One a process and grant, so that its calls share what is in memory. */
export function createAccess(options: AccessOptions): Access {
  const { renewal } = options;
  let known: Held | undefined;
  let flight: Promise<Held | null> | undefined;
  let place: Promise<string | null> | undefined;

  /** Null: there is no use in renewing what was refused. */
  const newest = async (refused?: number): Promise<Held | null> => {
    if (known && isUsable(known, options.now(), refused)) return known;
    flight ??= renew(options, refused).finally(() => (flight = undefined));
    const held = await flight;
    if (held) known = held;
    // Another caller's flight may have found what this one was refused with.
    return held && held.generation === refused ? newest(refused) : held;
  };

  /** Null where the vendor refuses the token as soon as it is asked where its API is. */
  const passOf = async (held: Held): Promise<Pass | null> => {
    place ??= renewal.locate?.(callOf(options), held) ?? Promise.resolve("");
    const asked = place;
    const path = await asked.catch((error: unknown) => {
      if (place === asked) place = undefined;
      throw error;
    });
    if (path === null && place === asked) place = undefined;
    const { authorization, generation } = held;
    return path === null ? null : { authorization, path, generation };
  };

  const renewed = async (generation: number): Promise<Pass | null> => {
    const held = await newest(generation);
    return held && passOf(held);
  };

  const current = async (): Promise<Pass> => {
    const held = await newest();
    const pass = held && ((await passOf(held)) ?? (await renewed(held.generation)));
    if (pass) return pass;
    const message = `${options.tool}: even a new token is refused; ${renewal.remedy}`;
    throw new SyncFailure("AuthFailed", message, { tool: options.tool });
  };

  return {
    remedy: renewal.remedy,
    isRefused: (answer) => renewal.isRefused(answer),
    current: (signal) => unlessAborted(current(), signal),
    renewed: (refused, signal) => unlessAborted(renewed(refused.generation), signal),
  };
}

/** Takes what another process stored meanwhile, waits while one is about to, or asks the vendor. */
async function renew(options: AccessOptions, refused: number | undefined): Promise<Held | null> {
  const { renewal, store, now, timeoutMs } = options;
  const holder = randomUUID();
  for (;;) {
    const found = inHand(options, await store.token(renewal.grant), refused);
    if (found !== undefined) return found;
    const lease = { holder, now: now(), until: now() + REQUESTS * timeoutMs + STORING_MS };
    const row = await store.leaseToken(renewal.grant, lease);
    const held = row === null ? undefined : await underLease(options, { row, holder, refused });
    if (held !== undefined) return held;
    await delay(POLL_MS);
  }
}

interface Leased {
  readonly row: TokenRecord;
  readonly holder: string;
  readonly refused: number | undefined;
}

/** Undefined where the lease ran out before the token was kept: what is kept by now is another one's. */
async function underLease(options: AccessOptions, { row, holder, refused }: Leased): Promise<Held | null | undefined> {
  const { renewal, store, now } = options;
  let isKept = false;
  try {
    const found = inHand(options, row, refused);
    if (found !== undefined) return found;
    const token = await renewal.obtain(callOf(options), heldIn(options, row)?.refreshToken ?? null);
    const kept: Kept = { ...token, fetchedAtMs: now(), isAfterRefusal: refused !== undefined };
    const sealed = seal(JSON.stringify(kept), renewal.secret, renewal.grant);
    const stored = await store.keepToken(renewal.grant, holder, sealed);
    isKept = stored !== null;
    return stored ? { ...kept, generation: stored.generation } : undefined;
  } finally {
    // Others need not wait for the lease to run out; where the store is away, they will.
    if (!isKept) await store.releaseToken(renewal.grant, holder).catch(() => undefined);
  }
}

/** The kept token where it will do; null where there is no use in renewing it; undefined where it is to be renewed. */
function inHand(options: AccessOptions, row: TokenRecord | null, refused: number | undefined): Held | null | undefined {
  const held = heldIn(options, row);
  if (!held) return undefined;
  const now = options.now();
  if (isUsable(held, now, refused)) return held;
  const isRefusedAgain = held.generation === refused && held.isAfterRefusal;
  return isRefusedAgain && now - held.fetchedAtMs < SAME_REFUSAL_MS ? null : undefined;
}

/** What was kept under another secret is as good as nothing: the operator's own grant is asked with. */
function heldIn({ renewal }: AccessOptions, row: TokenRecord | null): Held | undefined {
  const text = row?.sealed ? unseal(row.sealed, renewal.secret, renewal.grant) : null;
  return row && text !== null ? { ...(JSON.parse(text) as Kept), generation: row.generation } : undefined;
}

function isUsable({ generation, expiresAtMs, fetchedAtMs }: Held, now: number, refused: number | undefined): boolean {
  const ahead = Math.min(AHEAD_MS, (expiresAtMs - fetchedAtMs) * AHEAD_SHARE);
  return generation !== refused && now < expiresAtMs - ahead;
}

/** No caller's signal: others wait for the same answer. Each request has its own deadline. */
function callOf({ tool, now, timeoutMs }: AccessOptions): TokenCall {
  return {
    now,
    signal: new AbortController().signal,
    open: (baseUrl) => createHttp({ tool, baseUrl, headers: {}, budget: UNBOUNDED, limits: () => [], now, timeoutMs }),
  };
}

/** Rejects with the signal's reason as soon as it is aborted; what others wait for as well goes on. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
