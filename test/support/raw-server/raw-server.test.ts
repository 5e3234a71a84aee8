import type { Client } from "@modelcontextprotocol/client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { connectV1, connectV2 } from "../sdk-clients.ts";
import type { Target } from "../sdk-clients.ts";
import { waitFor } from "../wait-for.ts";
import { rawStdioEntry, startRawHttpServer, startRawWsServer } from "./index.ts";
import type { RawServerOptions } from "./index.ts";

vi.setConfig({ testTimeout: 20_000 });

type Closable = { close(): Promise<void> };

const open: Closable[] = [];
afterEach(async () => {
  for (const closable of open.splice(0).toReversed()) {
    await closable.close();
  }
});

async function opened<T extends Closable>(making: Promise<T>): Promise<T> {
  const made = await making;
  open.push(made);
  return made;
}

type Starter = (options?: RawServerOptions) => Promise<Target>;

const transports: Record<string, Starter> = {
  stdio: (options) => Promise.resolve(rawStdioEntry(options)),
  WebSocket: (options) => opened(startRawWsServer(options)),
  "HTTP in JSON": (options) => opened(startRawHttpServer(options)),
  "HTTP in event streams": (options) => opened(startRawHttpServer({ ...options, answers: "sse" })),
};

const each = describe.each(Object.entries(transports));
const legacy = { era: "legacy" } as const;

function call(client: Client, name: string, args: Record<string, unknown> = {}) {
  return client.callTool({ name, arguments: args }, { timeout: 2000 });
}

function said(result: Awaited<ReturnType<typeof call>>): string {
  const [block] = result.content;
  return block?.type === "text" ? block.text : "";
}

each("the raw server over %s, asked properly,", (transport, start) => {
  it("serves SDK clients of the legacy era", async () => {
    const target = await start({ fillerTools: 2500 });
    const client = await opened(connectV2(target, legacy));
    const { tools } = await client.listTools();
    expect(tools.filter((tool) => tool.name.startsWith("tool_"))).toHaveLength(2500);
    expect(said(await call(client, "echo", { text: "hi" }))).toBe('{"text":"hi"}');
    await waitFor(async () => said(await call(client, "ask")) === "{}", {
      what: "a pong",
    });
    expect(said(await call(client, "tool_00001", { a: 1 }))).toBe('{"a":1}');
    expect(said(await call(client, "drip", { ms: 100 }))).toBe("drop by drop");
    await expect(call(client, "rpc_error", { code: -32_051 })).rejects.toThrow("as you wish");
    const v1 = await opened(connectV1(target));
    const tool = transport === "HTTP in JSON" ? "write" : "wrong_id";
    expect(await v1.callTool({ name: tool })).toHaveProperty("content.0.type", "text");
  });

  it("serves SDK clients of the modern era", async () => {
    const seen: string[][] = [];
    const onChanged = (_error: unknown, tools: { name: string }[] | null): void => {
      seen.push((tools ?? []).map((tool) => tool.name));
    };
    const client = await opened(
      connectV2(await start({ era: "both" }), {
        listChanged: { tools: { onChanged, debounceMs: 0 } },
      }),
    );
    expect(said(await call(client, "echo"))).toBe("{}");
    await call(client, "change_tools", { add: ["fresh"], remove: ["hang"] });
    await waitFor(() => seen.length > 0, { what: "list_changed" });
    expect(seen.at(-1)).toContain("fresh");
    expect(seen.at(-1)).not.toContain("hang");
  });

  it("reports progress and notices cancellation", async () => {
    const client = await opened(connectV2(await start(), legacy));
    const progress: number[] = [];
    const onprogress = (step: { progress: number }): unknown => progress.push(step.progress);
    await waitFor(async () => said(await call(client, "ask")) === "{}", {
      what: "a pong",
    });
    const args = { steps: 3, ms: 20 };
    await client.callTool({ name: "progress", arguments: args }, { onprogress });
    expect(progress).toEqual([1, 2, 3]);
    const abort = new AbortController();
    const sleeping = client.callTool(
      { name: "sleep", arguments: { ms: 10_000 } },
      { signal: abort.signal },
    );
    const counts = async () => said(await call(client, "count"));
    await waitFor(async () => (await counts()).includes('"sleep":1'), { what: "the call" });
    abort.abort();
    await expect(sleeping).rejects.toThrow(/abort/i);
  });
});

each("the raw server over %s, told to misbehave,", (_transport, start) => {
  it("does not answer, or dies, when it is opened", async () => {
    const silent = connectV2(await start({ opening: "silent" }), {
      ...legacy,
      connectTimeoutMs: 1500,
    });
    await expect(silent).rejects.toThrow("timed out");
    const dying = connectV2(await start({ opening: "die" }), legacy);
    await expect(dying).rejects.toThrow(/closed|fetch failed|terminated/i);
    const failing = connectV2(await start({ opening: "error" }), legacy);
    await expect(failing).rejects.toThrow("Not today");
  });

  it("hangs, or dies in the middle of a call or of its answer", async () => {
    const target = await start();
    for (const tool of ["die", "half"]) {
      const client = await opened(connectV2(target, legacy));
      const died = /closed|fetch failed|terminated|timed out/i;
      await expect(call(client, tool)).rejects.toThrow(died);
    }
    const client = await opened(connectV2(target, legacy));
    const hanging = client.callTool({ name: "hang" }, { timeout: 300 });
    await expect(hanging).rejects.toThrow("timed out");
  });

  it("does not list, or lists without end", async () => {
    const lost = await opened(connectV2(await start({ list: "error" }), legacy));
    await expect(lost.listTools()).rejects.toThrow("The list is lost");
    const endless = await opened(connectV2(await start({ list: "endless" }), legacy));
    const cursors: (string | undefined)[] = [];
    for (let page = 0; page < 3; page += 1) {
      const { nextCursor } = await endless.listTools({ cursor: cursors.at(-1) ?? "0" });
      cursors.push(nextCursor);
    }
    expect(cursors).toEqual(["1", "2", "3"]);
  });
});
