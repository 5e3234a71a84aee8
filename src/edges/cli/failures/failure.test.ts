import { describe, expect, it } from "vitest";
import { CALLED } from "../../../../test/support/cli-answers.ts";
import { problem, runFakeCli, type CannedAnswer } from "../../../../test/support/cli-host.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import { EXIT_CODES } from "./exit-codes.ts";

const CALL = ["call", "users__search_users", "{}"];
const CALL_ROUTE = "POST /v1/tools/users__search_users/call";

describe("exit codes", () => {
  const rows: readonly (readonly [what: string, code: number, answer: CannedAnswer])[] = [
    ["unknown tool", 1, { status: 404, ...problem("unknown-tool", "x") }],
    ["arguments that fail the schema", 2, { status: 422, ...problem("invalid-arguments", "x") }],
    ["a request that is wrong", 2, { status: 400, ...problem("invalid-request", "x") }],
    ["a body that is too large", 2, { status: 413, ...problem("payload-too-large", "x") }],
    ["not authenticated", 3, { status: 401, ...problem("unauthenticated", "x") }],
    ["not allowed", 3, { status: 403, ...problem("forbidden", "x") }],
    ["quota", 1, { status: 429, ...problem("rate-limited", "x", { retryAfterMs: 100 }) }],
    ["circuit open", 4, { status: 503, ...problem("circuit-open", "x", { retryAfterMs: 100 }) }],
    ["server away", 4, { status: 503, ...problem("server-unavailable", "x") }],
    ["server needs login", 4, { status: 424, ...problem("needs-auth", "x") }],
    ["deadline", 4, { status: 504, ...problem("deadline-exceeded", "x") }],
    ["protocol error from upstream", 1, { status: 502, ...problem("upstream-protocol", "x") }],
    ["more input needed", 1, { status: 409, ...problem("input-required", "x") }],
    ["cancelled", 130, { status: 499, ...problem("cancelled", "x") }],
    ["bug", 1, { status: 500, ...problem("internal", "x") }],
    ["a code of a newer daemon with status 403", 3, { status: 403, ...problem("frozen", "x") }],
    ["no Switchboard at all", 1, { status: 404, body: "<html>" }],
    ["no Switchboard at all, and away", 4, { status: 503, body: "<html>" }],
    ["the tool's own error", 1, { body: { ...CALLED, isError: true } }],
    ["success", 0, { body: CALLED }],
  ];
  it.each(rows)("%s ends with %i", async (_, code, answer) => {
    const run = await runFakeCli(CALL, { daemon: { [CALL_ROUTE]: withStatus(answer) } });
    expect(run.code).toBe(code);
    expect(run.open).toBe(0);
  });

  it("uses no code but those that are promised", () => {
    expect(new Set(Object.values(EXIT_CODES))).toEqual(new Set([1, 2, 3, 4, 130]));
  });

  it("ends with 4 when the daemon cannot be reached", async () => {
    const away = () => {
      throw new GatewayError("daemon-unreachable", "Nothing answers at http://gone:1.", {
        url: "http://gone:1",
      });
    };
    const run = await runFakeCli(["status"], { daemon: { "GET /v1/status": away } });
    expect(run).toMatchObject({ code: 4, out: "", open: 0 });
    expect(run.err).toBe(
      "error: Nothing answers at http://gone:1.\n" +
        "hint: Start one with switchboard serve, or name it with --url.\n",
    );
  });

  it.each([["status"], ["reload"], ["stop"], ["servers", "reconnect", "users"]])(
    "%s needs a daemon",
    async (...argv) => {
      expect(await runFakeCli(argv)).toMatchObject({ code: 4, out: "" });
    },
  );
});

describe("failures", () => {
  it("are told in two lines: what, and how to mend it", async () => {
    const nearest = { tool: "users__serch", nearest: ["users__search_users"] };
    const answer = { status: 404, ...problem("unknown-tool", 'There is no tool "x".', nearest) };
    const run = await runFakeCli(CALL, { daemon: { [CALL_ROUTE]: answer } });
    expect(run.err).toBe(
      'error: There is no tool "x".\n' +
        "hint: Did you mean users__search_users? See switchboard tools users__search_users.\n",
    );
    expect(run.out).toBe("");
  });

  it("list every violation", async () => {
    const violations = [
      { path: "/limit", message: "must be at most 100" },
      { path: "", message: "must have name" },
    ];
    const answer = {
      status: 422,
      ...problem("invalid-arguments", "The arguments are wrong.", { violations }),
    };
    const run = await runFakeCli(CALL, { daemon: { [CALL_ROUTE]: answer } });
    expect(run.err.split("\n")).toEqual([
      "error: The arguments are wrong.",
      "  /limit: must be at most 100",
      "  /: must have name",
      "hint: See what it takes with switchboard tools users__search_users.",
      "",
    ]);
  });

  it("are the problem as it was answered, with --json", async () => {
    const body =
      '{"type":"t","title":"T","status":404,"detail":"d","code":"unknown-tool","traceId":"1","big":9007199254740993}';
    const run = await runFakeCli([...CALL, "--json"], {
      daemon: { [CALL_ROUTE]: { status: 404, body } },
    });
    expect(run).toMatchObject({ code: 1, out: "", err: `${body}\n` });
  });

  it("that happen here are problems too, with --json", async () => {
    for (const argv of [
      ["status"],
      ["serch"],
      ["call", "x", "{"],
      ["search", "x", "--limit", "0"],
    ]) {
      const run = await runFakeCli([...argv, "--json"]);
      expect(run.out).toBe("");
      const document = JSON.parse(run.err) as Record<string, unknown>;
      expect(Object.keys(document).slice(0, 4)).toEqual(["type", "title", "detail", "code"]);
    }
  });

  it("cannot act on the terminal", async () => {
    const answer = {
      status: 502,
      ...problem("upstream-protocol", "evil \u001b]0;title\u0007 text"),
    };
    const run = await runFakeCli(CALL, { daemon: { [CALL_ROUTE]: answer }, terminal: true });
    expect(run.err).not.toContain("\u001b]");
    expect(run.err).toContain("text");
  });

  it("of a kind that nobody foresaw ask for a report and never throw", async () => {
    const broken = () => {
      throw new TypeError("x is undefined");
    };
    const run = await runFakeCli(["status"], { daemon: { "GET /v1/status": broken } });
    expect(run.code).toBe(1);
    expect(run.err).toContain("error: x is undefined\nhint: This should not happen");
  });

  it("name a daemon whose answer has another shape", async () => {
    const run = await runFakeCli(["status"], { daemon: { "GET /v1/status": { body: {} } } });
    expect(run.code).toBe(1);
    expect(run.err).toContain("The daemon's answer cannot be read:");
    expect(run.err).toContain("another version");
  });
});

function withStatus(answer: CannedAnswer): CannedAnswer {
  const { body, status = 200 } = answer;
  if (typeof body !== "object" || body === null || !("status" in body)) return answer;
  return { ...answer, body: { ...body, status } };
}
