import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { principal } from "../../../../test/support/fakes/principals.ts";
import {
  ANYONE,
  createToolWorld,
  REAL_TOOLS,
  type ToolWorld,
} from "../../../../test/support/tool-world.ts";
import { toRawJson } from "../../../kernel/raw-json.ts";
import type { ServerId } from "../../catalog/index.ts";
import type { ToolRequest, ToolRequestGroup } from "../index.ts";

const { signal } = new AbortController();

let world: ToolWorld;
beforeEach(async () => {
  world = await createToolWorld({ real: true });
  await world.serve("users", REAL_TOOLS["users"] ?? {}, {
    description: "Directory of the people of the company",
  });
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

async function ask(
  requests: readonly ToolRequest[],
  { limit, as = ANYONE }: { limit?: number; as?: typeof ANYONE } = {},
): Promise<readonly ToolRequestGroup[]> {
  const asked = limit === undefined ? { requests } : { requests, limit };
  return world.discovery.request(asked, as, signal);
}

async function askOne(request: ToolRequest, more = {}): Promise<ToolRequestGroup> {
  const [group] = await ask([request], more);
  if (group === undefined) throw new Error("no group");
  return group;
}

function block(lines: string): string {
  return `<tool_assistant>\n${lines}\n</tool_assistant>`;
}

describe("routing tool requests", () => {
  it("chooses servers by the operator's words, then tools among theirs", async () => {
    const group = await askOne({ server: "directory of people", tool: "search by company" });
    expect(group.servers[0]?.id).toBe("users");
    expect(group.hits[0]?.tool.id).toBe("users__search_users");
    expect(group.request).toEqual({ server: "directory of people", tool: "search by company" });
  });

  it("chooses servers by the upstream's own words, and by its tools where nobody says anything", async () => {
    const { catalog, discovery } = world;
    const id = "xyz" as ServerId;
    catalog.setServer(id, { tags: [], allow: [], deny: [] });
    const definition = { name: "run", description: "Runs.", inputSchema: { type: "object" } };
    catalog.replaceTools(id, [toRawJson(definition)], "Controls the heating of a greenhouse");
    await discovery.settled();
    const heating = await askOne({ server: "greenhouse heating", tool: "run" });
    expect(heating.servers[0]?.id).toBe("xyz");
    expect(heating.hits[0]?.tool.id).toBe("xyz__run");
    const files = await askOne({ server: "something with directories", tool: "rename" });
    expect(files.hits[0]?.tool.id).toBe("filesystem__move_file");
  });

  it("scores (server × tool) × max(server, tool)", async () => {
    const request = { server: "directory of people", tool: "search users" };
    const routed = await askOne(request);
    const alone = await askOne({ tool: "search users" });
    const server = routed.servers.find(({ id }) => id === "users")?.score ?? 0;
    const tool = alone.hits.find((hit) => hit.tool.id === "users__search_users")?.score ?? 0;
    expect(routed.hits[0]?.score).toBeCloseTo(server * tool * Math.max(server, tool), 6);
  });

  it("answers each request on its own, in order, with as many tools as wanted", async () => {
    const groups = await ask(
      [{ server: "people", tool: "add a user" }, { tool: "sum of numbers" }, { tool: "echo" }],
      { limit: 2 },
    );
    expect(groups.map((group) => group.hits[0]?.tool.id)).toEqual([
      "users__add_user",
      "everything__get-sum",
      "everything__echo",
    ]);
    expect(groups.map((group) => group.hits.length <= 2)).toEqual([true, true, true]);
    expect(groups[1]?.servers).toEqual([]);
  });

  it("searches everything when the request names no server, or one that is like none", async () => {
    for (const server of [undefined, "", "zzzz qqqq"]) {
      const request = { ...(server === undefined ? {} : { server }), tool: "search users" };
      const { servers, hits } = await askOne(request);
      expect(servers).toEqual([]);
      expect(hits[0]?.tool.id).toBe("users__search_users");
    }
  });

  it("routes to 5 servers at most, and to none in which the principal sees no tool", async () => {
    for (let at = 0; at < 8; at++) {
      await world.serve(`people-${at}`, { list: "List people." }, { description: "People" });
    }
    const { servers } = await askOne({ server: "people", tool: "list people" });
    expect(servers).toHaveLength(5);
    const guest = principal("guest", { role: "agent", rules: { allow: ["filesystem__*"] } });
    const hidden = await askOne({ server: "people", tool: "list" }, { as: guest });
    expect(hidden.servers.every(({ id }) => id === "filesystem")).toBe(true);
    expect(hidden.hits.every(({ tool }) => tool.server === "filesystem")).toBe(true);
  });

  it("follows servers as they change and go", async () => {
    await world.serve("users", REAL_TOOLS["users"] ?? {}, { description: "Greenhouse heating" });
    const changed = await askOne({ server: "greenhouse heating", tool: "search" });
    expect(changed.servers[0]?.id).toBe("users");
    world.catalog.removeServer("users" as ServerId);
    const gone = await askOne({ server: "greenhouse heating", tool: "search" });
    expect(gone.servers.map(({ id }) => id)).not.toContain("users");
  });

  it("is refused with all that is wrong", async () => {
    const requests = Array.from({ length: 33 }, () => ({ tool: "x" }));
    const failure = async (...asked: Parameters<typeof ask>): Promise<unknown> => {
      try {
        return await ask(...asked);
      } catch (error) {
        return error;
      }
    };
    expect(await failure(requests)).toMatchObject({
      message: expect.stringContaining("at most 32 requests, got 33") as string,
    });
    expect(await failure([])).toMatchObject({
      message: expect.stringContaining("at least one request") as string,
    });
    expect(await failure([{ tool: "" }, { tool: "y".repeat(9_000) }], { limit: 0 })).toMatchObject({
      code: "invalid-request",
      data: {
        violations: [
          { path: "/limit" },
          { path: "/requests/0/tool" },
          { path: "/requests/1/tool" },
        ],
      },
    });
  });
});

describe("a search whose query holds <tool_assistant> blocks", () => {
  it("takes the best of each request in turn, each tool once", async () => {
    const query = [
      "I need these:",
      block("server: people\ntool: search users"),
      block("Task: read a text file"),
      block("tool: search users"),
    ].join("\n");
    const ids = await world.find(query, { limit: 4 });
    expect(ids.slice(0, 2)).toEqual(["users__search_users", "filesystem__read_text_file"]);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(4);
  });

  it("keeps to filters and to what the principal may use", async () => {
    const query = block("server: people\ntool: search users or files");
    const servers = async (more: object): Promise<Set<string>> =>
      new Set((await world.find(query, { limit: 50, ...more })).map((id) => id.split("__")[0]!));
    expect(await servers({ servers: ["filesystem"] })).toEqual(new Set(["filesystem"]));
    const guest = principal("guest", { role: "agent", rules: { deny: ["users__*"] } });
    expect(await servers({ as: guest })).not.toContain("users");
  });

  it("abstains when no request can be met, and says what it used", async () => {
    const answer = async (query: string) =>
      world.discovery.search({ query, explain: true }, ANYONE, signal);
    expect(await answer(block("tool: order a pizza"))).toMatchObject({ abstained: true });
    const mixed = await answer(block("tool: order a pizza") + block("tool: search users"));
    expect(mixed).toMatchObject({ abstained: false, mode: "hybrid" });
    const routed = await answer(block("server: people\ntool: search users"));
    expect(Object.keys(routed.hits[0]?.explain ?? {})).toContain("server");
  });

  it("is refused when it holds too many", async () => {
    const query = block("tool: x").repeat(33);
    await expect(world.find(query)).rejects.toThrow("/query must hold at most 32 requests, got 33");
  });

  it("is searched as plain words when its blocks ask for nothing", async () => {
    expect((await world.find("<tool_assistant>search users</tool_assistant>"))[0]).toBe(
      "users__search_users",
    );
  });
});
