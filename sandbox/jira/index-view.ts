import type { Faults } from "../kit/faults.ts";
import type { Issue, IssueData } from "./model.ts";
import type { JiraSite } from "./site.ts";

/**
 * The search index: what each issue looked like `staleSearchMs` ago, and, for a moment after it first
 * showed, not even that. Nothing here is strongly consistent but the ids asked for by name.
 */
export class IndexView {
  readonly #site: JiraSite;
  readonly #faults: Faults;
  #searches = 0;

  constructor(site: JiraSite, faults: Faults) {
    this.#site = site;
    this.#faults = faults;
  }

  /** The issues as the index shows them to one search. */
  snapshot(reconciled: readonly number[]): { readonly issue: Issue; readonly data: IssueData }[] {
    this.#searches += 1;
    if (this.#faults.conditions.blind) return [];
    const { quirks } = this.#site;
    const fresh = new Set(quirks.reconcile ? reconciled.map(String) : []);
    return [...this.#site.issues.values()].flatMap((issue) => {
      const data = fresh.has(issue.id) ? (issue.deleted ? null : issue.data) : this.#indexed(issue);
      return data && data.archived === null ? [{ issue, data }] : [];
    });
  }

  #indexed(issue: Issue): IssueData | null {
    const { clock, quirks } = this.#site;
    const lagMs = quirks.staleIndex ? this.#faults.conditions.staleSearchMs : 0;
    const until = clock.trueNow() - lagMs;
    const visible = issue.versions.filter(({ at }) => at <= until);
    const first = visible[0];
    const isNew = first !== undefined && lagMs > 0 && first.at > until - lagMs;
    if (quirks.flickeringIndex && isNew && this.#searches % 2 === 0) return null;
    return visible.at(-1)?.data ?? null;
  }
}
