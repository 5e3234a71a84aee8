import { describe, expect, it } from "vitest";
import { toolListSchema, wholeToolSchema } from "../../../contract/index.ts";
import { SERVER, TOOL_LIST, USERS_TOOL, WHOLE_TOOL } from "../../../../test/support/cli-answers.ts";
import { problem, runFakeCli } from "../../../../test/support/cli-host.ts";

describe("tools", () => {
  it("lists what can be called", async () => {
    expect(toolListSchema.safeParse(TOOL_LIST).success).toBe(true);
    const run = await runFakeCli(["tools"], { daemon: { "GET /v1/tools": { body: TOOL_LIST } } });
    expect(run.out.split("\n")).toEqual([
      "TOOL                 WHAT IT DOES",
      "users__search_users  Finds users by name, e-mail or company.",
      "",
    ]);
    expect(run.err).toBe("1 tool\n");
  });

  it("follows the pages to the end and joins them, keeping the bytes", async () => {
    const tool = (name: string): string =>
      `{"id":"a__${name}","server":"a","name":"${name}","health":"ready","inputSchema":{"maximum":9007199254740993}}`;
    const pages: Record<string, string> = {
      "": `{"tools":[${tool("b")}, ${tool("c")}],"total":3,"nextCursor":"p 2"}`,
      "p 2": `{"tools":[${tool("d")}],"total":3}`,
    };
    const daemon = {
      "GET /v1/tools": ({ path }: { path: string }) => ({
        body: pages[new URL(path, "http://x").searchParams.get("cursor") ?? ""],
      }),
    };
    const run = await runFakeCli(["tools", "--json", "--server", "a"], { daemon });
    expect(run.requests.map(({ path }) => path)).toEqual([
      "/v1/tools?detail=schema&server=a&limit=1000",
      "/v1/tools?detail=schema&server=a&limit=1000&cursor=p+2",
    ]);
    expect(run.out).toBe(`{"tools":[${tool("b")},${tool("c")},${tool("d")}],"total":3}\n`);
  });

  it("says when a server is not known, and when it has no tools", async () => {
    const empty = { "GET /v1/tools": { body: { tools: [], total: 0 } } };
    const unknown = {
      status: 404,
      ...problem("unknown-server", 'There is no server "usr".', { nearest: ["users"] }),
    };
    const missing = await runFakeCli(["tools", "--server", "usr"], {
      daemon: { ...empty, "GET /v1/servers/usr": unknown },
    });
    expect(missing).toMatchObject({ code: 1, out: "" });
    expect(missing.err).toContain("hint: Did you mean users?");
    const none = await runFakeCli(["tools", "--server", "users"], {
      daemon: { ...empty, "GET /v1/servers/users": { body: SERVER } },
    });
    expect(none).toMatchObject({ code: 0 });
    expect(none.out).toContain("There are no tools.");
  });

  it("shows one whole", async () => {
    expect(wholeToolSchema.safeParse(WHOLE_TOOL).success).toBe(true);
    const daemon = { [`GET /v1/tools/${USERS_TOOL.id}`]: { body: WHOLE_TOOL } };
    const run = await runFakeCli(["tools", USERS_TOOL.id], { daemon });
    expect(run.out).toContain("users__search_users  reads only\n  Finds users");
    expect(run.out).toContain("  name      string   yes     Part of the name.");
  });
});
