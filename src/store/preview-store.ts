import type { ItemId, Link, RemoteItem } from "../core/model.ts";
import type { Store } from "./store.ts";

/**
 * The same store to read from, with every write kept in memory: what a plan is made over, so that a
 * look leaves no trace. Calls that a look never makes are refused, not forgotten.
 */
export function withMemory(store: Store): Store {
  const cache = new Map<string, unknown>();
  const dropped: string[] = [];
  const mirrors = new Map<string, Record<string, RemoteItem>>();
  const links: Link[] = [];
  const heirs = new Map<string, ItemId>();
  const mirrorOf = (tool: string) => mirrors.get(tool) ?? mirrors.set(tool, {}).get(tool)!;
  const overlay: Partial<Store> = {
    async projectState(project) {
      const state = await store.projectState(project);
      const tools = new Set([...Object.keys(state.mirror), ...mirrors.keys()]);
      const mirror = Object.fromEntries(
        [...tools].map((tool) => [tool, { ...state.mirror[tool], ...mirrors.get(tool) }]),
      );
      const named = state.links.map((link) => ({ ...link, item: heirs.get(`${link.tool}/${link.item}`) ?? link.item }));
      const hubBase = { ...state.hubBase };
      for (const [from, to] of heirs) {
        const agreed = state.hubBase[from.slice(from.indexOf("/") + 1)];
        if (agreed) hubBase[to] ??= agreed;
      }
      return { ...state, mirror, hubBase, links: [...named, ...links] };
    },
    async saveTwins(_, tool, items) {
      for (const item of items) mirrorOf(tool)[item.ref] = item;
    },
    async saveChanges(_, tool, items) {
      for (const item of items) mirrorOf(tool)[item.ref] = item;
      return items.length > 0;
    },
    news: (project) => store.news(project),
    async markGone(project, tool, refs) {
      const known = { ...(await store.projectState(project)).mirror[tool], ...mirrorOf(tool) };
      for (const ref of refs) if (known[ref]) mirrorOf(tool)[ref] = { ...known[ref], state: "gone" };
    },
    async adopt(_, link, twin) {
      links.push(link);
      mirrorOf(link.tool)[twin.ref] = twin;
    },
    async inherit(_, tool, from, to) {
      heirs.set(`${tool}/${from}`, to);
    },
    // Updates without an answer are settled by the next sync; a look shows what it would find before that.
    openIntents: async (project, tool) =>
      (await store.openIntents(project, tool)).filter(({ write }) => write.kind === "create"),
    openConflicts: (project) => store.openConflicts(project),
    async cached(key, now) {
      if (cache.has(key)) return cache.get(key);
      return dropped.some((above) => key.startsWith(above)) ? null : store.cached(key, now);
    },
    cache: async (key, value) => void cache.set(key, value),
    // Dropped, not forgotten: neither the stored one nor what is below it may show through.
    async dropCached(key) {
      dropped.push(`${key}/`);
      for (const own of cache.keys()) if (own.startsWith(`${key}/`)) cache.delete(own);
      cache.set(key, null);
    },
    cursor: (project, tool) => store.cursor(project, tool),
    connection: (account) => store.connection(account),
    toolPauses: () => store.toolPauses(),
    learnedEmails: (client, tool) => store.learnedEmails(client, tool),
    noteAccounts: async () => undefined,
    deadLetters: (project) => store.deadLetters(project),
    acceptConnection: async () => undefined,
    refuseConnection: async () => undefined,
    // The vendor takes the previous token back: a renewed one is kept whoever asked for it.
    token: (grant) => store.token(grant),
    leaseToken: (grant, lease) => store.leaseToken(grant, lease),
    keepToken: (grant, holder, sealed) => store.keepToken(grant, holder, sealed),
    releaseToken: (grant, holder) => store.releaseToken(grant, holder),
    // A look spends no budget row; the vendor's own limits still hold.
    reserve: async () => 0,
    block: async () => undefined,
    correct: async () => undefined,
  };
  return new Proxy(overlay as Store, {
    get(target, name) {
      const method = Reflect.get(target, name) as unknown;
      if (method || typeof name === "symbol" || name === "then") return method;
      throw new Error(`a preview must not call store.${name}`);
    },
  });
}
