import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTempDir, type TempDir } from "../../test/support/temp-dir.ts";
import { readEnvironment } from "./environment.ts";
import type { Variables } from "./expand.ts";
import { loadConfig } from "./load-config.ts";
import type { ConfigFlags } from "./overrides.ts";
import { formatProblem } from "./problem.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await makeTempDir();
});
afterEach(() => dir.remove());

const HASH = "a".repeat(64);

const load = (flags: ConfigFlags = {}, variables: Variables = {}) =>
  loadConfig({
    flags,
    cwd: dir.path,
    environment: readEnvironment({ HOME: join(dir.path, "home"), ...variables }),
  });

async function loadText(text: string, flags: ConfigFlags = {}, variables: Variables = {}) {
  await writeFile(join(dir.path, "switchboard.yaml"), text);
  return load(flags, variables);
}

async function configOf(text: string, flags: ConfigFlags = {}, variables: Variables = {}) {
  const result = await loadText(text, flags, variables);
  if (result.kind === "failed") throw new Error(result.problems.map(formatProblem).join("\n"));
  return result.config;
}

/** The problems, without the folder. */
async function problemsOf(text: string, flags: ConfigFlags = {}, variables: Variables = {}) {
  const result = await loadText(text, flags, variables);
  if (result.kind === "ok") return [];
  return result.problems.map((problem) => formatProblem(problem).replaceAll(`${dir.path}/`, ""));
}

describe("the file", () => {
  it("is missing: the defaults hold, with a warning", () => {
    const result = load();
    expect(result).toMatchObject({
      kind: "ok",
      config: { servers: [], http: { host: "127.0.0.1", port: 8700 } },
      warnings: [
        { message: expect.stringMatching(/no configuration file found; looked for .*yaml/) },
      ],
      files: [],
    });
  });

  it("is found in the working directory before the user's own", async () => {
    const own = join(dir.path, "home/.config/switchboard");
    await mkdir(own, { recursive: true });
    await writeFile(join(own, "switchboard.yaml"), "gateway: { port: 1 }\n");
    expect(load()).toMatchObject({
      config: { http: { port: 1 }, file: join(own, "switchboard.yaml") },
    });
    await writeFile(join(dir.path, "switchboard.json"), `{"gateway": {"port": 2}}`);
    expect(load()).toMatchObject({ config: { http: { port: 2 } } });
    await writeFile(join(dir.path, "switchboard.yml"), "gateway: { port: 3 }\n");
    expect(load()).toMatchObject({ config: { http: { port: 3 } } });
  });

  it("is the one asked for: by flag, else by variable", async () => {
    await writeFile(join(dir.path, "a.yaml"), "gateway: { port: 1 }\n");
    await writeFile(join(dir.path, "b.json"), `{"gateway": {"port": 2}}`);
    const variables = { SWITCHBOARD_CONFIG: "b.json" };
    expect(load({ config: "a.yaml" }, variables)).toMatchObject({ config: { http: { port: 1 } } });
    expect(load({}, variables)).toMatchObject({ config: { http: { port: 2 } } });
  });

  it("was asked for and cannot be read: that is a problem, whatever else there is", async () => {
    await writeFile(join(dir.path, "switchboard.yaml"), "{}");
    expect(load({ config: "gone.yaml" })).toMatchObject({
      kind: "failed",
      problems: [{ message: "cannot be read (from --config): there is no such file." }],
      files: [join(dir.path, "gone.yaml")],
    });
    await mkdir(join(dir.path, "folder"));
    expect(load({ config: "folder" })).toMatchObject({
      problems: [{ message: expect.stringContaining("it is a folder") }],
    });
    await writeFile(join(dir.path, "latin1.yaml"), Buffer.from([0x61, 0x3a, 0x20, 0xe9]));
    expect(load({ config: "latin1.yaml" })).toMatchObject({
      problems: [{ message: expect.stringContaining("not UTF-8 text") }],
    });
  });

  it("is empty, or all of it is commented out: the defaults hold", async () => {
    expect((await configOf("")).servers).toEqual([]);
    expect((await configOf("gateway:\n#  port: 1\nmcpServers:\n")).http.port).toBe(8700);
  });

  it("must be a mapping", async () => {
    expect(await problemsOf("- a\n")).toEqual([
      "switchboard.yaml must be a mapping of sections, but is a list.",
    ]);
  });
});

