import { describe, expect, it } from "vitest";
import { runFakeCli } from "../../../test/support/cli-host.ts";
import { createTestEdge, type TestEdgeSetup } from "../../../test/support/http-edge.ts";
import { injectedTransport } from "../../../test/support/injected-transport.ts";
import { GatewayError } from "../../kernel/errors.ts";
import { rawJson, toRawJson } from "../../kernel/raw-json.ts";

const TOOL = "users__search_users";

async function withEdge(argv: readonly string[], setup: TestEdgeSetup = {}) {
  await using edge = createTestEdge(setup);
  return await runFakeCli(argv, { daemon: injectedTransport(edge.app) });
}

describe("the command line on the real HTTP API", () => {
  it("searches", async () => {
    const run = await withEdge(["search", "finds", "users", "--explain"]);
    expect(run.code).toBe(0);
    expect(run.out).toMatch(/^users__search_users {2}score/);
  });

  it("lists the tools over pages, and shows one", async () => {
    const tools = Array.from({ length: 2500 }, (_, index) => ({
      server: "many",
      name: `tool_${String(index).padStart(4, "0")}`,
      description: "One of many.",
    }));
    const all = await withEdge(["tools", "--json"], { tools });
    expect(all).toMatchObject({ code: 0, err: "" });
    const listed = JSON.parse(all.out) as { tools: { id: string }[]; total: number };
    expect(listed.total).toBe(2500);
    expect(new Set(listed.tools.map(({ id }) => id)).size).toBe(2500);
    expect(all.requests).toHaveLength(3);
    const one = await withEdge(["tools", TOOL]);
    expect(one.out).toContain("users__search_users  reads only");
  });

  it("calls, with the integers that it was given and got", async () => {
    await using edge = createTestEdge();
    const big = '{"id":9007199254740993}';
    edge.gateway.calls.on(TOOL, () => `{"content":[],"structuredContent":${big}}`);
    const run = await runFakeCli(["call", TOOL, big], { daemon: injectedTransport(edge.app) });
    expect(run).toMatchObject({ code: 0, out: '{\n  "id": 9007199254740993\n}\n' });
    const [request] = edge.gateway.calls.requests;
    expect(Buffer.from(request!.arguments.bytes).toString()).toBe(big);
  });

  it("calls with progress", async () => {
    await using edge = createTestEdge();
    edge.gateway.calls.on(TOOL, ({ onProgress }) => {
      onProgress?.(rawJson(Buffer.from('{"progressToken":1,"progress":3,"message":"going"}')));
      return { content: [{ type: "text", text: "done" }] };
    });
    const daemon = injectedTransport(edge.app);
    const run = await runFakeCli(["call", TOOL, "--progress"], { daemon });
    expect(run).toMatchObject({ code: 0, out: "done\n", err: "3 going\n" });
  });

  it.each(["status", "servers list", "tokens", "reload", "servers reconnect users"])(
    "understands the answer to %s",
    async (line) => {
      const run = await withEdge(line.split(" "));
      expect(run).toMatchObject({ code: 0, err: "" });
      expect(run.out.length).toBeGreaterThan(0);
    },
  );

  it("adds and removes servers", async () => {
    await using edge = createTestEdge();
    const daemon = injectedTransport(edge.app);
    const added = await runFakeCli(["servers", "add", "docs", "--url", "ws://docs:1"], { daemon });
    expect(added).toMatchObject({ code: 0, out: "Added. docs is ready, 0 tools.\n" });
    const again = await runFakeCli(["servers", "add", "docs", "--url", "ws://docs:1"], { daemon });
    expect(again.code).toBe(1);
    const removed = await runFakeCli(["servers", "remove", "docs"], { daemon });
    expect(removed).toMatchObject({ code: 0, out: "Removed docs from the daemon.\n" });
  });

  it("completes", async () => {
    const run = await withEdge(["__complete", "--", "call", "users__s"]);
    expect(run.out).toBe("users__search_users\n");
  });
});

describe("the failure table on the real HTTP API", () => {
  const server = "users";
  const rows: readonly (readonly [what: string, code: number, error: GatewayError])[] = [
    [
      "arguments fail the schema",
      2,
      new GatewayError("invalid-arguments", "Wrong.", { violations: [] }),
    ],
    ["not allowed", 3, new GatewayError("forbidden", "No.", { reason: "rules" })],
    ["quota", 1, new GatewayError("rate-limited", "Slow.", { reason: "quota", retryAfterMs: 10 })],
    ["circuit open", 4, new GatewayError("circuit-open", "Open.", { server, retryAfterMs: 10 })],
    [
      "server away",
      4,
      new GatewayError("server-unavailable", "Away.", {
        server,
        state: "disconnected",
        retryAfterMs: 10,
        reached: false,
      }),
    ],
    ["needs login", 4, new GatewayError("needs-auth", "Login.", { server })],
    ["deadline", 4, new GatewayError("deadline-exceeded", "Late.", { timeoutMs: 5 })],
    ["protocol error", 1, new GatewayError("upstream-protocol", "Odd.", { server, rpcCode: -1 })],
    ["bug", 1, new GatewayError("internal", "Oops.", {})],
  ];

  it.each(rows)("%s ends with %i, plain and with progress", async (_, code, error) => {
    await using edge = createTestEdge();
    edge.gateway.calls.on(TOOL, () => ({ outcome: { kind: "failure", error } }));
    const daemon = injectedTransport(edge.app);
    for (const flags of [[], ["--progress"], ["--json"]]) {
      const run = await runFakeCli(["call", TOOL, ...flags], { daemon });
      expect(run).toMatchObject({ code, out: "" });
    }
  });

  it("unknown tool ends with 1 and names the nearest", async () => {
    const run = await withEdge(["tools", "users__serch_users"]);
    expect(run).toMatchObject({ code: 1, out: "" });
    expect(run.err).toContain("hint: Did you mean users__search_users?");
  });

  it("not authenticated ends with 3", async () => {
    const run = await withEdge(["status"], { anonymous: null });
    expect(run).toMatchObject({ code: 3, out: "" });
    expect(run.err).toContain("SWITCHBOARD_API_KEY");
  });

  it("a tool's own error ends with 1, cancelled with 130, more input needed with 1", async () => {
    await using edge = createTestEdge();
    const daemon = injectedTransport(edge.app);
    const body = toRawJson({ content: [{ type: "text", text: "no" }], isError: true });
    edge.gateway.calls.on(TOOL, () => ({ outcome: { kind: "result", body } }));
    expect(await runFakeCli(["call", TOOL], { daemon })).toMatchObject({ code: 1, out: "no\n" });
    edge.gateway.calls.on(TOOL, () => ({ outcome: { kind: "cancelled" } }));
    expect(await runFakeCli(["call", TOOL], { daemon })).toMatchObject({ code: 130, out: "" });
    const asked = toRawJson({ inputRequests: { k: { method: "elicitation/create" } } });
    edge.gateway.calls.on(TOOL, () => ({ outcome: { kind: "input_required", body: asked } }));
    expect(await runFakeCli(["call", TOOL], { daemon })).toMatchObject({ code: 1, out: "" });
  });
});
