import { describe, expect, it } from "vitest";
import { toolListSchema, wholeToolSchema } from "../../../contract/index.ts";
import { createTestEdge, type TestEdge } from "../../../../test/support/http-edge.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";

interface Page {
  readonly tools: readonly { readonly id: string }[];
  readonly total: number;
  readonly nextCursor?: string;
}

const many = Array.from({ length: 250 }, (_, index) => ({
  server: index % 2 === 0 ? "even" : "odd",
  name: `tool_${String(index).padStart(3, "0")}`,
}));

async function page(edge: TestEdge, query: string): Promise<Page> {
  const response = await edge.get(`/v1/tools${query}`);
  expect(response.statusCode).toBe(200);
  toolListSchema.parse(response.json());
  return response.json<Page>();
}

async function allPages(edge: TestEdge, query: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const next = await page(edge, cursor === undefined ? query : `${query}&cursor=${cursor}`);
    ids.push(...next.tools.map(({ id }) => id));
    cursor = next.nextCursor;
  } while (cursor !== undefined);
  return ids;
}

describe("listing tools", () => {
  it("pages to the end, each tool once, in a stable order", async () => {
    await using edge = createTestEdge({ tools: many });
    const ids = await allPages(edge, "?limit=100");
    expect(ids).toHaveLength(250);
    expect(new Set(ids).size).toBe(250);
    expect(ids).toEqual(edge.gateway.catalog.tools().map(({ id }) => id));
    expect(await page(edge, "")).toMatchObject({ total: 250, nextCursor: expect.any(String) });
  });

  it("takes up to 1,000 in one page, and has no cursor then", async () => {
    await using edge = createTestEdge({ tools: many });
    const whole = await page(edge, "?limit=1000");
    expect(whole.tools).toHaveLength(250);
    expect(whole).not.toHaveProperty("nextCursor");
  });

  it("goes on rightly when the tool at the cursor has gone", async () => {
    await using edge = createTestEdge({ tools: many });
    const first = await page(edge, "?limit=3");
    const last = first.tools[2]!.id;
    edge.gateway.catalog.setTools(many.filter(({ server, name }) => `${server}__${name}` !== last));
    const second = await page(edge, `?limit=1&cursor=${first.nextCursor}`);
    expect(second.tools).toMatchObject([{ id: "even__tool_006" }]);
  });

  it("shows one server's tools, and less of each when asked", async () => {
    await using edge = createTestEdge();
    const files = await page(edge, "?server=files&detail=name");
    expect(files).toEqual({
      tools: [{ id: "files__read_file", server: "files", name: "read_file", health: "ready" }],
      total: 1,
    });
    expect(await page(edge, "?server=nobody")).toEqual({ tools: [], total: 0 });
  });

  it("shows only what the caller may use", async () => {
    const rules = { allow: ["files__*"] };
    await using edge = createTestEdge({ anonymous: principal("a", { role: "agent", rules }) });
    expect(await page(edge, "")).toMatchObject({ total: 1, tools: [{ id: "files__read_file" }] });
  });

  it.each([
    ["?limit=1001", "/limit: expected number to be <=1000, received 1001"],
    ["?limit=x", '/limit: expected number, received "x"'],
    ["?cursor=abc", '/cursor: is none of ours, received "abc"; take nextCursor of the page before'],
    ["?page=2", '/page: unknown member "page"; known are server, limit, cursor, detail'],
  ])("is refused: %s", async (query, message) => {
    await using edge = createTestEdge();
    const response = await edge.get(`/v1/tools${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ detail: `The request is not valid: ${message}.` });
  });
});

describe("showing one tool", () => {
  it("shows it whole", async () => {
    await using edge = createTestEdge();
    const response = await edge.get("/v1/tools/users__search_users");
    wholeToolSchema.parse(response.json());
    expect(response.json()).toMatchObject({
      id: "users__search_users",
      inputSchema: { type: "object" },
      readOnly: true,
      flags: [],
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      cache: { cached: false, coalesced: true, why: expect.stringContaining("cache.mode") },
      alternates: [],
      health: "ready",
    });
  });

  it("names the nearest when there is none", async () => {
    await using edge = createTestEdge();
    const response = await edge.get("/v1/tools/users__search_user");
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({
      code: "unknown-tool",
      nearest: expect.arrayContaining(["users__search_users"]),
    });
  });

  it("knows nothing of a tool that the caller may not use", async () => {
    const rules = { deny: ["users__add_*"] };
    await using edge = createTestEdge({ anonymous: principal("a", { role: "agent", rules }) });
    const response = await edge.get("/v1/tools/users__add_user");
    expect(response.statusCode).toBe(404);
    expect(response.json<{ nearest: string[] }>().nearest).not.toContain("users__add_user");
  });
});