describe("problems", () => {
  it("are told all at once, each with its place, what was received and how to mend it", async () => {
    const text = `gateway:
  port: 99999
  hots: 127.0.0.1
  maxBodyBytes: "4096"
discovery:
  index: fais
discvery: {}
auth:
  apiKeys:
    - { id: a, hash: my-own-key }
mcpServers:
  one: { url: "ftp://x" }
  two: { args: [x] }
  three:
    url: https://x/mcp
    headers: { Authorization: "Bearer \${GONE}" }
  three: {}
telemetry: { logLevel: verbose }
`;
    expect(await problemsOf(text)).toEqual([
      "switchboard.yaml:2:9 gateway.port: must be a whole number from 0 to 65535, but is 99999.",
      'switchboard.yaml:3:3 gateway.hots: unknown key. Did you mean "host"?',
      'switchboard.yaml:4:17 gateway.maxBodyBytes: must be a whole number from 1024 to 268435456, but is "4096". Leave the quotes out.',
      'switchboard.yaml:6:10 discovery.index: must be one of "auto", "faiss", "exact", but is "fais". Did you mean "faiss"?',
      'switchboard.yaml:7:1 discvery: unknown key. Did you mean "discovery"?',
      'switchboard.yaml:10:22 auth.apiKeys[0].hash: must be the SHA-256 of the key as 64 hex digits, as "switchboard keys new" prints it; never the key itself.',
      "switchboard.yaml:12:15 mcpServers.one.url: must begin with http://, https://, ws:// or wss://, not ftp://.",
      'switchboard.yaml:13:8 mcpServers.two: needs "command" (a program to start) or "url".',
      "switchboard.yaml:16:31 mcpServers.three.headers.Authorization: the environment variable GONE is not set. Set it, or give a default: ${GONE:-…}.",
      "switchboard.yaml:17:3 mcpServers.three: set twice. Remove one of the two. (First: line 14.)",
      'switchboard.yaml:18:24 telemetry.logLevel: must be one of "debug", "info", "warn", "error", "silent", but is "verbose".',
    ]);
  });

  it("have the same places in JSON with comments", async () => {
    await writeFile(
      join(dir.path, "c.json"),
      `{\n  // here\n  "gateway": {\n\t"prot": 1,\n  },\n}`,
    );
    expect(load({ config: "c.json" })).toMatchObject({
      problems: [
        { line: 4, column: 2, path: "gateway.prot", message: expect.stringContaining('"port"') },
      ],
    });
  });

  it("are told of unknown sections without contents and with names of JavaScript's own", async () => {
    expect(await problemsOf("discvery:\n__proto__: { a: 1 }\n")).toEqual([
      expect.stringMatching(/1:1 discvery: unknown key\. Did you mean "discovery"\?$/),
      expect.stringMatching(/2:1 __proto__: unknown key\./),
    ]);
  });

  it("name the flag or variable that a wrong setting came from", async () => {
    expect(await problemsOf("", { port: "http" }, { SWITCHBOARD_LOG_LEVEL: "loud" })).toEqual([
      '--port: must be a whole number from 0 to 65535, but is "http".',
      expect.stringContaining('SWITCHBOARD_LOG_LEVEL: must be one of "debug"'),
    ]);
  });

  it("point to the section a key belongs to", async () => {
    expect(await problemsOf("port: 80\n")).toEqual([
      'switchboard.yaml:1:1 port: unknown key here. Did you mean "gateway.port"?',
    ]);
  });

  it("tell references where none are filled in, but not where they mean something else", async () => {
    const plan = 'steps: [{ id: a, tool: x__y, when: "${input.a}" }]';
    const text = `gateway: { dataDir: "\${HOME}/x" }\ncomposites: { a: { description: A., ${plan} } }\n`;
    expect(await problemsOf(text)).toEqual([
      expect.stringMatching(
        /1:21 gateway\.dataDir: references are filled in only in server entries/,
      ),
    ]);
  });
});

