import { describe, expect, it } from "vitest";
import {
  cacheExplanationSchema,
  cacheInvalidatedSchema,
  cacheStatsSchema,
  cacheSuggestionsSchema,
} from "../../../contract/index.ts";
import { SAMPLE_TOOLS } from "../../../../test/support/fake-gateway.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { createTestEdge, type TestEdge } from "../../../../test/support/http-edge.ts";

const TOOL = "users__search_users";
const cacheRules = { users: { ttlMs: 60_000, tags: ["crm"], scope: "tenant" as const } };
const AGENT = { authorization: "Bearer agent" };
const OPERATOR = { authorization: "Bearer operator" };
const rules = { deny: ["users__add_*"] };
const tokens = {
  agent: principal("agent", { role: "agent", rules }),
  operator: principal("operator", { role: "operator" }),
};

/** The body of `POST /v1/cache/explain` as it stands, so that numbers keep their spelling. */
async function keyOf(edge: TestEdge, args: string, headers?: Record<string, string>) {
  const body = `{"tool":"${TOOL}","arguments":${args}}`;
  const response = await edge.post("/v1/cache/explain", body, headers);
  return cacheExplanationSchema.parse(response.json());
}

describe("what the caches did", () => {
  it("is shown by tier and tool, without L2 where there is no Redis", async () => {
    await using edge = createTestEdge({ cacheRules });
    const stats = (await edge.get("/v1/cache")).json();
    expect(cacheStatsSchema.parse(stats)).toEqual(stats);
    expect(stats).toMatchObject({ mode: "declared", l1: { hits: 0, entries: 0 }, tools: [] });
    expect(stats).not.toHaveProperty("l2");
  });

  it("stands beside the rules that have no effect", async () => {
    await using edge = createTestEdge({
      cacheRules: { users: { tools: { [TOOL]: { ttlMs: 1 } } } },
    });
    const { remarks } = cacheStatsSchema.parse((await edge.get("/v1/cache")).json());
    expect(remarks).toMatchObject([{ server: "users", setting: `cache.tools.${TOOL}` }]);
  });
});

describe("why a tool is cached", () => {
  it("is told with everything that decides it", async () => {
    await using edge = createTestEdge({ cacheRules });
    const response = await edge.post("/v1/cache/explain", { tool: TOOL });
    expect(response.statusCode).toBe(200);
    expect(cacheExplanationSchema.parse(response.json())).toMatchObject({
      tool: TOOL,
      policy: { cached: true, coalesced: true, ttlMs: 60_000, scope: "tenant", tags: ["crm"] },
      key: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it("is told for one that is not, with what would change it", async () => {
    await using edge = createTestEdge();
    const explained = await keyOf(edge, "{}");
    expect(explained.policy).toMatchObject({ cached: false });
    expect(explained.policy.why).toContain('set cache.ttlMs for server "users"');
    expect(explained).not.toHaveProperty("key");
    expect(explained.uncachedReason).toBe(explained.policy.why);
  });

  it("tells what a call of a tool that may write makes void", async () => {
    await using edge = createTestEdge({ cacheRules });
    const { policy } = cacheExplanationSchema.parse(
      (await edge.post("/v1/cache/explain", { tool: "users__add_user" })).json(),
    );
    expect(policy).toMatchObject({ cached: false, invalidates: ["server:users"] });
  });

  it("gives calls that mean the same one key, and others others", async () => {
    await using edge = createTestEdge({ cacheRules });
    const { key } = await keyOf(edge, '{"name":"Alice","limit":10}');
    expect((await keyOf(edge, '{ "limit": 1.0e1, "name": "\\u0041lice" }')).key).toBe(key);
    expect((await keyOf(edge, '{"name":"Bob","limit":10}')).key).not.toBe(key);
  });

  it("gives no key to a call whose integers would be rounded", async () => {
    await using edge = createTestEdge({ cacheRules });
    const explained = await keyOf(edge, '{"limit":9007199254740993}');
    expect(explained).not.toHaveProperty("key");
    expect(explained.uncachedReason).toContain("a number that would be rounded");
    expect(explained.policy.cached).toBe(true);
  });

  it("tells agents, whose keys differ where answers are not shared", async () => {
    await using edge = createTestEdge({ tokens, cacheRules: { users: { ttlMs: 1 } } });
    const [mine, others] = [await keyOf(edge, "{}", AGENT), await keyOf(edge, "{}", OPERATOR)];
    expect(mine.key).toBeDefined();
    expect(mine.key).not.toBe(others.key);
  });

  it("is not told of a tool that the caller may not use, which looks unknown", async () => {
    await using edge = createTestEdge({ tokens, cacheRules });
    const ask = (tool: string) => edge.post("/v1/cache/explain", { tool }, AGENT);
    const [hidden, absent] = [await ask("users__add_user"), await ask("users__add_users")];
    for (const response of [hidden, absent]) {
      expect(response.statusCode).toBe(404);
      expect(response.json()).toMatchObject({ code: "unknown-tool" });
      expect(response.json<{ nearest: string[] }>().nearest).not.toContain("users__add_user");
    }
  });

  it.each([
    ["no tool", {}, "/tool"],
    ["an empty name", { tool: "" }, "/tool"],
    ["arguments that are a list", { tool: TOOL, arguments: [] }, "/arguments"],
    ["arguments that are null", { tool: TOOL, arguments: null }, "/arguments"],
    ["something unknown", { tool: TOOL, args: {} }, "/args"],
  ])("is not told for %s", async (_name, body, path) => {
    await using edge = createTestEdge({ cacheRules });
    const response = await edge.post("/v1/cache/explain", body);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: "invalid-request", violations: [{ path }] });
  });

  it.each([
    ["no body", undefined],
    ["half a body", '{"tool":'],
  ])("is not told for %s", async (_name, body) => {
    await using edge = createTestEdge();
    const response = await edge.post("/v1/cache/explain", body);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: "invalid-request" });
  });
});

