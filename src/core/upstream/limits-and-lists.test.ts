import { beforeEach, describe, expect, it } from "vitest";
import { legacyAnswers, modernAnswers, never } from "../../../test/support/fakes/fake-links.ts";
import { principal } from "../../../test/support/fakes/principals.ts";
import {
  callOf,
  createSupervisedLinks,
  type SupervisedLinks,
} from "../../../test/support/fakes/supervised-links.ts";
import { http, idOf, specOf, stdio } from "../../../test/support/upstream-rig.ts";

const http1 = http("http://127.0.0.1:1/mcp");
const local = stdio({ command: "server", args: [], env: {} });
const { signal } = new AbortController();

let rig: SupervisedLinks;
beforeEach(() => {
  rig = createSupervisedLinks();
});

describe("the caps", () => {
  it("hold for connections of one server, the longest idle making room", async () => {
    const options = { maxConnectionsPerServer: 3 };
    const upstreams = await rig.start(specOf("s", http1, { isolation: "session" }), options);
    const inSession = async (session: string): Promise<unknown> => {
      const call = upstreams.call(
        callOf({ scope: { principal: principal("p"), session } }),
        signal,
      );
      call.catch(() => undefined);
      await rig.clock.advance(1);
      return call;
    };
    for (const session of ["a", "b", "c"]) await inSession(session);
    expect(upstreams.status(idOf("s"))).toMatchObject({ connections: 3 });
    expect(rig.links.opened.map(({ isDisposed }) => isDisposed)).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });

  it("refuse a connection when none can make room", async () => {
    const options = { maxConnectionsPerServer: 2 };
    const upstreams = await rig.start(specOf("s", http1, { isolation: "session" }), options);
    rig.links.answer = (request, link) =>
      request.method === "tools/call" ? never() : legacyAnswers()(request, link);
    const inSession = (session: string): Promise<unknown> =>
      upstreams.call(callOf({ scope: { principal: principal("p"), session } }), signal);
    inSession("a").catch(() => undefined);
    await rig.clock.advance(0);
    const second = inSession("b").catch((error: unknown) => error);
    await rig.clock.advance(0);
    expect(await second).toMatchObject({
      code: "server-unavailable",
      message: expect.stringContaining("maxConnectionsPerServer"),
    });
  });

  it("hold for child processes of all servers", async () => {
    const upstreams = rig.make({ maxChildren: 1 });
    await upstreams.reconcile([specOf("s", local), specOf("t", local)]);
    await rig.clock.advance(0);
    const states = upstreams.statuses().map(({ state }) => state);
    expect(states.toSorted()).toEqual(["disconnected", "ready"]);
  });
});

describe("idle time", () => {
  it("ends a stdio server without a retry, and disposing leaves no timer", async () => {
    const upstreams = await rig.start(specOf("s", local, { idleStopMs: 5_000 }));
    await rig.clock.advance(4_000);
    await upstreams.call(callOf(), signal);
    await rig.clock.advance(4_000);
    expect(rig.links.opened[0]?.isDisposed).toBe(false);
    await rig.clock.advance(1_000);
    expect(rig.links.opened[0]?.isDisposed).toBe(true);
    expect(upstreams.status(idOf("s"))).toMatchObject({ state: "ready", connections: 0 });
    expect(rig.clock.pending).toBe(0);
    await upstreams.call(callOf(), signal);
    expect(rig.links.opened).toHaveLength(2);
    await upstreams[Symbol.asyncDispose]();
    expect(rig.clock.pending).toBe(0);
  });
});

describe("the tool list", () => {
  const changed = { kind: "notification", method: "notifications/tools/list_changed" } as const;
  const announce = (): void => rig.links.opened.at(-1)?.handlers.onMessage(changed, undefined);

  it("is read after quiet, or after the longest wait while announcements keep coming", async () => {
    let tools = 1;
    rig.links.answer = (request, link) =>
      legacyAnswers(Array.from({ length: tools }, (_, index) => `t${index}`))(request, link);
    await rig.start(specOf("s", http1));
    expect(rig.replaced).toHaveLength(1);
    tools = 2;
    for (let waited = 0; waited < 2_000; waited += 100) {
      announce();
      await rig.clock.advance(100);
    }
    expect(rig.replaced).toHaveLength(2);
    tools = 3;
    announce();
    await rig.clock.advance(249);
    expect(rig.replaced).toHaveLength(2);
    await rig.clock.advance(1);
    expect(rig.replaced).toHaveLength(3);
  });

  it("is told as a change, as are resources that have changed, and nothing else", async () => {
    const upstreams = await rig.start(specOf("s", http1));
    const told: string[] = [];
    upstreams.on("changed", ({ server }) => told.push(server));
    const say = (method: string): void =>
      rig.links.opened.at(-1)?.handlers.onMessage({ kind: "notification", method }, undefined);
    for (const what of ["tools/list_changed", "resources/list_changed", "resources/updated"]) {
      say(`notifications/${what}`);
    }
    for (const what of ["message", "prompts/list_changed", "progress"]) {
      say(`notifications/${what}`);
    }
    expect(told).toEqual(["s", "s", "s"]);
  });

  it("that has not changed is neither handed on nor told again", async () => {
    const upstreams = await rig.start(specOf("s", http1));
    const told: number[] = [];
    upstreams.on("tools", ({ count }) => told.push(count));
    announce();
    await rig.clock.advance(1_000);
    expect(rig.replaced).toEqual([{ server: "s", count: 1 }]);
    expect(told).toEqual([]);
    rig.links.answer = legacyAnswers(["echo", "other"]);
    announce();
    await rig.clock.advance(1_000);
    expect(told).toEqual([2]);
  });

  it("that says how long it holds is read again after that time, without a subscription", async () => {
    let reads = 0;
    const plain = modernAnswers();
    rig.links.answer = (request, link) => {
      if (request.method !== "tools/list") return plain(request, link);
      reads += 1;
      return { tools: [], ttlMs: 120_000 };
    };
    await rig.start(specOf("s", http1));
    await rig.clock.advance(119_000);
    expect(reads).toBe(1);
    await rig.clock.advance(1_000);
    expect(reads).toBe(2);
  });
});
