import { describe, expect, it } from "vitest";
import type { CallMeta, Outcome } from "../../calls/index.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import { toTool } from "../../../../test/support/fakes/fake-catalog.ts";
import { createLatencyModel } from "./latency-model.ts";

const tool = toTool({ server: "s", name: "read" });
const changed = toTool({ server: "s", name: "read", description: "changed" });

function took(durationMs: number, more: Partial<CallMeta> = {}): Outcome {
  const meta: CallMeta = {
    server: "s",
    tool: tool.id,
    cache: "none",
    attempts: 1,
    circuit: "closed",
    durationMs,
    traceId: "",
    ...more,
  };
  return { kind: "result", body: rawJson(Buffer.from("{}")), meta };
}

const create = (known = tool) =>
  createLatencyModel({ assumedLatencyMs: 250 }, { catalog: { tool: () => known } });

describe("what is expected of a tool", () => {
  it("is the default until it has been seen", () => {
    expect(create().expected(tool.id)).toEqual({ meanMs: 250, p95Ms: 250 });
  });

  it("follows what its calls take", () => {
    const model = create();
    model.record(tool, took(100));
    expect(model.expected(tool.id)).toMatchObject({ meanMs: 100, p95Ms: 100 });
    for (let call = 0; call < 40; call++) model.record(tool, took(20));
    expect(model.expected(tool.id).meanMs).toBeCloseTo(20, 0);
    expect(model.expected(tool.id).p95Ms).toBe(20);
    for (let call = 0; call < 3; call++) model.record(tool, took(500));
    expect(model.expected(tool.id).p95Ms).toBe(500);
  });

  it("is learned only from what its server answered", () => {
    const model = create();
    const error = new GatewayError("internal", "It broke.", {});
    model.record(tool, took(1, { cache: "l1", attempts: 0 }));
    model.record(tool, took(1, { cache: "coalesced" }));
    model.record(tool, took(1, { degraded: { via: "stale", reason: "away" } }));
    model.record(tool, { kind: "failure", error, meta: took(1).meta });
    expect(model.expected(tool.id).meanMs).toBe(250);
  });

  it("is learned anew when the tool changes", () => {
    const model = create(changed);
    model.record(tool, took(5));
    expect(model.expected(tool.id).meanMs).toBe(250);
    model.record(changed, took(7));
    expect(model.expected(tool.id).meanMs).toBe(7);
  });
});
