import { beforeEach, describe, expect, it } from "vitest";
import {
  FakeRpcError,
  legacyAnswers,
  modernAnswers,
  never,
  type FakeLinks,
} from "../../../test/support/fakes/fake-links.ts";
import {
  callOf,
  createSupervisedLinks,
  type SupervisedLinks,
} from "../../../test/support/fakes/supervised-links.ts";
import { http, idOf, specOf } from "../../../test/support/upstream-rig.ts";
import { LinkError } from "./link.ts";
import type { Upstreams } from "./upstreams.ts";

const http1 = http("http://127.0.0.1:1/mcp");
const refused = () => new LinkError("connect", "connection refused", { reached: false });
const stateOf = (upstreams: Upstreams) => upstreams.status(idOf("s"))?.state;
const { signal } = new AbortController();

let rig: SupervisedLinks;
beforeEach(() => {
  rig = createSupervisedLinks();
});

describe("a server that is away", () => {
  it("is tried again after delays whose bound doubles up to the largest", async () => {
    rig.links.beforeOpen = () => Promise.reject(refused());
    const options = { backoffInitialMs: 1_000, backoffMaxMs: 5_000 };
    const upstreams = await rig.start(specOf("s", http1), options);
    const delays: number[] = [];
    for (let attempt = 1; attempt <= 5; attempt++) {
      expect(rig.links.attempts).toBe(attempt);
      const { retryInMs = 0 } = upstreams.status(idOf("s"))!;
      delays.push(retryInMs);
      await rig.clock.advance(retryInMs);
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(stateOf(upstreams)).toBe("disconnected");
    await upstreams[Symbol.asyncDispose]();
    expect(rig.clock.pending).toBe(0);
  });

  it("is tried at once by a call, once for all calls that wait, whatever the timer says", async () => {
    rig.links.beforeOpen = () => Promise.reject(refused());
    const upstreams = await rig.start(specOf("s", http1), { backoffInitialMs: 60_000 });
    await rig.clock.advance(1_000);
    rig.links.beforeOpen = () => undefined;
    const calls = Array.from({ length: 20 }, () =>
      upstreams.call(callOf(), new AbortController().signal),
    );
    await rig.clock.advance(0);
    expect(await Promise.all(calls)).toHaveLength(20);
    expect(rig.links.attempts).toBe(2);
    expect(stateOf(upstreams)).toBe("ready");
    expect(rig.clock.pending).toBe(0);
  });

  it("is not tried by calls that come right after an attempt has failed", async () => {
    rig.links.beforeOpen = () => Promise.reject(refused());
    const upstreams = await rig.start(specOf("s", http1), { backoffInitialMs: 60_000 });
    const failure = { code: "server-unavailable", data: { reached: false, state: "disconnected" } };
    await expect(upstreams.call(callOf(), signal)).rejects.toMatchObject(failure);
    expect(rig.links.attempts).toBe(1);
    await rig.clock.advance(100);
    await expect(upstreams.call(callOf(), signal)).rejects.toMatchObject(failure);
    expect(rig.links.attempts).toBe(2);
  });

  it("keeps a call no longer than its caller waits, and goes on connecting", async () => {
    let open: () => void = () => undefined;
    rig.links.beforeOpen = () => new Promise<void>((resolve) => (open = resolve));
    const upstreams = await rig.start(specOf("s", http1));
    const caller = new AbortController();
    const call = upstreams.call(callOf(), caller.signal);
    caller.abort(new Error("gone"));
    await expect(call).rejects.toThrow("gone");
    open();
    await rig.clock.advance(0);
    expect(stateOf(upstreams)).toBe("ready");
    expect(rig.links.attempts).toBe(1);
  });

  it("is given up for this attempt when it is not ready in time", async () => {
    rig.links.answer = never;
    const upstreams = await rig.start(specOf("s", http1, { startupTimeoutMs: 4_000 }));
    await rig.clock.advance(4_000);
    expect(upstreams.status(idOf("s"))).toMatchObject({
      state: "disconnected",
      reason: "not ready within 4000 ms",
    });
    expect(rig.links.opened[0]?.isDisposed).toBe(true);
  });

  it("waits as long as it asks, when it says that it is overloaded", async () => {
    const busy = new LinkError("overloaded", "HTTP 503", { reached: false, retryAfterMs: 9_000 });
    rig.links.beforeOpen = () => Promise.reject(busy);
    const upstreams = await rig.start(specOf("s", http1));
    expect(upstreams.status(idOf("s"))?.retryInMs).toBe(9_000);
  });

  it("that refuses the credentials needs auth, and is asked again seldom", async () => {
    const unauthorised = new LinkError("unauthorised", "HTTP 401", { reached: false });
    rig.links.beforeOpen = () => Promise.reject(unauthorised);
    const upstreams = await rig.start(specOf("s", http1));
    expect(upstreams.status(idOf("s"))).toMatchObject({ state: "needs-auth", retryInMs: 60_000 });
    await rig.clock.advance(1_000);
    await expect(upstreams.call(callOf(), signal)).rejects.toMatchObject({ code: "needs-auth" });
    expect(rig.links.attempts).toBe(1);
  });
});

describe("a connection that is lost", () => {
  const lose = (kind: LinkError["kind"] = "closed"): void => {
    rig.links.opened.at(-1)?.handlers.onClose(new LinkError(kind, "gone", { reached: true }));
  };

  it("is opened again, counted, and its state told once per change", async () => {
    const upstreams = rig.make();
    const states: string[] = [];
    upstreams.on("state", ({ state }) => states.push(state));
    await upstreams.reconcile([specOf("s", http1)]);
    await rig.clock.advance(0);
    lose();
    await rig.clock.advance(500);
    expect(states).toEqual(["connecting", "ready", "disconnected", "ready"]);
    expect(upstreams.status(idOf("s"))).toMatchObject({ reconnects: 1 });
    expect(rig.metrics.sum("upstreamReconnects", { server: "s" })).toBe(1);
    expect(rig.metrics.count("upstreamState", { server: "s", state: "ready" })).toBe(4);
  });

  it("starts with small delays again only after it has stood for a while", async () => {
    const upstreams = await rig.start(specOf("s", http1), { stableAfterMs: 10_000 });
    const delays: (number | undefined)[] = [];
    for (const stoodMs of [0, 0, 0, 20_000]) {
      await rig.clock.advance(stoodMs);
      lose();
      const { retryInMs = 0 } = upstreams.status(idOf("s"))!;
      delays.push(retryInMs);
      await rig.clock.advance(retryInMs);
    }
    expect(delays).toEqual([500, 1_000, 2_000, 500]);
  });

  it("with its session is opened again at once, and a safe call sent once more", async () => {
    const upstreams = await rig.start(specOf("s", http1));
    const expired = new LinkError("session-expired", "HTTP 404", { reached: true });
    const plain = legacyAnswers();
    rig.links.answer = (request, link) => {
      if (request.method === "tools/call" && link === rig.links.opened[0]) throw expired;
      return plain(request, link);
    };
    const tries = { attempts: 1 };
    const answer = upstreams.call(callOf({ tries }), signal);
    await rig.clock.advance(0);
    await expect(answer).resolves.toMatchObject({ kind: "result" });
    expect(tries.attempts).toBe(2);
    expect(rig.links.opened).toHaveLength(2);
    expect(rig.links.opened[0]?.isDisposed).toBe(true);
    expect(stateOf(upstreams)).toBe("ready");
  });

  it("in an unsafe call fails that call, and in a safe one gives up after one more try", async () => {
    const upstreams = await rig.start(specOf("s", http1));
    const plain = legacyAnswers();
    rig.links.answer = (request, link) => {
      if (request.method !== "tools/call") return plain(request, link);
      throw new LinkError("session-expired", "HTTP 404", { reached: true });
    };
    const unsafe = upstreams.call(callOf({ safe: false }), signal).catch((error: unknown) => error);
    await rig.clock.advance(0);
    expect(await unsafe).toMatchObject({ code: "server-unavailable", data: { reached: true } });
    const callsBefore = rig.links.opened.flatMap(({ requests }) => requests).length;
    const safe = upstreams.call(callOf(), signal).catch((error: unknown) => error);
    await rig.clock.advance(0);
    expect(await safe).toMatchObject({ code: "server-unavailable" });
    const calls = rig.links.opened.flatMap(({ requests }) => requests).slice(callsBefore);
    expect(calls.filter(({ method }) => method === "tools/call")).toHaveLength(2);
  });

  it("is replayed for an unsafe call too when the server has not seen it", async () => {
    const upstreams = await rig.start(specOf("s", http1));
    const plain = legacyAnswers();
    rig.links.answer = (request, link) => {
      if (request.method === "tools/call" && link === rig.links.opened[0]) throw refused();
      return plain(request, link);
    };
    const answer = upstreams.call(callOf({ safe: false }), signal);
    await rig.clock.advance(0);
    await expect(answer).resolves.toMatchObject({ kind: "result" });
  });
});

describe("a server whose sessions never last", () => {
  it("is opened anew at once a few times only, then after delays", async () => {
    const plain = legacyAnswers();
    rig.links.answer = (request, link) => {
      if (request.method !== "tools/list") return plain(request, link);
      throw new LinkError("session-expired", "HTTP 404", { reached: true });
    };
    const upstreams = await rig.start(specOf("s", http1));
    await rig.clock.advance(0);
    expect(rig.links.opened).toHaveLength(4);
    expect(upstreams.status(idOf("s"))).toMatchObject({ state: "disconnected" });
    expect(upstreams.status(idOf("s"))?.retryInMs).toBeGreaterThan(0);
  });
});

describe("the era", () => {
  it.each<[string, FakeLinks["answer"], string]>([
    ["a discovery", modernAnswers(), "modern"],
    ["an unknown method", legacyAnswers(), "legacy"],
  ])("is told by %s", async (_name, answer, era) => {
    rig.links.answer = answer;
    const upstreams = await rig.start(specOf("s", http1));
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
    rig.links.answer = (request, link) => {
      if (request.method === "server/discover") throw error;
      return plain(request, link);
    };
    const upstreams = await rig.start(specOf("s", http1));
    expect(upstreams.status(idOf("s"))).toMatchObject({ state: "ready", era: "legacy" });
  });

  it("is not judged by a server that only speaks what we do not know", async () => {
    rig.links.answer = () => {
      throw new FakeRpcError(-32022, "unsupported", { supported: ["2099-01-01"] });
    };
    const upstreams = await rig.start(specOf("s", http1));
    expect(upstreams.status(idOf("s"))?.reason).toContain("server/discover was refused");
  });

  it("legacy is remembered for a time, and found out anew after it", async () => {
    const upstreams = await rig.start(specOf("s", http1), { legacyVerdictTtlMs: 60_000 });
    const openings = () => rig.links.opened.map(({ requests }) => requests[0]?.method);
    await upstreams.reconnect(idOf("s"), signal);
    await rig.clock.advance(60_000);
    await upstreams.reconnect(idOf("s"), signal);
    expect(openings()).toEqual(["server/discover", "initialize", "server/discover"]);
  });

  it("of a server that was replaced by a modern one is found out at once", async () => {
    const upstreams = await rig.start(specOf("s", http1));
    rig.links.answer = modernAnswers();
    expect(await upstreams.reconnect(idOf("s"), signal)).toMatchObject({ era: "modern" });
  });

  it("of a silent server is legacy once it answers initialize", async () => {
    const plain = legacyAnswers();
    rig.links.answer = (request, link) =>
      request.method === "server/discover" ? never() : plain(request, link);
    const upstreams = await rig.start(specOf("s", http1), { eraProbeTimeoutMs: 1_000 });
    expect(stateOf(upstreams)).toBe("connecting");
    await rig.clock.advance(1_000);
    expect(upstreams.status(idOf("s"))).toMatchObject({ state: "ready", era: "legacy" });
  });
});
