/** Who a person of the hub is in a tool: one way of finding accounts, the same for every vendor. */
import type { Lens, Written } from "../core/lens.ts";

/** A tool's account, as far as finding people needs it. */
export interface Account {
  readonly id: string;
  /** Null where the person hides it. */
  readonly email: string | null;
  /** Display name, login, full name: the sooner, the better a match. */
  readonly names: readonly string[];
  readonly active: boolean;
  /** False for somebody who may not be assigned in this place. */
  readonly assignable: boolean;
}

export interface People {
  /** As people call the tool (`Jira`). */
  readonly tool: string;
  readonly accounts: readonly Account[];
  /** Identity map: person as spelled in the hub (lower-cased) to account id or e-mail. */
  readonly map: Readonly<Record<string, string>>;
  /** E-mail addresses by account id that the tool does not show, as they were learned. */
  readonly learned?: Readonly<Record<string, string>> | undefined;
}

type Found =
  | { readonly kind: "one"; readonly account: Account }
  | { readonly kind: "unknown" }
  | { readonly kind: "ambiguous"; readonly accounts: readonly Account[] };

/**
 * Reads an account as the identity map's name for it, else as its e-mail; writes a person found by identity
 * map, e-mail, id or name. Whoever cannot be found is reported: nobody is ever unassigned for that.
 */
export function personLens(known: People): Lens {
  const people = { ...known, accounts: known.accounts.map((account) => withLearned(account, known)) };
  return {
    read(value) {
      if (value === null) return { kind: "value", value: null };
      const account = people.accounts.find(({ id }) => id === value);
      const mapped = spellingOf(people, account ?? { id: String(value as string), email: null });
      if (mapped !== undefined) return { kind: "value", value: mapped };
      if (account?.email) return { kind: "value", value: account.email.toLowerCase() };
      const code = account ? "hidden-email" : "unknown-person";
      const what = account ? "the assignee hides the e-mail address" : "the assignee is nobody our account may see";
      return { kind: "none", code, message: `${what} in ${people.tool}; map the account id in the client file` };
    },
    write(value) {
      if (value === null) return { kind: "value", value: null };
      if (typeof value !== "string") return cannot("unknown-person", "an assignee is one person");
      const found = find(people, value);
      if (found.kind !== "one") return refusal(people, value, found);
      const { active, assignable, id } = found.account;
      if (!active) return cannot("inactive-person", `"${value}" is deactivated in ${people.tool}`);
      return assignable
        ? { kind: "value", value: id }
        : cannot(
            "unassignable-person",
            `"${value}" may not be assigned in this place of ${people.tool}; grant it there`,
          );
    },
    represents(value, canonical) {
      if (value === null || canonical === null) return value === canonical;
      if (typeof canonical !== "string") return false;
      const found = find(people, canonical);
      if (found.kind === "one") return found.account.id === value;
      // An account that is no longer listed still is the person the map says.
      return people.map[normalized(canonical)] === value;
    },
  };
}

/** What the identity map says of the address goes before what was learned of it. */
function withLearned(account: Account, { learned, map }: People): Account {
  const email = account.email ?? learned?.[account.id] ?? null;
  const named = email === null ? undefined : map[email];
  return named === undefined || named === email || named === account.id ? { ...account, email } : account;
}

function refusal({ tool }: People, value: string, found: Exclude<Found, { kind: "one" }>): Written {
  if (found.kind === "unknown") {
    return cannot("unknown-person", `nobody in ${tool} is "${value}"; map the person in the client file`);
  }
  const names = found.accounts.map(({ email, id }) => email ?? id).join(", ");
  return cannot("ambiguous-person", `"${value}" could be ${names} in ${tool}; write the e-mail address`);
}

function cannot(code: string, message: string): Written {
  return { kind: "cannot", code, message };
}

function normalized(person: string): string {
  return person.trim().toLowerCase().replace(/^@/, "");
}

function refersTo({ id, email }: Pick<Account, "id" | "email">, named: string): boolean {
  return id === named || email?.toLowerCase() === named.toLowerCase();
}

/** How the hub's people write this account: an e-mail address before any other spelling. */
function spellingOf({ map }: People, account: Pick<Account, "id" | "email">): string | undefined {
  const spellings = Object.keys(map)
    .filter((person) => refersTo(account, map[person] ?? ""))
    .toSorted();
  return spellings.find((spelling) => spelling.includes("@")) ?? spellings[0];
}

/** The best kind of match that anybody has; within a kind active accounts go before deactivated ones. */
function find({ accounts, map }: People, person: string): Found {
  const wanted = normalized(person);
  const mapped = map[wanted];
  const ranks = Math.max(0, ...accounts.map(({ names }) => names.length));
  const byName = Array.from(
    { length: ranks },
    (_, rank) =>
      ({ names }: Account) =>
        names[rank]?.trim().toLowerCase() === wanted,
  );
  const byId = ({ id, email }: Account) => email?.toLowerCase() === wanted || id === person.trim();
  const ways = mapped === undefined ? [byId, ...byName] : [(account: Account) => refersTo(account, mapped)];
  for (const way of ways) {
    const matches = accounts.filter(way);
    const active = matches.filter((account) => account.active);
    const [account, ...others] = active.length > 0 ? active : matches;
    if (account)
      return others.length > 0 ? { kind: "ambiguous", accounts: [account, ...others] } : { kind: "one", account };
  }
  return { kind: "unknown" };
}
