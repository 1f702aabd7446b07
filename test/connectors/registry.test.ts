import { generateKeyPairSync } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { ConnectorModule } from "../../src/connectors/contract.ts";
import { parseRegistry } from "../../src/registry/registry.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const connectors = join(root, "src/connectors");
const indexFile = join(connectors, "index.ts");

/** The reference connector talks to nothing that a client could bind. */
const REFERENCE = "memory";
const SAME_FILES = ["index.ts", "client.ts", "schema.ts", "mapping.ts", "read.ts", "write.ts"];

const text = readFileSync(join(root, "registry/tool-registry.yaml"), "utf8");
const tracking = parseRegistry([{ text, file: "registry/tool-registry.yaml" }]).capabilities["tracking"]?.tools ?? {};
const available = Object.values(tracking).filter((tool) => tool.available);
const folders = readdirSync(connectors, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(connectors, entry.name, "index.ts")))
  .map(({ name }) => name);

async function connectorModules(): Promise<Readonly<Record<string, ConnectorModule>> | null> {
  if (!existsSync(indexFile)) return null;
  const index = (await import(indexFile)) as { connectorModules?: Readonly<Record<string, ConnectorModule>> };
  return index.connectorModules ?? null;
}

describe("adding a tool is one folder, one registry entry, one line in the map", () => {
  it("each available tool of the registry has its connector in the map, and the map has no other", async (context) => {
    const modules = await connectorModules();
    if (!modules) return context.skip("src/connectors/index.ts is not there yet");
    expect(Object.keys(modules).sort()).toEqual(available.map(({ key }) => key).sort());
    for (const [key, { connector }] of Object.entries(modules)) expect(connector.tool).toBe(key);
  });

  it("each available tool has the folder that its entry names, and no folder is without an entry", async (context) => {
    if (!(await connectorModules())) return context.skip("src/connectors/index.ts is not there yet");
    expect(folders.filter((name) => name !== REFERENCE).sort()).toEqual(available.map(({ key }) => key).sort());
    for (const { adapter } of available) expect(existsSync(join(root, adapter ?? ""))).toBe(true);
  });

  it.each(folders)("%s has the same files as the others", (folder) => {
    expect(readdirSync(join(connectors, folder))).toEqual(expect.arrayContaining(SAME_FILES));
  });

  const ways = available.flatMap(({ key, kinds }) => kinds.map(({ name, env }) => ({ key, name, env })));
  it.each(ways)("$key, signed in with $name, says which of its variables is missing", async ({ key, env }) => {
    const connector = (await connectorModules())?.[key];
    if (!connector) return;
    const all = Object.fromEntries(env.map((name) => [name, sampleOf(name)]));
    expect(() => connector.endpoint(all)).not.toThrow();
    for (const name of env) expect(() => connector.endpoint({ ...all, [name]: undefined }), name).toThrow(name);
  });
});

const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

function sampleOf(name: string): string {
  if (name.includes("PRIVATE_KEY")) return privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  return name.includes("SERVER") ? "https://example.test" : "x@example.test";
}
