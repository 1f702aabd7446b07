import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configuredTarget } from "../../src/temporal/configured-target.ts";

let home: string;
let file: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "sdlc-temporal-"));
  file = join(home, "temporalio", "temporal.toml");
  await mkdir(join(home, "temporalio"));
});
afterEach(() => rm(home, { recursive: true }));

const target = (env: NodeJS.ProcessEnv = {}) => configuredTarget({ XDG_CONFIG_HOME: home, ...env });

describe("the Temporal that is configured", () => {
  it("is none where nothing names one", () => {
    expect(target({ TEMPORAL_ADDRESS: "" })).toBe(null);
  });

  it("is TEMPORAL_ADDRESS, or the profile of temporal.toml", async () => {
    expect(target({ TEMPORAL_ADDRESS: "there:7233" })).toMatchObject({ options: { address: "there:7233" } });
    await writeFile(file, '[profile.default]\naddress = "a:1"\n[profile.cloud]\naddress = "b:2"\nnamespace = "n"\n');
    expect(target()).toMatchObject({ options: { address: "a:1" }, namespace: "default" });
    expect(target({ TEMPORAL_PROFILE: "cloud" })).toMatchObject({ options: { address: "b:2" }, namespace: "n" });
    expect(target({ TEMPORAL_ADDRESS: "", TEMPORAL_PROFILE: "cloud" })).toMatchObject({ options: { address: "b:2" } });
  });
});

describe("settings that cannot be used", () => {
  const PROFILES = '[profile.default]\naddress = "a:1"\n[profile.cloud]\naddress = "b:2"\n';
  const cases: readonly (readonly [string, string, NodeJS.ProcessEnv, RegExp])[] = [
    ["no TOML", "[profile.default\n", {}, /temporal\.toml:1:\d+: Invalid TOML.+Correct the file/],
    ["no profile", 'address = "a:1"\n', {}, /temporal\.toml: it has no \[profile\.<name>\] table/],
    [
      "an unknown profile",
      PROFILES,
      { TEMPORAL_PROFILE: "clout" },
      /TEMPORAL_PROFILE: "clout".+Did you mean "cloud"\?/,
    ],
    [
      "a certificate that is not there",
      `${PROFILES}[profile.default.tls]\nclient_cert_path = "/nowhere.pem"\nclient_key_path = "/nowhere.key"\n`,
      {},
      /temporal\.toml, profile default: .+nowhere\.pem.+Correct the certificate/,
    ],
    [
      "a certificate that is none",
      `${PROFILES}[profile.default.tls]\nclient_cert_data = "x"\nclient_key_data = "y"\n`,
      {},
      /temporal\.toml, profile default: .+no start line/,
    ],
    [
      "a certificate without its key",
      PROFILES,
      { TEMPORAL_TLS_CLIENT_CERT_DATA: "x" },
      /TEMPORAL_TLS_\* variables: .+a client certificate without its key/,
    ],
  ];

  it.each(cases)("are told with place and remedy: %s", async (_what, text, env, words) => {
    await writeFile(file, text);
    expect(() => target(env)).toThrow(expect.objectContaining({ code: "InvalidConfig" }) as Error);
    expect(() => target(env)).toThrow(words);
  });

  it("are not taken for absent: a file that is not there, or is none", () => {
    expect(() => target({ TEMPORAL_CONFIG_FILE: join(home, "nowhere.toml") })).toThrow(/there is no .+nowhere\.toml/);
    expect(() => target({ TEMPORAL_CONFIG_FILE: home })).toThrow(/EISDIR.+Correct the file/);
  });
});
