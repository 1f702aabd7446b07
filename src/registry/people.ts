import type { Finding } from "../core/findings.ts";
import type { Client } from "./client.ts";
import type { Person } from "./client-schema.ts";
import type { ToolEntry } from "./registry-schema.ts";

export interface PeopleMap {
  /** Lower-cased spelling to the tool's account id, or the e-mail where the client names none. */
  readonly people: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
}

const NOBODY: PeopleMap = { people: {}, findings: [] };
/** Hundreds of projects have one client's people in common: one map of them, in memory too. */
const known = new WeakMap<Client, WeakMap<ToolEntry, PeopleMap>>();

/** Every spelling of the client's people, as one tool knows them: the same object each time. A spelling that two people share stands for nobody. */
export function peopleOf(client: Client | null, tool: ToolEntry): PeopleMap {
  if (client === null) return NOBODY;
  const ofClient = known.get(client) ?? new WeakMap<ToolEntry, PeopleMap>();
  known.set(client, ofClient);
  const people = ofClient.get(tool) ?? spelledBy(client, tool);
  ofClient.set(tool, people);
  return people;
}

function spelledBy(client: Client, tool: ToolEntry): PeopleMap {
  const accounts = new Map<string, string>();
  const shared = new Set<string>();
  for (const person of client.people ?? []) {
    const account = accountOf(person, tool);
    for (const spelling of spellingsOf(person)) {
      if ((accounts.get(spelling) ?? account) !== account) shared.add(spelling);
      accounts.set(spelling, account);
    }
  }
  for (const spelling of shared) accounts.delete(spelling);
  return { people: Object.fromEntries(accounts), findings: shared.size > 0 ? [ambiguous(shared, tool, client)] : [] };
}

function accountOf(person: Person, tool: ToolEntry): string {
  const own = [tool.key, ...tool.aliases].map((key) => person[key]).find((value) => typeof value === "string");
  return typeof own === "string" ? own : person.email;
}

function spellingsOf({ aliases, ...names }: Person): string[] {
  const all = [...Object.values(names), ...(aliases ?? [])].filter((value) => typeof value === "string");
  return [...new Set(all.map((value) => value.trim().toLowerCase()))];
}

function ambiguous(shared: ReadonlySet<string>, tool: ToolEntry, { file }: Client): Finding {
  return {
    code: "ambiguous-person",
    severity: "warning",
    tool: tool.key,
    message: `${shared.size} spelling(s) in ${file} stand for more than one person and are ignored: ${[...shared].sort().join(", ")}`,
    remedy: "Write these people's e-mail addresses in the hub, or give them different names and aliases.",
  };
}
