import { describe, expect, it } from "vitest";
import { GatewayError, type ErrorCode } from "../../kernel/errors.ts";
import { toRawJson } from "../../kernel/raw-json.ts";
import { problemSchema } from "../../contract/index.ts";
import { createTestEdge } from "../../../test/support/http-edge.ts";
import { principal } from "../../../test/support/fakes/principals.ts";
import { PROBLEM_KINDS } from "./status-codes.ts";

const ADD = "/v1/tools/users__add_user/call";

describe("a call that fails", () => {
  const violations = [
    { path: "/email", message: "is required" },
    { path: "/name", message: "must be a string" },
  ];
  const away = { server: "users", state: "disconnected", retryAfterMs: 1_200, reached: false };
  const protocol = { server: "users", rpcCode: -32_000, rpcData: toRawJson({ why: "x" }) };

  it.each([
    [422, "invalid-arguments", { violations }],
    [429, "rate-limited", { reason: "queue full", retryAfterMs: 1 }],
    [503, "circuit-open", { server: "users", retryAfterMs: 2_001 }],
    [503, "server-unavailable", away],
    [424, "needs-auth", { server: "users" }],
    [504, "deadline-exceeded", { timeoutMs: 50 }],
    [502, "upstream-protocol", protocol],
    [403, "forbidden", { reason: "the tool may write" }],
  ] as const)("is answered %i with code %s and its facts", async (status, code, data) => {
    await using edge = createTestEdge();
    edge.gateway.calls.on("users__add_user", () => {
      throw new GatewayError(code, `What went wrong: ${code}.`, data);
    });
    const response = await edge.post(ADD, {});
    expect(response.statusCode).toBe(status);
    expect(response.headers["content-type"]).toBe("application/problem+json");
    expect(problemSchema.parse(response.json())).toEqual({
      type: `/docs#error-${code}`,
      title: PROBLEM_KINDS[code].title,
      status,
      detail: `What went wrong: ${code}.`,
      code,
      traceId: response.headers["x-trace-id"],
      ...("rpcData" in data ? { ...data, rpcData: data.rpcData.value() } : data),
    });
  });

  it.each([
    ["rate-limited", { reason: "queue full", retryAfterMs: 1 }, "1"],
    ["circuit-open", { server: "users", retryAfterMs: 2_001 }, "3"],
    ["server-unavailable", { ...away, retryAfterMs: 0 }, "1"],
  ] as const)("says when to come back: %s", async (code, data, seconds) => {
    await using edge = createTestEdge();
    edge.gateway.calls.on("users__add_user", () => {
      throw new GatewayError(code, "Later.", data);
    });
    expect((await edge.post(ADD, {})).headers["retry-after"]).toBe(seconds);
  });

  it("is answered 404 for an unknown tool, with the nearest names", async () => {
    await using edge = createTestEdge();
    const response = await edge.post("/v1/tools/users__serch_users/call", {});
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({
      code: "unknown-tool",
      tool: "users__serch_users",
      nearest: ["users__search_users", "users__add_user"],
    });
  });

  it("is answered 404 for a tool that the caller may not see, which is not named", async () => {
    const rules = { allow: ["files__*"] };
    await using edge = createTestEdge({ tokens: { k: principal("k", { role: "agent", rules }) } });
    const response = await edge.post(ADD, {}, { "x-api-key": "k" });
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ code: "unknown-tool", nearest: [] });
  });

  it("is answered 499 when it was cancelled", async () => {
    await using edge = createTestEdge();
    edge.gateway.calls.on("users__add_user", () => ({ outcome: { kind: "cancelled" } }));
    const response = await edge.post(ADD, {});
    expect(response.statusCode).toBe(499);
    expect(response.json()).toMatchObject({ code: "cancelled" });
  });

  it("is answered 502 when the server's result is no object", async () => {
    await using edge = createTestEdge();
    edge.gateway.calls.on("users__add_user", () => "[]");
    const response = await edge.post(ADD, {});
    expect(response.statusCode).toBe(502);
    expect(response.json()).toMatchObject({ code: "upstream-protocol", server: "users" });
  });

  it("is answered 401 without a key where one is needed, and 401 with an unknown one", async () => {
    await using edge = createTestEdge({ anonymous: null });
    const unknown: Record<string, string> = { authorization: "Bearer nonsense" };
    for (const headers of [{}, unknown]) {
      const response = await edge.post(ADD, {}, headers);
      expect(response.statusCode).toBe(401);
      expect(response.headers["www-authenticate"]).toBe("Bearer");
      expect(response.json()).toMatchObject({ code: "unauthenticated" });
    }
  });
});

describe("the table of problems", () => {
  it("has a client error or a server error for every code", () => {
    const statuses = Object.values(PROBLEM_KINDS).map(({ status }) => status);
    expect(statuses.filter((status) => status < 400 || status > 599)).toEqual([]);
  });

  it("lets every code that asks to come back have a status that does", () => {
    const retryable: ErrorCode[] = ["rate-limited", "circuit-open", "server-unavailable"];
    for (const code of retryable) expect([429, 503]).toContain(PROBLEM_KINDS[code].status);
  });
});
