import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { createTestEdge } from "../../../test/support/http-edge.ts";

const SEARCH = "/v1/tools/search";

describe("an unknown route", () => {
  it("is answered 404 at once, with the nearest path", async () => {
    await using edge = createTestEdge({ anonymous: null });
    const response = await edge.get("/v1/tool?x=1");
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ code: "unknown-route", route: "GET /v1/tool" });
    expect(response.json<{ detail: string }>().detail).toContain("did you mean /v1/tools?");
  });

  it.each(["/.well-known/oauth-protected-resource", "/v1", "/v2/tools"])("is %s", async (url) => {
    await using edge = createTestEdge();
    expect((await edge.get(url)).json()).toMatchObject({ status: 404, code: "unknown-route" });
  });
});

describe("a method that a path does not know", () => {
  it.each([
    ["PUT", "/v1/tools", "GET, HEAD"],
    ["GET", SEARCH, "POST"],
    ["DELETE", "/v1/tools/users__add_user/call", "POST"],
    ["PUT", "/v1/servers/users", "GET, HEAD, PATCH, DELETE"],
    ["HEAD", "/v1/events", "GET"],
    ["OPTIONS", "/healthz", "GET, HEAD"],
  ] as const)("%s %s is answered 405 with what is allowed", async (method, url, allow) => {
    await using edge = createTestEdge();
    const response = await edge.send(method, url);
    expect(response.statusCode).toBe(405);
    expect(response.headers["allow"]).toBe(allow);
    expect(response.body).toContain(method === "HEAD" ? "" : '"code":"method-not-allowed"');
  });
});

describe("a body that cannot be taken", () => {
  it("is too large", async () => {
    await using edge = createTestEdge({ options: { maxBodyBytes: 1_024 } });
    const response = await edge.post(SEARCH, { query: "x".repeat(2_000) });
    expect(response.statusCode).toBe(413);
    expect(response.json()).toMatchObject({ code: "payload-too-large", limitBytes: 1_024 });
  });

  it("is not JSON by its type", async () => {
    await using edge = createTestEdge();
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const response = await edge.post(SEARCH, '{"query":"x"}', type);
    expect(response.statusCode).toBe(415);
    expect(response.json()).toMatchObject({ code: "invalid-request" });
    expect(response.json<{ detail: string }>().detail).toContain(
      "application/x-www-form-urlencoded",
    );
  });

  it("is nested too deep", async () => {
    await using edge = createTestEdge();
    const response = await edge.post(SEARCH, `{"query":${"[".repeat(6_000)}${"]".repeat(6_000)}}`);
    expect(response.statusCode).toBe(400);
    expect(response.json<{ detail: string }>().detail).toContain("nested deeper than 5000 levels");
  });

  it("is missing", async () => {
    await using edge = createTestEdge();
    const response = await edge.post(SEARCH);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      violations: [{ path: "", message: "is required: expected object" }],
    });
  });

  it("has a JSON type of its own, and is taken", async () => {
    await using edge = createTestEdge();
    const type = { "content-type": "application/merge-patch+json; charset=utf-8" };
    expect((await edge.post(SEARCH, { query: "user" }, type)).statusCode).toBe(200);
  });
});

describe("an address that cannot be decoded", () => {
  it("is answered 400", async () => {
    await using edge = createTestEdge();
    const response = await edge.get("/v1/tools/%E0%A4%A");
    expect(response.statusCode).toBe(400);
    expect(response.headers["content-type"]).toBe("application/problem+json");
    expect(response.json()).toMatchObject({ code: "invalid-request" });
  });

  it("is answered 414 when a parameter is too long", async () => {
    await using edge = createTestEdge();
    expect((await edge.get(`/v1/tools/${"x".repeat(300)}`)).statusCode).toBe(414);
  });
});

describe("bytes that are no HTTP request", () => {
  async function answerTo(bytes: string): Promise<string> {
    await using edge = createTestEdge();
    const { port } = new URL(await edge.listen());
    return await new Promise((resolve, reject) => {
      const socket = connect(Number(port), "127.0.0.1", () => socket.write(bytes));
      let text = "";
      socket.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      socket.on("end", () => resolve(text)).on("error", reject);
    });
  }

  it("are answered 400 as a problem, and the connection ends", async () => {
    const answer = await answerTo("nonsense\r\n\r\n");
    expect(answer).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/problem\+json/,
    );
    expect(answer).toContain('"code":"invalid-request"');
  });

  it("are answered 431 when the headers are too large", async () => {
    const answer = await answerTo(`GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });
});
