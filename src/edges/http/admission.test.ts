import { describe, expect, it } from "vitest";
import { createTestEdge } from "../../../test/support/http-edge.ts";
import { principal } from "../../../test/support/fakes/principals.ts";

describe("the Host header", () => {
  it.each([
    "localhost:8700",
    "127.0.0.1",
    "127.1.2.3:80",
    "[::1]:8700",
    "a.localhost",
    "LOCALHOST",
  ])("may be %s on loopback", async (host) => {
    await using edge = createTestEdge();
    expect((await edge.get("/healthz", { host })).statusCode).toBe(200);
  });

  it.each(["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8700", "1.2.3.4"])(
    "may not be %s on loopback",
    async (host) => {
      await using edge = createTestEdge();
      const response = await edge.get("/v1/tools", { host });
      expect(response.statusCode).toBe(403);
      expect(response.json()).toMatchObject({ code: "forbidden", reason: "host" });
    },
  );

  it("may be a name that the operator allows", async () => {
    await using edge = createTestEdge({ options: { allowedHosts: ["Gateway.internal"] } });
    const ok = await edge.get("/healthz", { host: "gateway.INTERNAL:8700" });
    expect(ok.statusCode).toBe(200);
    expect((await edge.get("/healthz", { host: "other.internal" })).statusCode).toBe(403);
  });

  it("may be anything elsewhere, unless names are given", async () => {
    await using open = createTestEdge({ options: { host: "0.0.0.0" } });
    expect((await open.get("/healthz", { host: "gateway.internal" })).statusCode).toBe(200);
    const options = { host: "0.0.0.0", allowedHosts: ["gateway.internal"] };
    await using named = createTestEdge({ options });
    expect((await named.get("/healthz", { host: "other.internal" })).statusCode).toBe(403);
  });
});

describe("the Origin header", () => {
  const host = "127.0.0.1:8700";
  const page = "https://admin.example.org";

  it("may not name another page", async () => {
    await using edge = createTestEdge();
    for (const origin of [page, "null", "http://127.0.0.1:9999"]) {
      const response = await edge.get("/v1/tools", { host, origin });
      expect(response.statusCode).toBe(403);
      expect(response.json()).toMatchObject({ code: "forbidden", reason: "origin" });
      expect(response.headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  it("may name our own pages", async () => {
    await using edge = createTestEdge();
    const response = await edge.get("/v1/tools", { host, origin: `http://${host}` });
    expect(response.statusCode).toBe(200);
  });

  it("may name a page that the operator allows, which can read the answer", async () => {
    await using edge = createTestEdge({ options: { allowedOrigins: [page] } });
    const response = await edge.get("/v1/tools", { host, origin: page });
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      "access-control-allow-origin": page,
      vary: "origin",
      "access-control-expose-headers": expect.stringContaining("x-trace-id"),
    });
  });

  it("lets an allowed page ask beforehand, without a key", async () => {
    await using edge = createTestEdge({ options: { allowedOrigins: ["*"] }, anonymous: null });
    const response = await edge.app.inject({
      method: "OPTIONS",
      url: "/v1/tools/search",
      headers: {
        host,
        origin: page,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
      },
    });
    expect(response.statusCode).toBe(204);
    expect(response.headers).toMatchObject({
      "access-control-allow-origin": page,
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "authorization, content-type",
    });
  });
});

describe("who asks", () => {
  const tokens = {
    "agent-key": principal("a", { role: "agent" }),
    "operator-key": principal("o", { role: "operator" }),
    "admin-key": principal("r"),
  };

  it("is known by a bearer token or by X-API-Key", async () => {
    await using edge = createTestEdge({ tokens, anonymous: null });
    const bearer = { authorization: "Bearer agent-key" };
    expect((await edge.get("/v1/tools", bearer)).statusCode).toBe(200);
    expect((await edge.get("/v1/tools", { "x-api-key": "agent-key" })).statusCode).toBe(200);
    const basic = { authorization: "Basic agent-key" };
    expect((await edge.get("/v1/tools", basic)).statusCode).toBe(401);
  });

  it.each(["/healthz", "/readyz", "/openapi.json", "/docs"])(
    "does not matter for %s",
    async (url) => {
      await using edge = createTestEdge({ anonymous: null });
      expect((await edge.get(url)).statusCode).toBe(200);
    },
  );

  it("must be an operator to read metrics", async () => {
    await using edge = createTestEdge({ tokens, anonymous: null });
    expect((await edge.get("/metrics")).statusCode).toBe(401);
    expect((await edge.get("/metrics", { "x-api-key": "agent-key" })).statusCode).toBe(403);
    expect((await edge.get("/metrics", { "x-api-key": "operator-key" })).statusCode).toBe(200);
  });

  it("must be an admin to change anything", async () => {
    await using edge = createTestEdge({ tokens, anonymous: null });
    const change = async (token: string): Promise<number[]> => {
      const headers = { "x-api-key": token };
      const answers = await Promise.all([
        edge.post("/v1/servers", { id: "x", url: "ws://x" }, headers),
        edge.post("/v1/servers/users/reconnect", undefined, headers),
        edge.post("/v1/servers/users/circuit", { action: "reset" }, headers),
        edge.post("/v1/reload", undefined, headers),
        edge.post("/v1/stop", undefined, headers),
      ]);
      return answers.map((answer) => answer.statusCode);
    };
    expect(await change("operator-key")).toEqual([403, 403, 403, 403, 403]);
    expect(await change("admin-key")).toEqual([201, 200, 200, 200, 202]);
  });

  it("must be known on routes that others register here, unless they say otherwise", async () => {
    await using edge = createTestEdge({ tokens, anonymous: null });
    edge.app.get("/mcp", (request) => ({ who: request.principal.id }));
    edge.app.get("/open", { config: { access: "open" } }, (request) => ({
      who: request.principal.id,
    }));
    expect((await edge.get("/mcp")).statusCode).toBe(401);
    expect((await edge.get("/mcp", { "x-api-key": "agent-key" })).json()).toEqual({ who: "a" });
    expect((await edge.get("/open")).json()).toEqual({ who: "nobody" });
  });
});
