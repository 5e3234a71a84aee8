import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import {
  CALLED,
  FOUND,
  SERVER,
  STATUS,
  TOKENS,
  TOOL_LIST,
} from "../../../test/support/cli-answers.ts";
import { runFakeCli, type CannedAnswer } from "../../../test/support/cli-host.ts";

const CALL = ["call", "users__search_users", "{}"];
const CALL_ROUTE = "POST /v1/tools/users__search_users/call";

describe("usage errors", () => {
  const wrong: readonly (readonly [line: string, said: string])[] = [
    ["serch x", "Did you mean search? See switchboard --help."],
    ["servers lst", "Did you mean list? See switchboard servers --help."],
    ["keys new --rol admin", "Did you mean --role? See switchboard keys new --help."],
    ["search", "Missing required argument 'text'."],
    ["search x --limit many", "Give a whole number from 1 to 100."],
    ["search x --detail all", "Allowed choices are name, summary, schema."],
    ["serve --port 70000", "Give a whole number from 0 to 65535."],
    ["call x {} --timeout soon", "Give a time up to 1h, such as 500ms, 30s or 2m."],
    ["call x {} more", "Too many arguments"],
    ["call x {]", "The argument is not a JSON object:"],
    ["call x [1]", "an object was expected at byte 0."],
    ["call x @/no/such/file.json", "The file /no/such/file.json cannot be read:"],
    ["call x -", "Standard input is not a JSON object:"],
    ["plan rn x", "Did you mean run? See switchboard plan --help."],
    ["plan run", "Missing required argument 'file'."],
    ["plan run x --timeout soon", "Give a time up to 1h, such as 500ms, 30s or 2m."],
    ["plan check - --input -", "Standard input cannot be both the plan and its input."],
    ["connect emacs", "Allowed choices are claude-code, cursor, vscode."],
    ["completion tcsh", "Allowed choices are bash, zsh, fish."],
    ["keys new --id a/b", '"a/b" cannot be a key\'s id.'],
    ["servers add x", "It is not said where the server is."],
    ["servers add x --url ftp://y", '"ftp://y" is no URL of a server.'],
    ["servers add x__y --url ws://y", "/id: expected 1–32 of A–Z"],
    ["servers add x --header a=b -- y", "--header goes with --url only."],
    ["servers add x --env a=b --url ws://y", "--env and --cwd go with a command only."],
    ["servers add x --env a -- y", "Give it as KEY=VALUE."],
    ["servers add x npx -y foo", "Put -- before the server's command."],
  ];
  it.each(wrong)("%s", async (line, said) => {
    const run = await runFakeCli(line.split(" "), { daemon: {} });
    expect(run).toMatchObject({ code: 2, out: "", requests: [] });
    expect(run.err).toContain(said);
    expect(run.err).toMatch(/^error: .*\n(?: {2}.*\n)*hint: .*\n$/);
  });

  it.each([[[]], [["servers"]], [["keys"]]])("%j shows the help and ends with 2", async (argv) => {
    const run = await runFakeCli(argv);
    expect(run).toMatchObject({ code: 2, out: "" });
    expect(run.err).toContain("Commands:");
  });
});

