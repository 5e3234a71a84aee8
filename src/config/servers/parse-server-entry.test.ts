import { describe, expect, it } from "vitest";
import { parseServerId } from "../../core/catalog/ids.ts";
import type { ServerSpec } from "../../core/upstream/index.ts";
import type { JsonValue } from "../../kernel/json.ts";
import { formatConfigPath } from "../problem.ts";
import { type EntryTerms, parseServerEntry } from "./parse-server-entry.ts";

const terms: EntryTerms = {
  source: "file",
  variables: { TOKEN: "t0ken-value", EMPTY: "" },
  baseDir: "/etc/switchboard",
  allowCommand: true,
  readFile: (path) => {
    if (path === "/etc/switchboard/.env") return "A=from-file\nB=from-file\n";
    throw new Error("there is no such file");
  },
};
const parse = (raw: JsonValue, over: Partial<EntryTerms> = {}) =>
  parseServerEntry("one", raw, { ...terms, ...over });

function entryOf(raw: JsonValue, over: Partial<EntryTerms> = {}) {
  const result = parse(raw, over);
  if (result.kind === "failed") throw new Error(JSON.stringify(result.problems));
  return result.entry;
}

function problemsOf(raw: JsonValue, over: Partial<EntryTerms> = {}): string[] {
  const result = parse(raw, over);
  return result.kind === "ok"
    ? []
    : result.problems.map(({ path, message }) => `${formatConfigPath(path)}: ${message}`);
}

describe("where a server is", () => {
  it("starts a program and talks over its standard input and output", () => {
    const raw = {
      command: "npx",
      args: ["-y", "pkg", 8080],
      env: { B: "own", C: 1 },
      envFile: ".env",
      cwd: "sub",
    };
    expect(entryOf(raw).endpoints).toEqual([
      {
        transport: "stdio",
        launch: {
          command: "npx",
          args: ["-y", "pkg", "8080"],
          env: { A: "from-file", B: "own", C: "1" },
          cwd: "/etc/switchboard/sub",
        },
      },
    ]);
  });

  it.each([
    [{ url: "https://x.example/mcp" }, "streamable-http"],
    [{ url: "http://x.example/mcp", type: "http" }, "streamable-http"],
    [{ url: "http://x.example/mcp", type: "streamableHttp" }, "streamable-http"],
    [{ url: "http://x.example/sse", type: "sse" }, "sse"],
    [{ url: "wss://x.example/" }, "websocket"],
    [{ url: "ws://x.example/", type: "ws" }, "websocket"],
    [{ serverUrl: "https://x.example/mcp" }, "streamable-http"],
    [{ httpUrl: "https://x.example/mcp" }, "streamable-http"],
  ])("reaches %j by %s", (raw, transport) => {
    expect(entryOf(raw).endpoints).toMatchObject([{ transport, headers: {} }]);
  });

  it("starts the program behind a URL when both are given", () => {
    const [endpoint] = entryOf({
      command: "node",
      args: ["s.js"],
      url: "ws://127.0.0.1:1/",
    }).endpoints;
    expect(endpoint).toMatchObject({
      transport: "websocket",
      url: "ws://127.0.0.1:1/",
      launch: { command: "node", args: ["s.js"] },
    });
  });

  it("sends the login of a URL as a header, and keeps it out of the URL", () => {
    const result = parse({ url: "https://me:p%40ss-word@x.example/mcp" });
    const basic = `Basic ${Buffer.from("me:p@ss-word").toString("base64")}`;
    expect(result).toMatchObject({
      kind: "ok",
      entry: { endpoints: [{ url: "https://x.example/mcp", headers: { Authorization: basic } }] },
      secrets: expect.arrayContaining([basic, basic.slice(6)]),
    });
  });

  it("prefers a header that is written to the login of a URL", () => {
    const raw = { url: "https://me:pass@x.example/", headers: { authorization: "Bearer b" } };
    expect(entryOf(raw).endpoints).toMatchObject([{ headers: { authorization: "Bearer b" } }]);
    expect(JSON.stringify(entryOf(raw))).not.toContain("Basic");
  });

  it("takes replicas after the entry's own endpoint, or alone", () => {
    const replicas = [{ url: "https://b.example/mcp" }, { command: "c" }];
    expect(entryOf({ url: "https://a.example/mcp", endpoints: replicas }).endpoints).toHaveLength(
      3,
    );
    expect(entryOf({ endpoints: replicas }).endpoints).toHaveLength(2);
  });

  it.each<[JsonValue, string]>([
    [{}, ': needs "command" (a program to start) or "url".'],
    ["npx x", ': must be a mapping with "command" or "url", but is a text (not shown).'],
    [{ command: "" }, "command: must be a text of at least 1 character, but is an empty text."],
    [{ command: "x", headers: { A: "b" } }, 'headers: needs a "url" that they are sent to.'],
    [{ command: "x", type: "http" }, 'type: "http" needs a "url".'],
    [{ url: "https://x", type: "stdio" }, 'type: "stdio" has no URL. Remove "type" or "url".'],
    [{ url: "https://x", type: "ws" }, "type: does not fit the URL, which begins with https://."],
    [{ url: "https://x", args: ["a"] }, 'args: needs a "command"'],
    [{ url: "x.example/mcp" }, "url: must be a whole URL"],
    [{ url: "file:///x" }, "url: must begin with http://, https://, ws:// or wss://, not file://."],
    [{ url: "https://x", type: "htp" }, 'type: must be one of "stdio", "http"'],
    [
      { url: "https://x", headers: { "a b": "c" } },
      'headers["a b"]: is no name for an HTTP header.',
    ],
    [{ url: "https://x", headers: { A: "b\nc" } }, "headers.A: must be a single line."],
    [{ command: "x", env: { "A=B": "c" } }, 'env["A=B"]: is no name for an environment variable.'],
    [{ command: "x", args: "a b" }, "args: must be a list, but is a text (not shown)."],
    [{ command: "x", args: [["a"]] }, "args[0]: must be a text or a number or true or false"],
    [
      { command: "x", envFile: "gone.env" },
      "envFile: /etc/switchboard/gone.env cannot be read: there is no such file.",
    ],
    [
      { endpoints: [{ url: "https://x", isolation: "shared" }] },
      "endpoints[0].isolation: unknown key",
    ],
    [{ endpoints: [{ command: "x" }, {}] }, "endpoints[1]: needs"],
  ])("says of %j %s", (raw, problem) => {
    expect(problemsOf(raw)).toEqual([expect.stringContaining(problem)]);
  });
});

