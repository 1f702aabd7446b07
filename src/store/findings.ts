/** What people should know, as the newest plan of each project says. */
import type { Finding } from "../core/findings.ts";
import type { Handle } from "./handle.ts";
import type { Store } from "./store.ts";

type FindingMethods = Pick<Store, "saveFindings" | "findings">;

export function findingMethods({ db }: Handle): FindingMethods {
  return {
    async saveFindings(project, findings) {
      const body = JSON.stringify(findings);
      await db
        .insertInto("finding")
        .values({ project, body })
        .onConflict((conflict) => conflict.column("project").doUpdateSet({ body }))
        .execute();
    },
    async findings(project) {
      const row = await db.selectFrom("finding").select("body").where("project", "=", project).executeTakeFirst();
      return row ? (JSON.parse(row.body) as Finding[]) : [];
    },
  };
}
