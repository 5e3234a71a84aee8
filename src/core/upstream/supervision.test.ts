import { beforeEach, describe, expect, it } from "vitest";
import {
  createFakeLinks,
  FakeRpcError,
  legacyAnswers,
  modernAnswers,
  never,
  type FakeLinks,
} from "../../../test/support/fakes/fake-links.ts";
import { principal } from "../../../test/support/fakes/principals.ts";
import {
  createRecordingMetrics,
  type RecordingMetrics,
} from "../../../test/support/fakes/recording-metrics.ts";
import { http, idOf, specOf, stdio } from "../../../test/support/upstream-rig.ts";
import { createFakeClock, type FakeClock } from "../../kernel/fake-clock.ts";
import { createSilentLogger } from "../../kernel/log.ts";
import type { Random } from "../../kernel/random.ts";
import { toRawJson } from "../../kernel/raw-json.ts";
import { createUpstreams } from "./create-upstreams.ts";
import { LinkError } from "./link.ts";
import { UPSTREAM_DEFAULTS, type UpstreamOptions } from "./options.ts";
import type { ServerSpec } from "./server-spec.ts";
import type { UpstreamRequest, Upstreams } from "./upstreams.ts";

const http1 = http("http://127.0.0.1:1/mcp");
const local = stdio({ command: "server", args: [], env: {} });
const refused = () => new LinkError("connect", "connection refused", { reached: false });

/** Draws the upper bound, so that every delay is the longest possible. */
const longest: Random = { next: () => 0.999_999, hex: () => "00" };

let clock: FakeClock;
let links: FakeLinks;
let metrics: RecordingMetrics;
let replaced: { server: string; count: number }[];

beforeEach(() => {
  clock = createFakeClock();
  links = createFakeLinks();
  metrics = createRecordingMetrics();
  replaced = [];
});

function start(options: Partial<UpstreamOptions> = {}): Upstreams {
  return createUpstreams(
    { ...UPSTREAM_DEFAULTS, ...options },
    {
      links: links.factories,
      launcher: { launch: never, isListening: async () => false },
      catalog: {
        setServer: () => undefined,
        removeServer: () => undefined,
        replaceTools(server, definitions) {
          replaced.push({ server, count: definitions.length });
          return { rejected: [] };
        },
      },
      client: { name: "test", version: "0" },
      clock,
      random: longest,
      metrics,
      log: createSilentLogger(),
    },
  );
}

async function started(spec: ServerSpec, options?: Partial<UpstreamOptions>): Promise<Upstreams> {
  const upstreams = start(options);
  await upstreams.reconcile([spec]);
  await clock.advance(0);
  return upstreams;
}

function callOf(more: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    server: idOf("s"),
    tool: "echo",
    arguments: toRawJson({}),
    safe: true,
    scope: { principal: principal("p") },
    ...more,
  };
}

const { signal } = new AbortController();
const stateOf = (upstreams: Upstreams) => upstreams.status(idOf("s"))?.state;

