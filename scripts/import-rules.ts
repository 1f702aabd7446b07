/** Who may import whom, and what a layer may not touch. */
export interface ImportRule {
  readonly name: string;
  readonly files: RegExp;
  /** Value imports that are allowed; everything else is a problem. */
  readonly allow: readonly RegExp[];
}
export interface ContentRule {
  readonly name: string;
  readonly files: RegExp;
  readonly except?: RegExp;
  readonly forbid: RegExp;
  readonly why: string;
}

const CORE = /^src\/core\//;

export const RULES: readonly (ImportRule | ContentRule)[] = [
  { name: "core is pure", files: CORE, allow: [CORE, /^(?:node-diff3|unified|remark-\w+)$/] },
  {
    name: "workflows wire",
    files: /^workflows\//,
    allow: [/^workflows\//, CORE, /^@temporalio\/(?:workflow|common)$/],
  },
  {
    name: "connectors know their vendor only",
    files: /^src\/connectors\/(?!index\.ts)/,
    allow: [
      CORE,
      /^src\/connectors\/(?!index)[\w-]+\.ts$/,
      /^(?:node:|undici$|jira\.js|@linear\/sdk|@notionhq\/client$|@octokit\/(?:rest|auth-app)$|zod$|unified$|remark-)/,
    ],
  },
  { name: "hub knows core", files: /^src\/hub\//, allow: [CORE, /^src\/hub\//, /^node:/, /^yaml$/] },
  { name: "store knows core", files: /^src\/store\//, allow: [CORE, /^src\/store\//, /^node:/, /^(?:kysely|pg)$/] },
  {
    name: "rate knows store",
    files: /^src\/rate\//,
    allow: [CORE, /^src\/rate\//, /^src\/store\//, /^src\/connectors\/http\.ts$/, /^node:/],
  },
  {
    name: "access knows store",
    files: /^src\/access\//,
    allow: [CORE, /^src\/access\//, /^src\/store\//, /^src\/connectors\/http\.ts$/, /^node:/],
  },
  {
    name: "registry knows core",
    files: /^src\/registry\//,
    allow: [CORE, /^src\/registry\//, /^node:/, /^(?:yaml|zod)$/],
  },
  {
    name: "core has no clock",
    files: CORE,
    forbid: /\b(?:Date\.now|Math\.random|new Date\(\)|process\.|console\.)/,
    why: "the same trees must give the same plan",
  },
  {
    name: "one way to a vendor",
    files: /^src\/connectors\//,
    except: /^src\/connectors\/http\.ts$/,
    forbid: /(?<![.\w])(?:globalThis\.)?fetch\s*\(/,
    why: "every call goes through http.ts",
  },
  {
    name: "no vendor in the middle",
    files: /^(?:workflows|activities|src\/(?:core|store|rate|access|hub))\//,
    forbid: /\b(?:jira|linear)\b(?=["'`]\s*[:=)\]])/i,
    why: "nothing here may know which tool it serves",
  },
];

const IMPORT =
  /^\s*(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;

/** Problems of one file. `resolve` turns a specifier into a path from the root, or leaves a package name. */
export function checkSource(
  file: string,
  source: string,
  resolve: (specifier: string) => string,
): { rule: string; problem: string }[] {
  const problems: { rule: string; problem: string }[] = [];
  const code = source.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
  const imports = [...code.matchAll(IMPORT)].filter(
    ([text]) => !/^\s*(?:import|export)\s*\{\s*(?:type\s+\w+(?:\s+as\s+\w+)?\s*,?\s*)+\}/.test(text),
  );
  const sameConnector = /^src\/connectors\/([^/]+)\//.exec(file)?.[1];
  for (const rule of RULES) {
    if (!rule.files.test(file)) continue;
    if ("forbid" in rule) {
      if (!rule.except?.test(file) && rule.forbid.test(code))
        problems.push({ rule: rule.name, problem: `${rule.name}: ${rule.why}` });
      continue;
    }
    for (const match of imports) {
      const target = resolve(match[1] ?? match[2] ?? "");
      const own = sameConnector !== undefined && target.startsWith(`src/connectors/${sameConnector}/`);
      if (!own && !rule.allow.some((allowed) => allowed.test(target)))
        problems.push({ rule: rule.name, problem: `${rule.name}: may not import ${target}` });
    }
  }
  return problems;
}
