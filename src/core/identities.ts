/** One person across tools: whose e-mail address an account stands for where the tool does not show it. */
import type { ToolKey } from "./model.ts";

/** An account as its tool showed it last. */
export interface KnownAccount {
  readonly tool: ToolKey;
  readonly id: string;
  /** What the tool has ever shown, lower-cased; null where it never did. */
  readonly email: string | null;
  /** Whether the tool shows the address today. */
  readonly isHidden: boolean;
  /** Display name, login, full name. */
  readonly names: readonly string[];
}

export interface LearnedIdentity {
  readonly tool: ToolKey;
  readonly id: string;
  readonly email: string;
}

/**
 * The addresses of accounts that hide theirs. One that was shown before holds on. Else a full name tells, where it is
 * beyond doubt: one account of the tool bears it, all accounts of that name elsewhere have the same address, and no other
 * account of the tool could have that. A single word ("sam") is a login or a nickname, and tells nothing.
 */
export function learnIdentities(accounts: readonly KnownAccount[]): LearnedIdentity[] {
  const byName = bearers(accounts);
  const known = accounts.flatMap((account) => {
    const { tool, id, isHidden } = account;
    const email = account.email ?? emailByName(account, byName);
    return email === null ? [] : [{ tool, id, email, isHidden, isShown: account.email !== null }];
  });
  const holders = Map.groupBy(known, ({ tool, email }) => `${tool}/${email}`);
  return known
    .filter(
      ({ isHidden, isShown, tool, email }) => isHidden && (isShown || holders.get(`${tool}/${email}`)?.length === 1),
    )
    .map(({ tool, id, email }) => ({ tool, id, email }));
}

type Bearers = ReadonlyMap<string, readonly KnownAccount[]>;

function bearers(accounts: readonly KnownAccount[]): Bearers {
  const named = accounts.flatMap((account) => fullNames(account).map((name) => ({ name, account })));
  const groups = Map.groupBy(named, ({ name }) => name);
  return new Map([...groups].map(([name, all]) => [name, all.map(({ account }) => account)]));
}

function emailByName(account: KnownAccount, byName: Bearers): string | null {
  const emails = fullNames(account).flatMap((name) => {
    const all = byName.get(name) ?? [];
    const isAlone = all.every(({ tool, id }) => tool !== account.tool || id === account.id);
    return isAlone ? all.flatMap(({ email }) => email ?? []) : [];
  });
  const [email, ...others] = new Set(emails);
  return email !== undefined && others.length === 0 ? email : null;
}

function fullNames({ names }: KnownAccount): string[] {
  const spelled = names.map((name) => name.trim().toLowerCase().replaceAll(/\s+/g, " "));
  return [...new Set(spelled)].filter((name) => name.includes(" "));
}