describe("how a server is treated", () => {
  it("has defaults, and is what core calls a server", () => {
    const entry = entryOf({ command: "x" });
    const spec: ServerSpec = { ...entry, id: parseServerId(entry.id)! };
    expect(spec).toMatchObject({
      id: "one",
      disabled: false,
      tags: [],
      tools: { allow: [], deny: [] },
      isolation: "shared",
      timeoutMs: 60_000,
      source: "file",
    });
  });

  it("keeps the longest time a call may take at or above its time limit", () => {
    expect(entryOf({ command: "x", timeoutMs: 900_000 }).maxTimeoutMs).toBe(900_000);
    expect(problemsOf({ command: "x", timeoutMs: 500, maxTimeoutMs: 400 })).toEqual([
      "maxTimeoutMs: must be at least timeoutMs (500), but is 400.",
    ]);
  });

  it("warns of other clients' keys and of settings without effect, and ignores them", () => {
    const raw = {
      command: "x",
      timeout: 60,
      autoApprove: [],
      dissabled: true,
      overrides: {},
      enabled: false,
    };
    const { warnings, kind } = parse(raw);
    expect(kind).toBe("ok");
    expect(warnings.map(({ path, message }) => `${path.join(".")}: ${message}`)).toEqual([
      'timeout: unknown here and ignored. Write "timeoutMs", in milliseconds.',
      "autoApprove: unknown here and ignored.",
      'dissabled: unknown here and ignored. Did you mean "disabled"?',
      'enabled: unknown here and ignored. Write "disabled: true" to keep a server out.',
      "overrides: has no effect in this version.",
    ]);
  });

  it("takes over what is said of caching, for the server and for some of its tools", () => {
    const cache = { ttlMs: 1_000, tools: { "search_*": { scope: "tenant", semantic: {} } } };
    expect(entryOf({ command: "x", cache }).cache).toEqual(cache);
    expect(
      problemsOf({ command: "x", cache: { ttlMs: -1, tools: { a: { scope: "all" } } } }),
    ).toEqual([
      "cache.ttlMs: must be a whole number from 0 to 604800000, but is -1.",
      'cache.tools.a.scope: must be one of "identity", "tenant", "public", but is "all".',
    ]);
  });

  it("tells every problem of an entry at once", () => {
    const raw = { url: "${GONE}", isolation: "nobody", timeoutMs: 0, tools: { alow: [] } };
    expect(problemsOf(raw)).toEqual([
      "url: the environment variable GONE is not set. Set it, or give a default: ${GONE:-…}.",
      'tools.alow: unknown key. Did you mean "allow"?',
      'isolation: must be one of "shared", "session", "principal", but is "nobody".',
      "timeoutMs: must be a whole number from 1 to 3600000, but is 0.",
    ]);
  });

  it("lets an entry that is switched off name variables and files that are not there", () => {
    const entry = entryOf({
      command: "${GONE:-x}",
      env: { A: "${GONE}" },
      envFile: "gone",
      disabled: true,
    });
    expect(entry.disabled).toBe(true);
  });
});

