import type { Cancellation } from "../../kernel/abort.ts";
import { beforeEach, describe, expect, it } from "vitest";
import { GatewayError } from "../../kernel/errors.ts";
import { createFakeClock, type FakeClock } from "../../kernel/fake-clock.ts";
import { createSeededRandom } from "../../kernel/random.ts";
import { rawJson, toRawJson } from "../../kernel/raw-json.ts";
import { principal } from "../../../test/support/fakes/principals.ts";
import {
  createRecordingLog,
  type RecordingLog,
} from "../../../test/support/fakes/recording-log.ts";
import {
  createRecordingMetrics,
  type RecordingMetrics,
} from "../../../test/support/fakes/recording-metrics.ts";
import { ACCESS_DEFAULTS, createAccess } from "../access/index.ts";
import { CATALOG_DEFAULTS, createCatalog, parseServerId, type Catalog } from "../catalog/index.ts";
import { createCircuits, RESILIENCE_DEFAULTS, type CircuitBreakers } from "../resilience/index.ts";
import type { ServerSpec, UpstreamAnswer, UpstreamRequest } from "../upstream/index.ts";
import type { CallRequest } from "./call.ts";
import { createCalls, type DrainableCalls } from "./create-calls.ts";
import { CALLS_DEFAULTS } from "./options.ts";
import type { Outcome } from "./outcome.ts";

const server = parseServerId("files")!;
const spec = {
  timeoutMs: 60_000,
  maxTimeoutMs: 60_000,
  extendOnProgress: false,
  isolation: "shared",
  maxConcurrency: 1,
  maxQueue: 0,
} as ServerSpec;
const answer: UpstreamAnswer = { kind: "result", body: rawJson(Buffer.from('{"content":[]}')) };
const noOne = new AbortController().signal;

