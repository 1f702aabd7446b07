/** How the schema comes about: forward only, by itself, whenever a store is opened. */
import { sql } from "kysely";
import { SyncFailure } from "../core/errors.ts";
import type { Handle } from "./handle.ts";
import type { Home, Tx } from "./schema.ts";

type Migration = (home: Home) => readonly string[];

/** A released one is never changed; a new one is added at the end. */
const MIGRATIONS: readonly Migration[] = [
  createTables,
  rememberToldLimits,
  forgetSightings,
  rememberStamps,
  rememberFreed,
  rememberAnswers,
  rememberStandings,
  rememberRefusals,
  rememberSlots,
  rememberAccounts,
  rememberTokens,
  rememberBegun,
];

/**
 * Brings the schema up to `target` (all there is). All in one transaction under a lock: of several
 * processes that open one store at once, one migrates and the others find it done.
 */
export async function migrate({ db, home }: Handle, target = MIGRATIONS.length): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if (home === "postgres") await sql`select pg_advisory_xact_lock(hashtext('sdlc-sync'))`.execute(tx);
    const from = await versionOf(tx);
    if (from > MIGRATIONS.length)
      throw new SyncFailure(
        "InvalidConfig",
        `the store was written by a newer sdlc-sync (schema ${from}, this one knows ${MIGRATIONS.length}): update this installation.`,
      );
    for (let version = from + 1; version <= target; version++) {
      for (const statement of MIGRATIONS[version - 1]!(home)) await sql.raw(statement).execute(tx);
      await sql`insert into schema_version (version) values (${version})`.execute(tx);
    }
  });
}

async function versionOf(tx: Tx): Promise<number> {
  await sql`create table if not exists schema_version (version integer primary key)`.execute(tx);
  const { rows } = await sql<{ version: number | null }>`select max(version) as version from schema_version`.execute(
    tx,
  );
  return Number(rows[0]?.version ?? 0);
}

function createTables(home: Home): string[] {
  const serial = home === "postgres" ? "bigint generated always as identity" : "integer";
  const real = home === "postgres" ? "double precision" : "real";
  const text = textOf(home);
  return [
    `create table mirror (project ${text} not null, tool ${text} not null, ref ${text} not null, body text not null, primary key (project, tool, ref))`,
    `create table link (project ${text} not null, tool ${text} not null, item ${text} not null, ref ${text} not null, body text not null, primary key (project, tool, item))`,
    `create table hub_base (project ${text} not null, item ${text} not null, type text not null, body text not null, primary key (project, item))`,
    `create table listing (project ${text} not null, tool ${text} not null, cursor text not null, primary key (project, tool))`,
    `create table intent (id ${text} primary key, project ${text} not null, run ${text} not null, pass integer not null, tool ${text} not null, position integer not null, state text not null, message text, body text not null)`,
    `create index intent_open on intent (project, tool, state)`,
    `create index intent_run on intent (run)`,
    `create table cache (key ${text} primary key, value text not null, expires_at ${real} not null)`,
    `create table run (seq ${serial} primary key, run ${text} not null unique, project ${text} not null, cause text not null, started_at text not null, finished_at text, outcome text not null, report text)`,
    `create index run_project on run (project, seq)`,
    `create table finding (project ${text} primary key, body text not null)`,
    `create table conflict (project ${text} not null, number integer not null, subject ${text} not null, state text not null, opened_at text not null, body text not null, primary key (project, number))`,
    `create table consent (project ${text} not null, tool ${text} not null, at text not null, primary key (project, tool))`,
    `create table audit (seq ${serial} primary key, project ${text} not null, run ${text} not null, digest text not null unique, body text not null)`,
    `create index audit_project on audit (project, run)`,
    `create table first_seen (project ${text} not null, subject ${text} not null, value text not null, at text not null, primary key (project, subject))`,
    `create table budget (key ${text} primary key, tat ${real} not null, blocked_until ${real} not null, window_start ${real} not null, window_used integer not null, calls integer not null, period_ms ${real} not null)`,
  ];
}

