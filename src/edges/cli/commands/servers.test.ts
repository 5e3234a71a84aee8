import { resolve } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { serverListSchema } from "../../../contract/index.ts";
import { SERVER } from "../../../../test/support/cli-answers.ts";
import { CONFIG_FILE, problem, runFakeCli } from "../../../../test/support/cli-host.ts";
import type { ImportSource } from "../host.ts";

const UNKNOWN = { status: 404, ...problem("unknown-server", 'There is no server "users".') };

describe("servers list", () => {
  it("shows how each server is doing, also without colour", async () => {
    const away = {
      ...SERVER,
      id: "docs",
      state: "disconnected",
      reason: "connect ECONNREFUSED",
      tools: 0,
      target: "https://mcp.example.org/mcp",
      transport: "streamable-http",
      retryInMs: 12_000,
      circuit: { ...SERVER.circuit, state: "open" },
    };
    const body = { servers: [SERVER, away] };
    expect(serverListSchema.safeParse(body).success).toBe(true);
    const run = await runFakeCli(["servers", "list"], { daemon: { "GET /v1/servers": { body } } });
    expect(run.out.split("\n")).toEqual([
      "SERVER  STATE         TOOLS  OVER             WHERE",
      "users   ready             5  websocket        ws://127.0.0.1:8711",
      "docs    disconnected      0  streamable-http  https://mcp.example.org/mcp",
      "",
      "docs: connect ECONNREFUSED; circuit open; retry in 12.0 s",
      "",
    ]);
  });

  it("says what to do when there are none", async () => {
    const daemon = { "GET /v1/servers": { body: { servers: [] } } };
    expect((await runFakeCli(["servers", "list"], { daemon })).out).toContain("servers add");
  });
});

describe("servers add", () => {
  const daemon = { "POST /v1/servers": { status: 201, body: SERVER } };

  it("gives a URL to the running daemon", async () => {
    const argv = ["servers", "add", "users", "--url", "ws://127.0.0.1:8711"];
    const more = [
      "--header",
      "Authorization=Bearer a=b",
      "--tag",
      "people",
      "--description",
      "Who",
    ];
    const run = await runFakeCli([...argv, ...more], { daemon });
    expect(run).toMatchObject({ code: 0, out: "Added. users is ready, 5 tools.\n", written: [] });
    expect(JSON.parse(run.requests[0]?.body ?? "")).toEqual({
      id: "users",
      url: "ws://127.0.0.1:8711",
      headers: { Authorization: "Bearer a=b" },
      tags: ["people"],
      description: "Who",
    });
  });

  it("says when the added server is away", async () => {
    const body = { ...SERVER, state: "disconnected", reason: "refused" };
    const run = await runFakeCli(["servers", "add", "users", "--url", "ws://x"], {
      daemon: { "POST /v1/servers": { status: 201, body } },
    });
    expect(run).toMatchObject({ code: 0, out: "Added. users is disconnected: refused\n" });
  });

  it("writes a command into the config file, which a running daemon watches", async () => {
    const options = ["--env", "TOKEN=x=y", "--env", "N=1", "--cwd", "here"];
    const command = ["--", "npx", "-y", "server", "--json", "-"];
    const run = await runFakeCli(["servers", "add", "files", ...options, ...command], { daemon });
    expect(run).toMatchObject({
      code: 0,
      out: `Added files to ${CONFIG_FILE}. The running daemon follows.\n`,
      requests: [],
    });
    expect(run.written).toEqual([
      {
        id: "files",
        entry: {
          command: "npx",
          args: ["-y", "server", "--json", "-"],
          env: { TOKEN: "x=y", N: "1" },
          cwd: resolve("here"),
        },
      },
    ]);
  });

  it("writes a URL into the config file where no daemon runs", async () => {
    const run = await runFakeCli(["servers", "add", "docs", "--url", "https://${HOST}/mcp"]);
    expect(run.written).toEqual([{ id: "docs", entry: { url: "https://${HOST}/mcp" } }]);
    expect(run.out).toContain("It will be there when it is served.");
  });

  it("gives a command to a daemon that was named by its URL, which may refuse it", async () => {
    const refusal = problem("forbidden", "Commands are refused.", { reason: "commands-over-api" });
    const run = await runFakeCli(["--url", "http://far:1", "servers", "add", "x", "--", "y"], {
      daemon: { "POST /v1/servers": { status: 403, ...refusal } },
    });
    expect(run).toMatchObject({ code: 3, written: [] });
    expect(run.err).toContain("gateway.allowCommandsOverApi");
  });

  it("does not overwrite", async () => {
    const run = await runFakeCli(["servers", "add", "users", "--url", "ws://x"], {
      configured: [{ id: "users", entry: {} }],
    });
    expect(run).toMatchObject({ code: 1, written: [] });
    expect(run.err).toContain("has a server users already");
  });
});