describe("settings", () => {
  it("come from the file, under the environment, under the flags", async () => {
    const text = "gateway: { port: 1, host: localhost }\ntelemetry: { logLevel: warn }\n";
    const variables = {
      SWITCHBOARD_PORT: "2",
      SWITCHBOARD_LOG_LEVEL: "debug",
      SWITCHBOARD_HOST: "",
    };
    expect(await configOf(text)).toMatchObject({ http: { port: 1 }, log: { level: "warn" } });
    expect(await configOf(text, { port: "3" }, variables)).toMatchObject({
      http: { port: 3, host: "localhost" },
      log: { level: "debug" },
    });
  });

  it("keep what a nested group does not say", async () => {
    const { resilience } = await configOf("resilience: { retry: { maxAttempts: 1 } }\n");
    expect(resilience.retry).toMatchObject({ maxAttempts: 1, backoffMs: 100 });
    expect(resilience.circuit.failureThreshold).toBe(5);
  });

  it("bend a default that a given bound leaves no room for, and refuse two that contradict", async () => {
    expect((await configOf("gateway: { maxResultBytes: 2048 }\n")).results).toMatchObject({
      maxInlineBytes: 2048,
      previewBytes: 2048,
    });
    expect(
      (await configOf("gateway: { reconnectInitialMs: 60000, reconnectMaxMs: 60000 }\n")).upstream,
    ).toMatchObject({ backoffInitialMs: 60_000 });
    expect(
      await problemsOf("gateway: { reconnectInitialMs: 2000, reconnectMaxMs: 1000 }\n"),
    ).toEqual([expect.stringContaining("must be at most reconnectMaxMs (1000), but is 2000.")]);
  });

  it("place the data directory by flag, variable, file, XDG folder or home", async () => {
    await mkdir(join(dir.path, "etc"));
    await writeFile(join(dir.path, "etc/c.yaml"), "gateway: { dataDir: data }\n");
    const config = "etc/c.yaml";
    const at = (path: string) => ({ config: { dataDir: join(dir.path, path) } });
    expect(load({ config })).toMatchObject(at("etc/data"));
    expect(load({ config }, { SWITCHBOARD_DATA_DIR: "var" })).toMatchObject(at("var"));
    expect(load({ config, dataDir: "flag" })).toMatchObject(at("flag"));
    expect(load()).toMatchObject(at("home/.local/share/switchboard"));
    expect(load({}, { XDG_DATA_HOME: "/xdg" })).toMatchObject({
      config: { dataDir: "/xdg/switchboard" },
    });
  });

  it("of the embedding start paths at the file, fill in keys, and mind that the machine is offline", async () => {
    const text =
      'embedding: { provider: openai, apiKey: "${KEY}", modelPath: models, url: http://h/v1 }\n';
    const variables = { KEY: "embedding-key", SWITCHBOARD_OFFLINE: "1" };
    const result = await loadText(text, {}, variables);
    expect(result).toMatchObject({
      config: {
        offline: true,
        embedding: { apiKey: "embedding-key", modelPath: join(dir.path, "models"), offline: true },
      },
      secrets: ["embedding-key"],
    });
    expect(await problemsOf("embedding: { apiKey: 12345 }\n")).toEqual([
      expect.stringMatching(/apiKey: must be a text, but is a number \(not shown\)\.$/),
    ]);
  });

  it("warn of sections that have no effect yet", async () => {
    const result = await loadText("profiles: {}\ndatabase: { url: postgres://h }\n");
    expect(result).toMatchObject({
      kind: "ok",
      warnings: [
        { line: 1, path: "profiles", message: "this section has no effect in this version." },
        { line: 2, path: "database" },
      ],
    });
    expect(await problemsOf("cache: { mod: readonly }\n")).toEqual([
      'switchboard.yaml:1:10 cache.mod: unknown key. Did you mean "mode"?',
    ]);
  });
});