describe("help", () => {
  const commands = [
    "serve",
    "stdio",
    "search",
    "call",
    "plan check",
    "plan run",
    "plan list",
    "plan get",
    "plan cancel",
    "tools",
    "servers list",
    "servers add",
    "servers remove",
    "servers import",
    "servers reconnect",
    "connect",
    "status",
    "tokens",
    "doctor",
    "keys new",
    "reload",
    "stop",
    "completion",
  ];
  it.each(commands)("of %s has examples and the global options", async (command) => {
    const run = await runFakeCli([...command.split(" "), "--help"]);
    expect(run).toMatchObject({ code: 0, err: "" });
    expect(run.out).toContain(`Usage: switchboard ${command}`);
    expect(run.out).toContain("Examples:\n  ");
    expect(run.out).toContain("--json");
  });

  it("names every command but the hidden one", async () => {
    const { out } = await runFakeCli(["--help"]);
    for (const command of commands) expect(out).toContain(`\n  ${command.split(" ")[0]} `);
    expect(out).not.toContain("__complete");
  });

  it("fits the terminal", async () => {
    const { out } = await runFakeCli(["--help"], { terminal: true, colour: false, columns: 60 });
    const [beforeExamples = ""] = out.split("Examples:");
    for (const line of beforeExamples.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
  });

  it("tells the version", async () => {
    expect(await runFakeCli(["--version"])).toMatchObject({ code: 0, out: "1.2.3\n", err: "" });
  });
});

describe("global options", () => {
  const daemon = { "GET /v1/status": { body: STATUS } };

  it.each([
    [["--json", "status"]],
    [["status", "--json"]],
    [["--config", "a.yaml", "status", "--json", "--url", "http://x:1"]],
  ])("may stand before and after the command: %j", async (argv) => {
    const run = await runFakeCli(argv, { daemon });
    expect(JSON.parse(run.out)).toEqual(STATUS);
  });

  it("reach the host, the nearer ones winning", async () => {
    const seen: unknown[] = [];
    const findDaemon = (flags: unknown) => {
      seen.push(flags);
      return Promise.resolve(undefined);
    };
    const argv = ["--config", "far.yaml", "--url", "http://x:1", "status", "--config", "near.yaml"];
    await runFakeCli(argv, { host: { findDaemon } });
    expect(seen).toEqual([{ json: false, config: "near.yaml", url: "http://x:1" }]);
  });
});

describe("output", () => {
  const daemon = {
    "GET /v1/status": { body: STATUS },
    "GET /v1/servers": { body: { servers: [SERVER] } },
    "GET /v1/tools": { body: TOOL_LIST },
    "GET /v1/tokens": { body: TOKENS },
    "POST /v1/tools/search": { body: FOUND },
    [CALL_ROUTE]: { body: CALLED },
    "POST /v1/reload": { body: { status: "reloaded", warnings: [] } },
  };
  const lines = [
    "status",
    "servers list",
    "tools",
    "tokens",
    "search a user",
    "reload",
    "keys new",
    "doctor",
    "serve",
    "connect cursor",
    "call users__search_users {}",
    "servers import --dry-run",
  ];

  it.each(lines)("of %s is one JSON document with --json", async (line) => {
    const run = await runFakeCli([...line.split(" "), "--json"], { daemon });
    expect(run).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(run.out)).toBeTypeOf("object");
    expect(run.out.endsWith("\n")).toBe(true);
  });

  it.each(lines)("of %s has no colour where nobody watches", async (line) => {
    const run = await runFakeCli(line.split(" "), { daemon, colour: true });
    expect(run.code).toBe(0);
    expect(run.out + run.err).not.toContain("\u001b");
  });

  it.each(lines)("of %s has no colour on a terminal without colour", async (line) => {
    const run = await runFakeCli(line.split(" "), { daemon, terminal: true, colour: false });
    expect(run.code).toBe(0);
    expect(run.out).not.toContain("\u001b");
    expect(run.err).not.toMatch(new RegExp(String.raw`\u001b\[\d+m`));
  });

  it("has colour on a terminal", async () => {
    const run = await runFakeCli(["servers", "list"], { daemon, terminal: true });
    expect(run.out).toContain("\u001b[32mready\u001b[39m");
  });

  it("may be cut off by its reader", async () => {
    const output = new PassThrough();
    output.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    const terminal = {
      input: new PassThrough(),
      output,
      errors: new PassThrough(),
      outputColour: false,
      errorsColour: false,
      columns: 80,
    };
    const run = await runFakeCli(["tools"], { daemon, host: { terminal } });
    expect(run.code).toBe(0);
  });
});

describe("being told to stop", () => {
  it("ends with 130, also in the middle of a call", async () => {
    const stop = new AbortController();
    const never = (request: { signal: AbortSignal }) =>
      new Promise<CannedAnswer>((_, reject) => {
        request.signal.addEventListener("abort", () => reject(request.signal.reason as Error));
        setImmediate(() => stop.abort(new Error("SIGINT")));
      });
    const run = await runFakeCli(CALL, { daemon: { [CALL_ROUTE]: never }, signal: stop.signal });
    expect(run).toMatchObject({ code: 130, out: "", open: 0 });
    expect(run.err).toContain("error: Cancelled.");
  });

  it("ends serve well", async () => {
    expect(await runFakeCli(["serve"], { signal: AbortSignal.abort() })).toMatchObject({ code: 0 });
  });
});
