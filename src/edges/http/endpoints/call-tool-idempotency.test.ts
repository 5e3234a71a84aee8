import { describe, expect, it } from "vitest";
import { GatewayError } from "../../../kernel/errors.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import { createTestEdge, type TestEdge } from "../../../../test/support/http-edge.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { readEvents } from "../../../../test/support/sse.ts";
import { waitFor } from "../../../../test/support/wait-for.ts";

const ADD = "/v1/tools/users__add_user/call";
const SEARCH = "/v1/tools/users__search_users/call";
const KEY = { "idempotency-key": "k-1" };
const BODY = { arguments: { email: "a@b.c" } };

/** Makes `add_user` count how often it ran, and tell the count. */
function countRuns(edge: TestEdge): () => number {
  let runs = 0;
  edge.gateway.calls.on("users__add_user", () => {
    runs += 1;
    return { content: [{ type: "text", text: `run ${runs}` }] };
  });
  return () => runs;
}

describe("a call repeated with its Idempotency-Key", () => {
  it("gets the first answer again, byte for byte, without a second run", async () => {
    await using edge = createTestEdge();
    const runs = countRuns(edge);
    const first = await edge.post(ADD, BODY, KEY);
    const second = await edge.post(ADD, BODY, KEY);
    expect(second.body).toBe(first.body);
    expect(first.headers["idempotent-replayed"]).toBeUndefined();
    expect(second.headers["idempotent-replayed"]).toBe("true");
    expect(runs()).toBe(1);
  });

  it("waits for the first while that is under way", async () => {
    await using edge = createTestEdge();
    let finish = (): void => undefined;
    let runs = 0;
    edge.gateway.calls.on("users__add_user", () => {
      runs += 1;
      return new Promise((resolve) => (finish = () => resolve({ content: [] })));
    });
    const both = Promise.all([edge.post(ADD, BODY, KEY), edge.post(ADD, BODY, KEY)]);
    await waitFor(() => edge.gateway.calls.inFlight === 1, { what: "the call" });
    finish();
    const [first, second] = await both;
    expect(second.body).toBe(first.body);
    expect(runs).toBe(1);
  });

  it("is refused for other arguments, another tool or other input", async () => {
    await using edge = createTestEdge();
    countRuns(edge);
    await edge.post(ADD, BODY, KEY);
    const others = [
      edge.post(ADD, { arguments: { email: "x@y.z" } }, KEY),
      edge.post(SEARCH, BODY, KEY),
      edge.post(ADD, { ...BODY, requestState: "s" }, KEY),
    ];
    for (const response of await Promise.all(others)) {
      expect(response.statusCode).toBe(422);
      expect(response.json()).toMatchObject({ code: "idempotency-conflict", key: "k-1" });
    }
  });

  it("runs for each principal on its own", async () => {
    const tokens = { one: principal("one"), two: principal("two") };
    await using edge = createTestEdge({ tokens });
    const runs = countRuns(edge);
    await edge.post(ADD, BODY, { ...KEY, "x-api-key": "one" });
    await edge.post(ADD, BODY, { ...KEY, "x-api-key": "two" });
    expect(runs()).toBe(2);
  });

  it("runs again when the answer has been forgotten", async () => {
    await using edge = createTestEdge({ options: { idempotencyTtlMs: 60_000 } });
    await edge.gateway.clock.advance(1);
    const runs = countRuns(edge);
    await edge.post(ADD, BODY, KEY);
    await edge.gateway.clock.advance(59_000);
    await edge.post(ADD, BODY, KEY);
    expect(runs()).toBe(1);
    await edge.gateway.clock.advance(2_000);
    await edge.post(ADD, BODY, KEY);
    expect(runs()).toBe(2);
  });

  it("gets the result as an event too", async () => {
    await using edge = createTestEdge();
    const runs = countRuns(edge);
    await edge.post(ADD, BODY, KEY);
    const response = await edge.post(ADD, BODY, { ...KEY, accept: "text/event-stream" });
    expect(readEvents(response.body)).toMatchObject([
      { event: "result", data: { content: [{ text: "run 1" }] } },
    ]);
    expect(runs()).toBe(1);
  });

  it("runs on when its client leaves, so that the retry finds the answer", async () => {
    await using edge = createTestEdge();
    const base = await edge.listen();
    let finish = (): void => undefined;
    let aborted = false;
    edge.gateway.calls.on("users__add_user", (_request, signal) => {
      signal.addEventListener("abort", () => (aborted = true));
      return new Promise((resolve) => (finish = () => resolve({ content: [] })));
    });
    const leaving = new AbortController();
    const url = `${base}${ADD}`;
    const options = { method: "POST", headers: KEY };
    const left = fetch(url, { ...options, signal: leaving.signal }).catch(() => "left");
    await waitFor(() => edge.gateway.calls.inFlight === 1, { what: "the call" });
    leaving.abort();
    expect(await left).toBe("left");
    const retry = fetch(url, options);
    finish();
    expect((await retry).status).toBe(200);
    expect(edge.gateway.calls.requests).toHaveLength(1);
    expect(aborted).toBe(false);
  });
});

describe("a failed call repeated with its Idempotency-Key", () => {
  const unreached = { server: "users", state: "disconnected", retryAfterMs: 5, reached: false };

  it.each([
    [1, "server-unavailable", unreached],
    [0, "circuit-open", { server: "users", retryAfterMs: 5 }],
    [0, "invalid-arguments", { violations: [] }],
  ] as const)("runs again when %i attempts ended in %s", async (attempts, code, data) => {
    await using edge = createTestEdge();
    let runs = 0;
    edge.gateway.calls.on("users__add_user", () => {
      runs += 1;
      const error = new GatewayError(code, "No.", data);
      return { outcome: { kind: "failure", error }, meta: { attempts } };
    });
    await edge.post(ADD, BODY, KEY);
    await edge.post(ADD, BODY, KEY);
    expect(runs).toBe(2);
  });

  it.each([
    ["the server was lost on the way", "server-unavailable", { ...unreached, reached: true }],
    ["the deadline passed", "deadline-exceeded", { timeoutMs: 5 }],
    ["the server broke the protocol", "upstream-protocol", { server: "users" }],
  ] as const)(
    "gets the same failure when %s: the call may have happened",
    async (_n, code, data) => {
      await using edge = createTestEdge();
      let runs = 0;
      edge.gateway.calls.on("users__add_user", () => {
        runs += 1;
        throw new GatewayError(code, "No.", data);
      });
      const first = await edge.post(ADD, BODY, KEY);
      const second = await edge.post(ADD, BODY, KEY);
      expect(second.statusCode).toBe(first.statusCode);
      expect(runs).toBe(1);
    },
  );

  it("goes on when input was required: nothing has happened yet", async () => {
    await using edge = createTestEdge();
    edge.gateway.calls.on("users__add_user", ({ requestState }) =>
      requestState === undefined
        ? {
            outcome: { kind: "input_required", body: rawJson(Buffer.from('{"requestState":"s"}')) },
          }
        : { content: [] },
    );
    expect((await edge.post(ADD, BODY, KEY)).statusCode).toBe(409);
    expect((await edge.post(ADD, { ...BODY, requestState: "s" }, KEY)).statusCode).toBe(200);
  });

  it.each(["", "x".repeat(256), "tab\there"])("is refused with the key %j", async (key) => {
    await using edge = createTestEdge();
    const response = await edge.post(ADD, BODY, { "idempotency-key": key });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ violations: [{ path: "/idempotency-key" }] });
  });
});
