import { describe, expect, it } from "vitest";
import { REDIS_DEFAULTS } from "./options.ts";
import { readRedisPlace } from "./redis-place.ts";

const read = (options: object) => readRedisPlace({ ...REDIS_DEFAULTS, ...options });

describe("where a Redis is", () => {
  it("is nowhere by default", () => {
    expect(read({})).toBeUndefined();
  });

  it.each([
    ["redis://h", { at: { host: "h", port: 6379 }, db: 0, tls: false, target: "redis://h:6379/0" }],
    ["redis://h:1/7", { at: { host: "h", port: 1 }, db: 7, target: "redis://h:1/7" }],
    ["rediss://h/", { tls: true, db: 0, target: "rediss://h:6379/0" }],
    ["redis://[::1]:2", { at: { host: "::1", port: 2 }, target: "redis://[::1]:2/0" }],
    ["unix:///run/a%20b.sock", { at: { path: "/run/a b.sock" }, target: "unix:///run/a b.sock" }],
  ])("is read from %s", (url, place) => {
    expect(read({ url })).toMatchObject({ kind: "single", ...place });
  });

  it("is told with credentials in the address or beside it, the address first", () => {
    const beside = { username: "one", password: "two" };
    expect(read({ url: "redis://h", ...beside })?.credentials).toEqual(beside);
    expect(read({ url: "redis://h" })?.credentials).toEqual({});
    const place = read({ url: "redis://me:p%40ss%2F@h/3", ...beside });
    expect(place?.credentials).toEqual({ username: "me", password: "p@ss/" });
    expect(place?.target).toBe("redis://h:6379/3");
  });

  it("is known to sentinels", () => {
    const sentinels = ["one", "two:5", "[::1]:6"];
    expect(read({ sentinels, sentinelName: "main", db: 2 })).toMatchObject({
      kind: "sentinel",
      nodes: [
        { host: "one", port: 26379 },
        { host: "two", port: 5 },
        { host: "::1", port: 6 },
      ],
      target: "sentinel one:26379,two:5,[::1]:6 main/2",
    });
  });

  it("is a cluster of which some nodes are named", () => {
    expect(read({ cluster: ["a:1", "b"], tls: true })).toMatchObject({
      kind: "cluster",
      tls: true,
      target: "cluster a:1,b:6379",
    });
  });
});
