import type { Generated, Kysely, Transaction } from "kysely";

/** Tables of the store. JSON stands in text columns, times in ISO text or epoch milliseconds, the same in both homes. */
export interface Tables {
  mirror: { project: string; tool: string; ref: string; body: string };
  link: { project: string; tool: string; item: string; ref: string; body: string };
  hub_base: { project: string; item: string; type: string; body: string; stamps: string | null };
  standing: {
    project: string;
    input_hash: string | null;
    synced_at: string | null;
    /** Counts what was found to be new, and how much of it a sync has dealt with. */
    news: number;
    answered: number;
    /** What the last sync left to do. */
    owed_at: number | null;
  };
  portfolio: { id: string; at: number; body: string };
  stream: { account: string; cursor: string | null; since: number; members: string; at: number };
  connection: {
    account: string;
    tool: string;
    first_used: number | null;
    used_at: number | null;
    /** JSON, while the tool refuses the credential. */
    refusal: string | null;
  };
  token: {
    grant_name: string;
    generation: number;
    sealed: string | null;
    /** Who renews it, and until when that is theirs. */
    holder: string | null;
    held_until: number;
  };
  connection_waiter: { account: string; project: string };
  tool_pause: { tool: string; since: number; by: string; note: string | null };
  /** `email`: as the tool last showed it; `learned`: whose it is where the tool hides that. */
  account: {
    client: string;
    tool: string;
    id: string;
    email: string | null;
    hidden: number;
    names: string;
    learned: string | null;
  };
  dead_letter: {
    project: string;
    tool: string;
    item: string;
    kind: string;
    content: string;
    run: string;
    attempts: number;
    next_at: number;
    message: string;
  };
  freed: { project: string; tool: string; item: string; generation: number };
  listing: { project: string; tool: string; cursor: string };
  intent: {
    id: string;
    project: string;
    run: string;
    pass: number;
    tool: string;
    position: number;
    state: string;
    message: string | null;
    body: string;
    begun: string | null;
    sender: string | null;
    steps: string | null;
  };
  cache: { key: string; value: string; expires_at: number };
  run: {
    run: string;
    seq: Generated<number>;
    project: string;
    cause: string;
    started_at: string;
    finished_at: string | null;
    outcome: string;
    report: string | null;
  };
  finding: { project: string; body: string };
  conflict: {
    project: string;
    number: number;
    subject: string;
    state: string;
    opened_at: string;
    body: string;
    revision: string;
    /** What whoever asks people was told last: a revision, or `closed`. */
    told: string | null;
    answer: string | null;
    /** How often people were reminded. */
    reminders: number;
  };
  consent: { project: string; tool: string; at: string };
  audit: { seq: Generated<number>; project: string; run: string; digest: string; body: string };
  budget: {
    key: string;
    tat: number;
    blocked_until: number;
    window_start: number;
    window_used: number;
    calls: number;
    period_ms: number;
    /** Calls per period that the vendor last said it allows; null before it said so. */
    told: number | null;
    /** JSON; see `call-window.ts`. */
    slots: string;
    /** When somebody was last turned away. */
    denied_at: number;
  };
}

export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;
export type Home = "sqlite" | "postgres";
