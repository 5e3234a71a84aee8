import { describe, expect, it } from "vitest";
import { GatewayError } from "../../../kernel/errors.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import { callAnswerSchema, problemSchema } from "../../../contract/index.ts";
import { createTestEdge } from "../../../../test/support/http-edge.ts";

const SEARCH = "/v1/tools/users__search_users/call";
const ADD = "/v1/tools/users__add_user/call";

describe("calling a tool", () => {
  it("answers the upstream's result with meta beside", async () => {
    await using edge = createTestEdge();
    edge.gateway.calls.on("users__search_users", () => '{"content":[{"type":"text","text":"hi"}]}');
    const response = await edge.post(SEARCH, { arguments: { name: "Alice" } });
    expect(response.statusCode).toBe(200);
    expect(response.headers["content-type"]).toBe("application/json; charset=utf-8");
    const answer = callAnswerSchema.parse(response.json());
    expect(answer).toEqual({
      content: [{ type: "text", text: "hi" }],
      isError: false,
      meta: {
        server: "users",
        tool: "users__search_users",
        cache: "none",
        attempts: 1,
        circuit: "closed",
        durationMs: 1,
        traceId: response.headers["x-trace-id"],
      },
    });
    expect(edge.gateway.calls.requests[0]).toMatchObject({ tool: "users__search_users" });
  });

  it("relays arguments byte for byte, also integers beyond 2^53", async () => {
    await using edge = createTestEdge();
    const args = '{ "id": 9007199254740993,\n "x": 1.50e0 }';
    await edge.post(ADD, `{"timeoutMs": 50, "arguments": ${args}, "cache":"bypass"}`);
    const [request] = edge.gateway.calls.requests;
    expect(Buffer.from(request!.arguments.bytes).toString()).toBe(args);
    expect(request).toMatchObject({ timeoutMs: 50, cache: "bypass" });
  });

  it("relays the result byte for byte, unknown members too", async () => {
    await using edge = createTestEdge();
    const content = '"content": [ {"type":"text", "text":"\\u00e9"} ]';
    const structured = '"structuredContent":{"id":9007199254740993}';
    edge.gateway.calls.on("users__add_user", () => `{${content},${structured},"_meta":{"x":1.0}}`);
    const { body } = await edge.post(ADD, { arguments: {} });
    expect(body.startsWith(`{${content},${structured},"_meta":{"x":1.0},`)).toBe(true);
    expect(body).toContain('"isError":false');
  });

  it("answers 200 when the tool itself failed", async () => {
    await using edge = createTestEdge();
    edge.gateway.calls.on("users__add_user", () => '{"content":[],"isError":true}');
    const response = await edge.post(ADD, { arguments: {} });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ isError: true });
  });

  it("fills in content where the upstream left it out, and puts our meta in place of its own", async () => {
    await using edge = createTestEdge();
    edge.gateway.calls.on("users__add_user", () => '{"meta":1}');
    const answer = (await edge.post(ADD, {})).json<Record<string, unknown>>();
    expect(answer).toMatchObject({ content: [], isError: false, meta: { server: "users" } });
  });

  it("calls with no arguments when the body is empty", async () => {
    await using edge = createTestEdge();
    expect((await edge.post(ADD)).statusCode).toBe(200);
    expect((await edge.post(ADD, {})).statusCode).toBe(200);
    expect(edge.gateway.calls.requests.map(({ arguments: args }) => args.value())).toEqual([
      {},
      {},
    ]);
  });

  it("carries the caller's trace through", async () => {
    await using edge = createTestEdge();
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    const response = await edge.post(ADD, {}, headers);
    expect(response.json()).toMatchObject({ meta: { traceId } });
    expect(response.headers["x-trace-id"]).toBe(traceId);
    expect(response.headers["traceresponse"]).toMatch(
      new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`),
    );
  });

  it("makes a trace of its own for a broken traceparent", async () => {
    await using edge = createTestEdge();
    const response = await edge.post(ADD, {}, { traceparent: `00-${"0".repeat(32)}-x-01` });
    expect(response.headers["x-trace-id"]).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  });

  it("stores a large result and answers a preview with its handle", async () => {
    await using edge = createTestEdge({ results: { maxInlineBytes: 1_024, previewBytes: 256 } });
    const text = "x".repeat(5_000);
    edge.gateway.calls.on("users__add_user", () => ({ content: [{ type: "text", text }] }));
    const answer = callAnswerSchema.parse((await edge.post(ADD, {})).json());
    expect(answer.meta.handle).toMatchObject({ bytes: 5_000 });
    expect(JSON.stringify(answer.content).length).toBeLessThan(1_024);
    const page = await edge.get(`/v1/results/${answer.meta.handle!.handle}?offset=4990`);
    expect(page.json()).toMatchObject({ text: "x".repeat(10), totalBytes: 5_000 });
  });
});

describe("a call that needs more input", () => {
  it("answers 409 with the requests and the state, and takes them back", async () => {
    await using edge = createTestEdge();
    const asked =
      '{"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create","params":{"n":9007199254740993}}},"requestState":"s-1"}';
    edge.gateway.calls.on("users__add_user", ({ inputResponses }) =>
      inputResponses === undefined
        ? { outcome: { kind: "input_required", body: rawJson(Buffer.from(asked)) } }
        : { content: [] },
    );
    const first = await edge.post(ADD, { arguments: { email: "a@b.c" } });
    expect(first.statusCode).toBe(409);
    expect(first.headers["content-type"]).toBe("application/problem+json");
    expect(problemSchema.parse(first.json())).toMatchObject({
      code: "input-required",
      server: "users",
      inputRequests: { a: { method: "elicitation/create" } },
      requestState: "s-1",
    });
    expect(first.body).toContain("9007199254740993");

    const again = `{"arguments":{"email":"a@b.c"},"requestState":"s-1","inputResponses":{"a":{"n":9007199254740993}}}`;
    expect((await edge.post(ADD, again)).statusCode).toBe(200);
    const [, second] = edge.gateway.calls.requests;
    expect(second).toMatchObject({ requestState: "s-1" });
    expect(Buffer.from(second!.inputResponses!.bytes).toString()).toBe(
      '{"a":{"n":9007199254740993}}',
    );
  });
});

describe("a call with a broken body", () => {
  it.each([
    [
      "not JSON",
      '{"arguments":',
      "the body must be a JSON object: a JSON value was expected at byte 13",
    ],
    ["an array", "[1]", "the body must be a JSON object: an object was expected at byte 0"],
    ["arguments that are none", '{"arguments":[1]}', "/arguments: expected record, received [1]"],
    ["arguments as text", '{"arguments":"{}"}', '/arguments: expected record, received "{}"'],
    [
      "an unknown member",
      '{"argument":{}}',
      '/argument: unknown member "argument"; did you mean "arguments"?',
    ],
    ["a time limit of 0", '{"timeoutMs":0}', "/timeoutMs: expected number to be >=1, received 0"],
    [
      "an unknown mode",
      '{"cache":"never"}',
      '/cache: expected one of "default"|"bypass"|"refresh"|"only", received "never"',
    ],
    [
      "inputResponses that are none",
      '{"inputResponses":1}',
      "/inputResponses: expected record, received 1",
    ],
    [
      "a state that is no text",
      '{"requestState":{}}',
      "/requestState: expected string, received {}",
    ],
  ])("is refused: %s", async (_name, body, detail) => {
    await using edge = createTestEdge();
    const response = await edge.post(ADD, body);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      code: "invalid-request",
      detail: `The request is not valid: ${detail}.`,
    });
    expect(edge.gateway.calls.requests).toEqual([]);
  });

  it("is refused when it is not UTF-8", async () => {
    await using edge = createTestEdge();
    const payload = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const response = await edge.app.inject({
      method: "POST",
      url: ADD,
      payload,
      headers: { "content-type": "application/json" },
    });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: "invalid-request" });
  });
});

describe("a bug in the gateway", () => {
  it("is answered 500 without details and logged with its cause", async () => {
    await using edge = createTestEdge();
    const cause = new Error("secret detail");
    edge.gateway.calls.on("users__add_user", () => {
      throw new GatewayError("internal", "An internal error occurred.", { cause });
    });
    const response = await edge.post(ADD, {});
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain("secret detail");
    const [line] = edge.gateway.log.lines.filter(({ level }) => level === "error");
    expect(line?.fields).toMatchObject({ err: cause, traceId: response.headers["x-trace-id"] });
  });
});