describe("servers remove", () => {
  const configured = [{ id: "users", entry: {} }];
  const show = { "GET /v1/servers/users": { body: SERVER } };

  it("takes a server that was added over the API from the daemon", async () => {
    const run = await runFakeCli(["servers", "remove", "users"], {
      daemon: { ...show, "DELETE /v1/servers/users": { status: 204 } },
      configured,
    });
    expect(run).toMatchObject({ code: 0, out: "Removed users from the daemon.\n", removed: [] });
  });

  it("takes one of the config file from there", async () => {
    const body = { ...SERVER, source: "file" };
    for (const daemon of [
      { "GET /v1/servers/users": { body } },
      { "GET /v1/servers/users": UNKNOWN },
    ]) {
      const run = await runFakeCli(["servers", "remove", "users"], { daemon, configured });
      expect(run).toMatchObject({ code: 0, removed: ["users"] });
      expect(run.out).toBe(`Removed users from ${CONFIG_FILE}. The running daemon follows.\n`);
    }
    const alone = await runFakeCli(["servers", "remove", "users"], { configured });
    expect(alone.out).toBe(`Removed users from ${CONFIG_FILE}.\n`);
  });

  it("leaves our file alone when the daemon was named by its URL", async () => {
    const body = { ...SERVER, source: "file" };
    const run = await runFakeCli(["servers", "remove", "users", "--url", "http://far:1"], {
      daemon: { "GET /v1/servers/users": { body } },
      configured,
    });
    expect(run).toMatchObject({ code: 3, removed: [] });
    expect(run.err).toContain("stands in the config file of the daemon at http://far:1");
  });

  it("fails when nobody knows the server", async () => {
    const daemon = { "GET /v1/servers/users": UNKNOWN };
    const run = await runFakeCli(["servers", "remove", "users"], { daemon });
    expect(run).toMatchObject({ code: 1, out: "" });
  });
});

describe("servers reconnect", () => {
  it("tells how the server is then", async () => {
    const daemon = { "POST /v1/servers/users/reconnect": { body: SERVER } };
    const run = await runFakeCli(["servers", "reconnect", "users"], { daemon });
    expect(run).toMatchObject({ code: 0, out: "users is ready, 5 tools.\n" });
  });
});

describe("servers import", () => {
  const imports: readonly ImportSource[] = [
    {
      program: "Claude Desktop",
      path: "/home/me/claude.json",
      servers: [
        { id: "files", entry: { command: "npx", args: ["files"], env: { KEY: "secret" } } },
        { id: "users", entry: { url: "https://me:pw@x.example/mcp?key=secret" } },
        { id: "switchboard", entry: { url: "http://127.0.0.1:8700/mcp" } },
      ],
      problems: ["odd: is no server."],
    },
    {
      program: "Cursor",
      path: "/home/me/mcp.json",
      servers: [{ id: "files", entry: {} }],
      problems: [],
    },
  ];
  const configured = [{ id: "users", entry: {} }];

  it("shows what was found and why it is not taken, without secrets", async () => {
    const run = await runFakeCli(["servers", "import", "--dry-run"], { imports, configured });
    expect(run).toMatchObject({ code: 0, written: [] });
    expect(run.out.split("\n")).toEqual([
      "SERVER       STATE               FROM            WHERE                      FILE",
      "files        new                 Claude Desktop  npx files                  /home/me/claude.json",
      "users        configured already  Claude Desktop  https://x.example/mcp      /home/me/claude.json",
      "switchboard  this gateway        Claude Desktop  http://127.0.0.1:8700/mcp  /home/me/claude.json",
      "files        found before        Cursor                                     /home/me/mcp.json",
      "note: /home/me/claude.json: odd: is no server.",
      "",
    ]);
    expect(run.err).toBe("Nothing was written.\n");
  });

  it("writes what is new with --yes", async () => {
    const run = await runFakeCli(["servers", "import", "--yes"], { imports, configured });
    expect(run.code).toBe(0);
    expect(run.written.map(({ id }) => id)).toEqual(["files"]);
    expect(run.written[0]?.entry).toEqual(imports[0]?.servers[0]?.entry);
    expect(run.out).toContain(`Added 1 server to ${CONFIG_FILE}.`);
  });

  it.each([
    ["y\n", ["files"]],
    ["n\n", []],
    ["\n", []],
    ["", []],
  ])("asks a person, who says %j", async (input, ids) => {
    const setup = { imports, configured, input, terminal: true };
    const run = await runFakeCli(["servers", "import"], setup);
    expect(run.code).toBe(0);
    expect(run.err).toContain("Add 1 server to the config file? [y/N]");
    expect(run.written.map(({ id }) => id)).toEqual(ids);
  });

  it("may be cancelled at the question", async () => {
    const stop = new AbortController();
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const streams = () => Object.assign(new PassThrough().resume(), { isTTY: true });
    const terminal = {
      input,
      output: streams(),
      errors: streams(),
      outputColour: false,
      errorsColour: false,
      columns: 80,
    };
    terminal.errors.on("data", (text: Buffer) => {
      if (text.includes("[y/N]")) stop.abort(new Error("SIGINT"));
    });
    const run = await runFakeCli(["servers", "import"], {
      imports,
      signal: stop.signal,
      host: { terminal },
    });
    expect(run).toMatchObject({ code: 130, written: [] });
  });

  it("wants to be told where nobody can be asked", async () => {
    for (const argv of [
      ["servers", "import"],
      ["servers", "import", "--json"],
    ]) {
      const run = await runFakeCli(argv, { imports, configured });
      expect(run).toMatchObject({ code: 2, written: [] });
      expect(run.err).toContain("--yes");
    }
  });

  it("tells it all with --json, without secrets", async () => {
    const run = await runFakeCli(["servers", "import", "--yes", "--json"], { imports, configured });
    expect(JSON.parse(run.out)).toMatchObject({ added: ["files"], file: CONFIG_FILE });
    expect(run.out).not.toContain("secret");
  });

  it("fails when the file holds none, and not when no file was named", async () => {
    const named = await runFakeCli(["servers", "import", "x.json"]);
    expect(named).toMatchObject({ code: 1 });
    expect(named.err).toContain("No servers were found in x.json.");
    expect(await runFakeCli(["servers", "import"])).toMatchObject({ code: 0, err: "" });
  });
});
