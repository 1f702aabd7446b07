/** Fails the build where an import points the wrong way. Rules as data; type-only imports are free. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { checkSource, RULES } from "./import-rules.ts";

const root = join(import.meta.dirname, "..");
const problems: string[] = [];
const used = new Set<string>();
for (const file of globSync(["src/**/*.ts", "workflows/**/*.ts", "activities/**/*.ts"], { cwd: root }).toSorted()) {
  const source = readFileSync(join(root, file), "utf8");
  const resolve = (specifier: string) =>
    specifier.startsWith(".") ? relative(root, join(root, dirname(file), specifier)) : specifier;
  for (const { rule, problem } of checkSource(file, source, resolve)) {
    used.add(rule);
    problems.push(`${file}: ${problem}`);
  }
}
for (const problem of problems) console.error(problem);
console.log(`import rules: ${RULES.length} rules, ${problems.length} broken`);
process.exit(problems.length > 0 ? 1 : 0);