describe("secrets of an entry", () => {
  it("are filled in, told, and never shown in problems", () => {
    const raw = {
      url: "https://x/mcp?api_key=quer%79-key",
      headers: { Authorization: "Bearer ${TOKEN}", X: "written" },
    };
    const result = parse(raw);
    if (result.kind === "failed") throw new Error("failed");
    expect(result.secrets).toEqual(
      expect.arrayContaining(["t0ken-value", "Bearer t0ken-value", "written", "query-key"]),
    );
    const problems = problemsOf({ command: "x", env: { A: ["hidden"] }, isolation: "${TOKEN}" });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toMatch(/hidden|t0ken/);
  });
});

describe("an entry that came over the API", () => {
  const api: Partial<EntryTerms> = { source: "overlay", allowCommand: false };
  const { variables: _variables, baseDir: _baseDir, ...remote } = terms;
  const parseRemote = (raw: JsonValue, over: Partial<EntryTerms> = {}) =>
    parseServerEntry("one", raw, { ...remote, ...api, ...over });

  it("may name a URL", () => {
    expect(parseRemote({ url: "https://x/mcp", headers: { A: "$${x}" } })).toMatchObject({
      kind: "ok",
      entry: { source: "overlay", endpoints: [{ headers: { A: "${x}" } }] },
    });
  });

  it("may not start programs, nor make the daemon read files", () => {
    const asked: string[] = [];
    const readFile = (path: string) => {
      asked.push(path);
      return "";
    };
    const raw = {
      command: "sh",
      envFile: "/etc/shadow",
      endpoints: [{ url: "https://x" }, { command: "sh" }],
    };
    const result = parseRemote(raw, { readFile });
    expect(result.kind === "failed" && result.problems.map(({ path }) => path.join("."))).toEqual([
      "command",
      "endpoints.1.command",
    ]);
    expect(asked).toEqual([]);
  });

  it("may not read the daemon's environment", () => {
    const result = parseRemote({ url: "https://evil/${TOKEN}", headers: { A: "${TOKEN:-x}" } });
    expect(result.kind === "failed" && result.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("from the configuration file only"),
      expect.stringContaining("from the configuration file only"),
    ]);
  });

  it("needs absolute paths", () => {
    const result = parseRemote({ command: "x", cwd: "sub" }, { allowCommand: true });
    expect(result).toMatchObject({
      kind: "failed",
      problems: [{ path: ["cwd"], message: 'must be an absolute path, but is "sub".' }],
    });
  });
});