describe("what might be cached", () => {
  it("is an empty list as long as nothing was seen", async () => {
    await using edge = createTestEdge();
    const answer = cacheSuggestionsSchema.parse((await edge.get("/v1/cache/suggestions")).json());
    expect(answer).toEqual({ suggestions: [] });
  });
});

describe("making cached answers void", () => {
  it.each([{ server: "users" }, { tool: TOOL }, { tag: "crm" }, { tag: "crm", server: "users" }])(
    "takes %o",
    async (body) => {
      await using edge = createTestEdge({ cacheRules });
      const response = await edge.post("/v1/cache/invalidate", body);
      expect(response.statusCode).toBe(200);
      expect(cacheInvalidatedSchema.parse(response.json())).toEqual({ status: "invalidated" });
    },
  );

  it("counts as a change of the tools it names, and of no others", async () => {
    await using edge = createTestEdge({ cacheRules });
    const { caches, catalog } = edge.gateway;
    const counts = () =>
      [TOOL, "files__read_file"].map((id) => caches.generationOf(catalog.tool(id)!));
    const [users, files] = counts();
    await edge.post("/v1/cache/invalidate", { tag: "crm" });
    expect(counts()).toEqual([users! + 1, files]);
    await edge.post("/v1/cache/invalidate", { tool: TOOL });
    expect(counts()).toEqual([users! + 2, files]);
    await edge.post("/v1/cache/invalidate", { server: "files", tool: TOOL });
    expect(counts()).toEqual([users! + 2, files]);
    await edge.post("/v1/cache/invalidate", { server: "files", tag: "crm" });
    expect(counts()).toEqual([users! + 3, files! + 1]);
  });

  it.each([
    [{ server: "user" }, "unknown-server", ["users"]],
    [{ tool: "search_users" }, "unknown-tool", [TOOL]],
    [{ server: "files", tool: "read_fil" }, "unknown-tool", ["files__read_file"]],
    [{ tool: "users__*", tag: "crm" }, "unknown-tool", expect.any(Array)],
  ])("knows nothing of %o", async (body, code, nearest) => {
    await using edge = createTestEdge({ cacheRules });
    const response = await edge.post("/v1/cache/invalidate", body);
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ code, nearest });
  });

  it("notes a tag that no rule has, and a key that is not in memory", async () => {
    await using edge = createTestEdge({ cacheRules });
    const response = await edge.post("/v1/cache/invalidate", { tag: "peeple", key: "k" });
    expect(response.statusCode).toBe(200);
    const { notes } = cacheInvalidatedSchema.parse(response.json());
    expect(notes?.map(({ member }) => member)).toEqual(["tag", "key"]);
  });

  it.each([
    ["nothing named", {}, ["", "must name at least one of server, tool, tag and key"]],
    [
      "an unknown member",
      { tag: "a", tags: "b" },
      ["/tags", 'unknown member "tags"; did you mean "tag"?'],
    ],
    ["an empty name", { tag: "" }, ["/tag", expect.stringContaining(">=1")]],
    ["a list of names", { tool: [TOOL] }, ["/tool", expect.stringContaining("expected string")]],
    ["a name that is too long", { key: "k".repeat(257) }, ["/key", expect.stringContaining("256")]],
  ])("is refused with %s", async (_name, body, [path, message]) => {
    await using edge = createTestEdge();
    const response = await edge.post("/v1/cache/invalidate", body);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ violations: [{ path, message }] });
  });
});

describe("the caches", () => {
  it("are the business of operators, but for why an agent's own calls are cached", async () => {
    const tools = SAMPLE_TOOLS;
    await using edge = createTestEdge({ tools, tokens, anonymous: null, cacheRules });
    const statuses = async (headers: Record<string, string>) => {
      const answers = [
        await edge.get("/v1/cache", headers),
        await edge.get("/v1/cache/suggestions", headers),
        await edge.post("/v1/cache/invalidate", { tag: "crm" }, headers),
        await edge.post("/v1/cache/explain", { tool: TOOL }, headers),
      ];
      return answers.map(({ statusCode }) => statusCode);
    };
    expect(await statuses({})).toEqual([401, 401, 401, 401]);
    expect(await statuses(AGENT)).toEqual([403, 403, 403, 200]);
    expect(await statuses(OPERATOR)).toEqual([200, 200, 200, 200]);
  });
});
