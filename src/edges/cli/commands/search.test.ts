import { describe, expect, it } from "vitest";
import { searchAnswerSchema } from "../../../contract/index.ts";
import { FOUND, SEARCH_SCHEMA } from "../../../../test/support/cli-answers.ts";
import { runFakeCli, type CliSetup } from "../../../../test/support/cli-host.ts";

const ROUTE = "POST /v1/tools/search";

function search(argv: readonly string[], answer: unknown = FOUND, setup: CliSetup = {}) {
  return runFakeCli(["search", ...argv], { daemon: { [ROUTE]: { body: answer } }, ...setup });
}

describe("search", () => {
  it("shows what was found as a table, best first", async () => {
    const run = await search(["who", "works at a company"]);
    expect(searchAnswerSchema.safeParse(FOUND).success).toBe(true);
    expect(run.out.split("\n")).toEqual([
      "TOOL                 SCORE  WHAT IT DOES",
      "users__search_users   0.83  Finds users by name, e-mail or company.",
      "users__add_user       0.20  Adds.",
      "",
    ]);
    expect(run.err).toBe("2 tools in 1.3 ms (hybrid); 320 tokens instead of 12,345\n");
    expect(bodyOf(run)).toEqual({ query: "who works at a company", detail: "summary" });
  });

  it("asks for what its options say", async () => {
    const options = ["--limit", "9", "--server", "a", "--server", "b", "--tag", "t", "--explain"];
    const run = await search(["x", ...options, "--detail", "name"]);
    expect(bodyOf(run)).toEqual({
      query: "x",
      limit: 9,
      servers: ["a", "b"],
      tags: ["t"],
      detail: "name",
      explain: true,
    });
  });

  it("cuts descriptions to the terminal's width", async () => {
    const tools = [{ ...FOUND.tools[0], description: "A long story. ".repeat(20) }];
    const run = await search(
      ["x"],
      { ...FOUND, tools },
      { terminal: true, colour: false, columns: 50 },
    );
    for (const line of run.out.split("\n")) expect(line.length).toBeLessThanOrEqual(50);
    expect(run.out).toContain("users__search_users");
    expect(run.out).toContain("…");
  });

  it("shows the arguments of each tool with --detail schema", async () => {
    const tools = [{ ...FOUND.tools[0], inputSchema: SEARCH_SCHEMA }];
    const run = await search(["x", "--detail", "schema"], { ...FOUND, tools });
    expect(run.out.split("\n")).toEqual([
      "users__search_users  score 0.83",
      "  Finds users by name, e-mail or company.",
      "  ARGUMENT  TYPE     NEEDED  MEANING",
      "  name      string   yes     Part of the name.",
      "  limit     integer  no",
      "",
    ]);
  });

  it("shows what each signal gave with --explain", async () => {
    const tools = [{ ...FOUND.tools[0], explain: { dense: 0.5, lexical: 3.25 } }];
    const run = await search(["x", "--explain"], { ...FOUND, tools });
    expect(run.out).toContain("score 0.83 (dense 0.500, lexical 3.250)");
  });

  it("says when nothing fits, or nothing well", async () => {
    const none = await search(["x"], { ...FOUND, tools: [], abstained: true });
    expect(none).toMatchObject({ code: 0, out: "No tool fits. Try other words, or fewer.\n" });
    const near = await search(["x"], { ...FOUND, abstained: true });
    expect(near.out).toMatch(/^Nothing fits well\. Nearest are:\n\nTOOL/);
  });

  it("names the state of a server that is not ready", async () => {
    const run = await search(["x"], {
      ...FOUND,
      tools: [{ ...FOUND.tools[0], health: "disconnected" }],
    });
    expect(run.out).toContain("SERVER");
    expect(run.out).toContain("disconnected");
  });

  it("gives the answer as it came with --json, schemas included", async () => {
    const answer = JSON.stringify(FOUND).replace('"score":0.831', '"score":0.8310000000000000001');
    const run = await search(["x", "--json"], answer);
    expect(run.out).toBe(`${answer}\n`);
    expect(bodyOf(run)).toEqual({ query: "x", detail: "schema" });
  });

  it("asks a gateway of this process where no daemon runs, and closes it", async () => {
    const run = await search(["x"], undefined, {
      daemon: undefined as never,
      gateway: { [ROUTE]: { body: FOUND } },
    });
    expect(run).toMatchObject({ code: 0, open: 0 });
    expect(run.out).toContain("users__search_users");
  });

  it("shows which servers are still starting", async () => {
    let err = "";
    const run = await search(["x"], undefined, {
      terminal: true,
      gateway: {},
      host: {
        findDaemon: () => Promise.resolve(undefined),
        async openGateway(_flags, onProgress) {
          onProgress(3, 5);
          await new Promise((resolve) => setTimeout(resolve, 250));
          throw new Error("enough");
        },
      },
    });
    err = run.err;
    expect(err).toContain("Starting the servers: 3 of 5 are done");
    expect(err).toContain("No daemon runs: starting the servers of /home/me/switchboard.yaml");
    expect(err).toContain("\r\u001b[2K\u001b[31merror:");
  });

  it("shows no control sequences of a server's", async () => {
    const tools = [{ ...FOUND.tools[0], description: "evil \u001b[2J\u202e text" }];
    const run = await search(["x"], { ...FOUND, tools });
    expect(run.out).not.toContain("\u001b");
    expect(run.out).not.toContain("\u202e");
  });
});

function bodyOf(run: Awaited<ReturnType<typeof search>>): unknown {
  return JSON.parse(run.requests[0]?.body ?? "null");
}
