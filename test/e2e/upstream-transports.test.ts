import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLegacyHttpServer, startLegacySseServer } from "../support/legacy-http-server.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import { startWsServer } from "../support/modern-ws-server.ts";
import {
  bigIntegers,
  oddContent,
  rawStdioEntry,
  startRawHttpServer,
  startRawWsServer,
} from "../support/raw-server/index.ts";
import { everythingEntry, startEverything } from "../support/real-servers.ts";
import { createUpstreamRig, http, idOf, specOf, sse, stdio, ws } from "../support/upstream-rig.ts";

const scope = { closers: [] as (() => Promise<unknown>)[] };
const rig = createUpstreamRig();

async function hold<T extends AsyncDisposable>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  scope.closers.push(async () => server[Symbol.asyncDispose]());
  return server;
}

beforeAll(async () => {
  const [everythingHttp, everythingSse, modern, modernSse, legacy, legacySse, wsModern, wsLegacy] =
    await Promise.all([
      hold(startEverything("streamableHttp")),
      hold(startEverything("sse")),
      hold(startModernHttpServer()),
      hold(startModernHttpServer({ responses: "sse", era: "both" })),
      hold(startLegacyHttpServer()),
      hold(startLegacySseServer()),
      hold(startWsServer({ era: "modern" })),
      hold(startWsServer({ era: "legacy" })),
    ]);
  const [rawHttp, rawSse, rawWs] = await Promise.all([
    hold(startRawHttpServer()),
    hold(startRawHttpServer({ answers: "sse", era: "modern" })),
    hold(startRawWsServer({ era: "both" })),
  ]);
  await rig.connect([
    specOf("everything-stdio", stdio(everythingEntry())),
    specOf("everything-http", http(everythingHttp.url)),
    specOf("everything-sse", sse(everythingSse.url)),
    specOf("modern-http", http(modern.url)),
    specOf("modern-http-sse", http(modernSse.url)),
    specOf("legacy-http", http(legacy.url)),
    specOf("legacy-sse", sse(legacySse.url)),
    specOf("modern-ws", ws(wsModern.url)),
    specOf("legacy-ws", ws(wsLegacy.url)),
    specOf("raw-http", http(rawHttp.url)),
    specOf("raw-http-sse", http(rawSse.url)),
    specOf("raw-ws", ws(rawWs.url)),
    specOf("raw-stdio", stdio(rawStdioEntry())),
  ]);
}, 60_000);

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await Promise.all(scope.closers.map((close) => close()));
}, 30_000);

describe.each([
  ["everything-stdio", "legacy"],
  ["everything-http", "legacy"],
  ["everything-sse", "legacy"],
])("server-everything as %s", (server, era) => {
  it("is recognised, listed and called", async () => {
    const status = rig.upstreams.status(idOf(server));
    expect(status).toMatchObject({ state: "ready", era, revision: "2025-11-25" });
    expect(status?.tools).toBeGreaterThan(5);
    expect(rig.catalog.servers.get(server)?.tools).toContain("echo");
    expect(await rig.text(server, "echo", { args: { message: "grüezi" } })).toBe("Echo: grüezi");
    expect(await rig.text(server, "get-sum", { args: { a: 2, b: 3 } })).toContain("5");
  });

  it("reports progress with the token left out", async () => {
    const seen: unknown[] = [];
    await rig.call(server, "trigger-long-running-operation", {
      args: { duration: 0.3, steps: 3 },
      onProgress: (params) => seen.push(params.value()),
    });
    expect(seen.length).toBeGreaterThanOrEqual(2);
    expect(seen[0]).toMatchObject({ progress: 1, total: 3 });
    expect(seen[0]).not.toHaveProperty("progressToken");
  });
});

describe.each([
  ["modern-http", "modern", "2026-07-28"],
  ["modern-http-sse", "modern", "2026-07-28"],
  ["modern-ws", "modern", "2026-07-28"],
  ["legacy-http", "legacy", "2025-11-25"],
  ["legacy-sse", "legacy", "2025-11-25"],
  ["legacy-ws", "legacy", "2025-11-25"],
])("the reference server as %s", (server, era, revision) => {
  it("is recognised, listed and called", async () => {
    expect(rig.upstreams.status(idOf(server))).toMatchObject({ state: "ready", era, revision });
    expect(rig.catalog.servers.get(server)?.tools).toContain("add");
    const result = await rig.call(server, "add", { args: { a: 1, b: 2 } });
    expect(result.value()).toMatchObject({ structuredContent: { sum: 3 } });
  });

  it("carries many calls at once over one connection", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        rig.call(server, "add", { args: { a: index, b: 1 } }),
      ),
    );
    answers.forEach((answer, index) => {
      expect(answer.value()).toMatchObject({ structuredContent: { sum: index + 1 } });
    });
    expect(rig.upstreams.status(idOf(server))?.connections).toBe(1);
  });

  it("is told of a cancellation", async () => {
    const count = async (): Promise<number> => {
      const result = (await rig.call(server, "counter")).value() as {
        structuredContent: { cancelled: { slow?: number }; calls: { slow?: number } };
      };
      return result.structuredContent.cancelled.slow ?? 0;
    };
    const before = await count();
    const abort = new AbortController();
    const call = rig.call(server, "slow", {
      args: { ms: 20_000, steps: 100 },
      signal: abort.signal,
      onProgress: () => abort.abort(new Error("enough")),
    });
    await expect(call).rejects.toThrow("enough");
    await expect.poll(count, { timeout: 5_000 }).toBe(before + 1);
  });

  it("relays isError and progress", async () => {
    const failed = await rig.call(server, "fail", { args: { message: "no" } });
    expect(failed.value()).toMatchObject({ isError: true });
    const seen: unknown[] = [];
    const args = { ms: 60, steps: 3 };
    await rig.call(server, "slow", { args, onProgress: (params) => seen.push(params.value()) });
    expect(seen).toMatchObject([{ progress: 1 }, { progress: 2 }, { progress: 3 }]);
  });
});

describe.each(["raw-http", "raw-http-sse", "raw-ws", "raw-stdio"])(
  "the bytes over %s",
  (server) => {
    it("arrive unrounded and with everything that nobody knows", async () => {
      const text = async (tool: string): Promise<string> =>
        Buffer.from((await rig.call(server, tool)).bytes).toString();
      expect(await text("big_integers")).toContain(bigIntegers);
      const odd = await text("odd_content");
      expect(odd.replace('"resultType":"complete",', "")).toContain(oddContent.slice(1, -1));
    });

    it("are sent unrounded, with line breaks between tokens", async () => {
      const rawArgs = '{\n  "n": 9007199254740993,\r\n  "s": "a\\nb"\n}';
      const sent = await rig.text(server, "show_message", { rawArgs });
      expect(sent).toContain("9007199254740993");
      expect(sent).toContain('"a\\nb"');
    });

    it("come whole when they come in drops", async () => {
      expect(await rig.text(server, "drip", { args: { ms: 100 } })).toBe("drop by drop");
    });

    it("are answers to the right request only", async () => {
      if (server === "raw-http") return;
      expect(await rig.text(server, "wrong_id")).toBe("right");
      expect(await rig.text(server, "twice")).toBe("first");
      expect(await rig.text(server, "echo", { args: { text: "still fine" } })).toContain("fine");
    });

    it("hold the server's errors with code and data", async () => {
      await expect(
        rig.call(server, "rpc_error", { args: { code: -32_099 } }),
      ).rejects.toMatchObject({
        code: "upstream-protocol",
        data: { rpcCode: -32_099, rpcData: { bytes: expect.anything() } },
      });
    });
  },
);