/** The limit that the vendor last named, and indexes for what is asked most. */
function rememberToldLimits(home: Home): string[] {
  return [
    `alter table budget add column told ${home === "postgres" ? "double precision" : "real"}`,
    `drop index intent_open`,
    `create index intent_open on intent (project, state, tool)`,
    `create index cache_expiry on cache (expires_at)`,
  ];
}

/** Times of first sight were kept and never asked for: the vendors' and git's own times are finer. */
function forgetSightings(): string[] {
  return [`drop table first_seen`];
}

/** Ids that may come to mean something new; they stood among what may be looked up again. */
function rememberFreed(home: Home): string[] {
  const text = textOf(home);
  return [
    `create table freed (project ${text} not null, tool ${text} not null, item ${text} not null, generation integer not null, primary key (project, tool, item))`,
    `delete from cache where key like 'freed/%'`,
  ];
}

/** What people were asked and what they answered; the questions of before are asked anew. */
function rememberAnswers(): string[] {
  return [
    `alter table conflict add column revision text not null default ''`,
    `alter table conflict add column told text`,
    `alter table conflict add column answer text`,
    `alter table conflict add column reminders integer not null default 0`,
  ];
}

/** Which projects are in step, and the streams that tell whether they still are. */
function rememberStandings(home: Home): string[] {
  const [text, real] = [textOf(home), home === "postgres" ? "double precision" : "real"];
  return [
    `create table standing (project ${text} primary key, input_hash text, synced_at text, news integer not null, answered integer not null, owed_at ${real})`,
    `create table stream (account ${text} primary key, cursor text, since ${real} not null, members text not null, at ${real} not null)`,
    `create table portfolio (id ${text} primary key, at ${real} not null, body text not null)`,
    `create index link_ref on link (tool, ref)`,
  ];
}

/** What the tools refuse: credentials as a whole, and single writes. */
function rememberRefusals(home: Home): string[] {
  const [text, real] = [textOf(home), home === "postgres" ? "double precision" : "real"];
  return [
    `create table connection (account ${text} primary key, tool ${text} not null, first_used ${real}, used_at ${real}, refusal text)`,
    `create table connection_waiter (account ${text} not null, project ${text} not null, primary key (account, project))`,
    `create table tool_pause (tool ${text} primary key, since ${real} not null, by text not null, note text)`,
    `create table dead_letter (project ${text} not null, tool ${text} not null, item ${text} not null, kind ${text} not null, content text not null, run text not null, attempts integer not null, next_at ${real} not null, message text not null, primary key (project, tool, item, kind))`,
  ];
}

/** The same order of texts in both homes, whatever language the database was made for. */
function textOf(home: Home): string {
  return home === "postgres" ? 'text collate "C"' : "text";
}

/** When the agreed values came to be: the time of the hub file is that of our own writes too. */
function rememberStamps(): string[] {
  return [`alter table hub_base add column stamps text`];
}

/** When the calls of a bucket went: a burst and the steady calls after it share one window. And whether others wait for it. */
function rememberSlots(home: Home): string[] {
  return [
    `alter table budget add column slots text not null default '[]'`,
    `alter table budget add column denied_at ${home === "postgres" ? "double precision" : "real"} not null default 0`,
  ];
}

/** Whose the accounts of a client's tools are. */
function rememberAccounts(home: Home): string[] {
  const text = textOf(home);
  return [
    `create table account (client ${text} not null, tool ${text} not null, id ${text} not null, email ${text}, hidden integer not null, names text not null, learned ${text}, primary key (client, tool, id))`,
  ];
}

/** Tokens that renew themselves, encrypted, each with whoever renews it just now. */
function rememberTokens(home: Home): string[] {
  const [text, real] = [textOf(home), home === "postgres" ? "double precision" : "real"];
  return [
    `create table token (grant_name ${text} primary key, generation integer not null, sealed text, holder text, held_until ${real} not null)`,
  ];
}

/** Of a write that was broken off the twin that it made and the steps that it took, and who was the first to send it. */
function rememberBegun(home: Home): string[] {
  return ["begun", "sender", "steps"].map((column) => `alter table intent add column ${column} ${textOf(home)}`);
}
