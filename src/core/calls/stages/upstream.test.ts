import { describe, expect, it } from "vitest";
import { GatewayError } from "../../../kernel/errors.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import type { UpstreamAnswer, UpstreamRequest } from "../../upstream/index.ts";
import { gist, makeCall, type CallFixture } from "../../../../test/support/fakes/call-fixture.ts";
import { createRecordingLog } from "../../../../test/support/fakes/recording-log.ts";
import { createRecordingMetrics } from "../../../../test/support/fakes/recording-metrics.ts";
import { createUpstreamStage } from "./upstream.ts";

const body = rawJson(Buffer.from('{"content":[]}'));

function setUp(run: (request: UpstreamRequest) => Promise<UpstreamAnswer>) {
  const [log, metrics] = [createRecordingLog(), createRecordingMetrics()];
  const requests: UpstreamRequest[] = [];
  const call = (request: UpstreamRequest): Promise<UpstreamAnswer> => {
    requests.push(request);
    return run(request);
  };
  const stage = createUpstreamStage({ upstreams: { call }, log, metrics });
  const attempt = async (fixture: CallFixture = {}) => {
    const made = makeCall(fixture);
    return { call: made, ending: await stage(made) };
  };
  return { attempt, requests, log, metrics };
}

describe("an attempt at the server", () => {
  it("asks for the tool by its own name and gives the bytes that come back", async () => {
    const { attempt, requests, metrics } = setUp(async () => ({ kind: "result", body }));
    const onProgress = () => undefined;
    const request = {
      session: "1",
      meta: body,
      requestState: "x",
      inputResponses: body,
      onProgress,
    };
    const { call, ending } = await attempt({ request, args: '{"a": 1}' });
    expect(ending).toEqual({ kind: "result", body });
    expect(requests[0]).toMatchObject({
      server: "s",
      tool: "read",
      safe: true,
      scope: { session: "1", principal: { id: "p" } },
      meta: body,
      requestState: "x",
      inputResponses: body,
      onProgress,
    });
    expect(Buffer.from(requests[0]!.arguments.bytes).toString()).toBe('{"a": 1}');
    expect(call.notes.attempts).toBe(1);
    expect(metrics.sum("upstreamAttempts", { server: "s", outcome: "result" })).toBe(1);
  });

  it("counts the tries that the connection makes once more", async () => {
    const { attempt } = setUp(async ({ tries }) => {
      tries!.attempts += 1;
      return { kind: "result", body };
    });
    expect((await attempt()).call.notes.attempts).toBe(2);
  });

  it("hands on which plan asks, and the trace that the call belongs to", async () => {
    const { attempt, requests } = setUp(async () => ({ kind: "result", body }));
    const trail = { tools: new Set<string>(), add: () => undefined };
    const origin = { plan: "p", step: "a", within: ["composites__outer"], trail };
    await attempt({ request: { origin } });
    expect(requests[0]?.origin).toBe(origin);
    expect(requests[0]?.traceId).toBe("0".repeat(32));
  });

  it("tells deadlines and the caller of progress", async () => {
    const heard: string[] = [];
    const { attempt, requests } = setUp(async () => ({ kind: "result", body }));
    const signsOfLife = [() => heard.push("deadline")];
    await attempt({ request: { onProgress: () => heard.push("caller") }, signsOfLife });
    requests[0]!.onProgress?.(body);
    expect(heard).toEqual(["deadline", "caller"]);
  });

  it("says that calling twice may do harm, unless the tool reads or is idempotent", async () => {
    const { attempt, requests } = setUp(async () => ({ kind: "input_required", body }));
    await attempt({ tool: { annotations: { destructiveHint: false } } });
    await attempt({ tool: { annotations: { idempotentHint: true } } });
    expect(requests.map((request) => request.safe)).toEqual([false, true]);
  });

  it("ends in the failure that was thrown", async () => {
    const error = new GatewayError("needs-auth", "log in", { server: "s" });
    const { attempt, metrics } = setUp(() => Promise.reject(error));
    expect((await attempt()).ending).toEqual({ kind: "failure", error });
    expect(metrics.sum("upstreamAttempts", { server: "s", outcome: "needs-auth" })).toBe(1);
  });

  it("ends in cancellation, or in the failure that the signal tells", async () => {
    const { attempt } = setUp(() => Promise.reject(new Error("aborted")));
    const aborted = async (reason: unknown) => {
      const caller = new AbortController();
      caller.abort(reason);
      return gist((await attempt({ signal: caller.signal })).ending);
    };
    expect(await aborted(new Error("gone"))).toBe("cancelled");
    expect(await aborted(new GatewayError("cancelled", "gone", {}))).toBe("cancelled");
    const late = new GatewayError("deadline-exceeded", "late", { timeoutMs: 1 });
    expect(await aborted(late)).toBe("deadline-exceeded");
  });

  it("ends a bug as an internal failure, with the stack in the log and not in the answer", async () => {
    const { attempt, log } = setUp(() => Promise.reject(new TypeError("x is not a function")));
    const { ending } = await attempt();
    expect(gist(ending)).toBe("internal");
    expect(JSON.stringify(ending)).not.toContain("not a function");
    expect(log.lines[0]).toMatchObject({ level: "error", fields: { tool: "s__read" } });
    expect((log.lines[0]!.fields["err"] as Error).stack).toContain("not a function");
  });
});
