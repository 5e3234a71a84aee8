import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { freePort } from "../support/free-port.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import { startWsServer } from "../support/modern-ws-server.ts";
import {
  everythingEntry,
  filesystemEntry,
  memoryEntry,
  sequentialThinkingEntry,
  startEverything,
  usersEntry,
} from "../support/real-servers.ts";
import { restClient, type RestClient } from "../support/rest-client.ts";
import { scriptEntry } from "../support/server-entry.ts";
import { untilState, type ServerView } from "../support/settled.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const ids = [
  "users",
  "users-stdio",
  "everything",
  "everything-http",
  "everything-sse",
  "filesystem",
  "memory",
  "thinking",
  "modern-http",
  "modern-ws",
];

const closers: (() => Promise<unknown>)[] = [];
let daemon: Daemon;
let rest: RestClient;
let views: Map<string, ServerView>;
let files: string;

async function hold<T extends AsyncDisposable>(starting: Promise<T>): Promise<T> {
  const resource = await starting;
  closers.push(async () => resource[Symbol.asyncDispose]());
  return resource;
}

beforeAll(async () => {
  const [folder, everythingHttp, everythingSse, modernHttp, modernWs, usersPort] =
    await Promise.all([
      hold(makeTempDir()),
      hold(startEverything("streamableHttp")),
      hold(startEverything("sse")),
      hold(startModernHttpServer()),
      hold(startWsServer({ era: "modern" })),
      freePort(),
    ]);
  files = join(folder.path, "files");
  await mkdir(files);
  await writeFile(join(files, "poem.txt"), "Roses are red.\n");
  const users = scriptEntry(
    "examples/users/main.ts",
    ["--port", String(usersPort)].concat("--data", join(folder.path, "users")),
  );
  daemon = await hold(
    startDaemon({
      config: {
        mcpServers: {
          users: { ...users, url: `ws://127.0.0.1:${usersPort}` },
          "users-stdio": usersEntry(),
          everything: everythingEntry(),
          "everything-http": { url: everythingHttp.url },
          "everything-sse": { url: everythingSse.url, type: "sse" },
          filesystem: filesystemEntry(files),
          memory: memoryEntry(join(folder.path, "memory.jsonl")),
          thinking: sequentialThinkingEntry(),
          "modern-http": { url: modernHttp.url },
          "modern-ws": { url: modernWs.url },
        },
      },
    }),
  );
  rest = restClient(daemon.url);
  views = await untilState(rest, ids);
}, 90_000);

afterAll(async () => {
  for (const close of closers.toReversed()) await close();
}, 60_000);

describe("ten real servers behind one daemon", () => {
  it.each([
    ["users", "websocket", "modern"],
    ["users-stdio", "stdio", "modern"],
    ["everything", "stdio", "legacy"],
    ["everything-http", "streamable-http", "legacy"],
    ["everything-sse", "sse", "legacy"],
    ["filesystem", "stdio", "legacy"],
    ["memory", "stdio", "legacy"],
    ["thinking", "stdio", "legacy"],
    ["modern-http", "streamable-http", "modern"],
    ["modern-ws", "websocket", "modern"],
  ])("has %s ready over %s in the %s era, its tools listed", async (id, transport, era) => {
    expect(views.get(id)).toMatchObject({ state: "ready", transport, era });
    const { body } = await rest.get(`/v1/tools?server=${id}&limit=100`);
    expect(body.tools.length).toBe(views.get(id)?.tools);
    expect(body.tools.length).toBeGreaterThan(0);
    for (const tool of body.tools) {
      expect(tool).toMatchObject({ server: id, id: expect.stringMatching(new RegExp(`^${id}__`)) });
    }
  });

  const called: [string, object, unknown][] = [
    ["users__search_users", { name: "Alice" }, expect.stringContaining("Alice")],
    ["users-stdio__get_user_by_id", { id: 1 }, expect.stringContaining("1")],
    ["everything__echo", { message: "grüezi" }, "Echo: grüezi"],
    ["everything-http__get-sum", { a: 2, b: 3 }, expect.stringContaining("5")],
    ["everything-sse__echo", { message: "sse" }, "Echo: sse"],
    ["memory__read_graph", {}, expect.stringContaining("entities")],
    ["modern-http__add", { a: 1, b: 2 }, '{"sum":3}'],
    ["modern-ws__add", { a: 40, b: 2 }, '{"sum":42}'],
  ];
  it.each(called)("calls %s", async (tool, args, text) => {
    const { status, body } = await rest.call(tool, args);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { isError: false, content: [{ type: "text", text }], meta: { tool, attempts: 1 } },
    });
  });

  it("reads a file through filesystem, which is held to its folder", async () => {
    const read = await rest.call("filesystem__read_text_file", { path: join(files, "poem.txt") });
    expect(read.body.content[0].text).toBe("Roses are red.\n");
    const outside = await rest.call("filesystem__read_text_file", { path: "/etc/passwd" });
    expect(outside).toMatchObject({ status: 200, body: { isError: true } });
  });

  it("keeps what memory was told", async () => {
    const entity = { name: "Ada", entityType: "person", observations: ["writes programs"] };
    await rest.call("memory__create_entities", { entities: [entity] });
    const found = await rest.call("memory__search_nodes", { query: "programs" });
    expect(found.body.content[0].text).toContain("Ada");
  });

  it("thinks a step with sequential-thinking", async () => {
    const step = {
      thought: "first",
      nextThoughtNeeded: false,
      thoughtNumber: 1,
      totalThoughts: 1,
    };
    const { body } = await rest.call("thinking__sequentialthinking", step);
    expect(body).toMatchObject({ isError: false });
    expect(body.content[0].text).toContain('"thoughtNumber": 1');
  });
});

describe("the search over them", () => {
  it.each([
    ["who works at a company", "users__search_users"],
    ["read a text file", "filesystem__read_text_file"],
    ["add two numbers", "modern-http__add"],
    ["remember facts about a person in a graph", "memory__"],
  ])("finds for %j first %s", async (query, first) => {
    const servers = ["users", "filesystem", "memory", "modern-http", "everything", "thinking"];
    const { status, body } = await rest.post("/v1/tools/search", { query, servers });
    expect(status).toBe(200);
    expect(body.tools[0].id).toContain(first);
    expect(body).toMatchObject({ abstained: false, mode: "hybrid" });
  });

  it("answers MCP-Zero requests in two stages", async () => {
    const text = `I need somebody's address.
<tool_assistant>
server: A directory of people and the companies they work at
tool: find a person by name or e-mail
</tool_assistant>
<tool_assistant>
server: File access on the local disk
tool: read the content of a text file
</tool_assistant>`;
    const { status, body } = await rest.post("/v1/tools/request", { text });
    expect(status).toBe(200);
    expect(body.groups).toHaveLength(2);
    const tops = body.groups.map((group: { tools: { id: string }[] }) => group.tools[0]?.id);
    expect(tops[0]).toMatch(/^users(-stdio)?__search_users$/);
    expect(tops[1]).toMatch(/^filesystem__read_(text_)?file$/);
    expect(body.groups[0].servers[0]).toMatchObject({
      id: expect.any(String),
      score: expect.any(Number),
    });
  });
});
