import { describe, expect, it } from "vitest";
import { searchAnswerSchema } from "../../../contract/index.ts";
import { createTestEdge, type TestEdge } from "../../../../test/support/http-edge.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";

const SEARCH = "/v1/tools/search";

interface Answer {
  readonly tools: readonly object[];
  readonly tokens: { readonly catalogue: number; readonly returned: number };
}

async function search(edge: TestEdge, body: object): Promise<Answer> {
  const response = await edge.post(SEARCH, body);
  expect(response.statusCode).toBe(200);
  searchAnswerSchema.parse(response.json());
  return response.json<Answer>();
}

describe("searching", () => {
  it("answers the tools that fit, best first, ready to be called", async () => {
    await using edge = createTestEdge();
    expect(await search(edge, { query: "find users by company" })).toEqual({
      tools: [
        {
          id: "users__search_users",
          server: "users",
          name: "search_users",
          title: "Search users",
          description: "Finds users by name, e-mail or company. Pages with limit and offset.",
          inputSchema: {
            type: "object",
            properties: { name: { type: "string" }, limit: { type: "integer" } },
          },
          annotations: { readOnlyHint: true },
          score: 0.75,
          health: "ready",
        },
      ],
      abstained: false,
      mode: "lexical",
      tokens: { catalogue: expect.any(Number), returned: expect.any(Number) },
      tookMs: 1,
    });
  });

  it("passes on what narrows the search", async () => {
    await using edge = createTestEdge();
    const narrowed = { query: "user", limit: 2, servers: ["users"], tags: ["crm"], mode: "dense" };
    await search(edge, { ...narrowed, explain: true });
    expect(edge.gateway.discovery.searches).toEqual([{ ...narrowed, explain: true }]);
  });

  it("shows what each signal gave, when asked", async () => {
    await using edge = createTestEdge();
    const { tools } = await search(edge, { query: "file", explain: true });
    expect(tools).toMatchObject([{ id: "files__read_file", explain: { lexical: 1 } }]);
  });

  it("shows names only, or a summary", async () => {
    await using edge = createTestEdge();
    const names = await search(edge, { query: "company", detail: "name" });
    expect(names.tools).toEqual([
      {
        id: "users__search_users",
        server: "users",
        name: "search_users",
        score: 1,
        health: "ready",
      },
    ]);
    const summaries = await search(edge, { query: "company", detail: "summary" });
    expect(summaries.tools).toMatchObject([
      { description: "Finds users by name, e-mail or company." },
    ]);
    expect(summaries.tools[0]).not.toHaveProperty("inputSchema");
  });

  it("says how the servers are doing", async () => {
    await using edge = createTestEdge();
    edge.gateway.fakeServers.set({ id: "files", state: "disconnected" });
    await edge.post("/v1/servers/users/circuit", { action: "open" });
    const { tools } = await search(edge, { query: "file adds", detail: "name" });
    expect(tools).toMatchObject([
      { id: "files__read_file", health: "disconnected" },
      { id: "users__add_user", health: "degraded" },
    ]);
  });

  it("says when nothing fits", async () => {
    await using edge = createTestEdge();
    expect(await search(edge, { query: "zzz" })).toMatchObject({ tools: [], abstained: true });
  });

  it("finds only what the caller may use", async () => {
    const rules = { deny: ["users__*"] };
    await using edge = createTestEdge({ anonymous: principal("a", { role: "agent", rules }) });
    expect(await search(edge, { query: "user" })).toMatchObject({ tools: [] });
  });

  it("is refused with every violation named", async () => {
    await using edge = createTestEdge();
    const response = await edge.post(SEARCH, {
      query: "",
      limit: 101,
      format: "gemini",
      server: "x",
    });
    expect(response.statusCode).toBe(400);
    const { violations } = response.json<{ violations: { path: string }[] }>();
    expect(violations.map(({ path }) => path)).toEqual(["/query", "/limit", "/format", "/server"]);
  });
});

describe("what a search costs", () => {
  it("is counted where that was done, and the difference is what was saved", async () => {
    await using edge = createTestEdge();
    const { gateway } = edge;
    const { fingerprint } = gateway.catalog.tool("users__search_users")!;
    gateway.countTokens(1_000, { [fingerprint]: 80 });
    const { tokens } = await search(edge, { query: "company" });
    expect(tokens).toEqual({ catalogue: 1_000, returned: 80 });
    expect(gateway.metrics.sum("discoveryTokensSaved")).toBe(920);
  });

  it("is estimated at four bytes a token elsewhere, also after the catalogue changed", async () => {
    await using edge = createTestEdge({ tools: [{ server: "a", name: "one" }] });
    const { tokens: before } = await search(edge, { query: "one" });
    const { definition } = edge.gateway.catalog.tool("a__one")!;
    const estimate = Math.ceil(definition.bytes.length / 4);
    expect(before).toEqual({ catalogue: estimate, returned: estimate });
    edge.gateway.catalog.setTools([
      { server: "a", name: "one" },
      { server: "b", name: "one" },
    ]);
    const { tokens: after } = await search(edge, { query: "zzz" });
    expect(after).toEqual({ catalogue: 2 * estimate, returned: 0 });
  });

  it("stays within maxTokens: the best first, in less detail where it must, the rest told", async () => {
    const tool = (name: string, length: number) => ({
      server: "s",
      name,
      description: `find ${"x".repeat(length)}`,
    });
    await using edge = createTestEdge({
      tools: [tool("a", 40), tool("b", 4_000), tool("c", 40)],
    });
    const answer = await search(edge, { query: "find", maxTokens: 200 });
    expect(answer.tools).toMatchObject([{ id: "s__a" }, { id: "s__b" }, { id: "s__c" }]);
    expect(answer.tools[1]).not.toHaveProperty("inputSchema");
    expect(answer.tokens.returned).toBeLessThanOrEqual(200);
    expect(answer).not.toHaveProperty("omitted");
    const tight = await search(edge, { query: "find", maxTokens: 12 });
    expect(tight).toMatchObject({ tools: [], omitted: 3 });
  });

  it("is less with fewer details", async () => {
    await using edge = createTestEdge();
    const { tokens: whole } = await search(edge, { query: "company" });
    const { tokens: name } = await search(edge, { query: "company", detail: "name" });
    expect(name.returned).toBeLessThan(whole.returned);
  });
});

describe("tools for function calling", () => {
  it("come in OpenAI's shape", async () => {
    await using edge = createTestEdge();
    const { tools } = await search(edge, { query: "company", format: "openai" });
    expect(tools).toMatchObject([
      {
        type: "function",
        function: { name: "users__search_users", parameters: { type: "object" } },
      },
    ]);
  });

  it("come in Anthropic's shape", async () => {
    await using edge = createTestEdge();
    const { tools } = await search(edge, { query: "company", format: "anthropic" });
    expect(tools).toMatchObject([
      { name: "users__search_users", input_schema: { type: "object" } },
    ]);
  });
});