describe("a call", () => {
  let clock: FakeClock;
  let log: RecordingLog;
  let metrics: RecordingMetrics;
  let catalog: Catalog;
  let circuits: CircuitBreakers;
  let calls: DrainableCalls;
  let recorded: Outcome[];
  let upstream: (request: UpstreamRequest, signal: Cancellation) => Promise<UpstreamAnswer>;

  beforeEach(() => {
    [clock, log, metrics] = [createFakeClock(), createRecordingLog(), createRecordingMetrics()];
    const random = createSeededRandom(5);
    catalog = createCatalog(CATALOG_DEFAULTS, { log, metrics });
    catalog.setServer(server, { tags: [], allow: [], deny: [] });
    const inputSchema = { type: "object", properties: { path: { type: "string" } } };
    catalog.replaceTools(server, [
      toRawJson({ name: "read", inputSchema, annotations: { readOnlyHint: true } }),
      toRawJson({ name: "write", inputSchema }),
      toRawJson({ name: "odd", inputSchema: { type: "object", properties: 5 } }),
    ]);
    circuits = createCircuits(RESILIENCE_DEFAULTS.circuit, { clock, random, metrics, log });
    upstream = async () => answer;
    recorded = [];
    calls = createCalls(
      { ...CALLS_DEFAULTS, ...RESILIENCE_DEFAULTS },
      {
        access: createAccess(ACCESS_DEFAULTS),
        catalog,
        circuits,
        upstreams: {
          spec: () => spec,
          call: (request, signal) => upstream(request, signal),
          status: () => undefined,
          on: () => ({ [Symbol.dispose]: () => undefined }),
        },
        clock,
        random,
        log,
        metrics,
        onRecorded: (_, outcome) => recorded.push(outcome),
      },
    );
  });

  const call = (tool: string, more: Partial<CallRequest> & { args?: string } = {}) => {
    const { args = '{"path":"a"}', ...rest } = more;
    const request = { principal: principal("p"), tool, arguments: rawJson(Buffer.from(args)) };
    return calls.call({ ...request, ...rest }, noOne);
  };
  const codeOf = (outcome: Outcome): string =>
    outcome.kind === "failure" ? outcome.error.code : outcome.kind;
  const away = (reached: boolean) =>
    new GatewayError("server-unavailable", "away", {
      server,
      state: "disconnected",
      retryAfterMs: 0,
      reached,
    });

  it("gives the server's bytes and how they came about", async () => {
    const traceId = "a".repeat(32);
    expect(await call("files__read", { traceId })).toEqual({
      ...answer,
      meta: {
        server: "files",
        tool: "files__read",
        cache: "none",
        attempts: 1,
        circuit: "closed",
        durationMs: 0,
        traceId,
      },
    });
    expect((await call("files__read")).meta.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  it("of an unknown tool names the nearest and is counted", async () => {
    const outcome = await call("files__raed");
    expect(outcome).toMatchObject({
      error: {
        code: "unknown-tool",
        message: expect.stringContaining('no tool "files__raed". Did you mean files__read'),
        data: { tool: "files__raed" },
      },
      meta: { server: "", attempts: 0 },
    });
    expect(codeOf(await call("FILES__READ"))).toBe("unknown-tool");
    expect(metrics.sum("toolCalls", { server: "", tool: "", outcome: "unknown-tool" })).toBe(2);
  });

  it("is refused before the server hears of it, and recorded all the same", async () => {
    upstream = () => expect.unreachable();
    const denied = principal("q", { rules: { deny: ["*read"] } });
    const outcomes = [
      await call("files__read", { principal: denied }),
      await call("files__write", { readOnlyOnly: true }),
      await call("files__read", { args: '{"path":7}' }),
    ];
    expect(outcomes.map(codeOf)).toEqual(["unknown-tool", "forbidden", "invalid-arguments"]);
    expect(recorded).toEqual(outcomes);
    expect(outcomes[2]).toMatchObject({
      error: {
        message:
          'The arguments do not fit the input schema of "files__read": /path must be string, got 7.',
        data: { violations: [{ path: "/path", message: "must be string, got 7" }] },
      },
    });
  });

  it("flags a schema that cannot be used in the catalogue, once", async () => {
    await call("files__odd", { args: "{}" });
    await call("files__odd", { args: "{}" });
    expect(catalog.tool("files__odd")?.flags).toEqual(["schema-uncompilable"]);
    expect(log.lines.filter((line) => line.level === "warn")).toHaveLength(1);
  });

  it("holds no place at the server while it pauses between attempts", async () => {
    upstream = async ({ tool }) => {
      if (tool === "read") throw away(false);
      return answer;
    };
    const retried = call("files__read");
    await clock.advance(0);
    expect(calls.inFlight).toBe(1);
    expect(codeOf(await call("files__write"))).toBe("result");
    await clock.advance(1_000);
    expect(await retried).toMatchObject({ error: { code: "server-unavailable" } });
    expect((await retried).meta.attempts).toBe(3);
  });

  it("meets the circuit anew with each attempt", async () => {
    upstream = () => Promise.reject(away(true));
    for (let time = 0; time < 4; time++) await call("files__write");
    const outcome = call("files__read");
    await clock.advance(900);
    expect(await outcome).toMatchObject({
      error: { code: "circuit-open" },
      meta: { attempts: 1, circuit: "open" },
    });
  });

  it("ends as cancelled when its caller leaves, and the server is told", async () => {
    let seen: Cancellation | undefined;
    upstream = (_, signal) => {
      seen = signal;
      return new Promise(() => undefined);
    };
    const caller = new AbortController();
    const request = { principal: principal("p"), tool: "files__write", arguments: toRawJson({}) };
    const outcome = calls.call(request, caller.signal);
    await clock.advance(0);
    caller.abort();
    expect((await outcome).kind).toBe("cancelled");
    expect(seen?.aborted).toBe(true);
    expect([calls.inFlight, clock.pending]).toEqual([0, 0]);
  });

  it("ends with the deadline even if the server never answers", async () => {
    upstream = () => new Promise(() => undefined);
    const outcome = call("files__write");
    await clock.advance(60_000);
    expect(codeOf(await outcome)).toBe("deadline-exceeded");
    expect(clock.pending).toBe(0);
  });

  it("shares an answer with equal calls under way", async () => {
    let asked = 0;
    upstream = async () => {
      asked += 1;
      return answer;
    };
    const [one, two] = await Promise.all([
      call("files__read", { args: '{"path":"a"}' }),
      call("files__read", { args: '{ "path" : "a" }' }),
    ]);
    expect(asked).toBe(1);
    expect([one.meta.cache, two.meta.cache]).toEqual(["none", "coalesced"]);
    expect([one.meta.attempts, two.meta.attempts]).toEqual([1, 0]);
  });

  describe("when the gateway stops", () => {
    it("may end if it is under way, while new ones are refused", async () => {
      let end!: (answer: UpstreamAnswer) => void;
      upstream = () => new Promise((resolve) => (end = resolve));
      const running = call("files__write");
      await clock.advance(0);
      const stopped = calls[Symbol.asyncDispose]();
      expect(await call("files__read")).toMatchObject({
        error: { code: "server-unavailable", data: { state: "stopping", reached: false } },
      });
      end(answer);
      expect((await running).kind).toBe("result");
      await stopped;
      expect(clock.pending).toBe(0);
    });

    it("still makes the calls of plans under way", async () => {
      await calls[Symbol.asyncDispose]();
      const trail = { tools: new Set<string>(), add: () => undefined };
      const origin = { plan: "p_1", step: "a", within: [], trail };
      expect((await call("files__read", { origin })).kind).toBe("result");
    });

    it("is ended after a while", async () => {
      upstream = () => new Promise(() => undefined);
      const running = call("files__write");
      await clock.advance(0);
      const stopped = calls[Symbol.asyncDispose]();
      await clock.advance(10_000);
      await stopped;
      expect(await running).toMatchObject({
        error: { code: "server-unavailable", data: { server: "files", reached: true } },
      });
    });

    it("stops at once when nothing is under way", async () => {
      await calls[Symbol.asyncDispose]();
      expect(clock.pending).toBe(0);
    });
  });
});