describe("a server that is away", () => {
  it("is tried again after delays whose bound doubles up to the largest", async () => {
    links.beforeOpen = () => Promise.reject(refused());
    const options = { backoffInitialMs: 1_000, backoffMaxMs: 5_000 };
    const upstreams = await started(specOf("s", http1), options);
    const delays: number[] = [];
    for (let attempt = 1; attempt <= 5; attempt++) {
      expect(links.attempts).toBe(attempt);
      const { retryInMs = 0 } = upstreams.status(idOf("s"))!;
      delays.push(retryInMs);
      await clock.advance(retryInMs);
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(stateOf(upstreams)).toBe("disconnected");
    await upstreams[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });

  it("is tried at once by a call, once for all calls that wait, whatever the timer says", async () => {
    links.beforeOpen = () => Promise.reject(refused());
    const upstreams = await started(specOf("s", http1), { backoffInitialMs: 60_000 });
    await clock.advance(1_000);
    links.beforeOpen = () => undefined;
    const calls = Array.from({ length: 20 }, () =>
      upstreams.call(callOf(), new AbortController().signal),
    );
    await clock.advance(0);
    expect(await Promise.all(calls)).toHaveLength(20);
    expect(links.attempts).toBe(2);
    expect(stateOf(upstreams)).toBe("ready");
    expect(clock.pending).toBe(0);
  });

  it("is not tried by calls that come right after an attempt has failed", async () => {
    links.beforeOpen = () => Promise.reject(refused());
    const upstreams = await started(specOf("s", http1), { backoffInitialMs: 60_000 });
    const failure = { code: "server-unavailable", data: { reached: false, state: "disconnected" } };
    await expect(upstreams.call(callOf(), signal)).rejects.toMatchObject(failure);
    expect(links.attempts).toBe(1);
    await clock.advance(100);
    await expect(upstreams.call(callOf(), signal)).rejects.toMatchObject(failure);
    expect(links.attempts).toBe(2);
  });

  it("keeps a call no longer than its caller waits, and goes on connecting", async () => {
    let open: () => void = () => undefined;
    links.beforeOpen = () => new Promise<void>((resolve) => (open = resolve));
    const upstreams = await started(specOf("s", http1));
    const caller = new AbortController();
    const call = upstreams.call(callOf(), caller.signal);
    caller.abort(new Error("gone"));
    await expect(call).rejects.toThrow("gone");
    open();
    await clock.advance(0);
    expect(stateOf(upstreams)).toBe("ready");
    expect(links.attempts).toBe(1);
  });

  it("is given up for this attempt when it is not ready in time", async () => {
    links.answer = never;
    const upstreams = await started(specOf("s", http1, { startupTimeoutMs: 4_000 }));
    await clock.advance(4_000);
    expect(upstreams.status(idOf("s"))).toMatchObject({
      state: "disconnected",
      reason: "not ready within 4000 ms",
    });
    expect(links.opened[0]?.isDisposed).toBe(true);
  });

  it("waits as long as it asks, when it says that it is overloaded", async () => {
    const busy = new LinkError("overloaded", "HTTP 503", { reached: false, retryAfterMs: 9_000 });
    links.beforeOpen = () => Promise.reject(busy);
    const upstreams = await started(specOf("s", http1));
    expect(upstreams.status(idOf("s"))?.retryInMs).toBe(9_000);
  });

  it("that refuses the credentials needs auth, and is asked again seldom", async () => {
    const unauthorised = new LinkError("unauthorised", "HTTP 401", { reached: false });
    links.beforeOpen = () => Promise.reject(unauthorised);
    const upstreams = await started(specOf("s", http1));
    expect(upstreams.status(idOf("s"))).toMatchObject({ state: "needs-auth", retryInMs: 60_000 });
    await clock.advance(1_000);
    await expect(upstreams.call(callOf(), signal)).rejects.toMatchObject({ code: "needs-auth" });
    expect(links.attempts).toBe(1);
  });
});

describe("a connection that is lost", () => {
  const lose = (kind: LinkError["kind"] = "closed"): void => {
    links.opened.at(-1)?.handlers.onClose(new LinkError(kind, "gone", { reached: true }));
  };

  it("is opened again, counted, and its state told once per change", async () => {
    const upstreams = start();
    const states: string[] = [];
    upstreams.on("state", ({ state }) => states.push(state));
    await upstreams.reconcile([specOf("s", http1)]);
    await clock.advance(0);
    lose();
    await clock.advance(500);
    expect(states).toEqual(["connecting", "ready", "disconnected", "ready"]);
    expect(upstreams.status(idOf("s"))).toMatchObject({ reconnects: 1 });
    expect(metrics.sum("upstreamReconnects", { server: "s" })).toBe(1);
    expect(metrics.count("upstreamState", { server: "s", state: "ready" })).toBe(4);
  });

  it("starts with small delays again only after it has stood for a while", async () => {
    const upstreams = await started(specOf("s", http1), { stableAfterMs: 10_000 });
    const delays: (number | undefined)[] = [];
    for (const stoodMs of [0, 0, 0, 20_000]) {
      await clock.advance(stoodMs);
      lose();
      const { retryInMs = 0 } = upstreams.status(idOf("s"))!;
      delays.push(retryInMs);
      await clock.advance(retryInMs);
    }
    expect(delays).toEqual([500, 1_000, 2_000, 500]);
  });

  it("with its session is opened again at once, and a safe call sent once more", async () => {
    const upstreams = await started(specOf("s", http1));
    const expired = new LinkError("session-expired", "HTTP 404", { reached: true });
    const plain = legacyAnswers();
    links.answer = (request, link) => {
      if (request.method === "tools/call" && link === links.opened[0]) throw expired;
      return plain(request, link);
    };
    const answer = upstreams.call(callOf(), signal);
    await clock.advance(0);
    await expect(answer).resolves.toMatchObject({ kind: "result" });
    expect(links.opened).toHaveLength(2);
    expect(links.opened[0]?.isDisposed).toBe(true);
    expect(stateOf(upstreams)).toBe("ready");
  });

  it("in an unsafe call fails that call, and in a safe one gives up after one more try", async () => {
    const upstreams = await started(specOf("s", http1));
    const plain = legacyAnswers();
    links.answer = (request, link) => {
      if (request.method !== "tools/call") return plain(request, link);
      throw new LinkError("session-expired", "HTTP 404", { reached: true });
    };
    const unsafe = upstreams.call(callOf({ safe: false }), signal).catch((error: unknown) => error);
    await clock.advance(0);
    expect(await unsafe).toMatchObject({ code: "server-unavailable", data: { reached: true } });
    const callsBefore = links.opened.flatMap(({ requests }) => requests).length;
    const safe = upstreams.call(callOf(), signal).catch((error: unknown) => error);
    await clock.advance(0);
    expect(await safe).toMatchObject({ code: "server-unavailable" });
    const calls = links.opened.flatMap(({ requests }) => requests).slice(callsBefore);
    expect(calls.filter(({ method }) => method === "tools/call")).toHaveLength(2);
  });

  it("is replayed for an unsafe call too when the server has not seen it", async () => {
    const upstreams = await started(specOf("s", http1));
    const plain = legacyAnswers();
    links.answer = (request, link) => {
      if (request.method === "tools/call" && link === links.opened[0]) throw refused();
      return plain(request, link);
    };
    const answer = upstreams.call(callOf({ safe: false }), signal);
    await clock.advance(0);
    await expect(answer).resolves.toMatchObject({ kind: "result" });
  });
});

describe("the era", () => {
  it.each<[string, FakeLinks["answer"], string]>([
    ["a discovery", modernAnswers(), "modern"],
    ["an unknown method", legacyAnswers(), "legacy"],
  ])("is told by %s", async (_name, answer, era) => {
    links.answer = answer;
    const upstreams = await started(specOf("s", http1));
    expect(upstreams.status(idOf("s"))).toMatchObject({ state: "ready", era });
  });

  it.each([
    ["-32602", new FakeRpcError(-32602)],
    ["-32000", new FakeRpcError(-32000)],
    [
      "-32022 that names a legacy version",
      new FakeRpcError(-32022, "", { supported: ["2025-06-18"] }),
    ],
    [
      "a 400 without JSON",
      new LinkError("protocol", "HTTP 400", { reached: true, httpStatus: 400 }),
    ],
  ])("is legacy after %s", async (_name, error) => {
    const plain = legacyAnswers();
    links.answer = (request, link) => {
      if (request.method === "server/discover") throw error;
      return plain(request, link);
    };
    const upstreams = await started(specOf("s", http1));
    expect(upstreams.status(idOf("s"))).toMatchObject({ state: "ready", era: "legacy" });
  });

  it("is not judged by a server that only speaks what we do not know", async () => {
    links.answer = () => {
      throw new FakeRpcError(-32022, "unsupported", { supported: ["2099-01-01"] });
    };
    const upstreams = await started(specOf("s", http1));
    expect(upstreams.status(idOf("s"))?.reason).toContain("server/discover was refused");
  });

  it("legacy is remembered for a time, and found out anew after it", async () => {
    const upstreams = await started(specOf("s", http1), { legacyVerdictTtlMs: 60_000 });
    const openings = () => links.opened.map(({ requests }) => requests[0]?.method);
    await upstreams.reconnect(idOf("s"), signal);
    await clock.advance(60_000);
    await upstreams.reconnect(idOf("s"), signal);
    expect(openings()).toEqual(["server/discover", "initialize", "server/discover"]);
  });

  it("of a server that was replaced by a modern one is found out at once", async () => {
    const upstreams = await started(specOf("s", http1));
    links.answer = modernAnswers();
    expect(await upstreams.reconnect(idOf("s"), signal)).toMatchObject({ era: "modern" });
  });

  it("of a silent server is legacy once it answers initialize", async () => {
    const plain = legacyAnswers();
    links.answer = (request, link) =>
      request.method === "server/discover" ? never() : plain(request, link);
    const upstreams = await started(specOf("s", http1), { eraProbeTimeoutMs: 1_000 });
    expect(stateOf(upstreams)).toBe("connecting");
    await clock.advance(1_000);
    expect(upstreams.status(idOf("s"))).toMatchObject({ state: "ready", era: "legacy" });
  });
});

describe("the caps", () => {
  it("hold for connections of one server, the longest idle making room", async () => {
    const options = { maxConnectionsPerServer: 3 };
    const upstreams = await started(specOf("s", http1, { isolation: "session" }), options);
    const inSession = async (session: string): Promise<unknown> => {
      const call = upstreams.call(
        callOf({ scope: { principal: principal("p"), session } }),
        signal,
      );
      call.catch(() => undefined);
      await clock.advance(1);
      return call;
    };
    for (const session of ["a", "b", "c"]) await inSession(session);
    expect(upstreams.status(idOf("s"))).toMatchObject({ connections: 3 });
    expect(links.opened.map(({ isDisposed }) => isDisposed)).toEqual([false, true, false, false]);
  });

  it("refuse a connection when none can make room", async () => {
    const options = { maxConnectionsPerServer: 2 };
    const upstreams = await started(specOf("s", http1, { isolation: "session" }), options);
    links.answer = (request, link) =>
      request.method === "tools/call" ? never() : legacyAnswers()(request, link);
    const inSession = (session: string): Promise<unknown> =>
      upstreams.call(callOf({ scope: { principal: principal("p"), session } }), signal);
    inSession("a").catch(() => undefined);
    await clock.advance(0);
    const second = inSession("b").catch((error: unknown) => error);
    await clock.advance(0);
    expect(await second).toMatchObject({
      code: "server-unavailable",
      message: expect.stringContaining("maxConnectionsPerServer"),
    });
  });

  it("hold for child processes of all servers", async () => {
    const upstreams = start({ maxChildren: 1 });
    await upstreams.reconcile([specOf("s", local), specOf("t", local)]);
    await clock.advance(0);
    const states = upstreams.statuses().map(({ state }) => state);
    expect(states.toSorted()).toEqual(["disconnected", "ready"]);
  });
});

describe("idle time", () => {
  it("ends a stdio server without a retry, and disposing leaves no timer", async () => {
    const upstreams = await started(specOf("s", local, { idleStopMs: 5_000 }));
    await clock.advance(4_000);
    await upstreams.call(callOf(), signal);
    await clock.advance(4_000);
    expect(links.opened[0]?.isDisposed).toBe(false);
    await clock.advance(1_000);
    expect(links.opened[0]?.isDisposed).toBe(true);
    expect(upstreams.status(idOf("s"))).toMatchObject({ state: "ready", connections: 0 });
    expect(clock.pending).toBe(0);
    await upstreams.call(callOf(), signal);
    expect(links.opened).toHaveLength(2);
    await upstreams[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });
});

describe("the tool list", () => {
  const changed = { kind: "notification", method: "notifications/tools/list_changed" } as const;
  const announce = (): void => links.opened.at(-1)?.handlers.onMessage(changed, undefined);

  it("is read after quiet, or after the longest wait while announcements keep coming", async () => {
    let tools = 1;
    links.answer = (request, link) =>
      legacyAnswers(Array.from({ length: tools }, (_, index) => `t${index}`))(request, link);
    await started(specOf("s", http1));
    expect(replaced).toHaveLength(1);
    tools = 2;
    for (let waited = 0; waited < 2_000; waited += 100) {
      announce();
      await clock.advance(100);
    }
    expect(replaced).toHaveLength(2);
    tools = 3;
    announce();
    await clock.advance(249);
    expect(replaced).toHaveLength(2);
    await clock.advance(1);
    expect(replaced).toHaveLength(3);
  });

  it("that has not changed is not handed on again", async () => {
    await started(specOf("s", http1));
    announce();
    await clock.advance(1_000);
    expect(replaced).toEqual([{ server: "s", count: 1 }]);
  });

  it("that says how long it holds is read again after that time, without a subscription", async () => {
    let reads = 0;
    const plain = modernAnswers();
    links.answer = (request, link) => {
      if (request.method !== "tools/list") return plain(request, link);
      reads += 1;
      return { tools: [], ttlMs: 120_000 };
    };
    await started(specOf("s", http1));
    await clock.advance(119_000);
    expect(reads).toBe(1);
    await clock.advance(1_000);
    expect(reads).toBe(2);
  });
});