describe("who may come in", () => {
  it("is anyone on this machine by default, and nobody unknown elsewhere", async () => {
    expect((await configOf("")).access.allowAnonymous).toBe(true);
    expect((await configOf("gateway: { host: '::1' }\n")).access.allowAnonymous).toBe(true);
    expect(await problemsOf("gateway: { host: 0.0.0.0 }\n")).toEqual([
      expect.stringMatching(/1:18 gateway\.host: "0\.0\.0\.0" can be reached .* --insecure\.$/),
    ]);
    expect(await problemsOf("", { host: "10.0.0.1" })).toEqual([
      expect.stringMatching(/^--host: /),
    ]);
    const insecure = await configOf("", { host: "10.0.0.1", insecure: true });
    expect(insecure.access.allowAnonymous).toBe(true);
  });

  it("is who has a key, wherever the daemon listens", async () => {
    const keys = `auth: { apiKeys: [{ id: ci, hash: "sha256:${HASH.toUpperCase()}", role: operator }] }\n`;
    const { access } = await configOf(`gateway: { host: 0.0.0.0 }\n${keys}`);
    expect(access).toMatchObject({
      allowAnonymous: false,
      apiKeys: [{ id: "ci", hash: HASH, role: "operator", tenant: "default", allow: [], deny: [] }],
    });
    const onLoopback = async (auth: string) => (await configOf(auth)).access.allowAnonymous;
    expect(await onLoopback("")).toBe(true);
    expect(await onLoopback(keys)).toBe(false);
    expect(await onLoopback(keys.replace("{ ", "{ anonymous: loopback, "))).toBe(true);
    expect(await onLoopback(keys.replace("{ ", "{ anonymous: never, "))).toBe(false);
  });

  it("must be somebody", async () => {
    expect(await problemsOf("auth: { anonymous: never }\n")).toEqual([
      expect.stringContaining("nobody could come in"),
    ]);
  });

  it("has one name and one hash each", async () => {
    const text = `auth:\n  apiKeys:\n    - { id: a, hash: ${HASH} }\n    - { id: a, hash: ${HASH} }\n`;
    expect(await problemsOf(text)).toEqual([
      expect.stringMatching(/4:13 auth\.apiKeys\[1\]\.id: "a" names two keys/),
      expect.stringMatching(/4:22 auth\.apiKeys\[1\]\.hash: is the hash of an earlier key/),
    ]);
  });

  it("is not judged by keys that are wrong in themselves", async () => {
    const text = "gateway: { host: 0.0.0.0 }\nauth: { apiKeys: [{ id: a, hash: x }] }\n";
    expect(await problemsOf(text)).toEqual([expect.stringContaining("auth.apiKeys[0].hash")]);
  });
});

describe("secrets", () => {
  it("are what came out of variables, headers and servers' variables, longest first", async () => {
    const text = `mcpServers:
  a: { command: x, env: { KEY: written-out, DEBUG: "1" }, envFile: a.env }
  b: { url: https://h/, headers: { Authorization: "Bearer \${TOKEN}" } }
`;
    await writeFile(join(dir.path, "a.env"), "OTHER=from-the-file\n");
    const result = await loadText(
      text,
      {},
      { TOKEN: "s3cret-token", SWITCHBOARD_API_KEY: "client-key" },
    );
    if (result.kind === "failed") throw new Error("failed");
    expect(result.secrets).toEqual([
      "Bearer s3cret-token",
      "from-the-file",
      "s3cret-token",
      "written-out",
      "client-key",
    ]);
    expect(result.files).toEqual([join(dir.path, "switchboard.yaml"), join(dir.path, "a.env")]);
  });
});
