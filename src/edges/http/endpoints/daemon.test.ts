import { describe, expect, it } from "vitest";
import {
  healthAnswerSchema,
  readinessSchema,
  reloadAnswerSchema,
  statusSchema,
  stopAnswerSchema,
  tokenReportSchema,
} from "../../../contract/index.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import { createTestEdge } from "../../../../test/support/http-edge.ts";
import { waitFor } from "../../../../test/support/wait-for.ts";

describe("health and readiness", () => {
  it("says that the process answers", async () => {
    await using edge = createTestEdge();
    expect(healthAnswerSchema.parse((await edge.get("/healthz")).json())).toEqual({ status: "ok" });
    const head = await edge.send("HEAD", "/healthz");
    expect([head.statusCode, head.body]).toEqual([200, ""]);
  });

  it("is ready while servers are away, and counts them", async () => {
    await using edge = createTestEdge();
    edge.gateway.fakeServers.set({ id: "files", state: "disconnected" });
    const response = await edge.get("/readyz");
    expect(response.statusCode).toBe(200);
    expect(readinessSchema.parse(response.json())).toEqual({
      ready: true,
      servers: {
        total: 2,
        connecting: 0,
        ready: 1,
        degraded: 0,
        disconnected: 1,
        "needs-auth": 0,
        disabled: 0,
      },
      tools: 3,
      indexedTools: 3,
    });
  });

  it("says why it is not ready", async () => {
    const readiness = () => ({ ready: false, reason: "stopping" });
    await using edge = createTestEdge({ deps: { readiness } });
    const response = await edge.get("/readyz");
    expect(response.statusCode).toBe(503);
    expect(readinessSchema.parse(response.json())).toMatchObject({ reason: "stopping" });
  });
});

describe("what operators read", () => {
  it("is metrics in Prometheus' format", async () => {
    await using edge = createTestEdge();
    const response = await edge.get("/metrics");
    expect(response.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(response.body).toBe("# HELP nothing\n");
  });

  it("is the daemon's status", async () => {
    await using edge = createTestEdge();
    await edge.gateway.clock.advance(1_500);
    const status = statusSchema.parse((await edge.get("/v1/status")).json());
    expect(status).toMatchObject({
      version: "0.0.0-test",
      uptimeMs: 1_500,
      pid: process.pid,
      tools: 3,
      callsInFlight: 0,
      plansRunning: 0,
      composites: 0,
      discovery: { model: "fake", index: "exact" },
    });
  });

  it("is what the catalogue costs", async () => {
    await using edge = createTestEdge();
    edge.gateway.countTokens(4_200, {});
    const report = tokenReportSchema.parse((await edge.get("/v1/tokens")).json());
    expect(report).toMatchObject({ catalogue: 4_200, surface: 700, tokenizer: "o200k_base" });
  });

  it("is latency by route pattern and status", async () => {
    await using edge = createTestEdge();
    const { metrics } = edge.gateway;
    await edge.get("/v1/tools/users__add_user");
    await edge.get("/v1/tools/nope");
    await edge.get("/nowhere/at/all");
    const counts = [
      { route: "/v1/tools/:id", status: "200" },
      { route: "/v1/tools/:id", status: "404" },
      { route: "unmatched", status: "404" },
    ].map((labels) => metrics.count("httpRequestDuration", labels));
    expect(counts).toEqual([1, 1, 1]);
  });

  it("counts a request whose client has left as 499", async () => {
    await using edge = createTestEdge();
    edge.gateway.calls.on("users__add_user", (_, signal) => {
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("gone")));
      });
    });
    const leaving = new AbortController();
    const url = `${await edge.listen()}/v1/tools/users__add_user/call`;
    const body = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
    const call = fetch(url, { ...body, signal: leaving.signal });
    await waitFor(() => edge.gateway.calls.inFlight === 1, { what: "the call" });
    leaving.abort();
    await expect(call).rejects.toThrow(/abort/i);
    const labels = { route: "/v1/tools/:id/call", status: "499" };
    const { metrics } = edge.gateway;
    await waitFor(() => metrics.count("httpRequestDuration", labels) === 1, { what: "the 499" });
  });
});

describe("what admins do", () => {
  it("is reload the configuration", async () => {
    const warnings = ["gateway.port: takes effect after a restart"];
    await using edge = createTestEdge({ deps: { reload: () => Promise.resolve({ warnings }) } });
    const answer = reloadAnswerSchema.parse((await edge.post("/v1/reload")).json());
    expect(answer).toEqual({ status: "reloaded", warnings });
  });

  it("is hear every problem of a configuration that was refused", async () => {
    const problems = ["switchboard.yaml:3: unknown key", "switchboard.yaml:9: bad URL"];
    const reload = () =>
      Promise.reject(new GatewayError("invalid-config", "The file has 2 problems.", { problems }));
    await using edge = createTestEdge({ deps: { reload } });
    const response = await edge.post("/v1/reload");
    expect(response.statusCode).toBe(422);
    expect(response.json()).toMatchObject({ code: "invalid-config", problems });
  });

  it("is stop the daemon, which answers first", async () => {
    let stopped = false;
    await using edge = createTestEdge({ deps: { stop: () => (stopped = true) } });
    const base = await edge.listen();
    const response = await fetch(`${base}/v1/stop`, { method: "POST" });
    expect(response.status).toBe(202);
    expect(stopAnswerSchema.parse(await response.json())).toEqual({ status: "stopping" });
    await waitFor(() => stopped, { what: "the stop" });
  });
});

describe("the documentation", () => {
  it("is an OpenAPI document", async () => {
    await using edge = createTestEdge();
    const response = await edge.get("/openapi.json");
    expect(response.json()).toMatchObject({
      openapi: "3.1.1",
      info: { title: "Switchboard", version: "0.0.0-test" },
    });
  });

  it("is a page that needs nothing from elsewhere and runs no scripts", async () => {
    await using edge = createTestEdge();
    const response = await edge.get("/docs");
    expect(response.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(response.headers["content-security-policy"]).toMatch(
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'; base-uri 'none'/,
    );
    expect(response.body).toContain("/v1/tools/{id}/call");
    expect(response.body).toContain('id="error-unknown-tool"');
    expect(response.body).not.toMatch(/<script|https?:\/\/|src=|@import/);
  });
});

describe("closing the edge", () => {
  it("waits for calls under way", async () => {
    await using edge = createTestEdge();
    const base = await edge.listen();
    let finish = (): void => undefined;
    edge.gateway.calls.on(
      "users__add_user",
      () => new Promise((resolve) => (finish = () => resolve({ content: [] }))),
    );
    const answer = fetch(`${base}/v1/tools/users__add_user/call`, { method: "POST" });
    await waitFor(() => edge.gateway.calls.inFlight === 1, { what: "the call" });
    const closed = edge.app.close();
    finish();
    expect((await answer).status).toBe(200);
    await closed;
  });
});
