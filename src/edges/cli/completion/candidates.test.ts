import { describe, expect, it } from "vitest";
import { runFakeCli, type CliSetup } from "../../../../test/support/cli-host.ts";

const TOOLS = { tools: [{ id: "users__add_user" }, { id: "users__search_users" }], total: 2 };
const SERVERS = {
  servers: [{ id: "users", description: "People:\nwho they\u001b are" }, { id: "files" }],
};
const daemon = { "GET /v1/tools": { body: TOOLS }, "GET /v1/servers": { body: SERVERS } };

async function complete(words: readonly string[], setup: CliSetup = { daemon }) {
  const run = await runFakeCli(["__complete", "--", ...words], setup);
  expect(run).toMatchObject({ code: 0, err: "", open: 0 });
  return run;
}

async function wordsFor(words: readonly string[], setup?: CliSetup): Promise<string[]> {
  const { out } = await complete(words, setup);
  const lines = out.split("\n").slice(0, -1);
  return lines.map((line) => line.split("\t")[0] ?? "");
}

describe("completion", () => {
  it.each([
    [["s"], ["serve", "stdio", "search", "servers", "status", "stop"]],
    [
      ["servers", ""],
      ["list", "add", "remove", "import", "reconnect", "help"],
    ],
    [["keys", "n"], ["new"]],
    [
      ["plan", ""],
      ["check", "run", "list", "get", "cancel", "help"],
    ],
    [
      ["plan", "run", "x.yaml", "--d"],
      ["--detach", "--dry-run"],
    ],
    [["__comp"], []],
    [["search", "--l"], ["--limit"]],
    [["call", "users__a"], ["users__add_user"]],
    [
      ["--json", "call", ""],
      ["users__add_user", "users__search_users"],
    ],
    [
      ["tools", ""],
      ["users__add_user", "users__search_users"],
    ],
    [["tools", "--server", "f"], ["files"]],
    [["tools", "--server=f"], ["--server=files"]],
    [["tools", "--server", "=", "f"], ["--server=files"]],
    [
      ["tools", "--server", "="],
      ["--server=users", "--server=files"],
    ],
    [
      ["search", "--detail", "s"],
      ["summary", "schema"],
    ],
    [["search", "--limit", ""], []],
    [["search", "x", "--server", "users", "--tag", ""], []],
    [
      ["servers", "remove", ""],
      ["users", "files"],
    ],
    [["servers", "reconnect", "users", ""], []],
    [
      ["connect", "c"],
      ["claude-code", "cursor"],
    ],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [
      ["keys", "new", "--role", "a"],
      ["agent", "admin"],
    ],
    [
      ["status", "--"],
      ["--json", "--config", "--url", "--help"],
    ],
    [["servers", "add", "x", "--", "-"], []],
    [["status", "--config", "a"], [":files"]],
    [["servers", "import", ""], [":files"]],
    [["servers", "add", "x", "--cwd", ""], [":files"]],
  ])("of %j offers %j", async (words, expected) => {
    expect(await wordsFor(words)).toEqual(expected);
  });

  it("tells what each word is, on one line and without control characters", async () => {
    const { out } = await complete(["servers", "remove", "u"]);
    expect(out).toBe("users\tPeople: who they\ufffd are\n");
  });

  it("asks for the tools of one server where the word names it", async () => {
    const { requests } = await complete(["call", "users__se"]);
    expect(requests.map(({ path }) => path)).toEqual([
      "/v1/tools?detail=name&limit=1000&server=users",
    ]);
  });

  it("offers nothing and says nothing where the daemon is away, wrong or slow", async () => {
    const fails: CliSetup[] = [
      {},
      { daemon: { "GET /v1/tools": { status: 500, body: "oops" } } },
      { daemon: { "GET /v1/tools": { body: "oops" } } },
      { host: { findDaemon: () => Promise.reject(new Error("broken")) } },
      {
        daemon: {
          "GET /v1/tools": ({ signal }) =>
            new Promise((_, reject) => {
              signal.addEventListener("abort", () => reject(signal.reason as Error));
            }),
        },
      },
    ];
    for (const setup of fails) expect(await wordsFor(["call", ""], setup)).toEqual([]);
  });

  it("never starts a gateway", async () => {
    const openGateway = () => Promise.reject(new Error("must not be opened"));
    expect(await wordsFor(["call", ""], { host: { openGateway } })).toEqual([]);
  });
});
