import { describe, expect, it } from "vitest";
import { circuitSchema, serverListSchema, serverSchema } from "../../../contract/index.ts";
import { createTestEdge } from "../../../../test/support/http-edge.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";

describe("listing servers", () => {
  it("tells operators where each is, how it does and why it is away", async () => {
    await using edge = createTestEdge();
    const reason = "connection refused";
    edge.gateway.fakeServers.set({ id: "files", state: "disconnected", reason, retryInMs: 900 });
    const response = await edge.get("/v1/servers");
    const { servers } = serverListSchema.parse(response.json());
    expect(servers).toHaveLength(2);
    expect(servers.find(({ id }) => id === "files")).toEqual({
      id: "files",
      state: "disconnected",
      reason,
      retryInMs: 900,
      since: 1_700_000_000_000,
      transport: "websocket",
      target: "ws://127.0.0.1:9/files",
      source: "overlay",
      isolation: "shared",
      tags: [],
      tools: 1,
      reconnects: 0,
      connections: 1,
      pids: [],
      circuit: { state: "closed", forced: false, failures: 0, retryAfterMs: 0 },
    });
  });

  it("tells agents only what their calls need", async () => {
    await using edge = createTestEdge({ anonymous: principal("a", { role: "agent" }) });
    edge.gateway.fakeServers.set({
      id: "files",
      state: "disconnected",
      reason: "10.0.0.7 refused",
    });
    const { servers } = serverListSchema.parse((await edge.get("/v1/servers")).json());
    expect(servers.find(({ id }) => id === "files")).toEqual({
      id: "files",
      state: "disconnected",
      since: 1_700_000_000_000,
      tags: [],
      tools: 1,
      circuit: { state: "closed", forced: false, failures: 0, retryAfterMs: 0 },
    });
  });

  it("shows an agent with tool rules only the servers whose tools it may use", async () => {
    const rules = { allow: ["users__search_*"] };
    await using edge = createTestEdge({ anonymous: principal("a", { role: "agent", rules }) });
    const { servers } = serverListSchema.parse((await edge.get("/v1/servers")).json());
    expect(servers).toMatchObject([{ id: "users", tools: 1 }]);
    expect((await edge.get("/v1/servers/files")).statusCode).toBe(404);
  });
});

describe("showing a server", () => {
  it("adds the end of its stderr for operators", async () => {
    await using edge = createTestEdge();
    edge.gateway.fakeServers.set({ id: "files", stderrTail: ["boom"] });
    const server = serverSchema.parse((await edge.get("/v1/servers/files")).json());
    expect(server.stderrTail).toEqual(["boom"]);
    expect((await edge.get("/v1/servers")).body).not.toContain("boom");
  });

  it("names the nearest when there is none", async () => {
    await using edge = createTestEdge();
    const response = await edge.get("/v1/servers/user");
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ code: "unknown-server", nearest: ["users"] });
  });
});

describe("changing servers", () => {
  it("adds one and says where it is", async () => {
    await using edge = createTestEdge();
    const response = await edge.post("/v1/servers", { id: "wiki", url: "ws://127.0.0.1:1/mcp" });
    expect(response.statusCode).toBe(201);
    expect(response.headers["location"]).toBe("/v1/servers/wiki");
    expect(serverSchema.parse(response.json())).toMatchObject({
      id: "wiki",
      target: "ws://127.0.0.1:1/mcp",
    });
  });

  it.each([
    [{ id: "users", url: "ws://x" }, 409, "server-exists"],
    [{ id: "wiki", command: "node" }, 403, "forbidden"],
    [{ url: "ws://x" }, 400, "invalid-request"],
    [{ id: "a b", url: "ws://x" }, 400, "invalid-request"],
    [
      Object.fromEntries(Array.from({ length: 70 }, (_, n) => [`k${n}`, n])),
      400,
      "invalid-request",
    ],
  ])("does not add %j", async (body, status, code) => {
    await using edge = createTestEdge();
    const response = await edge.post("/v1/servers", body);
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ code });
  });

  it("changes one", async () => {
    await using edge = createTestEdge();
    const response = await edge.send("PATCH", "/v1/servers/users", { url: "ws://127.0.0.1:2" });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ target: "ws://127.0.0.1:2" });
    expect((await edge.send("PATCH", "/v1/servers/users", {})).statusCode).toBe(400);
    expect((await edge.send("PATCH", "/v1/servers/nope", { a: 1 })).statusCode).toBe(404);
  });

  it("removes one", async () => {
    await using edge = createTestEdge();
    const response = await edge.send("DELETE", "/v1/servers/users");
    expect(response.statusCode).toBe(204);
    expect(response.body).toBe("");
    expect((await edge.send("DELETE", "/v1/servers/users")).statusCode).toBe(404);
  });

  it("reconnects one", async () => {
    await using edge = createTestEdge();
    const response = await edge.post("/v1/servers/users/reconnect");
    expect(serverSchema.parse(response.json())).toMatchObject({ id: "users" });
    expect(edge.gateway.fakeServers.reconnected).toEqual(["users"]);
    expect((await edge.post("/v1/servers/nope/reconnect")).statusCode).toBe(404);
  });

  it("opens, closes and resets a circuit", async () => {
    await using edge = createTestEdge();
    const open = await edge.post("/v1/servers/users/circuit", { action: "open" });
    expect(circuitSchema.parse(open.json())).toMatchObject({ state: "open", forced: true });
    const list = await edge.get("/v1/servers/users");
    expect(list.json()).toMatchObject({ circuit: { state: "open" } });
    const reset = await edge.post("/v1/servers/users/circuit", { action: "reset" });
    expect(reset.json()).toMatchObject({ state: "closed" });
    const wrong = await edge.post("/v1/servers/users/circuit", { action: "shut" });
    expect(wrong.statusCode).toBe(400);
  });
});
