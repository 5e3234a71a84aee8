import { describe, expect, it } from "vitest";
import type { OverlayFile, OverlayServers } from "../adapters/files/index.ts";
import type { ServerSpec, Upstreams } from "../core/upstream/index.ts";
import { isGatewayError } from "../kernel/errors.ts";
import { createFakeClock } from "../kernel/fake-clock.ts";
import { createSilentLogger } from "../kernel/log.ts";
import { createServerRegistry } from "./server-registry.ts";
import { createServerSet } from "./server-set.ts";

const never = new AbortController().signal;

async function setUp(initial: OverlayServers = {}, allowCommands = false) {
  let kept = initial;
  let specs: readonly ServerSpec[] = [];
  const removed: string[] = [];
  const overlay: OverlayFile = {
    read: () => Promise.resolve({ servers: kept }),
    write(servers) {
      kept = servers;
      return Promise.resolve();
    },
  };
  const upstreams = {
    reconcile: (next: readonly ServerSpec[]) => Promise.resolve(void (specs = next)),
    status: (id: string) => specs.find((spec) => spec.id === id) && { id, state: "ready" },
    on: () => ({ [Symbol.dispose]: () => undefined }),
  } as unknown as Upstreams;
  const set = await createServerSet({
    overlay,
    upstreams,
    readFile: () => "",
    onSecrets: () => undefined,
    onCacheRules: () => undefined,
    onRemoved: (id) => removed.push(id),
    log: createSilentLogger(),
  });
  const registry = createServerRegistry({
    set,
    upstreams,
    clock: createFakeClock(),
    allowCommands: () => allowCommands,
  });
  return { set, registry, removed, specs: () => specs, kept: () => kept };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "ok",
    (error: unknown) => (isGatewayError(error) ? error.code : String(error)),
  );

describe("servers added while the daemon runs", () => {
  it("are kept on disk, changed by merging, and removed", async () => {
    const { registry, specs, kept, removed, set } = await setUp();
    await set.setFileEntries([]);
    const url = "http://127.0.0.1:9/mcp";
    expect(await registry.add("a", { url, headers: { x: "1", y: "2" } }, never)).toMatchObject({
      id: "a",
      state: "ready",
    });
    await registry.change("a", { timeoutMs: 5_000, headers: { x: null } }, never);
    expect(kept()).toEqual({ a: { url, timeoutMs: 5_000, headers: { y: "2" } } });
    expect(specs()).toMatchObject([{ id: "a", source: "overlay", timeoutMs: 5_000 }]);
    await registry.remove("a");
    expect([kept(), specs(), removed]).toEqual([{}, [], ["a"]]);
  });

  it("refuse what cannot stand: twice, unknown, wrong, or a program", async () => {
    const { registry } = await setUp({ a: { url: "http://127.0.0.1:9/mcp" } });
    expect(await codeOf(registry.add("a", { url: "http://x/mcp" }, never))).toBe("server-exists");
    expect(await codeOf(registry.change("b", {}, never))).toBe("unknown-server");
    expect(await codeOf(registry.remove("b"))).toBe("unknown-server");
    expect(await codeOf(registry.add("b", { url: "nonsense" }, never))).toBe("invalid-request");
    expect(await codeOf(registry.add("b", { command: "true" }, never))).toBe("forbidden");
    const nested = { url: "http://x/mcp", endpoints: [{ command: "true" }] };
    expect(await codeOf(registry.add("b", nested, never))).toBe("forbidden");
  });

  it("may start programs where the config allows it", async () => {
    const { registry, specs } = await setUp({}, true);
    await registry.add("b", { command: "true" }, never);
    expect(specs()).toMatchObject([{ endpoints: [{ transport: "stdio" }] }]);
  });

  it("make way for an entry of the file with the same id, and leave the file's alone", async () => {
    const { registry, set, specs } = await setUp({ a: { url: "http://127.0.0.1:9/mcp" } });
    const entry = set.parse("a", { url: "http://127.0.0.1:8/mcp" }, false);
    const { entry: fromFile } = entry as Extract<typeof entry, { kind: "ok" }>;
    await set.setFileEntries([{ ...fromFile, source: "file" }]);
    expect(specs()).toMatchObject([{ id: "a", source: "file" }]);
    expect(await codeOf(registry.remove("a"))).toBe("forbidden");
    expect(await codeOf(registry.change("a", {}, never))).toBe("forbidden");
  });
});
